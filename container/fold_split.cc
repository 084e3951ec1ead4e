#include "container/fold_split.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>

#include "engine/base/error_table.h"
#include "engine/base/rng.h"
#include "engine/objective/objectives.h"

namespace boostyard::container {
namespace {

// What is dealt as one: a row, or the rows of a ranking group.
struct Unit {
  std::int64_t stratum = 0;
  std::uint64_t random = 0;
  std::uint64_t first_row = 0;
  std::uint64_t row_count = 1;
};

std::int64_t StratumOf(Task task, float label) {
  if (task == Task::kBinary) return label > 0.5F ? 1 : 0;
  if (task == Task::kMulticlass) return static_cast<std::int64_t>(label);
  return 0;
}

std::vector<Unit> UnitsOf(Task task, const FoldRows& rows) {
  const bool has_groups = task == Task::kRanking && !rows.query_ids.empty();
  std::vector<Unit> units;
  for (std::uint64_t row = 0; row < rows.labels.size(); ++row) {
    if (row > 0 && has_groups && rows.query_ids[row] == rows.query_ids[row - 1]) {
      ++units.back().row_count;
    } else {
      units.push_back(
          {.stratum = StratumOf(task, rows.labels[row]), .random = 0, .first_row = row});
    }
  }
  return units;
}

// `suffix` says of what they are: " of class 2".
Error TooFew(const FoldPlan& plan, std::size_t found, std::string noun, const std::string& suffix) {
  if (found != 1) noun += 's';
  const std::string folds = std::to_string(plan.folds);
  return MakeError(ErrorId::kDataTooFewRows,
                   "_kfold is " + folds + ", and there " + (found == 1 ? "is only " : "are only ") +
                       std::to_string(found) + " " + noun + suffix,
                   "give at least " + folds + " of them, or set _kfold to a smaller number");
}

// `units` are in the order of their strata.
Status CheckStrata(Task task, const std::vector<Unit>& units, const FoldPlan& plan) {
  const auto folds = static_cast<std::size_t>(plan.folds);
  if (units.size() < folds) {
    return TooFew(plan, units.size(), task == Task::kRanking ? "ranking group" : "row", "");
  }
  for (std::size_t begin = 0; begin < units.size();) {
    std::size_t end = begin;
    while (end < units.size() && units[end].stratum == units[begin].stratum) ++end;
    if (end - begin < folds) {
      return TooFew(plan, end - begin, "row",
                    (task == Task::kBinary ? " of label " : " of class ") +
                        std::to_string(units[begin].stratum));
    }
    begin = end;
  }
  return {};
}

}  // namespace

Result<std::vector<std::uint32_t>> SplitIntoFolds(const ObjectiveParams& objective,
                                                  const FoldRows& rows, const FoldPlan& plan) {
  const ObjectiveInfo* const info = FindObjective(objective.name);
  const Task task = info == nullptr ? Task::kRegression : info->task;
  std::vector<Unit> units = UnitsOf(task, rows);
  const std::uint64_t key = RandomKey(static_cast<std::uint64_t>(plan.seed),
                                      static_cast<std::uint64_t>(RandomPurpose::kFolds),
                                      static_cast<std::uint64_t>(plan.repeat));
  for (std::size_t i = 0; i < units.size(); ++i) units[i].random = RandomBits(key, i);
  std::sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
    return std::tie(a.stratum, a.random, a.first_row) < std::tie(b.stratum, b.random, b.first_row);
  });
  BOOSTYARD_RETURN_IF_ERROR(CheckStrata(task, units, plan));
  std::vector<std::uint32_t> fold_of_row(rows.labels.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto fold = static_cast<std::uint32_t>(i % static_cast<std::size_t>(plan.folds));
    const auto first = fold_of_row.begin() + static_cast<std::ptrdiff_t>(units[i].first_row);
    std::fill_n(first, units[i].row_count, fold);
  }
  return fold_of_row;
}

}  // namespace boostyard::container
