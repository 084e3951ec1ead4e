#include "container/diagnostics.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/base/error_table.h"
#include "engine/base/text.h"

namespace boostyard::container {
namespace {

constexpr std::string_view kEllipsis = "...";

std::string_view KindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUser:
      return "UserError";
    case ErrorKind::kPlatform:
      return "PlatformError";
    case ErrorKind::kInternal:
      return "AlgorithmError";
  }
  return "AlgorithmError";
}

std::string PositionText(const SourcePosition& at) {
  std::string text = at.file;
  if (at.record > 0) {
    return text + " record " + std::to_string(at.record) + " (byte " + std::to_string(at.byte) +
           ")";
  }
  if (at.line > 0) text += ":" + std::to_string(at.line);
  if (at.line > 0 && at.byte > 0) text += ":" + std::to_string(at.byte);
  return text;
}

// File name without its folders: the build machine's paths are nobody's business.
std::string_view BaseName(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// Everything about one error but its kind.
std::string Sentence(const Error& error) {
  std::string text;
  if (error.at && !error.at->file.empty()) text += PositionText(*error.at) + ": ";
  if (error.at && error.at->column > 0) {
    const std::string column = "column " + std::to_string(error.at->column);
    if (error.message.find(column) == std::string::npos) text += column + ": ";
  }
  text += error.message;
  if (KindOf(error) == ErrorKind::kInternal) {
    text += " (boostyard " BOOSTYARD_VERSION ", ";
    text += BaseName(error.raised_at.file_name());
    text += ":" + std::to_string(error.raised_at.line()) + ")";
  }
  if (!error.fix.empty()) {
    text += ". Fix: " + error.fix;
  } else if (KindOf(error) == ErrorKind::kInternal) {
    text += ". This is a bug of the container: please report it with this line";
  }
  return text + " [" + std::string(NameOf(error.id)) + "]";
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = Utf8Length(text.substr(at));
    const auto byte = static_cast<std::uint8_t>(text[at]);
    if (length == 0) {
      line += '?';
    } else if (byte < 0x20 || byte == 0x7F) {
      line += ' ';
    } else {
      line.append(text.substr(at, length));
    }
    at += std::max<std::size_t>(length, 1);
  }
  return line;
}

std::string_view CutUtf8(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<std::uint8_t>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string FailureLine(const Error& error) {
  std::string line = std::string(KindName(KindOf(error))) + ": " + Sentence(error);
  for (const Error& further : error.also) line += "; also: " + Sentence(further);
  line = OneLine(line);
  if (line.size() <= kFailureLineBytes) return line;
  return std::string(CutUtf8(line, kFailureLineBytes - kEllipsis.size())) + std::string(kEllipsis);
}

std::string Picture(const Error& error) {
  if (!error.at || error.at->line_text.empty()) return {};
  const SourcePosition& at = *error.at;
  const std::string number = std::to_string(at.line);
  const std::string margin(number.size(), ' ');
  // Characters, not bytes, stand before the caret.
  const std::string before = OneLine(std::string_view(at.line_text).substr(0, at.caret));
  const auto blanks = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<std::uint8_t>(c) & 0xC0) != 0x80;
  });
  std::string picture = margin + "--> " + OneLine(PositionText(at)) + "\n";
  picture += margin + " |\n";
  picture += number + " | " + OneLine(at.line_text) + "\n";
  picture += margin + " | " + std::string(static_cast<std::size_t>(blanks), ' ') + "^\n";
  return picture;
}

}  // namespace boostyard::container
