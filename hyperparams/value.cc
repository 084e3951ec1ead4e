#include "hyperparams/value.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>

#include "engine/base/did_you_mean.h"
#include "engine/base/error_table.h"
#include "engine/base/text.h"
#include "hyperparams/constraint_text.h"
#include "hyperparams/text.h"

namespace boostyard::hyperparams {
namespace {

constexpr double kLargestInteger = std::numeric_limits<std::int32_t>::max();

// A value that is being parsed, for the messages.
struct Candidate {
  const HyperparamSpec& spec;
  std::string_view called;
  std::string_view text;

  Error Fail(ErrorId id, std::string_view problem) const {
    std::string message = "hyperparameter " + std::string(called);
    if (called != spec.name) message += " (" + std::string(spec.name) + ")";
    message += ": " + Shown(text) + " ";
    message += problem;
    return MakeError(id, std::move(message), "use " + LegalValues(spec));
  }
};

bool IsIn(const Interval& range, double number) {
  if (range.min && (range.is_min_open ? number <= *range.min : number < *range.min)) return false;
  return !range.max || (range.is_max_open ? number < *range.max : number <= *range.max);
}

// XGBoost and the model file hold float32: what is legal must stay legal when rounded.
bool IsSinglePrecision(const Interval& range, double number) {
  if (number == 0.0) return true;
  const double magnitude = std::fabs(number);
  if (magnitude > FLT_MAX || magnitude < FLT_MIN) return false;
  return IsIn(range, static_cast<double>(static_cast<float>(number)));
}

// "outside [0, 1]"
std::string OutsideText(const HyperparamSpec& spec) {
  const Interval& range = spec.range;
  std::string text = "is outside ";
  text += range.min && !range.is_min_open ? "[" : "(";
  text += range.min ? FormatNumber(*range.min) : "-inf";
  text += ", ";
  text += range.max ? FormatNumber(*range.max) : "inf";
  text += range.max && !range.is_max_open ? "]" : ")";
  return text;
}

Result<Value> ParseInteger(const Candidate& candidate) {
  const auto number = ParseNumber(candidate.text);
  if (!number || *number != std::nearbyint(*number)) {
    return candidate.Fail(ErrorId::kHyperparamBadValue, "is not a whole number");
  }
  if (!IsIn(candidate.spec.range, *number)) {
    return candidate.Fail(ErrorId::kHyperparamOutOfRange, OutsideText(candidate.spec));
  }
  if (std::fabs(*number) > kLargestInteger) {
    return candidate.Fail(ErrorId::kHyperparamOutOfRange, "is more than 2147483647");
  }
  return Value(static_cast<std::int64_t>(*number));
}

Result<Value> ParseReal(const Candidate& candidate) {
  const auto number = ParseNumber(candidate.text);
  if (!number) return candidate.Fail(ErrorId::kHyperparamBadValue, "is not a finite number");
  if (!IsIn(candidate.spec.range, *number)) {
    return candidate.Fail(ErrorId::kHyperparamOutOfRange, OutsideText(candidate.spec));
  }
  if (!IsSinglePrecision(candidate.spec.range, *number)) {
    return candidate.Fail(ErrorId::kHyperparamOutOfRange,
                          "is outside the range when held as a 32-bit float");
  }
  return Value(*number == 0.0 ? 0.0 : *number);  // no -0
}

Result<Value> ParseBoolean(const Candidate& candidate) {
  const std::string word = LowerCase(candidate.text);
  if (word == "true" || word == "1" || word == "1.0") return Value(true);
  if (word == "false" || word == "0" || word == "0.0") return Value(false);
  if (const auto number = ParseNumber(word); number && *number == std::nearbyint(*number)) {
    return candidate.Fail(ErrorId::kHyperparamOutOfRange, "is neither 0 nor 1");
  }
  return candidate.Fail(ErrorId::kHyperparamBadValue, "is neither true nor false");
}

// Precondition: the word was refused, with `fix`.
Error UnknownWord(const Candidate& candidate, std::string_view word, std::string fix) {
  std::string problem = "is not valid";
  if (word != candidate.text) problem = "holds " + Shown(word) + ", which is not valid";
  Error error = candidate.Fail(ErrorId::kHyperparamBadValue, problem);
  if (!fix.empty()) error.fix = std::move(fix);
  return error;
}

// The canonical form of one word.
Result<std::string> ParseWord(const Candidate& candidate, std::string_view word) {
  const HyperparamSpec& spec = candidate.spec;
  if (spec.canonical != nullptr) {
    auto canonical = spec.canonical(word);
    if (canonical.ok()) return canonical;
    return UnknownWord(candidate, word, canonical.error().fix);
  }
  if (std::find(spec.choices.begin(), spec.choices.end(), word) != spec.choices.end()) {
    return std::string(word);
  }
  const std::string_view nearest = NearestName(LowerCase(word), spec.choices);
  if (nearest.empty()) return UnknownWord(candidate, word, {});
  return UnknownWord(candidate, word,
                     "Did you mean '" + std::string(nearest) + "'? Else use " + LegalValues(spec));
}

Result<Value> ParseCategory(const Candidate& candidate) {
  BOOSTYARD_ASSIGN_OR_RETURN(std::string word, ParseWord(candidate, candidate.text));
  return Value(std::move(word));
}

Result<Value> ParseList(const Candidate& candidate) {
  Words words;
  for (const std::string& item : SplitList(candidate.text)) {
    BOOSTYARD_ASSIGN_OR_RETURN(std::string word, ParseWord(candidate, item));
    if (std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(std::move(word));
  }
  return Value(std::move(words));
}

Result<Value> ParseSignList(const Candidate& candidate) {
  auto signs = ParseSigns(candidate.text);
  if (!signs) {
    return candidate.Fail(ErrorId::kHyperparamBadValue, "is not a list of -1, 0 and 1");
  }
  return Value(*std::move(signs));
}

Result<Value> ParseGroups(const Candidate& candidate) {
  auto groups = ParseFeatureGroups(candidate.text);
  if (!groups) {
    return candidate.Fail(ErrorId::kHyperparamBadValue,
                          "is not a list of lists of feature numbers");
  }
  return Value(*std::move(groups));
}

}  // namespace

Result<Value> ParseValue(const HyperparamSpec& spec, std::string_view called,
                         std::string_view text) {
  const std::string inner = Unquote(text);
  const Candidate candidate{spec, called, inner};
  if (inner.empty()) return candidate.Fail(ErrorId::kHyperparamBadValue, "is empty");
  switch (spec.type) {
    case Type::kInteger:
      return ParseInteger(candidate);
    case Type::kReal:
      return ParseReal(candidate);
    case Type::kBoolean:
      return ParseBoolean(candidate);
    case Type::kCategory:
      return ParseCategory(candidate);
    case Type::kList:
      return ParseList(candidate);
    case Type::kSigns:
      return ParseSignList(candidate);
    case Type::kFeatureGroups:
      return ParseGroups(candidate);
  }
  return MakeError(ErrorId::kInternal, "hyperparameter " + std::string(spec.name) + " has no type");
}

std::string PrintValue(const HyperparamSpec& spec, const Value& value) {
  switch (spec.type) {
    case Type::kInteger:
      return std::to_string(std::get<std::int64_t>(value));
    case Type::kReal:
      return FormatNumber(std::get<double>(value));
    case Type::kBoolean: {
      const bool is_word = !spec.choices.empty() && spec.choices.front() == "true";
      return std::get<bool>(value) ? (is_word ? "true" : "1") : (is_word ? "false" : "0");
    }
    case Type::kCategory:
      return std::get<std::string>(value);
    case Type::kList: {
      const Words& words = std::get<Words>(value);
      return Join(std::vector<std::string_view>(words.begin(), words.end()), ",");
    }
    case Type::kSigns:
      return PrintSigns(std::get<Signs>(value));
    case Type::kFeatureGroups:
      return PrintFeatureGroups(std::get<FeatureGroups>(value));
  }
  return {};
}

std::string LegalValues(const HyperparamSpec& spec) {
  const Interval& range = spec.range;
  std::string text;
  switch (spec.type) {
    case Type::kInteger:
      text = "a whole number";
      break;
    case Type::kReal:
      text = "a number";
      break;
    case Type::kBoolean:
      return Join(spec.choices, " or ");
    case Type::kCategory:
      return "one of " + Join(spec.choices, ", ");
    case Type::kList:
      return "a comma list of " + Join(spec.choices, ", ");
    case Type::kSigns:
      return "one of -1, 0, 1 for each feature, as in (1,0,-1)";
    case Type::kFeatureGroups:
      return "groups of feature numbers from 0, as in [[0,1],[2,3,4]]";
  }
  if (range.min && range.max && !range.is_min_open && !range.is_max_open) {
    return text + " from " + FormatNumber(*range.min) + " to " + FormatNumber(*range.max);
  }
  if (range.min)
    text += (range.is_min_open ? " above " : " of at least ") + FormatNumber(*range.min);
  if (range.min && range.max) text += " and";
  if (range.max) text += (range.is_max_open ? " below " : " at most ") + FormatNumber(*range.max);
  return text;
}

double LowestNumber(const HyperparamSpec& spec) {
  const Interval& range = spec.range;
  if (spec.type == Type::kInteger) return range.min.value_or(-kLargestInteger);
  const auto bound = static_cast<float>(range.min.value_or(-FLT_MAX));
  if (!range.is_min_open) return bound;
  return bound == 0.0F ? FLT_MIN : std::nextafter(bound, FLT_MAX);
}

double HighestNumber(const HyperparamSpec& spec) {
  const Interval& range = spec.range;
  if (spec.type == Type::kInteger) return range.max.value_or(kLargestInteger);
  const auto bound = static_cast<float>(range.max.value_or(FLT_MAX));
  return range.is_max_open ? std::nextafter(bound, -FLT_MAX) : bound;
}

}  // namespace boostyard::hyperparams
