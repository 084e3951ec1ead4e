// User data in messages: short, on one line, valid UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace boostyard {

inline constexpr std::size_t kMaxQuotedBytes = 40;
inline constexpr std::size_t kMaxExcerptBytes = 80;

// `text` in double quotes: control characters, quotes and bytes that are not UTF-8 escaped, and cut
// with "..." after about kMaxQuotedBytes, never inside a character.
std::string QuoteText(std::string_view text);

struct Excerpt {
  std::string text;  // at most kMaxExcerptBytes; byte i of it stands for one byte of the line
  std::uint32_t caret = 0;  // where the wanted byte is
};

// The part of `line` around byte `at` (from 0), with '?' for control characters and bytes that are
// not UTF-8, cut between characters.
Excerpt ExcerptAround(std::string_view line, std::size_t at);

}  // namespace boostyard
