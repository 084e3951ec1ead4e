// From text to a value of a stanza's type, and back.
#pragma once

#include <string>
#include <string_view>

#include "hyperparams/spec.h"

namespace boostyard::hyperparams {

// `text` as a value of the stanza; `called` is the name the user gave. Errors: bad-value,
// out-of-range.
Result<Value> ParseValue(const HyperparamSpec& spec, std::string_view called,
                         std::string_view text);

// The canonical spelling of a value: ParseValue gives the value back. `spec` says how booleans
// look.
std::string PrintValue(const HyperparamSpec& spec, const Value& value);

// What is legal, in words that complete "use ...": "a number from 0 to 1", "one of cpu, cuda".
std::string LegalValues(const HyperparamSpec& spec);

// The smallest and largest legal number of an integer or real stanza, open bounds moved inwards by
// one float32 step.
double LowestNumber(const HyperparamSpec& spec);
double HighestNumber(const HyperparamSpec& spec);

}  // namespace boostyard::hyperparams
