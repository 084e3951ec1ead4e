// What every objective offers. An objective is one small struct in one header, listed in list.h;
// from it come the allowed values, the label check, the kernels of every backend, the docs and the
// tests.
//
// Every objective:
//   static constexpr std::string_view kName;           "binary:logistic"
//   static constexpr std::string_view kModelName;      only where the model file says another name
//   static constexpr std::string_view kSummary;        one line for the docs
//   static constexpr Task kTask;
//   static constexpr bool kIsNative;                   trained by our engine (else only by XGBoost)
//   static constexpr std::string_view kDefaultMetric;  "logloss"
//   static constexpr LabelRule kLabels;
//   static constexpr ModelParamKind kModelParams;      its parameter object in the model file
//   static constexpr BaseScoreRule kBaseScore;         how the base score follows from the labels
//   static X From(const auto& objective_params);       its own settings as fields (a template, so
//   that
//                                                      kernels need not include engine/params.h)
// Scalar objective (one output per row):
//   float Transform(float margin) const;               margin -> prediction
//   float ToMargin(float base_score) const;            base score -> margin
//   float FromMargin(float margin) const;              its inverse
// Native scalar objective:
//   GradPair Gradient(float margin, float label) const;  per row, before the row weight
//   double Loss(double margin, double label) const;    the value whose derivative Gradient is
//   (tests)
// Multi-class objective: see softmax.h; margins of a row lie `stride` apart.
#pragma once

#include <concepts>
#include <string_view>

#include "engine/base/hd.h"

namespace boostyard {

// First and second derivative of the loss with respect to the margin, of one row.
struct GradPair {
  float grad;
  float hess;
};

enum class Task { kRegression, kBinary, kMulticlass, kRanking, kSurvival };

// Which labels are legal; `text` completes "labels must be ...".
struct LabelRule {
  double min;        // inclusive
  double max;        // inclusive
  bool is_min_open;  // true: min itself is illegal
  bool is_integer;   // class numbers
  std::string_view text;
};

inline constexpr double kNoLimit = 1e300;  // larger than any label

// Which parameter object of XGBoost's model file belongs to an objective.
enum class ModelParamKind {
  kNone,
  kRegLoss,      // reg_loss_param {scale_pos_weight}
  kSoftmax,      // softmax_multiclass_param {num_class}
  kPoisson,      // poisson_regression_param {max_delta_step}
  kTweedie,      // tweedie_regression_param {tweedie_variance_power}
  kPseudoHuber,  // pseudo_huber_param {huber_slope}
  kAft,          // aft_loss_param {aft_loss_distribution, aft_loss_distribution_scale}
  kLambdaRank,   // lambdarank_param {...}
};

// How the base score is estimated (label_stats.h).
enum class BaseScoreRule {
  kMean,    // the weighted mean of the labels; a Newton step where scale_pos_weight is not 1
  kNewton,  // one Newton step from margin 0
  kFixed,   // 0.5: not estimated by us
};

template <class T>
concept Objective = requires {
  { T::kName } -> std::convertible_to<std::string_view>;
  { T::kSummary } -> std::convertible_to<std::string_view>;
  { T::kTask } -> std::convertible_to<Task>;
  { T::kIsNative } -> std::convertible_to<bool>;
  { T::kDefaultMetric } -> std::convertible_to<std::string_view>;
  { T::kLabels } -> std::convertible_to<LabelRule>;
  { T::kModelParams } -> std::convertible_to<ModelParamKind>;
  { T::kBaseScore } -> std::convertible_to<BaseScoreRule>;
};

template <class T>
concept ScalarObjective = Objective<T> && requires(const T objective, float x) {
  { objective.Transform(x) } -> std::same_as<float>;
  { objective.ToMargin(x) } -> std::same_as<float>;
  { objective.FromMargin(x) } -> std::same_as<float>;
};

template <class T>
concept NativeScalarObjective = ScalarObjective<T> && T::kIsNative &&
    requires(const T objective, float x, double d) {
  { objective.Gradient(x, x) } -> std::same_as<GradPair>;
  { objective.Loss(d, d) } -> std::same_as<double>;
};

template <class T>
concept MulticlassObjective = Objective<T> && T::kIsNative &&
    requires(const T objective, float* margins, const float* inputs, int i, double* d) {
  { objective.Gradient(inputs, i, i, i, i) } -> std::same_as<GradPair>;
  { objective.Transform(margins, i, i) } -> std::same_as<void>;
  { objective.Loss(d, i, i) } -> std::same_as<double>;
};

}  // namespace boostyard
