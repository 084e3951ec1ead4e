// The figures of a round, from margins.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/boost/round_observer.h"
#include "engine/metric/from_sums.h"
#include "engine/metric/metric.h"
#include "engine/params.h"

namespace boostyard {

// Evaluates the same metrics round after round, with memory that is reused. Not thread safe.
class RoundMetrics {
 public:
  RoundMetrics(ObjectiveParams objective, std::vector<MetricSpec> specs, int threads);

  // Appends one value per metric, in order. `margins` has one array per output; the channel's rows
  // are [first_row, first_row + labels.size()). `values` points into this object for the metrics'
  // names. `known` is what somebody else has worked out; if that is all, margins are not looked at.
  Status Evaluate(std::string_view channel, std::span<const std::span<const float>> margins,
                  std::uint64_t first_row, std::span<const float> labels,
                  std::span<const float> weights, std::vector<MetricValue>& values,
                  MetricFigures known = {});

  // The predictions of rows [first_row, first_row + rows), valid until the next call of this or of
  // Evaluate.
  std::span<const float> Predict(std::span<const std::span<const float>> margins,
                                 std::uint64_t first_row, std::uint64_t rows);

  std::span<const MetricSpec> specs() const { return specs_; }

  // The predictions that the last Evaluate made on its way.
  std::span<const float> predictions() const { return {predictions_.data(), prediction_count_}; }
  // Sets them aside, replacing those that were set aside before. Costs no copy.
  void KeepPredictions();
  // Those that were set aside; empty if none were.
  std::span<const float> kept_predictions() const { return {kept_.data(), kept_count_}; }

 private:
  // Room for so many predictions.
  std::span<float> Reserve(std::size_t count);
  // Gives a metric its predictions, or with one output the margins to make them of.
  void SetPredictions(std::span<const std::span<const float>> margins, std::uint64_t first_row,
                      std::uint64_t rows, MetricInputs& inputs);

  ObjectiveParams objective_;
  std::vector<MetricSpec> specs_;
  int threads_;
  std::vector<float> predictions_;  // only grows
  std::size_t prediction_count_ = 0;
  std::vector<float> kept_;
  std::size_t kept_count_ = 0;
  MetricScratch scratch_;
};

}  // namespace boostyard
