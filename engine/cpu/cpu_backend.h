// The CPU's tree backend: row lists per thread, histograms by blocks of slots, everything exact.
//
// Each thread owns a range of training rows and a range of validation rows. A node's rows are, per
// thread, one segment of sampled rows (which make histograms) and one of other rows: those left out
// by the sample, and all validation rows, which only travel along so that their margins come out of
// the same tree walk.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/huge_buffer.h"
#include "engine/base/parallel.h"
#include "engine/base/result.h"
#include "engine/cpu/backend_data.h"
#include "engine/cpu/kernels.h"
#include "engine/cpu/slot_matrix.h"
#include "engine/params.h"
#include "engine/tree/grad_scales.h"
#include "engine/tree/tree.h"
#include "engine/tree/tree_backend.h"

namespace boostyard {

struct CpuBackendOptions {
  ObjectiveParams objective;
  std::vector<std::int8_t> monotone;         // per feature, or empty
  std::uint64_t histogram_limit_bytes = 0;   // 0: no limit; beyond it histograms are built again
  std::uint64_t gradient_block_rows = 1024;  // rows per tile of the gradient pass (tests vary it)
  bool always_wide = false;                  // 64-bit gradients in every round (tests)
  // Several trees share a round's gradients: margins move before the last one asks for exact sums.
  bool keeps_gradients = false;
};

class CpuBackend {
 public:
  // `team` outlives the backend.
  CpuBackend(BackendData data, const CpuBackendOptions& options, ThreadTeam& team);
  ~CpuBackend();
  CpuBackend(const CpuBackend&) = delete;
  CpuBackend& operator=(const CpuBackend&) = delete;

  // Sets every margin of an output.
  void SetMargins(int output, float margin);
  // Adds a tree that was grown before, with the same cuts, to the margins of all rows of an output:
  // the same additions as when it was grown. `bins` has each split's last bin of the left side.
  void AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins);
  // Adds what is still pending and gives the margins of all rows of one output.
  std::span<float> Margins(int output);

  Result<RootState> StartTree(const TreeStart& start);
  void EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may_split_further);
  void EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs);
  void ApplySplits(std::span<SplitTask> splits);
  void SumExactly(std::span<ExactTask> leaves);
  void FinishTree(std::span<const LeafValue> leaves);

  std::uint64_t train_rows() const { return data_.train_rows; }
  std::span<const float> labels() const { return {data_.labels.data(), row_count()}; }
  std::span<const float> weights() const { return data_.weights; }
  std::uint64_t row_count() const { return data_.matrix.row_count; }

 private:
  struct Segment {
    std::uint64_t begin = 0;
    std::uint64_t count = 0;
  };
  // One thread's rows of a node. Dense: the thread's whole training range, not written down.
  struct NodeRows {
    Segment sampled;
    Segment other;
  };
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t count() const { return end - begin; }
  };
  struct ThreadState;
  struct Histogram;
  struct BuildItem;
  // Which rows of a node go to which child.
  struct RowSplit {
    NodeIndex node;
    NodeIndex left;
    NodeIndex right;
    std::uint32_t slot;                      // of the codes that decide
    std::vector<std::uint32_t> left_bitmap;  // one bit per code
  };

  // -- cpu_gradients.cc
  void PrepareSoftmax();
  GradientStats GradientRange(const TreeStart& start, const GradScales& scales, bool adds_pending,
                              Range range, ThreadState& state);
  GradientStats GradientPass(const TreeStart& start, const GradScales& scales, bool adds_pending);
  Status ComputeGradients(const TreeStart& start);
  GradSums SampleRows(const TreeStart& start);
  GradSums SumSampled(int thread);
  void AddPending();
  void AddPendingRange(int output, Range range);

  // -- cpu_rows.cc
  void ReserveNodes(std::size_t count);
  NodeRows& RowsOf(NodeIndex node, int thread) {
    return node_rows_[static_cast<std::size_t>(node) * threads_ + thread];
  }
  RowList SampledList(NodeIndex node, int thread);
  std::uint64_t SampledCount(NodeIndex node);
  std::vector<std::uint32_t> LeftBitmap(const SplitCandidate& split) const;
  void SplitRows(const RowSplit& split, int thread);
  Segment SplitSegment(std::uint32_t slot, Segment segment,
                       const std::vector<std::uint32_t>& bitmap, ThreadState& state,
                       Segment* right);
  template <class Visit>
  void VisitRows(NodeIndex node, int thread, const Visit& visit);

  // -- cpu_exact.cc
  void SettleContests(const SplitRules& rules, std::vector<BuildItem>& items);
  void SettleContest(const SplitRules& rules, NodeTask& task, const double* feature_gains,
                     double least, ThreadState& state);
  void SumSlots(NodeIndex node, std::span<const std::uint32_t> slots, ThreadState& state);
  void ExactTile(const RowList& rows, ThreadState& state);
  template <class Visit>
  void VisitExact(const RowList& rows, ThreadState& state, const Visit& visit);

  // -- cpu_histograms.cc
  void BuildViews();
  int TakeHistogram(bool is_wide);
  void ReleaseHistogram(NodeIndex node);
  HistogramRef Ref(int index);
  bool IsWideNode(std::uint64_t rows) const { return scales_.is_wide || rows > kPackedRows; }
  BuildItem MakeItem(NodeTask* child, NodeTask* sibling, NodeIndex parent, bool keeps);
  void Evaluate(const SplitRules& rules, std::vector<BuildItem>& items);
  void EvaluateByGroups(std::vector<BuildItem>& items);
  void EvaluateByRows(std::vector<BuildItem>& items);
  int PlanRows(std::vector<BuildItem>& items);
  void Accumulate(const BuildItem& item, const SlotGroup& group, int first_thread, int end_thread,
                  RowList next, ThreadState& state);
  void AccumulateRun(const BuildItem& item, const SlotGroup& group, const RowList& rows,
                     const RowList& next, ThreadState& state);
  void CloseAccumulation(const BuildItem& item, const SlotGroup& group, ThreadState& state);
  void ScanGroup(const BuildItem& item, std::size_t index, const SlotGroup& group,
                 ThreadState& state);
  BlockScan MakeScan(const BuildItem& item, std::size_t index, std::size_t block,
                     ThreadState& state);
  void SavePartial(const BuildItem& item, const SlotGroup& group, ThreadState& state);
  void ReducePartials(const BuildItem& item, std::size_t index, std::size_t block,
                      ThreadState& state);
  void ScanWideSlots(std::vector<BuildItem>& items);
  void ScanWideSlot(const BuildItem& item, std::size_t index, std::uint32_t slot,
                    ThreadState& state);

  BackendData data_;
  CpuBackendOptions options_;
  ThreadTeam& team_;
  const int threads_;
  const KernelTable& kernels_;

  // rows
  std::vector<Range> train_range_;  // per thread
  std::vector<Range> validation_range_;
  std::vector<std::uint64_t> id_base_;  // where a thread's list begins in ids_
  HugeBuffer<std::uint32_t> ids_;
  HugeBuffer<std::uint16_t> leaf_of_row_;
  std::vector<NodeRows> node_rows_;  // [node][thread]
  bool root_is_dense_ = false;

  // gradients
  std::uint64_t margin_stride_ = 0;
  HugeBuffer<float> margins_;  // [output][row]
  HugeBuffer<std::uint32_t> packed_;
  HugeBuffer<WideGradient> wide_;
  HugeBuffer<float> softmax_max_;
  HugeBuffer<float> softmax_sum_;
  HugeBuffer<float> kept_grad_;  // only where options_.keeps_gradients
  HugeBuffer<float> kept_hess_;
  GradScales scales_;
  std::vector<float> leaf_values_;  // of the tree whose values are pending
  int pending_output_ = -1;
  int current_output_ = 0;  // of the tree being grown
  std::vector<std::byte> objective_bytes_;
  int objective_index_ = -1;  // among NativeScalarObjectives; -1: multi-class

  // histograms
  std::vector<SlotView> slot_views_;
  std::vector<DigitView> digit_views_;
  std::vector<FeatureIndex> digit_features_;
  std::vector<std::uint8_t> block_widths_;
  ScanContext context_;
  std::vector<double> feature_gains_;  // [2 * item + sibling][feature], of the batch
  std::vector<Histogram> histograms_;
  std::vector<int> free_histograms_[2];  // by is_wide
  std::uint64_t histogram_bytes_ = 0;
  std::vector<int> histogram_of_node_;  // -1: not kept
  std::vector<std::unique_ptr<ThreadState>> states_;
  std::vector<RowSplit> pending_splits_;  // last ones: rows stay, FinishTree reads their codes
};

}  // namespace boostyard
