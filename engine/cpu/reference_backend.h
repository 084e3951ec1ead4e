// A slow tree backend that the fast ones are compared with: plain bins per feature, one pass over
// all rows for every node, no threads, no kernels, no bundles, no subtraction. It follows the same
// rules (quantisation, sample, order of candidates), written down a second time, so that its trees
// must equal the CPU backend's to the last bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/params.h"
#include "engine/quantize/binned_columns.h"
#include "engine/tree/tree.h"
#include "engine/tree/tree_backend.h"

namespace boostyard {

// What the reference trains on: training rows, then validation rows.
struct ReferenceData {
  BinCuts cuts;
  std::vector<std::vector<std::uint32_t>>
      bins;  // [feature][row]; the cuts' missing_code if missing
  std::uint64_t train_rows = 0;
  std::vector<float> labels;   // all rows
  std::vector<float> weights;  // train_rows, or empty
};

// Copies the codes of both channels; `validation` may be null.
ReferenceData MakeReferenceData(const BinnedColumns& train, const BinnedColumns* validation,
                                const BinCuts& cuts);

class ReferenceBackend {
 public:
  // `monotone`: per feature, or empty.
  ReferenceBackend(ReferenceData data, const ObjectiveParams& objective,
                   std::vector<std::int8_t> monotone);

  void SetMargins(int output, float margin);
  void AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins);
  std::span<float> Margins(int output) { return margins_[static_cast<std::size_t>(output)]; }

  Result<RootState> StartTree(const TreeStart& start);
  void EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may_split_further);
  void EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs);
  void ApplySplits(std::span<SplitTask> splits);
  void SumExactly(std::span<ExactTask> leaves);
  void FinishTree(std::span<const LeafValue> leaves);

  std::uint64_t train_rows() const { return data_.train_rows; }
  std::span<const float> labels() const { return data_.labels; }
  std::span<const float> weights() const { return data_.weights; }
  std::uint64_t row_count() const { return data_.labels.size(); }

 private:
  void ComputeGradients(int output);
  void ComputeSoftmaxGradients();
  Status Quantise(const TreeStart& start);
  bool QuantisePacked(std::uint64_t dither_key);
  void QuantiseExactly();
  void Evaluate(const SplitRules& rules, NodeTask& task) const;
  void Settle(const SplitRules& rules, const std::vector<std::uint64_t>& rows,
              const std::vector<SplitCandidate>& candidates, double least, NodeTask& task) const;
  std::vector<SplitCandidate> CandidatesOf(const SplitRules& rules, const NodeTask& task,
                                           const GradSums& total, FeatureIndex feature,
                                           const std::vector<std::uint64_t>& rows,
                                           const std::vector<GradSums>& gradients) const;
  bool GoesLeft(const SplitCandidate& split, std::uint64_t row) const;

  ReferenceData data_;
  ObjectiveParams objective_;
  std::vector<std::int8_t> monotone_;
  std::vector<std::vector<float>> margins_;  // [output][row]
  // Of the round: real gradients, for every class at once where there are several.
  std::vector<std::vector<float>> grads_;  // [output][row]
  std::vector<std::vector<float>> hessians_;
  // Of the tree.
  int output_ = 0;
  RootState root_;
  std::vector<GradSums> quanta_;          // per training row
  std::vector<GradSums> exact_;           // the same in exact units
  std::vector<std::uint8_t> is_sampled_;  // per row; never a validation row
  std::vector<NodeIndex> node_of_row_;    // per row
};

}  // namespace boostyard
