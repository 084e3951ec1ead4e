#include "container/report/quality.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace boostyard::container {
namespace {

// Scores are binned by the leading bits of their distance to the nearer of 0 and 1, so that rare
// classes, whose scores crowd at one end, are resolved as well as others: 32 powers of two with 64
// steps each. A half belongs to the lower side: "score > 0.5" is the edge between the sides.
constexpr std::uint32_t kStepBits = 6;
constexpr std::uint32_t kSide = 32U << kStepBits;
constexpr std::uint32_t kHalfKey = std::bit_cast<std::uint32_t>(0.5F) >> (23 - kStepBits);
constexpr std::uint32_t kFirstKey = kHalfKey - kSide;

std::uint32_t KeyOf(std::uint32_t bits) {
  return std::clamp(bits >> (23 - kStepBits), kFirstKey, kHalfKey - 1) - kFirstKey;
}

std::uint32_t BinOf(float score) {
  if (!(score > 0.5F)) {  // the bin's lower edge is outside, its upper one inside
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(std::max(score, 0.0F));
    return KeyOf(bits == 0 ? 0 : bits - 1);
  }
  const float rest = std::max(1.0F - score, 0.0F);
  return 2 * kSide - 1 - KeyOf(std::bit_cast<std::uint32_t>(rest));
}

double EdgeOfKey(std::uint32_t key) {
  return static_cast<double>(std::bit_cast<float>((key + kFirstKey) << (23 - kStepBits)));
}

double LowerEdge(std::uint32_t bin) {
  if (bin == 0) return 0.0;
  if (bin < kSide) return EdgeOfKey(bin);
  return 1.0 - EdgeOfKey(2 * kSide - bin);
}

void JudgeScores(const FinalPredictions& final, Quality& quality) {
  std::vector<ScoreBin> bins(2 * kSide);
  for (std::size_t row = 0; row < final.labels.size(); ++row) {
    const float score = final.predictions[row];
    if (std::isnan(score)) continue;
    const double weight = final.weights.empty() ? 1.0 : static_cast<double>(final.weights[row]);
    const auto label = static_cast<double>(final.labels[row]);
    ScoreBin& bin = bins[BinOf(score)];
    bin.positive += weight * label;
    bin.negative += weight * (1.0 - label);
    bin.score_sum += weight * static_cast<double>(score);
  }
  for (std::uint32_t i = 0; i < bins.size(); ++i) {
    if (bins[i].positive == 0.0 && bins[i].negative == 0.0) continue;
    bins[i].threshold = LowerEdge(i);
    quality.scores.push_back(bins[i]);
  }
}

std::size_t ClassOf(const FinalPredictions& final, std::size_t row) {
  if (final.output_count == 1) return final.predictions[row] > 0.5F ? 1 : 0;
  const auto outputs = static_cast<std::size_t>(final.output_count);
  const float* const first = final.predictions.data() + row * outputs;
  return static_cast<std::size_t>(std::max_element(first, first + outputs) - first);
}

void JudgeClasses(const FinalPredictions& final, Quality& quality) {
  const auto classes = static_cast<std::size_t>(std::max(final.output_count, 2));
  quality.confusion.class_count = static_cast<int>(classes);
  quality.confusion.counts.resize(classes * classes);
  for (std::size_t row = 0; row < final.labels.size(); ++row) {
    const auto label = static_cast<std::size_t>(final.labels[row]);
    if (label >= classes) continue;
    quality.confusion.counts[label * classes + ClassOf(final, row)] +=
        final.weights.empty() ? 1.0 : static_cast<double>(final.weights[row]);
  }
}

// The value that a share of a sample of `values` lies below; sorts at most some thousands.
double QuantileOf(std::vector<float> values, double share) {
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(place)]);
}

struct Axes {
  double low;
  double high;
  double residual_limit;
};

// From a sample of rows at equal steps; one percent lies outside.
Axes AxesFor(const FinalPredictions& final) {
  constexpr std::size_t kSample = 4096;
  const std::size_t step = std::max<std::size_t>(final.labels.size() / kSample, 1);
  std::vector<float> values;
  std::vector<float> residuals;
  for (std::size_t row = 0; row < final.labels.size(); row += step) {
    const float prediction = final.predictions[row];
    if (!std::isfinite(prediction)) continue;
    values.push_back(final.labels[row]);
    values.push_back(prediction);
    residuals.push_back(std::abs(final.labels[row] - prediction));
  }
  if (values.empty()) return {0.0, 1.0, 1.0};
  Axes axes{QuantileOf(values, 0.005), QuantileOf(values, 0.995), QuantileOf(residuals, 0.99)};
  if (!(axes.high > axes.low)) axes = {axes.low - 0.5, axes.low + 0.5, axes.residual_limit};
  if (!(axes.residual_limit > 0.0)) axes.residual_limit = 1.0;
  return axes;
}

std::size_t CellOf(double value, double low, double high, std::size_t count) {
  const double place = (value - low) / (high - low) * static_cast<double>(count);
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(count) - 1.0));
}

void JudgeResiduals(const FinalPredictions& final, Quality& quality) {
  constexpr std::size_t kCells = 40;
  constexpr std::size_t kBars = 41;
  const Axes axes = AxesFor(final);
  Residuals& residuals = quality.residuals;
  residuals.low = axes.low;
  residuals.high = axes.high;
  residuals.residual_limit = axes.residual_limit;
  residuals.side = static_cast<int>(kCells);
  residuals.cells.resize(kCells * kCells);
  residuals.histogram.resize(kBars);
  double sum = 0.0;
  double squares = 0.0;
  double absolute = 0.0;
  double error_squares = 0.0;
  const double shift = final.labels.empty() ? 0.0 : static_cast<double>(final.labels[0]);
  for (std::size_t row = 0; row < final.labels.size(); ++row) {
    const auto label = static_cast<double>(final.labels[row]);
    const auto prediction = static_cast<double>(final.predictions[row]);
    if (!std::isfinite(prediction)) continue;
    const double weight = final.weights.empty() ? 1.0 : static_cast<double>(final.weights[row]);
    const double error = label - prediction;
    sum += weight * (label - shift);
    squares += weight * (label - shift) * (label - shift);
    absolute += weight * std::abs(error);
    error_squares += weight * error * error;
    residuals.cells[CellOf(label, axes.low, axes.high, kCells) * kCells +
                    CellOf(prediction, axes.low, axes.high, kCells)] += weight;
    residuals.histogram[CellOf(error, -axes.residual_limit, axes.residual_limit, kBars)] += weight;
  }
  const double total = quality.weight_sum;
  residuals.rmse = std::sqrt(error_squares / total);
  residuals.mae = absolute / total;
  const double spread = squares - sum * sum / total;
  residuals.r2 =
      spread > 0.0 ? 1.0 - error_squares / spread : std::numeric_limits<double>::quiet_NaN();
}

// binary:hinge says 0 or 1: classes, which make no curve.
bool SaysOnlyClasses(std::span<const float> predictions) {
  return std::all_of(predictions.begin(), predictions.end(),
                     [](float value) { return value == 0.0F || value == 1.0F; });
}

}  // namespace

Quality Judge(const FinalPredictions& final, Task task) {
  Quality quality;
  quality.channel = final.channel;
  quality.is_weighted = !final.weights.empty();
  quality.weight_sum = static_cast<double>(final.labels.size());
  if (quality.is_weighted) {
    quality.weight_sum = 0.0;
    for (const float weight : final.weights) quality.weight_sum += static_cast<double>(weight);
  }
  if (task == Task::kMulticlass || (task == Task::kBinary && SaysOnlyClasses(final.predictions))) {
    quality.kind = QualityKind::kClasses;
    JudgeClasses(final, quality);
  } else if (task == Task::kBinary) {
    quality.kind = QualityKind::kScores;
    JudgeScores(final, quality);
  } else if (task == Task::kRegression) {
    quality.kind = QualityKind::kResiduals;
    JudgeResiduals(final, quality);
  }
  return quality;
}

double RocArea(const std::vector<ScoreBin>& bins) {
  double below = 0.0;  // negatives with a lower score
  double area = 0.0;
  double positives = 0.0;
  for (const ScoreBin& bin : bins) {
    area += bin.positive * (below + 0.5 * bin.negative);
    below += bin.negative;
    positives += bin.positive;
  }
  if (positives == 0.0 || below == 0.0) return std::numeric_limits<double>::quiet_NaN();
  return area / positives / below;
}

}  // namespace boostyard::container
