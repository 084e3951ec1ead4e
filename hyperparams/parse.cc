#include "hyperparams/parse.h"

#include <algorithm>
#include <utility>

#include "engine/base/did_you_mean.h"
#include "engine/base/error_table.h"
#include "engine/base/text.h"
#include "hyperparams/rules.h"
#include "hyperparams/settings.h"
#include "hyperparams/text.h"
#include "hyperparams/value.h"

namespace boostyard::hyperparams {
namespace {

constexpr std::string_view kServicePrefix = "sagemaker_";

// A job's text, given names, and what came of it.
struct Reading {
  Settings settings;
  std::vector<Error> errors;
  std::vector<std::string> notes;
};

Error UnknownName(std::string_view name, std::string_view text) {
  std::vector<std::string_view> names;
  for (const HyperparamSpec& spec : AllSpecs()) {
    if (!spec.unsupported.empty()) continue;
    names.push_back(spec.name);
    names.insert(names.end(), spec.aliases.begin(), spec.aliases.end());
  }
  std::string fix = "remove it; `boostyard describe hyperparameters` lists all names";
  if (const std::string_view nearest = NearestName(LowerCase(name), names); !nearest.empty()) {
    fix = "Did you mean '" + std::string(nearest) + "'?";
  }
  return MakeError(
      ErrorId::kHyperparamUnknown,
      "hyperparameter " + Shown(name) + " is not known (its value is " + Shown(text) + ")",
      std::move(fix));
}

// One of the texts that were given for a stanza, and the name it came under.
struct Given {
  std::string_view called;
  std::string_view text;
};

void ReadSetting(const HyperparamSpec& spec, const std::vector<Given>& given, Reading& reading) {
  const Given& first = given.front();
  Setting setting{.spec = &spec, .value = std::nullopt};
  if (!spec.unsupported.empty()) {
    reading.errors.push_back(MakeError(ErrorId::kHyperparamUnsupported,
                                       "hyperparameter " + std::string(spec.name) +
                                           " is refused: " + std::string(spec.unsupported),
                                       "remove it"));
    reading.settings.Add(std::move(setting));
    return;
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    auto value = ParseValue(spec, given[i].called, given[i].text);
    if (!value.ok()) {
      reading.errors.push_back(std::move(value).error());
      setting.value.reset();
      break;
    }
    if (i > 0 && *value != *setting.value) {
      reading.errors.push_back(MakeError(
          ErrorId::kHyperparamConflict,
          "hyperparameters " + std::string(first.called) + " (" + Shown(first.text) + ") and " +
              std::string(given[i].called) + " (" + Shown(given[i].text) + ") are the same setting",
          "give one of the two"));
      setting.value.reset();
      break;
    }
    setting.value = std::move(value).value();
    if (given[i].called != spec.name) {
      reading.notes.push_back(std::string(given[i].called) + " is taken as " +
                              std::string(spec.name));
    }
  }
  reading.settings.Add(std::move(setting));
}

void ReadUnknown(const RawHyperparameters& raw, Reading& reading) {
  for (const auto& [name, text] : raw) {
    const std::string_view trimmed = Trim(name);
    if (FindSpec(trimmed) != nullptr) continue;
    if (trimmed.substr(0, kServicePrefix.size()) == kServicePrefix) {
      reading.notes.push_back(Shown(trimmed) + " has no effect: it belongs to script mode");
    } else {
      reading.errors.push_back(UnknownName(trimmed, text));
    }
  }
}

void CheckRequired(Reading& reading) {
  for (const HyperparamSpec& spec : AllSpecs()) {
    if (!spec.is_required || reading.settings.Find(spec.name) != nullptr) continue;
    reading.errors.push_back(
        MakeError(ErrorId::kHyperparamMissing,
                  "hyperparameter " + std::string(spec.name) + " is required and was not given",
                  "set " + std::string(spec.name) + " to " + LegalValues(spec)));
  }
}

Reading Read(const RawHyperparameters& raw) {
  Reading reading;
  for (const HyperparamSpec& spec : AllSpecs()) {
    std::vector<Given> given;
    for (const auto& [name, text] : raw) {
      if (FindSpec(Trim(name)) == &spec) given.push_back({Trim(name), text});
    }
    if (!given.empty()) ReadSetting(spec, given, reading);
  }
  ReadUnknown(raw, reading);
  CheckRequired(reading);
  for (Error& error : CheckRules(reading.settings)) reading.errors.push_back(std::move(error));
  return reading;
}

JobSettings Apply(const Settings& settings, std::vector<std::string> notes) {
  JobSettings job;
  job.notes = std::move(notes);
  for (const Setting& setting : settings.all()) {
    const HyperparamSpec& spec = *setting.spec;
    if (const std::string why = WhyWithoutEffect(settings, spec); !why.empty()) {
      job.notes.push_back(std::string(spec.name) + " has no effect" + why);
      continue;
    }
    if (spec.set != nullptr) spec.set(job, *setting.value);
    if (!spec.is_forwarded) continue;
    std::string text = PrintValue(spec, *setting.value);
    job.train.xgboost_settings.emplace_back(spec.name, std::move(text));
  }
  // XGBoost limits the steps of this objective even if nobody asks for it.
  if (job.train.objective.name == "count:poisson" && settings.Find("max_delta_step") == nullptr) {
    job.train.tree.max_delta_step = job.train.objective.max_delta_step;
  }
  return job;
}

}  // namespace

Result<JobSettings> Parse(const RawHyperparameters& raw) {
  Reading reading = Read(raw);
  if (!reading.errors.empty()) return Combine(std::move(reading.errors));
  Resolve(reading.settings, reading.notes);
  return Apply(reading.settings, std::move(reading.notes));
}

Result<RawHyperparameters> Canonicalize(const RawHyperparameters& raw) {
  Reading reading = Read(raw);
  if (!reading.errors.empty()) return Combine(std::move(reading.errors));
  RawHyperparameters canonical;
  for (const Setting& setting : reading.settings.all()) {
    canonical.emplace(setting.spec->name, PrintValue(*setting.spec, *setting.value));
  }
  return canonical;
}

}  // namespace boostyard::hyperparams
