// The tree backend of a device: every row and every sum stays there. Trees of known depth grow
// there too (QueueTree): the host replays their launches, and waits once a round, for the trees and
// the figures together. Others grow at the host's command, as on any backend: it waits for the
// root's sums and, once a level, for the best splits.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/cpu/backend_data.h"
#include "engine/cuda/device_binner.h"
#include "engine/cuda/device_growth.h"
#include "engine/cuda/device_metrics.h"
#include "engine/cuda/device_types.h"
#include "engine/cuda/executor.h"
#include "engine/cuda/memory_plan.h"
#include "engine/cuda/steps_gradients.h"
#include "engine/cuda/steps_grow.h"
#include "engine/cuda/steps_histogram.h"
#include "engine/cuda/tree_words.h"
#include "engine/params.h"
#include "engine/tree/growth_order.h"
#include "engine/tree/tree.h"
#include "engine/tree/tree_backend.h"

namespace boostyard {

namespace device {
class GroupMember;
}

// What a device has of rows that several share (ShardedBackend).
struct DeviceShare {
  device::GroupMember* member = nullptr;  // null: it is alone
  std::uint64_t first_row = 0;            // the number of its first training row among all
  std::uint64_t all_train_rows = 0;
  std::uint64_t gathered_bytes = 0;  // to be left free for figures of all rows
};

struct DeviceBackendOptions {
  ObjectiveParams objective;
  std::vector<std::int8_t> monotone;      // per feature, or empty
  std::uint64_t wanted_histograms = 256;  // as many as the tree may have leaves, if that is known
  std::uint64_t histogram_limit = 0;      // at most so many; 0: as memory allows (tests)
  bool keeps_margins = false;             // room for KeepMargins
  std::uint64_t metric_weights = 0;       // weights that DeviceMetrics will bring
  bool sorts_rows = false;                // there are auc or aucpr among the metrics
  bool always_wide = false;               // 64-bit gradients in every round (tests)
  // Trees are grown by the device, that deep, where there is room for it (QueueTree); 0: level by
  // level, at the host's command.
  int grown_depth = 0;
  std::vector<std::vector<FeatureIndex>> interactions;  // QueueTree's: groups of features
  DeviceShare share;
};

// The error of a tree that cannot be grown.
Error GradientsNotFinite();

// A TreeBackend. Operations that cannot return an error keep it: it comes out of the next call that
// can, or of status().
class DeviceBackend {
 public:
  // Takes the plan of a matrix and its slots' columns, which lie on the device (DeviceBinner), and
  // moves the rest of the data there. `executor` outlives the backend. Errors: kOutOfMemory, before
  // anything is allocated; kDeviceFailed.
  static Result<std::unique_ptr<DeviceBackend>> Make(BackendData data,
                                                     std::vector<DeviceColumn> columns,
                                                     const DeviceBackendOptions& options,
                                                     device::Executor& executor);
  ~DeviceBackend();
  DeviceBackend(const DeviceBackend&) = delete;
  DeviceBackend& operator=(const DeviceBackend&) = delete;

  // Sets every margin of an output.
  void SetMargins(int output, float margin);
  // Adds a tree that was grown before, with the same cuts (as CpuBackend::AddTree).
  void AddTree(int output, const Tree& tree, std::span<const std::int32_t> bins);
  // The margins of all rows of one output: a copy, valid until the next call for that output.
  std::span<float> Margins(int output);
  // Takes over what the caller has written into the spans of Margins.
  void TakeMargins();
  // Sets the margins of the validation rows aside, on the device, replacing those set aside before.
  // Precondition: keeps_margins.
  void KeepMargins();
  // Those that were set aside of one output: a copy, valid until the next call for that output.
  std::span<const float> KeptMargins(int output);
  // Gets ready to work out figures after each round: of the training rows, and of the validation
  // rows, if there are any. The spans outlive the last EvaluateMetrics.
  Status PrepareMetrics(std::span<const MetricSpec> specs,
                        std::span<const float> validation_weights, int threads);
  // The figures of both channels; those that only the host works out are missing.
  Result<std::vector<MetricFigures>> EvaluateMetrics();
  // Whether none is missing.
  bool has_all_metrics() const { return metrics_->has_all(); }

  Result<RootState> StartTree(const TreeStart& start);
  void EvaluateRoot(const SplitRules& rules, NodeTask& root, bool may_split_further);
  void EvaluatePairs(const SplitRules& rules, std::span<PairTask> pairs);
  void ApplySplits(std::span<SplitTask> splits);
  void SumExactly(std::span<ExactTask> leaves);
  void FinishTree(std::span<const LeafValue> leaves);

  // Trees that the device grows whole, depth by depth, by the rules of TreeGrower (growth_order.h
  // has their life). Preconditions: grows_trees(); all orders are alike but for the start's keys
  // and output, the number and the columns; their max_depth is grown_depth.
  void QueueTree(const GrowthOrder& order);
  void AddQueuedTree();
  Result<std::vector<GrownNode>> TakeTree();
  bool grows_trees() const { return growth_ != nullptr; }

  // Margins of one output in device memory: of its training rows, then of its validation rows.
  const float* device_margins(int output) const { return MarginsOf(output); }

  // What has gone wrong so far, if anything has.
  Status status();

  std::uint64_t train_rows() const { return train_rows_; }
  std::span<const float> labels() const { return {host_labels_.data(), row_count_}; }
  std::span<const float> weights() const { return host_weights_; }
  std::uint64_t row_count() const { return row_count_; }

 private:
  // Two nodes to evaluate together; the root has no partner and no parent.
  struct Family {
    NodeIndex parent = -1;
    NodeTask* left = nullptr;
    NodeTask* right = nullptr;
    bool may_split_further = true;
  };
  // How a node of the tree under way came about.
  struct NodeNote {
    NodeIndex parent = -1;
    bool is_left = false;
    bool has_rows = false;  // its own rows are known: it was evaluated
  };
  // A node that exact sums have to settle.
  struct Contested {
    NodeTask* task;
    std::uint32_t row;  // of the batch's feature gains
    double least;
  };
  // One round trip of EvaluateFamilies: families that find histograms at the same time.
  struct Batch {
    std::size_t first = 0;
    std::vector<device::PairOrder> orders;
    std::vector<char> keeps;
    bool builds_both = false;  // there is a pair without its parent's histogram
  };

  // Which gradients histograms are of.
  enum class HistogramForm {
    kQuanta,
    kWide,    // of a tree whose form is wide
    kEither,  // as only the device knows
    kExact    // whatever the tree's form
  };

  // Pairs that are evaluated together, or nodes that are settled together.
  struct Evaluation {
    device::PairOrder* pairs;
    device::TaskInfo* tasks;
    device::PairResult* results;
    device::WorkCount pairs_at_hand;
    bool builds_both = false;  // there may be pairs without a parent's histogram
  };

  DeviceBackend(const DeviceBackendOptions& options, device::Executor& executor)
      : options_(options), executor_(executor), member_(options.share.member) {}

  // -- device_setup.cc
  Status TakeData(BackendData data);
  void DescribeMatrix(const SlotMatrix& matrix);
  Result<device::MemoryPlan> Plan();
  Status AllocateArrays(const device::MemoryPlan& plan);
  Status UploadMatrix();

  // -- device_backend.cc
  device::Grid RowGrid(std::uint64_t rows, std::uint32_t rows_per_block) const;
  float* MarginsOf(int output) const {
    return margins_.data() + margin_stride_ * static_cast<std::uint64_t>(output);
  }
  Status EnsureNodes(std::size_t count);
  void Keep(Status status);
  void UploadWords(const device::TreeWords& words);
  void LaunchGradients(bool is_again);
  void LaunchSample(const TreeStart& start);
  void LaunchSum();
  void LaunchClasses(const TreeStart& start);
  void LaunchStart(const TreeStart& start);
  device::SplitOrder OrderOf(const SplitTask& split) const;
  void PrepareSplits(std::span<const device::SplitOrder> orders);
  void LaunchPartition(const device::WorkCount& splits);
  void WalkRows(int output, std::span<const device::LeafWord> leaves);

  // -- device_evaluate.cc, device_exact.cc
  void EvaluateFamilies(const SplitRules& rules, std::span<const Family> families);
  Batch TakeBatch(std::span<const Family> families, std::size_t first);
  void UploadBatch(const Batch& batch, std::span<const Family> families);
  void LaunchEvaluation(const SplitRules& rules, HistogramForm form, const Evaluation& batch);
  void LaunchHistograms(std::uint32_t builds, HistogramForm form);
  void LaunchNarrow(device::HistogramArgs args, bool is_wide);
  void SettleContests(const SplitRules& rules, std::span<const Contested> contested);
  void SettleSome(const SplitRules& rules, std::span<const Contested> contested);
  void LaunchSettling(const SplitRules& rules, const std::uint32_t* gain_rows, const double* least,
                      const Evaluation& nodes);
  void LaunchExactSums(const device::WorkCount& visits);
  std::uint64_t validation_rows() const { return row_count_ - train_rows_; }
  device::MetricRows RowsForMetrics(std::uint64_t first, std::uint64_t rows) const;
  device::GradientView Gradients() const {
    return {packed_.data(), real_.data(), scale_words_.data()};
  }
  void ReleaseBatch(const Batch& batch, std::span<const Family> families);
  void TakeResults(const Batch& batch, std::span<const Family> families,
                   std::span<const device::PairResult> results, std::vector<Contested>& contested);
  int TakeHistogram();
  void ReleaseHistogram(int index);
  int& HistogramOf(NodeIndex node);

  // -- device_sums.cc
  Status PrepareSums(std::uint64_t most_pairs);
  std::uint64_t ExchangeWords(std::uint64_t most_pairs) const;
  void SumStart(device::StartPart part);
  // Per pair of a batch and child, in device memory; null where the device is alone.
  const std::int64_t* SumChildRows(const Evaluation& batch);
  void SumHistograms(std::uint32_t first, std::uint32_t stride, std::uint32_t count);
  void SumLeftQuanta(const Evaluation& nodes);
  std::uint32_t MostContested(const std::uint32_t* counted, std::uint32_t most);
  void SumVisits(std::uint32_t visits);
  std::uint64_t all_train_rows() const {
    return member_ != nullptr ? options_.share.all_train_rows : train_rows_;
  }

  // -- device_growth.cc
  Status PrepareGrowth(std::uint64_t histograms);
  void UploadOrder(const GrowthOrder& order);
  void LaunchTree(const GrowthOrder& order);
  void LaunchLevel(const GrowthOrder& order, const device::GrowthSettings& settings, int depth);
  void LaunchMasks(const GrowthOrder& order, int depth, const Evaluation& batch);
  void LaunchContests(const SplitRules& rules, const Evaluation& batch);
  void LaunchLeaves(const device::GrowthSettings& settings);

  DeviceBackendOptions options_;
  device::Executor& executor_;
  device::GroupMember* member_;  // null: the device is alone
  Status status_;
  std::uint64_t train_rows_ = 0;
  std::uint64_t row_count_ = 0;
  HugeBuffer<float> host_labels_;
  std::vector<float> host_weights_;
  std::vector<std::vector<float>> host_margins_;  // per output
  std::vector<std::vector<float>> host_kept_;
  int outputs_ = 1;

  // the matrix, as described on the host and as it lies on the device
  std::vector<device::SlotInfo> slots_;
  std::vector<device::DigitInfo> digits_;
  std::vector<FeatureIndex> features_;
  std::vector<device::GroupInfo> groups_;
  std::vector<FeaturePlace> places_;
  std::uint64_t strip_bytes_per_row_ = 0;
  std::uint32_t most_codes_ = 0;  // of any narrow slot
  device::MatrixView view_;
  device::DeviceArray<device::SlotInfo> slot_array_;
  device::DeviceArray<device::DigitInfo> digit_array_;
  device::DeviceArray<FeatureIndex> feature_array_;
  device::DeviceArray<device::GroupInfo> group_array_;
  device::DeviceArray<std::int8_t> monotone_array_;
  std::vector<DeviceColumn> columns_;  // per slot
  device::DeviceArray<std::uint8_t> strips_;

  // rows
  device::DeviceArray<float> labels_;
  device::DeviceArray<float> weights_;
  device::DeviceArray<float> margins_;  // [output][margin_stride_]
  std::uint64_t margin_stride_ = 0;
  device::DeviceArray<float> kept_margins_;  // [output][validation row]
  device::DeviceArray<SoftmaxRow> softmax_;
  device::DeviceArray<std::uint32_t> packed_;
  device::DeviceArray<GradPair> real_;
  device::DeviceArray<std::uint32_t> lists_[2];
  device::DeviceArray<device::StartWords> start_;
  device::DeviceArray<device::TreeWords> tree_words_;
  device::DeviceArray<device::ScaleWords> scale_words_;
  bool is_wide_ = false;  // the form of the tree under way, where the host commands it
  int current_output_ = 0;

  // nodes
  device::DeviceArray<device::NodeRows> node_rows_;
  device::DeviceArray<device::WalkNode> walk_;
  device::DeviceArray<device::SplitOrder> splits_;
  device::DeviceArray<device::LeafWord> leaves_;
  device::DeviceArray<std::uint32_t> counts_;  // tiles, chunks

  // evaluation
  device::DeviceArray<std::int64_t> pool_;
  std::vector<int> free_histograms_;
  std::vector<int> histogram_of_node_;
  device::DeviceArray<device::PairOrder> pair_array_;
  device::DeviceArray<device::TaskInfo> task_array_;
  device::DeviceArray<std::uint8_t> mask_array_;
  device::DeviceArray<device::BuildOrder> builds_;
  device::DeviceArray<Contest> found_;
  device::DeviceArray<double> feature_gains_;
  device::DeviceArray<std::uint32_t> contested_rows_;
  device::DeviceArray<double> contested_least_;
  device::DeviceArray<device::SplitPlace> place_array_;
  device::DeviceArray<device::PairResult> results_;
  device::DeviceArray<device::VisitOrder> visits_;
  device::DeviceArray<GradSums> visit_sums_;
  std::vector<NodeNote> notes_;  // per node
  device::DeviceArray<std::int64_t> sum_words_;

  std::unique_ptr<DeviceGrowth> growth_;  // null: trees are grown level by level
  std::unique_ptr<DeviceMetrics> metrics_;
};

static_assert(TreeBackend<DeviceBackend>);

}  // namespace boostyard
