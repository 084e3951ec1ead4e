#include "hyperparams/describe.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "hyperparams/spec.h"
#include "hyperparams/text.h"
#include "hyperparams/value.h"

namespace boostyard::hyperparams {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kNameWidth = 32;
constexpr std::size_t kDefaultWidth = 20;
constexpr std::size_t kIndent = 4;

std::string IntervalText(const Interval& range) {
  if (range.min && range.max) {
    return std::string(range.is_min_open ? "(" : "[") + FormatNumber(*range.min) + ", " +
           FormatNumber(*range.max) + (range.is_max_open ? ")" : "]");
  }
  if (range.min) return (range.is_min_open ? "> " : ">= ") + FormatNumber(*range.min);
  return {};
}

// Type and range in few words: "number in [0, 1]", "gbtree, gblinear, dart".
std::string ValuesText(const HyperparamSpec& spec) {
  if (!spec.unsupported.empty()) return "refused";
  switch (spec.type) {
    case Type::kInteger:
    case Type::kReal: {
      const std::string type = spec.type == Type::kInteger ? "integer" : "number";
      const std::string range = IntervalText(spec.range);
      return range.empty() ? type : type + (range.front() == '>' ? " " : " in ") + range;
    }
    case Type::kBoolean:
      return Join(spec.choices, " or ");
    case Type::kCategory:
      return Join(spec.choices, ", ");
    case Type::kList:
      return "list of " + Join(spec.choices, ", ");
    case Type::kSigns:
      return "list of -1, 0, 1";
    case Type::kFeatureGroups:
      return "list of lists of integers >= 0";
  }
  return {};
}

std::string_view DefaultText(const HyperparamSpec& spec) {
  return spec.default_value.empty() ? spec.default_note : spec.default_value;
}

// What it does, its other names, and why it does nothing if that is so.
std::string DocText(const HyperparamSpec& spec) {
  std::string text(spec.doc);
  text += '.';
  if (!spec.aliases.empty()) text += " Also called " + Join(spec.aliases, ", ") + ".";
  if (!spec.ignored.empty()) text += " Accepted without effect: " + std::string(spec.ignored) + ".";
  return text;
}

// Appends words to `line` and breaks before the one that would pass `width`; new lines begin with
// `indent` blanks.
std::string Wrap(std::string line, std::string_view words, std::size_t indent, std::size_t width) {
  std::string text;
  bool is_first = true;
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    const std::string_view word = words.substr(0, space);
    if (!is_first && line.size() + 1 + word.size() > width) {
      text += line + "\n";
      line.assign(indent, ' ');
      is_first = true;
    }
    if (!is_first) line += ' ';
    line += word;
    is_first = false;
    words = space == std::string_view::npos ? std::string_view{} : words.substr(space + 1);
  }
  return text + line + "\n";
}

std::string Padded(std::string_view text, std::size_t width) {
  std::string padded(text);
  if (padded.size() < width) padded.resize(width, ' ');
  return padded;
}

std::string HeadLine(const HyperparamSpec& spec) {
  std::string line = Padded(spec.name, kNameWidth) + Padded(DefaultText(spec), kDefaultWidth);
  return Wrap(std::move(line), ValuesText(spec), kNameWidth + kDefaultWidth, kWidth);
}

// The service's name of a type.
std::string_view ServiceType(const HyperparamSpec& spec) {
  switch (spec.type) {
    case Type::kInteger:
      return "Integer";
    case Type::kReal:
      return "Continuous";
    case Type::kBoolean:
      return "Categorical";
    case Type::kCategory:
      return spec.canonical == nullptr ? "Categorical" : "FreeText";
    default:
      return "FreeText";
  }
}

Json ServiceRange(const HyperparamSpec& spec) {
  const std::string_view type = ServiceType(spec);
  if (type == "Categorical") {
    return {{"CategoricalParameterRangeSpecification", {{"Values", spec.choices}}}};
  }
  const bool is_integer = spec.type == Type::kInteger;
  const auto text = [&](double bound) {
    return is_integer ? std::to_string(static_cast<std::int64_t>(bound)) : FormatNumber(bound);
  };
  return {
      {is_integer ? "IntegerParameterRangeSpecification" : "ContinuousParameterRangeSpecification",
       {{"MinValue", text(LowestNumber(spec))}, {"MaxValue", text(HighestNumber(spec))}}}};
}

Json ServiceSpecification(const HyperparamSpec& spec) {
  Json row;
  row["Name"] = spec.name;
  row["Description"] = DocText(spec);
  row["Type"] = ServiceType(spec);
  if (ServiceType(spec) != "FreeText") row["Range"] = ServiceRange(spec);
  row["IsTunable"] = spec.tunable.has_value();
  row["IsRequired"] = spec.is_required;
  if (!spec.default_value.empty()) row["DefaultValue"] = spec.default_value;
  return row;
}

}  // namespace

std::string DescribeAsText() {
  std::string text = Padded("Name", kNameWidth) + Padded("Default", kDefaultWidth) + "Values\n";
  for (const HyperparamSpec& spec : AllSpecs()) {
    text += "\n" + HeadLine(spec);
    text += Wrap(std::string(kIndent, ' '), DocText(spec), kIndent, kWidth);
  }
  return text;
}

std::string DescribeAsMarkdown() {
  std::string text =
      "# Hyperparameters\n\n"
      "Written by `boostyard describe hyperparameters --markdown`; do not edit.\n\n"
      "Values may be strings, numbers, booleans or lists in JSON. White space around them does "
      "not\n"
      "matter, `5.0` is the integer 5, and booleans may be `0`, `1`, `true` or `false` in any "
      "case.\n"
      "*Tuned* is the range that is recommended for tuning jobs, on a linear scale.\n\n"
      "| Name | Values | Default | Tuned | What it does |\n"
      "|---|---|---|---|---|\n";
  for (const HyperparamSpec& spec : AllSpecs()) {
    text +=
        "| `" + std::string(spec.name) + "` | " + ValuesText(spec) + " | " +
        std::string(DefaultText(spec)) + " | " +
        (spec.tunable ? FormatNumber(*spec.tunable->min) + " to " + FormatNumber(*spec.tunable->max)
                      : "") +
        " | " + DocText(spec) + " |\n";
  }
  return text;
}

std::string DescribeAsJson() {
  Json rows = Json::array();
  for (const HyperparamSpec& spec : AllSpecs()) {
    if (spec.unsupported.empty()) rows.push_back(ServiceSpecification(spec));
  }
  return rows.dump(2) + "\n";
}

}  // namespace boostyard::hyperparams
