// Steps of a round's figures: sums over rows in the order of engine/metric/block_sum.h, a block of
// threads for each of its blocks of rows, and counts per class.
#pragma once

#include <cstdint>

#include "engine/base/math.h"
#include "engine/cuda/block.h"
#include "engine/cuda/steps_gradients.h"
#include "engine/metric/block_sum.h"
#include "engine/metric/from_sums.h"
#include "engine/objective/links.h"

namespace boostyard::device {

// The rows of a channel.
struct MetricRows {
  const float* margins = nullptr;  // an output's after the other's, `stride` apart
  std::uint64_t stride = 0;
  int outputs = 1;
  Link link = Link::kIdentity;  // of a single output; several are classes
  const float* labels = nullptr;
  const float* weights = nullptr;  // null: none
  std::uint64_t rows = 0;

  BOOSTYARD_HD float Margin(std::uint64_t row, int output) const {
    return margins[static_cast<std::uint64_t>(output) * stride + row];
  }
  BOOSTYARD_HD float Prediction(std::uint64_t row) const { return Predict(link, margins[row]); }
  // Of several outputs.
  BOOSTYARD_HD SoftmaxRow Softmax(std::uint64_t row) const {
    return PrepareSoftmax(margins + row, stride, outputs);
  }
  BOOSTYARD_HD float Probability(const SoftmaxRow& softmax, std::uint64_t row, int output) const {
    return Exp(Margin(row, output) - softmax.max) / softmax.sum;
  }
  // The first of the most probable classes.
  BOOSTYARD_HD int MostProbable(const SoftmaxRow& softmax, std::uint64_t row) const {
    int best = 0;
    float most = Probability(softmax, row, 0);
    for (int k = 1; k < outputs; ++k) {
      const float p = Probability(softmax, row, k);
      if (!(most < p)) continue;
      most = p;
      best = k;
    }
    return best;
  }
};

// Sums up values in shared memory as SumInLanes does. `lanes`: eight, for this alone.
template <class Block>
BOOSTYARD_STEP double SumLanes(Block& block, const double* values, std::uint32_t count,
                               double* lanes) {
  block.ForEachThread([&](int thread) {
    if (thread >= 8) return;
    double lane = 0.0;
    for (std::uint32_t i = static_cast<unsigned>(thread); i < count; i += 8) lane += values[i];
    lanes[thread] = lane;
  });
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

// Sums of a value per row, one for each block of kSumBlockRows rows.
struct MetricSumStep {
  static constexpr int kThreads = 256;
  struct Args {
    MetricRows rows;
    MetricId metric;
    ElementwiseParams params;
    double* block_sums;
    std::uint32_t* has_bad_label;  // set to 1 where a label is no class
  };
  struct Shared {
    double values[kSumBlockRows];
    double lanes[8];
  };

  // grid.x: blocks of rows
  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const std::uint64_t first = std::uint64_t{block.x()} * kSumBlockRows;
    const std::uint64_t rest = args.rows.rows - first;
    const auto count = static_cast<std::uint32_t>(rest < kSumBlockRows ? rest : kSumBlockRows);
    block.ForEachThread([&](int thread) {
      for (std::uint32_t i = static_cast<unsigned>(thread); i < count; i += kThreads) {
        double value = ValueOf(args, first + i);
        if (args.rows.weights != nullptr) {
          value *= static_cast<double>(args.rows.weights[first + i]);
        }
        shared.values[i] = value;
      }
    });
    const double sum = SumLanes(block, shared.values, count, shared.lanes);
    block.ForEachThread([&](int thread) {
      if (thread == 0) args.block_sums[block.x()] = sum;
    });
  }

 private:
  static BOOSTYARD_STEP double ValueOf(const Args& args, std::uint64_t row) {
    const float label = args.rows.labels[row];
    if (args.rows.outputs == 1) {
      return ElementwiseRow(args.metric, static_cast<double>(args.rows.Prediction(row)),
                            static_cast<double>(label), args.params);
    }
    if (!(label >= 0.0F && label < static_cast<float>(args.rows.outputs))) {
      AtomicMax(args.has_bad_label, 1);
      return 0.0;
    }
    const auto wanted = static_cast<int>(label);
    const SoftmaxRow softmax = args.rows.Softmax(row);
    if (args.metric == MetricId::kMlogloss) {
      return MloglossRow(args.rows.Probability(softmax, row, wanted));
    }
    return MerrorRow(args.rows.MostProbable(softmax, row) == wanted);
  }
};

// Counts labels, predicted classes and hits.
struct ClassCountStep {
  static constexpr int kThreads = 256;
  static constexpr int kMostClasses = 1024;
  struct Args {
    MetricRows rows;
    int classes;           // at most kMostClasses
    std::int64_t* counts;  // [class][hits, labels, predicted], begin at 0
    std::uint32_t* has_bad_label;
  };
  struct Shared {
    std::uint32_t counts[3 * kMostClasses];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const int counters = 3 * args.classes;
    block.ForEachThread([&](int thread) {
      for (int i = thread; i < counters; i += kThreads) shared.counts[i] = 0;
    });
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.rows.rows,
                              [&](std::uint64_t row) { CountRow(args, row, shared.counts); });
    });
    block.ForEachThread([&](int thread) {
      for (int i = thread; i < counters; i += kThreads) {
        if (shared.counts[i] != 0) AtomicAdd(args.counts + i, std::int64_t{shared.counts[i]});
      }
    });
  }

 private:
  static BOOSTYARD_STEP void CountRow(const Args& args, std::uint64_t row, std::uint32_t* counts) {
    const float label = args.rows.labels[row];
    const bool is_class = label >= 0.0F && label < static_cast<float>(args.classes);
    const int wanted = is_class ? static_cast<int>(label) : 0;
    if (!is_class || static_cast<float>(wanted) != label) {
      AtomicMax(args.has_bad_label, 1);
      return;
    }
    int predicted = 0;
    if (args.rows.outputs == 1) {
      predicted = args.rows.Prediction(row) > 0.5F ? 1 : 0;
    } else {
      predicted = args.rows.MostProbable(args.rows.Softmax(row), row);
    }
    if (wanted == predicted) AtomicAdd(counts + 3 * wanted, 1);
    AtomicAdd(counts + 3 * wanted + 1, 1);
    AtomicAdd(counts + 3 * predicted + 2, 1);
  }
};

}  // namespace boostyard::device
