// The one JSON object that the report draws, thinned to what a screen can show.
#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "container/report/importance.h"
#include "container/report/output_files.h"
#include "engine/metric/metric.h"

namespace boostyard::container {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCurveBuckets = 160;   // two points each
constexpr double kScoreSteps = 300.0;        // about so many points of a ROC curve
constexpr std::size_t kShownFeatures = 500;  // of the table; all are in data_profile.json
constexpr std::size_t kShownImportances = 100;
constexpr int kShownClasses = 40;

// Six digits: what a screen can show.
Json Short(double value) {
  if (!std::isfinite(value)) return nullptr;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return std::strtod(text.data(), nullptr);
}

// Positions of the points to draw: the smallest and largest of each bucket, the ends, the best.
std::vector<std::size_t> Thin(const std::vector<double>& values, std::size_t best) {
  std::vector<std::size_t> places;
  const std::size_t count = values.size();
  const std::size_t step = std::max<std::size_t>((count + kCurveBuckets - 1) / kCurveBuckets, 1);
  for (std::size_t begin = 0; begin < count; begin += step) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = values.begin() + static_cast<std::ptrdiff_t>(std::min(begin + step, count));
    const auto [low, high] = std::minmax_element(first, last);
    places.push_back(static_cast<std::size_t>(low - values.begin()));
    places.push_back(static_cast<std::size_t>(high - values.begin()));
  }
  if (count > 0) places.insert(places.end(), {0, count - 1, std::min(best, count - 1)});
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

Json SeriesJson(const JobFacts& facts, const RoundHistory& history, const MetricSeries& series,
                std::size_t fold) {
  std::size_t kept = series.values.empty() ? 0 : series.values.size() - 1;
  if (facts.best_round && *facts.best_round >= history.first_round) {
    kept = std::min(kept, static_cast<std::size_t>(*facts.best_round - history.first_round));
  }
  Json json = {{"channel", series.channel}, {"metric", series.metric}, {"fold", fold}};
  const auto metric = ParseMetric(series.metric);
  json["maximised"] = metric.ok() && metric->is_maximised();
  Json rounds = Json::array();
  Json values = Json::array();
  for (const std::size_t place : Thin(series.values, kept)) {
    rounds.push_back(history.first_round + static_cast<int>(place));
    values.push_back(Short(series.values[place]));
  }
  json["rounds"] = std::move(rounds);
  json["values"] = std::move(values);
  json["final"] = series.values.empty() ? Json(nullptr) : Json(series.values[kept]);
  return json;
}

// Neighbouring bins together until they hold a visible share of either class; the edge at one half
// stays, which is where the slider begins.
Json ScoresJson(const std::vector<ScoreBin>& bins) {
  double positive = 0.0;
  double negative = 0.0;
  for (const ScoreBin& bin : bins) {
    positive += bin.positive;
    negative += bin.negative;
  }
  Json threshold = Json::array();
  Json positives = Json::array();
  Json negatives = Json::array();
  Json means = Json::array();
  ScoreBin open;
  double share = 0.0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (share == 0.0) open.threshold = bins[i].threshold;
    open.positive += bins[i].positive;
    open.negative += bins[i].negative;
    open.score_sum += bins[i].score_sum;
    share = open.positive / std::max(positive, 1e-300) + open.negative / std::max(negative, 1e-300);
    const bool crosses_half =
        i + 1 < bins.size() && bins[i].threshold < 0.5 && bins[i + 1].threshold >= 0.5;
    if (share * kScoreSteps < 1.0 && !crosses_half && i + 1 < bins.size()) continue;
    // The bin after the middle begins there, wherever its first row is.
    if (open.threshold >= 0.5 && (threshold.empty() || threshold.back().get<double>() < 0.5)) {
      open.threshold = 0.5;
    }
    const double rows = open.positive + open.negative;
    threshold.push_back(Short(open.threshold));
    positives.push_back(Short(open.positive));
    negatives.push_back(Short(open.negative));
    means.push_back(Short(open.score_sum / std::max(rows, 1e-300)));
    open = {};
    share = 0.0;
  }
  return {{"threshold", threshold},
          {"positive", positives},
          {"negative", negatives},
          {"mean", means},
          {"auc", Short(RocArea(bins))}};
}

// The classes with most rows, and the rest in one.
Json ConfusionJson(const Confusion& confusion) {
  const int classes = confusion.class_count;
  const auto at = [&](int row, int column) {
    return confusion.counts[static_cast<std::size_t>(row) * static_cast<std::size_t>(classes) +
                            static_cast<std::size_t>(column)];
  };
  std::vector<std::pair<double, int>> by_rows;
  for (int row = 0; row < classes; ++row) {
    double rows = 0.0;
    for (int column = 0; column < classes; ++column) rows += at(row, column);
    by_rows.emplace_back(-rows, row);
  }
  std::sort(by_rows.begin(), by_rows.end());
  std::vector<int> shown;
  for (int i = 0; i < std::min(classes, kShownClasses); ++i) shown.push_back(by_rows[i].second);
  std::sort(shown.begin(), shown.end());
  const bool has_rest = classes > kShownClasses;
  std::vector<std::size_t> place(static_cast<std::size_t>(classes), shown.size());
  Json names = Json::array();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    place[static_cast<std::size_t>(shown[i])] = i;
    names.push_back(std::to_string(shown[i]));
  }
  if (has_rest) names.push_back("others");
  std::vector<std::vector<double>> cells(names.size(), std::vector<double>(names.size()));
  double right = 0.0;
  for (int row = 0; row < classes; ++row) {
    right += at(row, row);
    for (int column = 0; column < classes; ++column) {
      cells[place[static_cast<std::size_t>(row)]][place[static_cast<std::size_t>(column)]] +=
          at(row, column);
    }
  }
  return {{"names", names}, {"cells", cells}, {"right", right}};
}

Json ResidualsJson(const Residuals& residuals) {
  return {{"low", Short(residuals.low)},
          {"high", Short(residuals.high)},
          {"side", residuals.side},
          {"cells", residuals.cells},
          {"limit", Short(residuals.residual_limit)},
          {"histogram", residuals.histogram},
          {"rmse", Short(residuals.rmse)},
          {"mae", Short(residuals.mae)},
          {"r2", Short(residuals.r2)}};
}

Json QualityJson(const Quality& quality) {
  static constexpr std::array<const char*, 4> kNames{"none", "scores", "classes", "residuals"};
  Json json = {{"kind", kNames[static_cast<std::size_t>(quality.kind)]},
               {"channel", quality.channel},
               {"weighted", quality.is_weighted},
               {"rows", Short(quality.weight_sum)}};
  if (quality.kind == QualityKind::kScores) json["scores"] = ScoresJson(quality.scores);
  if (quality.kind == QualityKind::kClasses) json["confusion"] = ConfusionJson(quality.confusion);
  if (quality.kind == QualityKind::kResiduals) json["residuals"] = ResidualsJson(quality.residuals);
  return json;
}

Json ChannelJson(const std::string& name, const ChannelProfile& channel) {
  Json json = {{"name", name},
               {"rows", channel.row_count},
               {"columns", channel.feature_count},
               {"missing", channel.missing_cells},
               {"label_min", Short(channel.label.min)},
               {"label_max", Short(channel.label.max)},
               {"label_mean", Short(channel.label_sum / static_cast<double>(channel.row_count))}};
  if (channel.label_counts.size() <= static_cast<std::size_t>(kShownClasses)) {
    for (std::size_t i = 0; i < channel.label_counts.size(); ++i) {
      json["balance"].push_back({Short(channel.label.distinct[i]), channel.label_counts[i]});
    }
  }
  return json;
}

Json FeaturesJson(const ChannelProfile& channel) {
  Json features = Json::array();
  for (FeatureIndex i = 0; i < channel.features.size() && i < kShownFeatures; ++i) {
    const ColumnProfile& column = channel.features[i];
    features.push_back({FeatureName(channel.feature_names, i), column.missing,
                        column.has_more() ? Json(nullptr) : Json(column.distinct.size()),
                        Short(column.min), Short(column.max)});
  }
  return features;
}

Json ImportancesJson(const JobFacts& facts) {
  Json json = Json::array();
  for (const FeatureImportance& feature : Importance(facts.models.front())) {
    if (json.size() == kShownImportances) break;
    json.push_back({feature.name, Short(feature.total_gain), Short(feature.gain()),
                    Short(feature.cover()), Short(feature.weight)});
  }
  return json;
}

std::string NowText() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &utc);
  return text.data();
}

}  // namespace

std::string ReportData(const JobFacts& facts) {
  Json json = {{"version", BOOSTYARD_VERSION},
               {"job", facts.job_name},
               {"finished", NowText()},
               {"engine", facts.engine},
               {"engine_line", facts.record.engine_line()},
               {"objective", facts.params.objective.name},
               {"rounds", facts.rounds_done},
               {"folds", facts.models.size()},
               {"best_round", facts.best_round ? Json(*facts.best_round) : Json(nullptr)},
               {"stopped", facts.was_stopped},
               {"linear", !facts.models.empty() && facts.models.front().linear.has_value()},
               {"distinct_cap", kDistinctCap},
               {"warnings", facts.warnings}};
  for (const auto& [name, value] : facts.params.xgboost_settings) {
    json["settings"].push_back({name, value});
  }
  for (const StageTime& stage : facts.record.stages()) {
    json["stages"].push_back({stage.name, Short(stage.seconds)});
  }
  json["curves"] = Json::array();
  const std::vector<RoundHistory>& trainings = facts.record.trainings();
  for (std::size_t fold = 0; fold < trainings.size(); ++fold) {
    for (const MetricSeries& series : trainings[fold].series) {
      json["curves"].push_back(SeriesJson(facts, trainings[fold], series, fold));
    }
  }
  json["channels"].push_back(ChannelJson("train", facts.train));
  if (facts.validation != nullptr) {
    json["channels"].push_back(ChannelJson("validation", *facts.validation));
  }
  json["features"] = FeaturesJson(facts.train);
  json["importance"] = facts.models.empty() ? Json::array() : ImportancesJson(facts);
  json["quality"] = QualityJson(facts.record.quality());
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {  // '<' stands in strings alone
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace boostyard::container
