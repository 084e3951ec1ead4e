#include "container/report/importance.h"

#include <algorithm>
#include <cmath>

namespace boostyard::container {
namespace {

void AddTrees(const Forest& forest, std::vector<FeatureImportance>& features) {
  for (const Tree& tree : forest.trees) {
    for (std::size_t node = 0; node < tree.node_count(); ++node) {
      if (tree.is_leaf(static_cast<NodeIndex>(node))) continue;
      FeatureImportance& feature = features[tree.feature[node]];
      feature.weight += 1.0;
      feature.total_gain += static_cast<double>(tree.loss_change[node]);
      feature.total_cover += static_cast<double>(tree.sum_hessian[node]);
    }
  }
}

void AddCoefficients(const Model& model, std::vector<FeatureImportance>& features) {
  const auto outputs = static_cast<std::size_t>(model.output_count());
  for (std::size_t feature = 0; feature < features.size(); ++feature) {
    for (std::size_t output = 0; output < outputs; ++output) {
      features[feature].weight +=
          static_cast<double>(model.linear->weights[feature * outputs + output]) /
          static_cast<double>(outputs);
    }
  }
}

}  // namespace

std::string FeatureName(const std::vector<std::string>& names, FeatureIndex feature) {
  return feature < names.size() ? names[feature] : "f" + std::to_string(feature);
}

std::vector<FeatureImportance> Importance(const Model& model) {
  std::vector<FeatureImportance> features(model.feature_count);
  for (FeatureIndex feature = 0; feature < model.feature_count; ++feature) {
    features[feature].name = FeatureName(model.feature_names, feature);
  }
  if (model.linear) {
    AddCoefficients(model, features);
  } else {
    AddTrees(model.forest, features);
  }
  std::erase_if(features, [](const FeatureImportance& feature) { return feature.weight == 0.0; });
  std::stable_sort(features.begin(), features.end(), [](const auto& a, const auto& b) {
    if (a.total_gain != b.total_gain) return a.total_gain > b.total_gain;
    return std::abs(a.weight) > std::abs(b.weight);
  });
  return features;
}

}  // namespace boostyard::container
