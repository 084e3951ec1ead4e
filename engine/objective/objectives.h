// The objectives by name, without their types: for everyone who is not in a hot loop.
#pragma once

#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/objective/objective.h"
#include "engine/params.h"

namespace boostyard {

// What is known of an objective by its name.
struct ObjectiveInfo {
  std::string_view name;
  std::string_view model_name;  // in the model file; differs for reg:linear
  std::string_view summary;
  Task task;
  bool is_native;  // trained by our engine too
  std::string_view default_metric;
  LabelRule labels;
  ModelParamKind model_params;
  BaseScoreRule base_score;
  bool needs_num_class;
};

// A parameter object of XGBoost's model file, e.g. {"reg_loss_param", {{"scale_pos_weight", "1"}}}.
// The name is empty for objectives without one.
struct ModelParamObject {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};

// All objectives, in the order of list.h.
std::span<const ObjectiveInfo> Objectives();

// Null if there is none of that name.
const ObjectiveInfo* FindObjective(std::string_view name);

// A base score (prediction space) as the margin that all rows begin with, and back. NaN for an
// objective that is not known.
float BaseScoreToMargin(const ObjectiveParams& params, double base_score);
double MarginToBaseScore(const ObjectiveParams& params, float margin);

// Margins (row-major, num_class per row for multi:*) to what XGBoost's predict returns;
// multi:softmax gives one class number per row. An objective that is not known leaves them as they
// are.
std::vector<float> TransformMargins(const ObjectiveParams& params, std::vector<float> margins);

// Margins to what metrics see: as above, but probabilities for every classifier, so that
// multi:softmax gives those of all classes, binary:logitraw those of class 1. `margins` and
// `predictions` have the same size and may be the same memory. The same bits for any thread count.
void TransformForMetrics(const ObjectiveParams& params, std::span<const float> margins,
                         std::span<float> predictions, int threads);

// Checks labels against the objective's rule. Errors: kDataLabelRange with the first five distinct
// offending labels and the cure. For several chunks, LabelCheck collects over all of them.
Status CheckLabels(const ObjectiveParams& params, std::span<const float> labels);

// Collects offending labels chunk by chunk; the report does not depend on how rows are cut, if
// chunks come in row order.
class LabelCheck {
 public:
  explicit LabelCheck(const ObjectiveParams& params);

  void Add(std::span<const float> labels);
  // The verdict on everything added.
  Status Verdict() const;

 private:
  bool IsLegal(float label) const;
  void CollectOffenders(std::span<const float> labels);
  std::string Cure() const;

  ObjectiveParams params_;
  const ObjectiveInfo* info_;
  double max_ = 0.0;
  float min_seen_ = std::numeric_limits<float>::infinity();
  float max_seen_ = -std::numeric_limits<float>::infinity();
  bool all_whole_ = true;
  std::vector<float> offenders_;  // distinct, in order of appearance, at most six
};

// The objective's parameter object of the model file, with XGBoost's names and spelling of numbers.
ModelParamObject ModelParams(const ObjectiveParams& params);

// The inverse: takes what is known from the values of a parameter object; other names are ignored.
// Errors: kModelBad for a value that is not a number.
Status ReadModelParams(const std::map<std::string, std::string>& values, ObjectiveParams& params);

}  // namespace boostyard
