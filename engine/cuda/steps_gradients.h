// Steps over rows: gradients and their quanta, the sample, margins.
#pragma once

#include "engine/base/math.h"
#include "engine/base/rng.h"
#include "engine/cuda/block.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/tree_words.h"
#include "engine/objective/softmax.h"
#include "engine/tree/grad_scales.h"
#include "engine/tree/quantise.h"

namespace boostyard::device {

// out[i] = value.
struct FillStep {
  static constexpr int kThreads = 256;
  struct Args {
    float* out;
    float value;
    std::uint64_t count;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.count,
                              [&](std::uint64_t i) { args.out[i] = args.value; });
    });
  }
};

// Gradients as sums take them, in either form.
struct GradientReader {
  const std::uint32_t* packed;
  const GradPair* real;
  double grad_scale;  // of the 64-bit form
  double hess_scale;

  BOOSTYARD_HD GradSums Packed(std::uint64_t row) const {
    const std::uint32_t value = packed[row];
    return {static_cast<std::int32_t>(value) >> 16, value & 0xFFFFU};
  }
  BOOSTYARD_HD GradSums Exact(std::uint64_t row) const {
    const GradPair pair = real[row];
    return {RoundToInt(static_cast<double>(pair.grad) * grad_scale),
            RoundToInt(static_cast<double>(pair.hess) * hess_scale)};
  }
};

// Where they lie.
struct GradientView {
  const std::uint32_t* packed;
  const GradPair* real;
  const ScaleWords* scales;

  BOOSTYARD_HD GradientReader Read() const {
    return {packed, real, scales->scales.wide_grad, scales->scales.wide_hess};
  }
  BOOSTYARD_HD bool IsWide() const { return scales->scales.is_wide; }
};

// Where a pass over gradients reads and writes, whatever the objective.
struct GradientPass {
  const float* labels;
  const float* weights;  // null: none
  std::uint64_t rows;
  const TreeWords* tree;
  const ScaleWords* scales;
  std::uint32_t is_again;   // only where the scales turned out to be wrong
  std::uint64_t first_row;  // among those of all devices
  std::uint32_t* packed;    // 16-bit form
  GradPair* real;           // what exact sums are made of
  StatWords* stats;
};

BOOSTYARD_HD StatWords Merge(const StatWords& a, const StatWords& b) {
  return {a.max_grad > b.max_grad ? a.max_grad : b.max_grad,
          a.max_hess > b.max_hess ? a.max_hess : b.max_hess, a.sum_abs_grad + b.sum_abs_grad,
          a.sum_hess + b.sum_hess};
}

// Whether no gradient was infinite or not a number.
BOOSTYARD_HD bool AreFinite(const StatWords& stats) {
  constexpr std::uint32_t kInfinity = 0x7F800000U;
  return stats.max_grad < kInfinity && stats.max_hess < kInfinity;
}

// The scales follow from a pass's largest gradient, the form from their mean in quanta, as in
// CpuBackend::ComputeGradients: what is returned is the same as `used` once that was right.
BOOSTYARD_HD GradScales RightScales(const GradScales& used, const StatWords& stats,
                                    std::uint64_t rows, bool always_wide) {
  const float max_grad = FloatOf(stats.max_grad);
  const float max_hess = FloatOf(stats.max_hess);
  GradScales right = used;
  right.grad = PackedGradScale(max_grad);
  right.hess = PackedHessScale(max_hess);
  right.wide_grad = WideScale(max_grad, rows);
  right.wide_hess = WideScale(max_hess, rows);
  if (right.grad == used.grad && right.hess == used.hess) {
    const std::int64_t bar = kMinMeanQuanta * static_cast<std::int64_t>(rows);
    right.is_wide = always_wide || stats.sum_abs_grad < bar || stats.sum_hess < bar;
  }
  return right;
}

// What turns real gradients into quanta.
struct Quantiser {
  float grad_scale;
  float hess_scale;
  RowRandom random;
};

// Weighs, measures and quantises the gradient of one row.
BOOSTYARD_HD void TakeGradient(const GradientPass& pass, const Quantiser& quantiser,
                               std::uint64_t row, GradPair pair, StatWords& stats) {
  if (pass.weights != nullptr) {
    pair.grad *= pass.weights[row];
    pair.hess *= pass.weights[row];
  }
  // Non-negative floats order like their bits.
  const std::uint32_t g = BitsOf(pair.grad) & 0x7FFFFFFFU;
  const std::uint32_t h = BitsOf(pair.hess) & 0x7FFFFFFFU;
  stats.max_grad = g > stats.max_grad ? g : stats.max_grad;
  stats.max_hess = h > stats.max_hess ? h : stats.max_hess;
  stats.sum_abs_grad += TruncateCapped(FloatOf(g) * quantiser.grad_scale);
  stats.sum_hess += TruncateCapped(FloatOf(h) * quantiser.hess_scale);
  pass.real[row] = pair;
  pass.packed[row] =
      QuantisePair(pair.grad, pair.hess, quantiser.grad_scale, quantiser.hess_scale,
                   quantiser.random.Bits(static_cast<std::uint32_t>(pass.first_row + row)));
}

// Runs gradient_of(row) over the rows of all blocks and adds up what was found.
template <int kThreads, class Block, class GradientOf>
BOOSTYARD_STEP void RunGradientPass(Block& block, const GradientPass& pass, StatWords* scratch,
                                    const GradientOf& gradient_of) {
  if (pass.is_again != 0 && pass.scales->is_redone == 0) return;
  const Quantiser quantiser{pass.scales->scales.grad, pass.scales->scales.hess,
                            RowRandom(pass.tree->dither_key)};
  typename Block::template Local<StatWords> stats;
  block.ForEachThread([&](int thread) {
    StatWords mine;
    ForEachOfGrid<kThreads>(block, thread, pass.rows, [&](std::uint64_t row) {
      TakeGradient(pass, quantiser, row, gradient_of(row), mine);
    });
    stats[thread] = mine;
  });
  const StatWords all = block.Reduce(
      stats, scratch, [](const StatWords& a, const StatWords& b) { return Merge(a, b); });
  block.ForEachThread([&](int thread) {
    if (thread != 0) return;
    AtomicMax(&pass.stats->max_grad, all.max_grad);
    AtomicMax(&pass.stats->max_hess, all.max_hess);
    AtomicAdd(&pass.stats->sum_abs_grad, all.sum_abs_grad);
    AtomicAdd(&pass.stats->sum_hess, all.sum_hess);
  });
}

// Gradients of a scalar objective.
template <class Objective>
struct GradientStep {
  static constexpr int kThreads = 256;
  struct Args {
    GradientPass pass;
    const float* margins;
    Objective objective;
  };
  struct Shared {
    StatWords scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    RunGradientPass<kThreads>(block, args.pass, shared.scratch, [&](std::uint64_t row) {
      return args.objective.Gradient(args.margins[row], args.pass.labels[row]);
    });
  }
};

// As SoftmaxLoss::Prepare; a row's margins lie `stride` apart.
BOOSTYARD_HD SoftmaxRow PrepareSoftmax(const float* margins, std::uint64_t stride, int classes) {
  float max = margins[0];
  for (int k = 1; k < classes; ++k) {
    const float margin = margins[static_cast<std::uint64_t>(k) * stride];
    max = margin > max ? margin : max;
  }
  double sum = 0.0;
  for (int k = 0; k < classes; ++k) {
    sum += static_cast<double>(Exp(margins[static_cast<std::uint64_t>(k) * stride] - max));
  }
  return {max, static_cast<float>(sum)};
}

// What the classes of a row share, for SoftmaxStep.
struct SoftmaxPrepareStep {
  static constexpr int kThreads = 256;
  struct Args {
    const float* margins;  // [class][stride]
    std::uint64_t stride;
    int classes;
    std::uint64_t rows;
    SoftmaxRow* out;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.rows, [&](std::uint64_t row) {
        args.out[row] = PrepareSoftmax(args.margins + row, args.stride, args.classes);
      });
    });
  }
};

// Gradients of one class.
struct SoftmaxStep {
  static constexpr int kThreads = 256;
  struct Args {
    GradientPass pass;
    const float* margins;  // [class][stride]
    std::uint64_t stride;
    const SoftmaxRow* rows;
  };
  struct Shared {
    StatWords scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const std::int32_t output = args.pass.tree->output;
    const float* margins = args.margins + args.stride * static_cast<unsigned>(output);
    RunGradientPass<kThreads>(block, args.pass, shared.scratch, [&](std::uint64_t row) {
      const SoftmaxLoss loss;
      const bool is_label = args.pass.labels[row] == static_cast<float>(output);
      return loss.Gradient(args.rows[row], margins[row], is_label);
    });
  }
};

// Puts the scales right after a pass over gradients. Where they were not for its quanta, the pass
// comes again; after that they are, for they follow from the largest gradients, which stay.
struct ScaleStep {
  static constexpr int kThreads = 32;
  struct Args {
    const StartWords* start;
    std::uint64_t rows;
    std::uint32_t always_wide;
    std::uint32_t is_again;
    ScaleWords* out;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      if (thread == 0) PutRight(args);
    });
  }

 private:
  static BOOSTYARD_STEP void PutRight(const Args& args) {
    ScaleWords& out = *args.out;
    if (args.is_again != 0 && out.is_redone == 0) return;
    const StatWords stats = args.start->stats[args.is_again];
    out.is_redone = 0;
    out.is_finite = AreFinite(stats) ? 1 : 0;
    if (out.is_finite == 0) return;
    const GradScales right = RightScales(out.scales, stats, args.rows, args.always_wide != 0);
    const bool is_right = right.grad == out.scales.grad && right.hess == out.scales.hess;
    out.is_redone = args.is_again == 0 && !is_right ? 1 : 0;
    out.scales = right;
  }
};

// Adds up the quanta of the root's rows.
struct SumStep {
  static constexpr int kThreads = 256;
  struct Args {
    const NodeRows* root;
    const std::uint32_t* lists[2];
    GradientView gradients;
    StartWords* start;
  };
  struct Shared {
    GradSums scratch[kMaxWarps];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    typename Block::template Local<GradSums> sums;
    const NodeRows root = *args.root;
    const GradientReader gradients = args.gradients.Read();
    const bool is_wide = args.gradients.IsWide();
    block.ForEachThread([&](int thread) {
      GradSums mine;
      ForEachOfGrid<kThreads>(block, thread, root.count, [&](std::uint64_t i) {
        const std::uint64_t row =
            root.list == NodeRows::kDense ? i : args.lists[root.list][root.begin + i];
        mine = Plus(mine, is_wide ? gradients.Exact(row) : gradients.Packed(row));
      });
      sums[thread] = mine;
    });
    const GradSums all = block.Reduce(
        sums, shared.scratch, [](const GradSums& a, const GradSums& b) { return Plus(a, b); });
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      AtomicAdd(&args.start->total.grad, all.grad);
      AtomicAdd(&args.start->total.hess, all.hess);
      if (block.x() == 0) args.start->rows = root.count;
    });
  }
};

// Marks the leaves of a finished tree.
struct LeafStep {
  static constexpr int kThreads = 256;
  struct Args {
    const LeafWord* leaves;
    std::uint32_t count;
    WalkNode* nodes;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.count, [&](std::uint32_t i) {
        WalkNode& node = args.nodes[args.leaves[i].node];
        node.left = -1;
        node.value = args.leaves[i].value;
      });
    });
  }
};

// Every row, training or not, walks down the tree and takes its leaf's value. Reads about two
// sectors a row in all (rows of a warp share those of a column), where moving row numbers down the
// tree would read and write forty bytes a level.
struct WalkStep {
  static constexpr int kThreads = 256;
  struct Args {
    MatrixView matrix;
    const WalkNode* nodes;
    std::uint64_t rows;
    float* margins;
    const std::uint32_t* is_wanted;  // points to 0: the tree does not count; null: it does
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    if (args.is_wanted != nullptr && *args.is_wanted == 0) return;
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.rows, [&](std::uint64_t row) {
        std::int32_t at = 0;
        while (args.nodes[at].left >= 0) {
          const WalkNode& node = args.nodes[at];
          const std::uint32_t code = args.matrix.Code(args.matrix.slots[node.slot], row);
          at = GoesLeft(node, code) ? node.left : node.right;
        }
        args.margins[row] += args.nodes[at].value;
      });
    });
  }
};

}  // namespace boostyard::device
