// The kernels' source, compiled once per tier: kernels_<tier>.cc defines BOOSTYARD_TIER and
// includes this file alone in its compile flags. Only plain arrays, intrinsics and always-inline
// functions: a shared inline function emitted here would carry wide instructions into the rest of
// the program.
#pragma once

#ifndef BOOSTYARD_TIER
#error "include this from kernels_<tier>.cc"
#endif

#include "engine/cpu/kernels_gradients.h"
#include "engine/cpu/kernels_histogram.h"
#include "engine/cpu/kernels_rows.h"
#include "engine/cpu/kernels_scan.h"

namespace boostyard::BOOSTYARD_TIER {

extern const KernelTable kTable;
const KernelTable kTable = {
    .accumulate_packed = &AccumulatePacked,
    .accumulate_wide = &AccumulateWide,
    .flush_packed = &FlushPacked,
    .scan_block = &ScanBlock,
    .scan_slot = &ScanSlotApart,
    .partition = &Partition,
    .partition_dense = &PartitionDense,
    .gradients = &Gradients,
    .softmax_prepare = &SoftmaxPrepare,
    .softmax_gradients = &SoftmaxGradients,
    .weigh = &Weigh,
    .measure = &Measure,
    .quantise_packed = &QuantisePacked,
    .quantise_wide = &QuantiseWide,
    .sample = &Sample,
    .sum_packed = &SumPacked,
    .add_leaf_values = &AddLeafValues,
};

}  // namespace boostyard::BOOSTYARD_TIER