#include "container/report/output_files.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "container/file_io.h"
#include "container/report/importance.h"
#include "container/report/page.h"

namespace boostyard::container {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// The value of a series in the round that the model ends with.
Json FinalValue(const JobFacts& facts, const RoundHistory& history, const MetricSeries& series) {
  const std::size_t last = series.values.size();
  if (last == 0) return nullptr;
  if (!facts.best_round) return series.values.back();
  const int place = *facts.best_round - history.first_round;
  if (place < 0 || static_cast<std::size_t>(place) >= last) return nullptr;
  return series.values[static_cast<std::size_t>(place)];
}

Json FinalOf(const JobFacts& facts, const RoundHistory& history) {
  Json final = Json::object();
  for (const MetricSeries& series : history.series) {
    final[series.channel][series.metric] = FinalValue(facts, history, series);
  }
  return final;
}

Json PerRound(const RoundHistory& history) {
  Json rounds = Json::object();
  for (const MetricSeries& series : history.series) {
    rounds[series.channel][series.metric] = series.values;
  }
  return rounds;
}

// Means over the folds; null where one of them has no number.
Json MeanOf(const std::vector<Json>& finals) {
  Json mean = finals.empty() ? Json::object() : finals.front();
  for (auto& [channel, metrics] : mean.items()) {
    for (auto& [metric, value] : metrics.items()) {
      double sum = 0.0;
      for (const Json& final : finals) {
        const Json& one = final[channel][metric];
        sum += one.is_number() ? one.get<double>() : std::nan("");
      }
      value = sum / static_cast<double>(finals.size());
    }
  }
  return mean;
}

// Of several models: sums over them.
std::vector<FeatureImportance> ImportanceOf(const JobFacts& facts) {
  std::vector<FeatureImportance> all;
  if (!facts.models.empty()) all = Importance(facts.models.front());
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < all.size(); ++i) places.emplace(all[i].name, i);
  for (std::size_t model = 1; model < facts.models.size(); ++model) {
    for (FeatureImportance& feature : Importance(facts.models[model])) {
      const auto [place, is_new] = places.emplace(feature.name, all.size());
      if (is_new) {
        all.push_back(std::move(feature));
        continue;
      }
      all[place->second].weight += feature.weight;
      all[place->second].total_gain += feature.total_gain;
      all[place->second].total_cover += feature.total_cover;
    }
  }
  return all;
}

Json Number(float value) { return static_cast<double>(value); }

Json ColumnJson(const ColumnProfile& column) {
  const bool is_empty = column.min > column.max;
  return {{"missing", column.missing},
          {"distinct", column.has_more() ? Json(nullptr) : Json(column.distinct.size())},
          {"min", is_empty ? Json(nullptr) : Number(column.min)},
          {"max", is_empty ? Json(nullptr) : Number(column.max)}};
}

std::string LabelText(float label) {
  std::string text = Json(static_cast<double>(label)).dump();
  if (text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0) text.resize(text.size() - 2);
  return text;
}

Json LabelJson(const ChannelProfile& channel) {
  Json label = ColumnJson(channel.label);
  label["mean"] = channel.label_sum / static_cast<double>(channel.row_count);
  if (!channel.label_counts.empty()) {
    Json& balance = label["balance"] = Json::object();
    for (std::size_t i = 0; i < channel.label_counts.size(); ++i) {
      balance[LabelText(channel.label.distinct[i])] = channel.label_counts[i];
    }
  }
  return label;
}

Json ChannelJson(const ChannelProfile& channel) {
  Json json = {{"rows", channel.row_count}, {"columns", channel.feature_count}};
  json["missing_cells"] = channel.missing_cells;
  if (channel.has_weights) json["weight_sum"] = channel.weight_sum;
  json["label"] = LabelJson(channel);
  Json& features = json["features"] = Json::array();
  for (FeatureIndex i = 0; i < channel.features.size(); ++i) {
    Json feature = {{"name", FeatureName(channel.feature_names, i)}};
    feature.update(ColumnJson(channel.features[i]));
    features.push_back(std::move(feature));
  }
  return json;
}

Json StagesJson(StageTimes& times) {
  Json json = Json::object();
  const auto found = times.times();
  for (std::size_t i = 0; i < found.size(); ++i) {
    Json& stage = json[std::string(StageName(static_cast<Stage>(i)))];
    stage = {{"seconds", found[i].seconds}, {"busy_seconds", found[i].busy_seconds}};
    if (found[i].work > 0) stage["work"] = found[i].work;
  }
  return json;
}

Status WriteText(const std::string& directory, const std::string& name, const std::string& text) {
  WriteCalls calls;
  calls.fsync = [](int) { return 0; };
  return WriteFileAtomically(
      directory, name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, calls);
}

void Replace(std::string& text, std::string_view place, std::string_view with) {
  const std::size_t found = text.find(place);
  if (found != std::string::npos) text.replace(found, place.size(), with);
}

}  // namespace

std::string MetricsJson(const JobFacts& facts) {
  Json json = {{"boostyard", BOOSTYARD_VERSION},
               {"job", facts.job_name.empty() ? Json(nullptr) : Json(facts.job_name)},
               {"engine", facts.engine},
               {"objective", facts.params.objective.name},
               {"rounds", facts.rounds_done},
               {"best_round", facts.best_round ? Json(*facts.best_round) : Json(nullptr)},
               {"was_stopped", facts.was_stopped},
               {"warnings", facts.warnings.size()}};
  for (const StageTime& stage : facts.record.stages()) json["seconds"][stage.name] = stage.seconds;
  if (facts.times != nullptr) json["stages"] = StagesJson(*facts.times);
  const std::vector<RoundHistory>& trainings = facts.record.trainings();
  std::vector<Json> finals;
  for (const RoundHistory& history : trainings) finals.push_back(FinalOf(facts, history));
  if (trainings.size() > 1) {
    json["final"] = MeanOf(finals);
    for (std::size_t i = 0; i < trainings.size(); ++i) {
      json["folds"].push_back({{"final", finals[i]}, {"per_round", PerRound(trainings[i])}});
    }
  } else {
    const RoundHistory none;
    const RoundHistory& history = trainings.empty() ? none : trainings.front();
    json["first_round"] = history.first_round;
    json["final"] = FinalOf(facts, history);
    json["per_round"] = PerRound(history);
  }
  return Dump(json, 1) + "\n";
}

std::string ImportanceJson(const JobFacts& facts) {
  Json json = Json::object();
  const bool is_linear = !facts.models.empty() && facts.models.front().linear.has_value();
  for (const FeatureImportance& feature : ImportanceOf(facts)) {
    json["weight"][feature.name] = feature.weight;
    if (is_linear) continue;
    json["gain"][feature.name] = feature.gain();
    json["cover"][feature.name] = feature.cover();
    json["total_gain"][feature.name] = feature.total_gain;
    json["total_cover"][feature.name] = feature.total_cover;
  }
  return Dump(json, 1) + "\n";
}

std::string DataProfileJson(const JobFacts& facts) {
  Json json = {{"distinct_counted_up_to", kDistinctCap}};
  json["channels"]["train"] = ChannelJson(facts.train);
  if (facts.validation != nullptr) json["channels"]["validation"] = ChannelJson(*facts.validation);
  return Dump(json, 1) + "\n";
}

std::string ReportPage(const std::string& report_data) {
  std::string page(kReportHtml);
  Replace(page, "{{style}}", kReportCss);
  Replace(page, "{{script}}", kReportScript);
  Replace(page, "{{data}}", report_data);  // last: names in it may look like a place
  return page;
}

std::vector<Error> WriteOutputFiles(const std::string& directory, const JobFacts& facts,
                                    bool writes_report) {
  std::vector<Error> errors;
  if (Status made = MakeDirectories(directory); !made.ok()) return {std::move(made).error()};
  const auto write = [&](const char* name, const std::string& text) {
    Status written = WriteText(directory, name, text);
    if (!written.ok()) errors.push_back(std::move(written).error());
  };
  write("importance.json", ImportanceJson(facts));
  write("data_profile.json", DataProfileJson(facts));
  if (writes_report) {
    write("report.html", ReportPage(ReportData(facts)));
  } else {
    std::error_code ignored;  // an earlier job's page would be taken for this one's
    std::filesystem::remove(directory + "/report.html", ignored);
  }
  write("metrics.json", MetricsJson(facts));  // last: its times are to include the others'
  return errors;
}

}  // namespace boostyard::container
