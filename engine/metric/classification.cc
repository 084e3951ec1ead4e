// scikit-learn's classification metrics from integer counts: unweighted; the class of a row is the
// first largest probability of several, or probability > 0.5 of one.
//
//   recall_k = hits_k / labels_k     precision_k = hits_k / predicted_k     each 0 where 0 / 0
//   f1_k = 2 hits_k / (labels_k + predicted_k)
//   macro: the mean over the classes that occur among labels or predictions
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/metric/families.h"
#include "engine/metric/from_sums.h"

namespace boostyard {
namespace {

double Ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double RecallOf(const ClassCounts& counts) { return Ratio(counts.hits, counts.labels); }
double PrecisionOf(const ClassCounts& counts) { return Ratio(counts.hits, counts.predicted); }
double F1Of(const ClassCounts& counts) {
  return Ratio(2 * counts.hits, counts.labels + counts.predicted);
}

// Counts rows [first, end); false at a label that is no class.
bool CountRows(const MetricInputs& inputs, std::size_t first, std::size_t end,
               std::vector<ClassCounts>& counts) {
  const auto outputs = static_cast<std::size_t>(inputs.output_count);
  const auto classes = static_cast<float>(counts.size());
  for (std::size_t row = first; row < end; ++row) {
    const float label = inputs.labels[row];
    if (!(label >= 0.0F && label < classes) || label != std::floor(label)) return false;
    const float* const prediction = inputs.predictions.data() + row * outputs;
    std::size_t predicted = 0;
    if (outputs == 1) {
      predicted = prediction[0] > 0.5F ? 1 : 0;
    } else {
      predicted =
          static_cast<std::size_t>(std::max_element(prediction, prediction + outputs) - prediction);
    }
    const auto wanted = static_cast<std::size_t>(label);
    counts[wanted].labels += 1;
    counts[predicted].predicted += 1;
    counts[wanted].hits += wanted == predicted ? 1 : 0;
  }
  return true;
}

// The counts of all rows; empty if a label is no class.
std::vector<ClassCounts> CountAll(const MetricInputs& inputs) {
  const std::size_t rows = inputs.labels.size();
  const auto threads = static_cast<std::size_t>(std::max(inputs.threads, 1));
  const auto classes = static_cast<std::size_t>(CountedClasses(inputs.output_count));
  std::vector<std::vector<ClassCounts>> parts(threads, std::vector<ClassCounts>(classes));
  std::vector<char> is_good(threads, 1);
  ParallelFor(inputs.threads, static_cast<std::int64_t>(threads), [&](std::int64_t index) {
    const auto part = static_cast<std::size_t>(index);
    is_good[part] =
        CountRows(inputs, rows * part / threads, rows * (part + 1) / threads, parts[part]) ? 1 : 0;
  });
  if (std::find(is_good.begin(), is_good.end(), 0) != is_good.end()) return {};
  std::vector<ClassCounts> all(classes);
  for (const std::vector<ClassCounts>& part : parts) {
    for (std::size_t k = 0; k < classes; ++k) {
      all[k].hits += part[k].hits;
      all[k].labels += part[k].labels;
      all[k].predicted += part[k].predicted;
    }
  }
  return all;
}

// The mean of value(counts) over the classes that keep(counts) keeps.
template <class Value, class Keep>
double MeanOver(std::span<const ClassCounts> counts, const Value& value, const Keep& keep) {
  double sum = 0.0;
  std::size_t kept = 0;
  for (const ClassCounts& one : counts) {
    if (!keep(one)) continue;
    sum += value(one);
    ++kept;
  }
  return kept == 0 ? 0.0 : sum / static_cast<double>(kept);
}

}  // namespace

Result<double> EvaluateClassification(const MetricSpec& metric, const MetricInputs& inputs) {
  return ClassificationFinal(metric, CountAll(inputs), inputs.output_count);
}

Result<double> ClassificationFinal(const MetricSpec& metric, std::span<const ClassCounts> counts,
                                   int outputs) {
  if (counts.empty()) {
    const std::string last = std::to_string(CountedClasses(outputs) - 1);
    return MakeError(
        ErrorId::kDataLabelRange,
        "labels must be class numbers from 0 to " + last + " for the metric " + metric.name,
        "choose a regression metric such as rmse, or number the classes from 0");
  }
  const auto occurs = [](const ClassCounts& one) { return one.labels + one.predicted > 0; };
  const auto is_label = [](const ClassCounts& one) { return one.labels > 0; };
  switch (metric.info->id) {
    case MetricId::kBalancedAccuracy:
      return MeanOver(counts, RecallOf, is_label);
    case MetricId::kF1:
    case MetricId::kF1Macro:
      return MeanOver(counts, F1Of, occurs);
    case MetricId::kPrecisionMacro:
      return MeanOver(counts, PrecisionOf, occurs);
    case MetricId::kRecallMacro:
      return MeanOver(counts, RecallOf, occurs);
    case MetricId::kF1Binary:
      return F1Of(counts[1]);
    case MetricId::kPrecision:
      return PrecisionOf(counts[1]);
    case MetricId::kRecall:
      return RecallOf(counts[1]);
    default:
      break;  // accuracy, precision_micro, recall_micro: one label each makes them equal
  }
  ClassCounts pooled;
  for (const ClassCounts& one : counts) {
    pooled.hits += one.hits;
    pooled.labels += one.labels;
  }
  return RecallOf(pooled);
}

}  // namespace boostyard
