// A parsed JSON or UBJSON file as a tree of values, before anything is known of its meaning.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace boostyard {

struct DocumentValue {
  enum class Kind { kNull, kInteger, kReal, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  double number = 0.0;  // kInteger (also booleans, as 0 and 1) and kReal
  std::string text;     // kString
  // kArray: either `numbers` or `items` is filled; both are empty in an empty array.
  std::vector<double> numbers;
  bool has_reals = false;  // a number of the array was written as a real
  std::vector<DocumentValue> items;
  // kObject, in file order: two lists, because a list of pairs with an incomplete type is one that
  // not every compiler takes.
  std::vector<std::string> member_names;
  std::vector<DocumentValue> member_values;

  bool is_object() const { return kind == Kind::kObject; }
  bool is_array() const { return kind == Kind::kArray; }
  bool is_string() const { return kind == Kind::kString; }
  bool is_number() const { return kind == Kind::kInteger || kind == Kind::kReal; }

  // The member of an object, or null.
  const DocumentValue* Find(std::string_view key) const;
  DocumentValue* Find(std::string_view key);
};

// Parses a whole file; which of the two formats it is shows in its second byte. Any bytes whatever
// give a value or a kModelBad error, in time and memory bounded by their number.
Result<DocumentValue> ParseDocument(std::span<const std::uint8_t> bytes);

// The value of T nearest to a number of a document (NaN: 0 for integers).
template <class T>
T NearestValue(double number) {
  using Limits = std::numeric_limits<T>;
  if (Limits::is_integer && std::isnan(number)) return 0;
  if (number >= static_cast<double>(Limits::max())) return Limits::max();
  if (number <= static_cast<double>(Limits::lowest())) return Limits::lowest();
  return static_cast<T>(number);
}

// `text` with what is not UTF-8 replaced by U+FFFD, so that both formats hold the same text.
std::string ValidUtf8(std::string_view text);

// Error of a file that is not what it should be: kModelBad with the usual cure.
Error BadModel(std::string what);

}  // namespace boostyard
