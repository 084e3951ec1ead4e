#include "engine/objective/label_stats.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "engine/objective/label_block.h"
#include "engine/objective/list.h"

namespace boostyard {
namespace {

BaseScoreRule RuleOf(const ObjectiveParams& params) {
  const ObjectiveInfo* const info = FindObjective(params.name);
  if (info == nullptr) return BaseScoreRule::kFixed;
  // Where rows of class 1 weigh differently, the mean of the labels is no minimum.
  const bool is_scaled = info->model_params == ModelParamKind::kRegLoss &&
                         std::abs(params.scale_pos_weight - 1.0) > 1e-6;
  return is_scaled && info->base_score == BaseScoreRule::kMean ? BaseScoreRule::kNewton
                                                               : info->base_score;
}

// Keeps a base score where its margin is finite.
double Clamp(const ObjectiveParams& params, double base_score) {
  VisitObjective(params, [&](const auto& objective) {
    using T = std::decay_t<decltype(objective)>;
    if constexpr (std::is_same_v<T, BinaryLogitRaw>) {
      return;  // its base score is the margin
    } else if constexpr (std::is_base_of_v<LogitLink, T>) {
      base_score = std::clamp(base_score, 1e-6, 1.0 - 1e-6);
    } else if constexpr (std::is_base_of_v<LogLink, T>) {
      base_score = std::max(base_score, 1e-16);
    }
  });
  return base_score;
}

}  // namespace

LabelStats::LabelStats(const ObjectiveParams& params) : params_(params), rule_(RuleOf(params)) {}

void LabelStats::Add(std::span<const float> labels, std::span<const float> weights) {
  const auto weight_of = [&](std::size_t i) { return weights.empty() ? 1.0F : weights[i]; };
  if (rule_ == BaseScoreRule::kMean && weights.empty()) {
    denominator_.Add(static_cast<double>(labels.size()));
    ForEachLabelBlock(labels, [&](std::span<const float> values, const LabelBlock& block) {
      if (block.is_whole) {
        numerator_.Add(static_cast<double>(block.sum));
      } else {
        for (const float label : values) numerator_.Add(static_cast<double>(label));
      }
    });
  } else if (rule_ == BaseScoreRule::kMean) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto weight = static_cast<double>(weights[i]);
      denominator_.Add(weight);
      numerator_.Add(weight * static_cast<double>(labels[i]));
    }
  } else if (UsesNewton()) {
    VisitObjectiveOf(NativeScalarObjectives{}, params_, [&](const auto& objective) {
      for (std::size_t i = 0; i < labels.size(); ++i) {
        const GradPair pair = objective.Gradient(0.0F, labels[i]);
        denominator_.Add(static_cast<double>(pair.hess * weight_of(i)));
        numerator_.Add(static_cast<double>(-pair.grad * weight_of(i)));
      }
    });
  }
}

void LabelStats::Merge(const LabelStats& other) {
  denominator_.Merge(other.denominator_);
  numerator_.Merge(other.numerator_);
}

double LabelStats::EstimateBaseScore() const {
  const double below = denominator_.Value();
  if (rule_ == BaseScoreRule::kFixed || below <= 0.0) return 0.5;
  double base_score = 0.0;
  if (UsesNewton()) {
    const double step = numerator_.Value() / std::max(below, 1e-6);
    base_score = MarginToBaseScore(params_, static_cast<float>(step));
  } else {
    base_score = numerator_.Value() / below;
  }
  return static_cast<double>(static_cast<float>(Clamp(params_, base_score)));
}

}  // namespace boostyard
