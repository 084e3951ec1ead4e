// Seam B: what a tree grower asks of a device, and the words they share.
//
// Life of one tree on a backend:
//   StartTree      gradients of the current margins (unless they stand already), the sample of
//                  rows; gives the root's sums
//   EvaluateRoot   histogram and best split of the root
//   ApplySplits    rows of split nodes go to their children
//   EvaluatePairs  for each pair of children: the smaller one's histogram from its rows, the
//                  sibling's as parent minus that, and the best split of both, in one fused step
//   ...            until the grower is done
//   SumExactly     sums of exact gradients of the leaves that need them (LeafSums)
//   FinishTree     every row learns its leaf; its value is added to the margins before they are
//                  next read
// Sums are integers, so that rows, threads, devices and hosts may be divided in any way: a backend
// over several hosts sums histograms between building and scanning, nothing else.
//
// Two forms of gradients. Histograms are of quanta: 16 bits a row where that is enough, rounded.
// Exact gradients are the float32 ones in 64-bit fixed point (RootState's exact units). They need
// not be stored: they follow from margin, label and weight, but for trees that share gradients
// (reuses_gradients), during which margins move. They decide where rounding might: in contested
// nodes (split_contest.h) and in leaves. Where the form is wide, quanta are exact themselves.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/tree/split_candidate.h"
#include "engine/tree/split_rules.h"

namespace boostyard {

// A node to be evaluated: what is known of it before, and the answer.
struct NodeTask {
  NodeIndex node = 0;
  GradSums total;
  double floor_gain = 0.0;  // its own gain: the children must beat it
  WeightBounds bounds;
  const std::uint8_t* allowed = nullptr;  // per feature, 0: not to be split here; null: all
  // Out: the best split. In a contested node the best by exact sums, with the gain of those sums
  // (so that gain - floor_gain is the exact loss change) but what goes left still in quanta.
  SplitCandidate best;
  std::uint64_t rows = 0;  // out: sampled ones
};

// Two children of one parent, evaluated together.
struct PairTask {
  NodeIndex parent = 0;
  NodeTask* left = nullptr;
  NodeTask* right = nullptr;
  bool may_split_further = true;  // false: the children's own children would be too deep
};

// A split that is to be carried out.
struct SplitTask {
  NodeIndex node = 0;
  NodeIndex left = 0;  // new nodes
  NodeIndex right = 0;
  SplitCandidate split;
  bool is_last = false;  // both children are leaves for certain
};

struct TreeStart {
  int output = 0;                 // which of the margins this tree adds to
  bool reuses_gradients = false;  // the previous tree's gradients are this tree's too
  double subsample = 1.0;
  std::uint64_t sample_key = 0;
  std::uint64_t dither_key = 0;
};

struct RootState {
  GradSums total;
  std::uint64_t rows = 0;  // sampled ones
  double grad_unit = 1.0;  // real value of a quantum
  double hess_unit = 1.0;
  double exact_grad_unit = 1.0;  // the same of exact sums
  double exact_hess_unit = 1.0;
  bool is_wide = false;  // 64-bit gradients were needed: quanta are exact
};

// A leaf whose exact sums are wanted.
struct ExactTask {
  NodeIndex node = 0;
  GradSums total;  // out: in exact units, over the sampled rows
};

// A leaf and its value.
struct LeafValue {
  NodeIndex node = 0;
  float value = 0.0F;
};

template <class B>
concept TreeBackend = requires(B backend, const TreeStart& start, NodeTask& root,
                               const SplitRules& rules, std::span<PairTask> pairs,
                               std::span<SplitTask> splits, std::span<ExactTask> exact,
                               std::span<const LeafValue> leaves) {
  { backend.StartTree(start) } -> std::same_as<Result<RootState>>;
  { backend.EvaluateRoot(rules, root, true) } -> std::same_as<void>;
  { backend.EvaluatePairs(rules, pairs) } -> std::same_as<void>;
  { backend.ApplySplits(splits) } -> std::same_as<void>;
  { backend.SumExactly(exact) } -> std::same_as<void>;
  { backend.FinishTree(leaves) } -> std::same_as<void>;
};

}  // namespace boostyard
