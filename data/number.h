// From the text of a cell to a float32, correctly rounded. The only user of fast_float.
//
// The grammar (FORMATS.md): blanks around it are ignored; an optional sign, decimal digits with an
// optional point, an optional decimal exponent. A few words mean "missing", true and false are 1
// and 0. Hexadecimal, digit separators, decimal commas and nan(payload) are text, not numbers.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

#include <fast_float/fast_float.h>

namespace boostyard {

enum class CellKind : std::uint8_t {
  kNumber,
  kMissing,     // empty, or one of the words for it
  kInfinite,    // inf or infinity, with or without a sign
  kOutOfRange,  // a number whose nearest float32 is infinite
  kText,        // anything else
};

struct CellValue {
  float value;  // finite and never -0 if kNumber, else NaN
  CellKind kind;
};

inline bool IsBlank(char c) { return c == ' ' || c == '\t'; }
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

inline std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Whether `text` is `lower_case_word` in any case.
inline bool EqualsIgnoringCase(std::string_view text, std::string_view lower_case_word) {
  if (text.size() != lower_case_word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower_case_word[i]) {
      return false;
    }
  }
  return true;
}

inline constexpr std::string_view kMissingWords[] = {"nan",  "NaN",  "NA", "N/A",
                                                     "null", "None", "?"};

// What a trimmed, non-empty cell that does not begin like a number says.
inline CellValue ReadWord(std::string_view text) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const std::string_view word : kMissingWords) {
    if (text == word) return {kNan, CellKind::kMissing};
  }
  if (EqualsIgnoringCase(text, "true")) return {1.0F, CellKind::kNumber};
  if (EqualsIgnoringCase(text, "false")) return {0.0F, CellKind::kNumber};
  if (text.front() == '+' || text.front() == '-') text.remove_prefix(1);
  if (EqualsIgnoringCase(text, "inf") || EqualsIgnoringCase(text, "infinity")) {
    return {kNan, CellKind::kInfinite};
  }
  return {kNan, CellKind::kText};
}

// Reads a cell that is already without its quotes. Underflow rounds to the nearest subnormal or to
// 0; -0 is read as 0, so that equal values have equal bits.
inline CellValue ReadCell(std::string_view text) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  text = TrimBlanks(text);
  if (text.empty()) return {kNan, CellKind::kMissing};

  constexpr std::size_t kExactDigits = 7;  // 9,999,999 < 2^24: every such integer is a float
  if (text.size() <= kExactDigits) {
    std::int32_t integer = 0;
    std::size_t i = 0;
    for (; i < text.size() && IsDigit(text[i]); ++i) integer = integer * 10 + (text[i] - '0');
    if (i == text.size()) return {static_cast<float>(integer), CellKind::kNumber};
  }

  std::string_view digits = text;  // what must follow the sign; fast_float takes '-' but not '+'
  if (text.front() == '+' || text.front() == '-') digits.remove_prefix(1);
  if (digits.empty() || !(IsDigit(digits.front()) || digits.front() == '.')) return ReadWord(text);
  if (text.front() == '+') text = digits;
  float value = kNan;
  const auto result = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  // Later versions of fast_float report overflow and underflow as errors too; the value tells.
  const bool is_read = result.ec == std::errc() || result.ec == std::errc::result_out_of_range;
  if (!is_read || result.ptr != text.data() + text.size()) return {kNan, CellKind::kText};
  if (std::isinf(value)) return {kNan, CellKind::kOutOfRange};
  return {value + 0.0F, CellKind::kNumber};  // -0 + 0 is 0
}

}  // namespace boostyard
