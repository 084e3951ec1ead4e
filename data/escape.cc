#include "data/escape.h"

#include <algorithm>
#include <cstdio>

namespace boostyard {
namespace {

// Bytes of the well-formed UTF-8 character at the front of `text` (1 to 4), or 0. (Unicode 15,
// table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.)
std::size_t CharacterLength(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto is_tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = is_tail(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
    return second && is_tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = is_tail(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string HexByte(char c) {
  char text[8];
  std::snprintf(text, sizeof(text), "\\x%02X",
                static_cast<unsigned>(static_cast<unsigned char>(c)));
  return text;
}

std::string EscapeCharacter(std::string_view character, bool is_valid) {
  const char c = character.front();
  if (!is_valid) return HexByte(c);
  if (c == '"' || c == '\\') return {'\\', c};
  if (c == '\t') return "\\t";
  if (c == '\r') return "\\r";
  if (c == '\n') return "\\n";
  if (IsControl(c)) return HexByte(c);
  return std::string(character);
}

}  // namespace

std::string QuoteText(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    const std::string escaped =
        EscapeCharacter(text.substr(0, std::max<std::size_t>(length, 1)), length > 0);
    if (out.size() - 1 + escaped.size() > kMaxQuotedBytes) return out + "\"...";
    out += escaped;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out + "\"";
}

Excerpt ExcerptAround(std::string_view line, std::size_t at) {
  at = std::min(at, line.size());
  // Starts a third before the place; characters are counted from the line's start, so that none is
  // cut.
  std::size_t begin = 0;
  if (line.size() > kMaxExcerptBytes) {
    begin = at > kMaxExcerptBytes / 3 ? at - kMaxExcerptBytes / 3 : 0;
    begin = std::min(begin, line.size() - kMaxExcerptBytes);
  }
  const auto is_tail = [&](std::size_t i) {
    return (static_cast<unsigned char>(line[i]) & 0xC0) == 0x80;
  };
  for (int i = 0; i < 3 && begin < at && begin > 0 && is_tail(begin); ++i) ++begin;
  Excerpt excerpt;
  for (std::size_t i = begin; i < line.size();) {
    const std::size_t length = CharacterLength(line.substr(i));
    const std::size_t step = std::max<std::size_t>(length, 1);
    if (excerpt.text.size() + step > kMaxExcerptBytes) break;
    if (length == 0 || IsControl(line[i])) {
      excerpt.text += line[i] == '\t' ? ' ' : '?';
    } else {
      excerpt.text += line.substr(i, length);
    }
    i += step;
  }
  excerpt.caret = static_cast<std::uint32_t>(at - begin);
  return excerpt;
}

}  // namespace boostyard
