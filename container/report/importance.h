// How much each feature matters to a model, in the words of XGBoost's get_score.
#pragma once

#include <string>
#include <vector>

#include "engine/model/model.h"

namespace boostyard::container {

struct FeatureImportance {
  std::string name;         // the model's, or "f" and the number from 0
  double weight = 0.0;      // splits; of gblinear the mean coefficient over the outputs
  double total_gain = 0.0;  // over the splits; 0 for gblinear
  double total_cover = 0.0;

  double gain() const { return weight > 0.0 ? total_gain / weight : 0.0; }
  double cover() const { return weight > 0.0 ? total_cover / weight : 0.0; }
};

// The name of a feature as XGBoost shows it.
std::string FeatureName(const std::vector<std::string>& names, FeatureIndex feature);

// The features that the model uses, in order of total gain (gblinear: absolute weight), the largest
// first.
std::vector<FeatureImportance> Importance(const Model& model);

}  // namespace boostyard::container
