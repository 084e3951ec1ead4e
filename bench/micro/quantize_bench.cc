// Times BuildCuts and BinColumns on columns in memory, after comparing the codes with a plain
// search.
//   quantize_bench [threads [repetitions]]
// Prints the best time of each step; CPU time counts all threads.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "engine/base/cpu_features.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"

namespace boostyard {
namespace {

constexpr std::uint32_t kChunkRows = 65'536;

// Columns that a stream hands out in chunks, all kept in memory.
class ColumnStream : public ChunkStream {
 public:
  ColumnStream(RowIndex row_count, FeatureIndex feature_count) {
    shape_.row_count = row_count;
    shape_.feature_count = feature_count;
    shape_.is_kept = true;
    labels_.resize(row_count);
  }

  std::vector<float>& AddFloats() { return floats_.emplace_back(shape_.row_count); }
  std::vector<std::uint8_t>& AddCodes(std::vector<float> dictionary) {
    dictionaries_.push_back(std::move(dictionary));
    return codes_.emplace_back(shape_.row_count);
  }

  // To be called when all columns are there.
  void Finish() {
    for (RowIndex begin = 0; begin < shape_.row_count; begin += kChunkRows) {
      const auto count =
          static_cast<std::uint32_t>(std::min<RowIndex>(kChunkRows, shape_.row_count - begin));
      std::vector<ColumnPiece>& pieces = pieces_.emplace_back();
      for (const auto& column : floats_) {
        pieces.push_back(
            {.codes = {}, .dictionary = {}, .floats = std::span(column).subspan(begin, count)});
      }
      for (std::size_t i = 0; i < codes_.size(); ++i) {
        pieces.push_back({.codes = std::span(codes_[i]).subspan(begin, count),
                          .dictionary = dictionaries_[i],
                          .floats = {}});
      }
      chunks_.push_back({.first_row = begin,
                         .row_count = count,
                         .features = {},
                         .labels = std::span(labels_).subspan(begin, count),
                         .weights = {},
                         .query_ids = {},
                         .sparse = {}});
    }
    for (std::size_t i = 0; i < chunks_.size(); ++i) chunks_[i].features = pieces_[i];
  }

  const DataShape& shape() const override { return shape_; }
  Result<std::span<const ColumnChunk>> NextBatch() override {
    const std::span<const ColumnChunk> batch(chunks_);
    return std::exchange(is_read_, true) ? batch.first(0) : batch;
  }
  Status Rewind() override {
    is_read_ = false;
    return {};
  }
  const std::vector<ColumnChunk>& chunks() const { return chunks_; }

 private:
  DataShape shape_;
  std::vector<std::vector<float>> floats_;
  std::vector<std::vector<std::uint8_t>> codes_;
  std::vector<std::vector<float>> dictionaries_;
  std::vector<std::vector<ColumnPiece>> pieces_;
  std::vector<float> labels_;
  std::vector<ColumnChunk> chunks_;
  bool is_read_ = false;
};

double Seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Best {
  double wall = 1e9;
  double cpu = 1e9;
  template <class Step>
  void Time(const Step& step) {
    const double wall_start = Seconds(CLOCK_MONOTONIC);
    const double cpu_start = Seconds(CLOCK_PROCESS_CPUTIME_ID);
    step();
    cpu = std::min(cpu, Seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start);
    wall = std::min(wall, Seconds(CLOCK_MONOTONIC) - wall_start);
  }
};

bool IsRight(const ColumnStream& stream, const BinCuts& cuts, const BinnedColumns& binned) {
  for (const ColumnChunk& chunk : stream.chunks()) {
    for (FeatureIndex feature = 0; feature < cuts.feature_count(); feature += 7) {
      const auto interior = cuts.of(feature).first(cuts.bin_count(feature) - 1);
      const BinnedColumn& column = binned.columns[feature];
      for (std::size_t i = 0; i < chunk.row_count; i += 13) {
        const float value = chunk.features[feature].At(i);
        const auto bin =
            std::upper_bound(interior.begin(), interior.end(), value) - interior.begin();
        const RowIndex row = chunk.first_row + i;
        if (bin != (column.is_wide ? column.wide()[row] : column.narrow()[row])) return false;
      }
    }
  }
  return true;
}

bool Run(const std::string& name, ColumnStream& stream, int threads, int repetitions) {
  stream.Finish();
  Best cutting;
  Best binning;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    BinCuts cuts;
    cutting.Time([&] { cuts = BuildCuts(stream, {.threads = threads}).value(); });
    BinnedColumns binned;
    binning.Time([&] { binned = BinColumns(stream, cuts, threads).value(); });
    if (repetition == 0 && !IsRight(stream, cuts, binned)) {
      std::fprintf(stderr, "%s: the codes are wrong\n", name.c_str());
      return false;
    }
  }
  const double values =
      static_cast<double>(stream.shape().row_count) * stream.shape().feature_count;
  std::printf("%-22s cuts %7.2f ms (%.2f ns/value CPU)  bins %7.2f ms (%.2f ns/value CPU)\n",
              name.c_str(), cutting.wall * 1e3, cutting.cpu * 1e9 / values, binning.wall * 1e3,
              binning.cpu * 1e9 / values);
  return true;
}

bool RunContinuous(RowIndex row_count, FeatureIndex feature_count, int threads, int repetitions) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  ColumnStream stream(row_count, feature_count);
  for (FeatureIndex feature = 0; feature < feature_count; ++feature) {
    for (float& value : stream.AddFloats()) value = normal(random);
  }
  return Run(std::to_string(row_count) + " x " + std::to_string(feature_count), stream, threads,
             repetitions);
}

// The shape of the bank marketing data: 10 columns of some values, 49 of 0 and 1.
bool RunBankLike(int threads, int repetitions) {
  std::mt19937 random(2);
  ColumnStream stream(41'188, 59);
  for (int feature = 0; feature < 59; ++feature) {
    std::vector<float> dictionary(feature < 10 ? 200 : 2);
    for (std::size_t i = 0; i < dictionary.size(); ++i) dictionary[i] = static_cast<float>(i);
    for (std::uint8_t& code : stream.AddCodes(dictionary)) {
      code = static_cast<std::uint8_t>(random() % dictionary.size());
    }
  }
  return Run("bank-like, coded", stream, threads, repetitions);
}

}  // namespace
}  // namespace boostyard

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const int repetitions = argc > 2 ? std::atoi(argv[2]) : 5;
  const std::string tier(boostyard::NameOf(boostyard::ActiveKernelTier()));
  std::printf("threads %d, kernels %s, best of %d\n", threads, tier.c_str(), repetitions);
  const bool is_right = boostyard::RunContinuous(1'000'000, 28, threads, repetitions) &&
                        boostyard::RunContinuous(100'000, 500, threads, repetitions) &&
                        boostyard::RunBankLike(threads, repetitions);
  return is_right ? 0 : 1;
}
