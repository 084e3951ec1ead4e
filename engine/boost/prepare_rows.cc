#include "engine/boost/prepare_rows.h"

#include <span>
#include <string>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/base/stage_times.h"
#include "engine/objective/label_stats.h"
#include "engine/objective/objectives.h"

namespace boostyard {
namespace {

constexpr RowIndex kMaxRows = 0x7FFFFF00;  // row numbers are signed indices of gathers

// Of a stream in memory.
Status CheckLabelsOf(ChunkStream& stream, const ObjectiveParams& objective) {
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  LabelCheck check(objective);
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream.NextBatch());
    if (batch.empty()) return check.Verdict();
    for (const ColumnChunk& chunk : batch) check.Add(chunk.labels);
  }
}

Status CheckLabelsOf(const LabelColumn& labels, const ObjectiveParams& objective) {
  LabelCheck check(objective);
  labels.ForEachRun([&](std::span<const float> run, RowIndex) { check.Add(run); });
  return check.Verdict();
}

Result<BinCuts> CutsOf(ChunkStream& stream, const CutOptions& options) {
  const StageScope stage(Stage::kCuts);
  return BuildCuts(stream, options);
}

// Codes a channel's rows and checks their labels.
Result<BinnedColumns> Bin(ChunkStream& stream, const BinCuts& cuts,
                          const ObjectiveParams& objective, const RunOptions& run,
                          RowBinner* binner) {
  // To resume, rows may have to be read once more. Labels that are refused are looked for in the
  // stream, so nothing is given back before they are checked.
  const bool is_last_pass = run.is_last_use_of_data && run.resume == nullptr;
  const bool checks_first = is_last_pass && stream.shape().is_kept;
  if (checks_first) BOOSTYARD_RETURN_IF_ERROR(CheckLabelsOf(stream, objective));
  BOOSTYARD_ASSIGN_OR_RETURN(BinnedColumns binned,
                             binner == nullptr ? BinColumns(stream, cuts, run.threads, is_last_pass)
                                               : binner->Add(stream, cuts, is_last_pass));
  if (!checks_first) BOOSTYARD_RETURN_IF_ERROR(CheckLabelsOf(binned.labels, objective));
  return binned;
}

double BaseScore(const ObjectiveParams& objective, const BinnedColumns& train) {
  if (objective.base_score) return *objective.base_score;
  LabelStats stats(objective);
  train.labels.ForEachRun([&](std::span<const float> labels, RowIndex first) {
    const std::span<const float> weights = train.weights;
    stats.Add(labels, weights.empty() ? weights : weights.subspan(first, labels.size()));
  });
  return stats.EstimateBaseScore();
}

}  // namespace

Result<PreparedRows> PrepareRows(const TrainParams& params, const TrainingSet& data,
                                 const RunOptions& run, RowHelpers helpers) {
  const StageScope stage(Stage::kBin);
  PreparedRows rows;
  BOOSTYARD_ASSIGN_OR_RETURN(rows.cuts, CutsOf(*data.train, {.max_bin = params.tree.max_bin,
                                                             .threads = run.threads,
                                                             .counter = helpers.counter.get()}));
  helpers.counter.reset();
  BOOSTYARD_ASSIGN_OR_RETURN(rows.train,
                             Bin(*data.train, rows.cuts, params.objective, run, helpers.binner));
  RowIndex row_count = rows.train.row_count;
  if (data.validation != nullptr) {
    BOOSTYARD_ASSIGN_OR_RETURN(
        rows.validation, Bin(*data.validation, rows.cuts, params.objective, run, helpers.binner));
    row_count += rows.validation->row_count;
  }
  if (row_count > kMaxRows) {
    return MakeError(ErrorId::kDataTooLarge,
                     std::to_string(row_count) + " rows; the native engine takes 2,147,483,392",
                     "set BOOSTYARD_ENGINE=xgboost");
  }
  rows.base_score = BaseScore(params.objective, rows.train);
  return rows;
}

}  // namespace boostyard
