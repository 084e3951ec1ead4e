// Bytes of text that mean the same to every part: UTF-8 characters, ASCII letters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace boostyard {

// Bytes of the well-formed UTF-8 character at the front of `text` (1 to 4), or 0 if there is none.
// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.)
inline std::size_t Utf8Length(std::string_view text) {
  const auto is_between = [&](std::size_t i, unsigned low, unsigned high) {
    const unsigned byte = i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    return byte >= low && byte <= high;
  };
  const auto is_tail = [&](std::size_t i) { return is_between(i, 0x80, 0xBF); };
  if (text.empty()) return 0;
  const unsigned first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = is_between(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && is_tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = is_between(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

// `text` with A to Z as a to z, whatever the locale.
inline std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace boostyard
