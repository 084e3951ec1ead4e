#include "data/escape.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/text.h"

namespace boostyard {
namespace {

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
    const std::size_t length = Utf8Length(text);
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
    const std::size_t length = Utf8Length(line.substr(i));
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
