#include "engine/objective/objectives.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "engine/base/error_table.h"
#include "engine/base/parallel.h"
#include "engine/objective/list.h"
#include "engine/objective/row_loops.h"

namespace boostyard {
namespace {

constexpr std::int64_t kBlockRows = 4096;

template <class T>
constexpr std::string_view ModelNameOf() {
  if constexpr (requires { T::kModelName; }) {
    return T::kModelName;
  } else {
    return T::kName;
  }
}

template <class... Ts>
constexpr std::array<ObjectiveInfo, sizeof...(Ts)> MakeTable(TypeList<Ts...>) {
  return {{ObjectiveInfo{.name = Ts::kName,
                         .model_name = ModelNameOf<Ts>(),
                         .summary = Ts::kSummary,
                         .task = Ts::kTask,
                         .is_native = Ts::kIsNative,
                         .default_metric = Ts::kDefaultMetric,
                         .labels = Ts::kLabels,
                         .model_params = Ts::kModelParams,
                         .base_score = Ts::kBaseScore,
                         .needs_num_class = Ts::kTask == Task::kMulticlass}...}};
}

constexpr auto kObjectives = MakeTable(AllObjectives{});

// The float nearest to `value` in XGBoost's spelling: nine significant digits.
std::string FloatText(double value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), static_cast<float>(value),
                                          std::chars_format::general, 9);
  return error == std::errc{} ? std::string(text, end) : std::string();
}

// Runs body(first_row, end_row) over blocks of rows.
template <class Body>
void ForRowBlocks(int threads, std::size_t rows, const Body& body) {
  const auto count = static_cast<std::int64_t>(rows);
  ParallelFor(threads, (count + kBlockRows - 1) / kBlockRows, [&](std::int64_t block) {
    const std::int64_t first = block * kBlockRows;
    body(static_cast<std::size_t>(first),
         static_cast<std::size_t>(std::min(first + kBlockRows, count)));
  });
}

}  // namespace

std::span<const ObjectiveInfo> Objectives() { return kObjectives; }

const ObjectiveInfo* FindObjective(std::string_view name) {
  const auto* const found =
      std::find_if(kObjectives.begin(), kObjectives.end(),
                   [&](const ObjectiveInfo& info) { return info.name == name; });
  return found == kObjectives.end() ? nullptr : found;
}

float BaseScoreToMargin(const ObjectiveParams& params, double base_score) {
  auto margin = std::numeric_limits<float>::quiet_NaN();
  VisitObjective(params, [&](const auto& objective) {
    if constexpr (ScalarObjective<std::decay_t<decltype(objective)>>) {
      margin = objective.ToMargin(static_cast<float>(base_score));
    } else {
      margin = static_cast<float>(base_score);
    }
  });
  return margin;
}

double MarginToBaseScore(const ObjectiveParams& params, float margin) {
  auto base_score = std::numeric_limits<double>::quiet_NaN();
  VisitObjective(params, [&](const auto& objective) {
    if constexpr (ScalarObjective<std::decay_t<decltype(objective)>>) {
      base_score = static_cast<double>(objective.FromMargin(margin));
    } else {
      base_score = static_cast<double>(margin);
    }
  });
  return base_score;
}

std::vector<float> TransformMargins(const ObjectiveParams& params, std::vector<float> margins) {
  if (params.name == BinaryLogitRaw::kName) return margins;
  if (params.name != MultiSoftmax::kName) {
    TransformForMetrics(params, margins, margins, 1);
    return margins;
  }
  // By margins: probabilities can be equal where margins are not.
  const auto classes = static_cast<std::size_t>(std::max(params.num_class, 1));
  const std::size_t rows = margins.size() / classes;
  for (std::size_t row = 0; row < rows; ++row) {
    float* const outputs = margins.data() + row * classes;
    MultiSoftmax{}.Transform(outputs, 1, static_cast<int>(classes));
    margins[row] = outputs[0];
  }
  margins.resize(rows);
  return margins;
}

void TransformForMetrics(const ObjectiveParams& params, std::span<const float> margins,
                         std::span<float> predictions, int threads) {
  const float* const in = margins.data();
  float* const out = predictions.data();
  const RowLoops& loops = ActiveRowLoops();
  const bool is_known = VisitObjective(params, [&](const auto& objective) {
    using T = std::decay_t<decltype(objective)>;
    if constexpr (MulticlassObjective<T>) {
      const auto classes = static_cast<std::size_t>(std::max(params.num_class, 1));
      ForRowBlocks(threads, margins.size() / classes, [&](std::size_t first, std::size_t end) {
        if (out != in) std::copy(in + first * classes, in + end * classes, out + first * classes);
        loops.softprob(out + first * classes, end - first, static_cast<int>(classes));
      });
    } else {
      ForRowBlocks(threads, margins.size(), [&](std::size_t first, std::size_t end) {
        if constexpr (std::is_base_of_v<LogitLink, T>) {
          loops.sigmoid(in + first, out + first, end - first);
        } else if constexpr (std::is_base_of_v<LogLink, T>) {
          loops.exp(in + first, out + first, end - first);
        } else {
          for (std::size_t i = first; i < end; ++i) out[i] = objective.Transform(in[i]);
        }
      });
    }
  });
  if (!is_known && out != in) std::copy(margins.begin(), margins.end(), predictions.begin());
}

ModelParamObject ModelParams(const ObjectiveParams& params) {
  const ObjectiveInfo* const info = FindObjective(params.name);
  switch (info == nullptr ? ModelParamKind::kNone : info->model_params) {
    case ModelParamKind::kNone:
      return {};
    case ModelParamKind::kRegLoss:
      return {"reg_loss_param", {{"scale_pos_weight", FloatText(params.scale_pos_weight)}}};
    case ModelParamKind::kSoftmax:
      return {"softmax_multiclass_param", {{"num_class", std::to_string(params.num_class)}}};
    case ModelParamKind::kPoisson:
      return {"poisson_regression_param", {{"max_delta_step", FloatText(params.max_delta_step)}}};
    case ModelParamKind::kTweedie:
      return {"tweedie_regression_param",
              {{"tweedie_variance_power", FloatText(params.tweedie_variance_power)}}};
    case ModelParamKind::kPseudoHuber:
      return {"pseudo_huber_param", {{"huber_slope", FloatText(params.huber_slope)}}};
    case ModelParamKind::kAft:
      return {"aft_loss_param",
              {{"aft_loss_distribution", params.aft_loss_distribution},
               {"aft_loss_distribution_scale", FloatText(params.aft_loss_distribution_scale)}}};
    case ModelParamKind::kLambdaRank:
      return {"lambdarank_param",
              {{"lambdarank_bias_norm", "1"},
               {"lambdarank_normalization", "1"},
               {"lambdarank_num_pair_per_sample", "4294967295"},
               {"lambdarank_pair_method", "topk"},
               {"lambdarank_score_normalization", "1"},
               {"lambdarank_unbiased", "0"},
               {"ndcg_exp_gain", "1"}}};
  }
  return {};
}

Status ReadModelParams(const std::map<std::string, std::string>& values, ObjectiveParams& params) {
  Status status;
  // Calls set(number) if the name is there and its value is a number in [min, max].
  const auto read = [&](const char* name, double min, double max, const auto& set) {
    const auto found = values.find(name);
    if (found == values.end() || !status.ok()) return;
    const std::string& text = found->second;
    double value = 0.0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && stop == text.data() + text.size() && value >= min && value <= max) {
      set(value);
      return;
    }
    status = MakeError(ErrorId::kModelBad,
                       "the model's " + std::string(name) + " is \"" + text.substr(0, 40) +
                           "\", which is not a number that it can be",
                       "write the model anew");
  };
  constexpr double kLargest = std::numeric_limits<float>::max();
  read("scale_pos_weight", 0, kLargest, [&](double value) { params.scale_pos_weight = value; });
  read("num_class", 0, 1 << 20, [&](double value) { params.num_class = static_cast<int>(value); });
  read("max_delta_step", 0, kLargest, [&](double value) { params.max_delta_step = value; });
  read("tweedie_variance_power", 1, 2,
       [&](double value) { params.tweedie_variance_power = value; });
  read("huber_slope", -kLargest, kLargest, [&](double value) { params.huber_slope = value; });
  read("aft_loss_distribution_scale", 0, kLargest,
       [&](double value) { params.aft_loss_distribution_scale = value; });
  if (const auto found = values.find("aft_loss_distribution"); found != values.end()) {
    params.aft_loss_distribution = found->second;
  }
  return status;
}

}  // namespace boostyard
