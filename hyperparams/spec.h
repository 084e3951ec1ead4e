// The table of hyperparameters. One stanza in specs_*.cc is all a hyperparameter needs: from it
// come the parser, the range errors, the suggestions, the documentation, the service's description
// and the boundary tests. A new one is one stanza and one field in engine/params.h.
#pragma once

#include <cfloat>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "hyperparams/parse.h"

namespace boostyard::hyperparams {

// Which numbers are legal. A bound that is not given is that of a 32-bit integer or of a float32.
struct Interval {
  std::optional<double> min;
  std::optional<double> max;
  bool is_min_open = false;
  bool is_max_open = false;
};

constexpr Interval Closed(double min, double max) { return {min, max, false, false}; }
constexpr Interval Open(double min, double max) { return {min, max, true, true}; }
constexpr Interval OpenClosed(double min, double max) { return {min, max, true, false}; }
constexpr Interval AtLeast(double min) { return {min, std::nullopt, false, false}; }
constexpr Interval Above(double min) { return {min, std::nullopt, true, false}; }

enum class Type {
  kInteger,        // "5", "5.0"
  kReal,           // finite; a normal float32 or zero
  kBoolean,        // 0, 1, true, false in any case
  kCategory,       // one word
  kList,           // words in a comma list or a JSON list
  kSigns,          // "(1,0,-1)" or "[1,0,-1]"
  kFeatureGroups,  // "[[0,1],[2,3]]"
};

using Words = std::vector<std::string>;
using Signs = std::vector<int>;
using FeatureGroups = std::vector<std::vector<std::uint32_t>>;

// A value as understood.
using Value = std::variant<std::int64_t, double, bool, std::string, Words, Signs, FeatureGroups>;

// Where a setting has an effect; elsewhere it is accepted with a note.
enum class Scope {
  kAlways,
  kTrees,  // booster gbtree or dart
  kDart,   // booster dart
};

// A word's canonical spelling; an error, of which the fix is shown, if it is not legal.
using CanonicalWord = Result<std::string> (*)(std::string_view word);

struct HyperparamSpec {
  std::string_view name;
  std::vector<std::string_view> aliases = {};
  Type type = Type::kReal;
  Interval range = {};                         // kInteger, kReal
  std::vector<std::string_view> choices = {};  // kCategory, kList: legal words; kBoolean: spellings
  CanonicalWord canonical = nullptr;     // kCategory, kList: instead of a look-up in `choices`
  std::string_view default_value = {};   // a legal value, or empty
  std::string_view default_note = {};    // for people, where default_value is empty
  std::optional<Interval> tunable = {};  // what the service recommends for tuning jobs
  bool is_required = false;
  Scope scope = Scope::kAlways;
  std::string_view objective = {};    // only for objectives that begin like this
  bool is_forwarded = false;          // XGBoost 3 knows it: goes into xgboost_settings
  std::string_view ignored = {};      // why it is accepted without effect
  std::string_view unsupported = {};  // why it is refused
  std::string_view doc = {};          // one line, no full stop
  void (*set)(JobSettings& job, const Value& value) = nullptr;  // nullptr: no typed field
};

// All stanzas, in the order of the documentation; the same vector each time.
const std::vector<HyperparamSpec>& AllSpecs();

// The stanza of a name or alias; nullptr if there is none.
const HyperparamSpec* FindSpec(std::string_view name_or_alias);

// The groups of AllSpecs().
std::vector<HyperparamSpec> BoostSpecs();
std::vector<HyperparamSpec> TreeSpecs();
std::vector<HyperparamSpec> ObjectiveSpecs();
std::vector<HyperparamSpec> ServiceSpecs();

}  // namespace boostyard::hyperparams
