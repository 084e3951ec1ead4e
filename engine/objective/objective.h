// What every objective offers. An objective is one small struct in one header, listed in list.h; from it
// come the allowed values, the label check, the kernels of every backend, the docs and the tests.
//
// Scalar objective (one output per row):
//   static constexpr std::string_view kName;           "binary:logistic"
//   static constexpr std::string_view kSummary;        one line for the docs
//   static constexpr Task kTask;
//   static constexpr bool kIsNative;                   trained by our engine (else only by XGBoost)
//   static constexpr std::string_view kDefaultMetric;  "logloss"
//   static constexpr LabelRule kLabels;
//   static X From(const ObjectiveParams&);             its own settings as fields
//   GradPair Gradient(float margin, float label) const;  per row, before the row weight
//   float Transform(float margin) const;               margin -> prediction
//   float ToMargin(float base_score) const;            prediction -> margin
//   double Loss(double margin, double label) const;    the value whose derivative Gradient is (tests)
//   std::string_view + key/values of its parameter object in the model file: ModelParams()
// Multi-class objective: Gradient(const float* margins, int stride, int classes, int label, int k) for
// output k, Transform over all outputs of a row.
// Only From, Transform, ToMargin, labels and names are needed where kIsNative is false.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  double min;            // inclusive
  double max;            // inclusive
  bool is_min_open;      // true: min itself is illegal
  bool is_integer;       // class numbers
  std::string_view text;
};

// A parameter object of XGBoost's model file, e.g. {"reg_loss_param", {{"scale_pos_weight", "1"}}}.
struct ModelParamObject {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};

}  // namespace boostyard
