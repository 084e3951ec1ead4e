// auc and aucpr by the device's steps are those of the host's sort, bit for bit: over tiles of many
// kinds of runs of equal predictions, weights and labels.
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include "engine/cuda/device_curves.h"
#include "engine/cuda/host_executor.h"
#include "engine/metric/from_sums.h"
#include "engine/metric/metric.h"

namespace boostyard::testing {
namespace {

using device::DeviceArray;
using device::HostExecutor;
using device::HostExecutorOptions;

struct Rows {
  std::vector<float> margins;
  std::vector<float> labels;
  std::vector<float> weights;  // or empty
};

enum class Ties { kFew, kSome, kLongRuns, kAll };

Rows MakeRows(std::size_t count, Ties ties, bool has_weights, bool has_soft_labels) {
  std::mt19937 random(static_cast<unsigned>(count) + (has_weights ? 1U : 0U));
  const auto below = [&](unsigned limit) { return static_cast<float>(random() % limit); };
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) {
    float margin = 0.25F;
    if (ties == Ties::kFew) margin = below(1U << 24) / 1e7F - 0.8F;
    if (ties == Ties::kSome) margin = below(1000) / 100.0F - 5.0F;
    if (ties == Ties::kLongRuns) margin = below(3) - 1.0F;  // longer than a tile; 0 among them
    rows.margins.push_back(margin);
    const float label = below(100) < 30.0F + 5.0F * margin ? 1.0F : 0.0F;
    rows.labels.push_back(has_soft_labels && i % 3 == 0 ? below(101) / 100.0F : label);
    if (has_weights) rows.weights.push_back(i % 17 == 0 ? 0.0F : below(1000) / 7.0F);
  }
  return rows;
}

template <class T>
DeviceArray<T> ToDevice(HostExecutor& executor, const std::vector<T>& from) {
  auto array = DeviceArray<T>::Make(executor, from.size());
  executor.Upload(array->data(), from.data(), from.size() * sizeof(T));
  return std::move(*array);
}

// Rows with logistic predictions, several sets in one go.
struct Values {
  std::vector<std::uint64_t> bits;  // auc, aucpr of each set
  bool operator==(const Values&) const = default;
};

Values OnHost(const std::vector<Rows>& sets) {
  Values values;
  ObjectiveParams objective;
  objective.name = "binary:logistic";
  for (const Rows& rows : sets) {
    std::vector<float> predictions;
    for (const float margin : rows.margins) {
      predictions.push_back(Predict(Link::kLogit, margin));
    }
    const MetricInputs inputs{.objective = &objective,
                              .labels = rows.labels,
                              .weights = rows.weights,
                              .predictions = predictions};
    for (const char* const name : {"auc", "aucpr"}) {
      const Result<double> value = Evaluate(*ParseMetric(name), inputs);
      values.bits.push_back(std::bit_cast<std::uint64_t>(value.ok() ? *value : -1.0));
    }
  }
  return values;
}

Values OnDevice(const std::vector<Rows>& sets, const HostExecutorOptions& options) {
  HostExecutor executor(options);
  DeviceCurves curves(executor);
  std::vector<DeviceArray<float>> arrays;
  for (const Rows& rows : sets) {
    arrays.push_back(ToDevice(executor, rows.margins));
    arrays.push_back(ToDevice(executor, rows.labels));
    arrays.push_back(ToDevice(executor, rows.weights));
    const device::MetricRows view{.margins = arrays[arrays.size() - 3].data(),
                                  .link = Link::kLogit,
                                  .labels = arrays[arrays.size() - 2].data(),
                                  .weights = arrays.back().data(),
                                  .rows = rows.labels.size()};
    curves.Add({view, CurveMass(rows.weights, rows.labels.size())}, /*has_precision=*/true);
  }
  EXPECT_TRUE(curves.Allocate().ok());
  Values values;
  curves.Launch();
  EXPECT_TRUE(executor.Wait().ok());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    values.bits.push_back(std::bit_cast<std::uint64_t>(curves.Auc(i)));
    values.bits.push_back(std::bit_cast<std::uint64_t>(curves.Aucpr(i)));
  }
  return values;
}

void ExpectTheHostsValues(const std::vector<Rows>& sets) {
  const Values expected = OnHost(sets);
  EXPECT_EQ(OnDevice(sets, {}).bits, expected.bits);
  EXPECT_EQ(OnDevice(sets, {.is_reversed = true}).bits, expected.bits) << "reversed";
}

TEST(DeviceCurves, AllKindsOfRows) {
  for (const Ties ties : {Ties::kFew, Ties::kSome, Ties::kLongRuns, Ties::kAll}) {
    for (const bool has_weights : {false, true}) {
      for (const bool has_soft_labels : {false, true}) {
        SCOPED_TRACE(std::to_string(static_cast<int>(ties)) + (has_weights ? " weights" : "") +
                     (has_soft_labels ? " soft labels" : ""));
        std::vector<Rows> sets;
        for (const std::size_t count : {1, 2, 255, 256, 257, 4095, 4096, 4097, 20'000}) {
          sets.push_back(MakeRows(count, ties, has_weights, has_soft_labels));
        }
        ExpectTheHostsValues(sets);
      }
    }
  }
}

TEST(DeviceCurves, MoreTilesThanTheScanHasThreads) {
  ExpectTheHostsValues({MakeRows(513 * kSumBlockRows + 77, Ties::kSome, true, false)});
}

TEST(DeviceCurves, NoRowsAndOneClassAreUndefined) {
  Rows one_class = MakeRows(5'000, Ties::kSome, false, false);
  one_class.labels.assign(5'000, 1.0F);
  const Values values = OnDevice({Rows(), one_class}, {});
  for (const std::uint64_t bits : values.bits) {
    EXPECT_TRUE(std::isnan(std::bit_cast<double>(bits)));
  }
  EXPECT_EQ(values.bits, OnHost({Rows(), one_class}).bits);
}

// Weights of 1 are no weights.
TEST(DeviceCurves, OnesAsWeightsChangeNothing) {
  const Rows plain = MakeRows(9'000, Ties::kSome, false, false);
  Rows ones = plain;
  ones.weights.assign(9'000, 1.0F);
  const Values values = OnDevice({plain, ones}, {});
  EXPECT_EQ(values.bits[0], values.bits[2]);
  EXPECT_EQ(values.bits[1], values.bits[3]);
}

}  // namespace
}  // namespace boostyard::testing
