#include "container/fold_predictions.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "engine/base/parallel.h"
#include "engine/model/predict.h"
#include "engine/objective/objectives.h"

namespace boostyard::container {
namespace {

bool IsClassification(const ObjectiveParams& objective) {
  const ObjectiveInfo* const info = FindObjective(objective.name);
  return info != nullptr && (info->task == Task::kBinary || info->task == Task::kMulticlass);
}

// The lowest of the most frequent; sorts `votes`.
std::uint32_t MostFrequent(std::vector<std::uint32_t>& votes) {
  std::sort(votes.begin(), votes.end());
  std::uint32_t best = 0;
  std::ptrdiff_t best_count = 0;
  for (auto begin = votes.begin(); begin != votes.end();) {
    const auto end = std::upper_bound(begin, votes.end(), *begin);
    if (end - begin > best_count) {
      best_count = end - begin;
      best = *begin;
    }
    begin = end;
  }
  return best;
}

void AppendNumber(std::string& text, double value, char end) {
  std::array<char, 400> number{};  // the largest double has 309 digits before the point
  const int size = std::snprintf(number.data(), number.size(), "%f", value);
  text.append(number.data(), static_cast<std::size_t>(size));
  text += end;
}

}  // namespace

FoldPredictions::FoldPredictions(std::vector<float> labels, const ObjectiveParams& objective)
    : labels_(std::move(labels)),
      objective_(objective),
      is_classification_(IsClassification(objective)),
      sums_(labels_.size()),
      counts_(labels_.size()) {}

Status FoldPredictions::Add(const Model& model, ChunkStream& held_out,
                            const std::vector<std::uint64_t>& row_numbers, int threads) {
  BOOSTYARD_RETURN_IF_ERROR(held_out.Rewind());
  const int outputs = model.output_count();
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const auto batch, held_out.NextBatch());
    if (batch.empty()) return {};
    std::vector<std::vector<float>> predictions(batch.size());
    ParallelFor(threads, static_cast<std::int64_t>(batch.size()), [&](std::int64_t i) {
      std::vector<float>& values = predictions[static_cast<std::size_t>(i)];
      values = PredictMargins(model, batch[static_cast<std::size_t>(i)]);
      TransformForMetrics(objective_, values, values, 1);
    });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      for (std::size_t row = 0; row < batch[i].row_count; ++row) {
        Record(row_numbers[batch[i].first_row + row],
               predictions[i].data() + row * static_cast<std::size_t>(outputs), outputs);
      }
    }
  }
}

void FoldPredictions::Record(std::uint64_t row, const float* outputs, int output_count) {
  const std::size_t repeat = counts_[row]++;
  if (!is_classification_) {
    sums_[row] += static_cast<double>(outputs[0]);
    return;
  }
  if (votes_.size() <= repeat)
    votes_.resize(repeat + 1, std::vector<std::uint32_t>(labels_.size()));
  if (output_count == 1) {
    votes_[repeat][row] = outputs[0] > 0.5F ? 1 : 0;
    sums_[row] += static_cast<double>(outputs[0]);
    return;
  }
  const float* const best = std::max_element(outputs, outputs + output_count);
  votes_[repeat][row] = static_cast<std::uint32_t>(best - outputs);
  sums_[row] += static_cast<double>(*best);
}

std::string FoldPredictions::Csv() const {
  std::string text;
  std::vector<std::uint32_t> votes;
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    AppendNumber(text, static_cast<double>(labels_[row]), ',');
    AppendNumber(text, sums_[row] / std::max(counts_[row], 1U), is_classification_ ? ',' : '\n');
    if (!is_classification_) continue;
    votes.clear();
    for (const auto& of_repeat : votes_) votes.push_back(of_repeat[row]);
    AppendNumber(text, MostFrequent(votes), '\n');
  }
  return text;
}

std::vector<float> FoldPredictions::Means(int output_count) const {
  const auto outputs = static_cast<std::size_t>(output_count);
  std::vector<float> means(labels_.size() * outputs);
  for (std::size_t row = 0; row < labels_.size(); ++row) {
    const double repeats = std::max(counts_[row], 1U);
    if (output_count == 1) {
      means[row] = static_cast<float>(sums_[row] / repeats);
      continue;
    }
    for (const auto& of_repeat : votes_) {
      means[row * outputs + of_repeat[row]] += static_cast<float>(1.0 / repeats);
    }
  }
  return means;
}

}  // namespace boostyard::container
