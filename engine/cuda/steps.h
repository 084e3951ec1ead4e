// The list of all steps: a step's place in it is its number, by which executors are asked for it.
#pragma once

#include <type_traits>

#include "engine/cuda/steps_bins.h"
#include "engine/cuda/steps_contest.h"
#include "engine/cuda/steps_curves.h"
#include "engine/cuda/steps_gradients.h"
#include "engine/cuda/steps_group.h"
#include "engine/cuda/steps_grow.h"
#include "engine/cuda/steps_histogram.h"
#include "engine/cuda/steps_leaves.h"
#include "engine/cuda/steps_masks.h"
#include "engine/cuda/steps_metrics.h"
#include "engine/cuda/steps_rows.h"
#include "engine/cuda/steps_scan.h"
#include "engine/cuda/steps_sketch.h"
#include "engine/objective/list.h"

namespace boostyard::device {

template <class List>
struct GradientStepsOf;
template <class... Objectives>
struct GradientStepsOf<TypeList<Objectives...>> {
  using type = TypeList<GradientStep<Objectives>...>;
};

using GradientSteps = GradientStepsOf<NativeScalarObjectives>::type;
using RowSteps =
    TypeList<FillStep, StripStep, SoftmaxPrepareStep, SoftmaxStep, ScaleStep, SumStep, LeafStep,
             WalkStep, SampleStep, RootStep, PrepareSplitsStep, PartitionStep>;
using NodeSteps =
    TypeList<PlanStep, ClearStep, HistogramStep<false>, HistogramStep<true>, WideSlotStep, ScanStep,
             PickStep, ContendStep, LeftQuantaStep, ExactSumStep>;
using GrowthSteps = TypeList<OpenTreeStep, MaskStep, ListContestsStep, TakeSettledStep, GrowStep,
                             VisitLeavesStep, FinishTreeStep>;
using MetricSteps = TypeList<MetricSumStep, ClassCountStep, CurveKeyStep, CurveTileStep,
                             CurveScanStep, CurveAreaStep>;
using DataSteps = TypeList<ZeroStep, SketchStep, BinStep, WidenStep, OnesStep, CombineStep>;
using GroupSteps = TypeList<AddWordsStep, SpreadStartStep, MergeStartStep, CountChildrenStep,
                            PackHistogramsStep, PackQuantaStep>;
using TreeSteps = ConcatLists<ConcatLists<RowSteps, NodeSteps>::type, GrowthSteps>::type;
using AllSteps = ConcatLists<
    TreeSteps, ConcatLists<ConcatLists<ConcatLists<MetricSteps, DataSteps>::type, GroupSteps>::type,
                           GradientSteps>::type>::type;

// The place of a step in a list, or the list's length.
template <class Step, class List>
struct IndexIn;
template <class Step, class... Steps>
struct IndexIn<Step, TypeList<Steps...>> {
  static constexpr int Find() {
    int index = 0;
    const bool is_found = ((std::is_same_v<Step, Steps> ? true : (++index, false)) || ...);
    return is_found ? index : static_cast<int>(sizeof...(Steps));
  }
  static constexpr int value = Find();
};

template <class Step>
inline constexpr int kStepNumber = IndexIn<Step, AllSteps>::value;

}  // namespace boostyard::device
