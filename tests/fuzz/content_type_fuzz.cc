// Any text as a content type: an error of one line, or a type that other spellings of the text give
// too: in capitals, between blanks, with an unknown parameter behind it, written canonically. And
// the same text as the beginning of a file: a format that does not depend on the kind of line ends.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "container/diagnostics.h"
#include "data/content_type.h"
#include "data/format_list.h"
#include "data/magic.h"
#include "engine/base/error_table.h"

namespace {

using namespace boostyard;  // NOLINT(google-build-using-namespace): a program of its own

void Require(bool holds, const char* what, const std::string& text) {
  if (holds) return;
  std::fprintf(stderr, "content_type_fuzz: %s: %s\n", what, text.c_str());
  std::abort();
}

void RequireSame(const std::string& text, const ContentType& type) {
  const auto other = ParseContentType(text);
  Require(other.ok() && other->format == type.format && other->delimiter == type.delimiter &&
              other->has_header == type.has_header,
          "another spelling means something else", text);
}

// The type in one spelling of its own.
std::string Spell(const ContentType& type) {
  std::string text(RowOf(type.format).content_types[0]);
  if (type.delimiter) text += std::string("; delimiter=\"") + *type.delimiter + '"';
  if (type.delimiter == '\t') text = "text/tab-separated-values";
  if (type.delimiter == ' ') text = "text/csv; delimiter=space";
  if (type.has_header) text += *type.has_header ? "; header=present" : "; header=absent";
  return text;
}

void CheckContentType(const std::string& text) {
  const auto type = ParseContentType(text);
  if (!type.ok()) {
    Require(type.error().id == ErrorId::kChannelContentType, "another error", text);
    const std::string line = container::FailureLine(type.error());
    Require(container::OneLine(line) == line, "more than a line", line);
    return;
  }
  RequireSame(Spell(*type), *type);
  RequireSame(" " + text + " ", *type);
  const bool has_open_quote = std::count(text.begin(), text.end(), '"') % 2 == 1;
  if (!has_open_quote) RequireSame(text + ";unknown=1", *type);
  std::string capitals = text;
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (text.find("\\t") == std::string::npos) RequireSame(capitals, *type);
}

void CheckFirstBytes(const std::string& text) {
  const DataFormat format = SniffFormat(text);
  const Status is_text = CheckIsText(text, "train/a.csv");
  if (is_text.ok()) {
    Require(text.find('\0') == std::string::npos, "NUL bytes pass for text", text);
  } else {
    const std::string line = container::FailureLine(is_text.error());
    Require(container::OneLine(line) == line, "more than a line", line);
  }
  // Formats that are no text are known by bytes of which some look like line ends.
  if (format == DataFormat::kParquet || format == DataFormat::kRecordio) return;
  if (!is_text.ok() || text.find('\r') != std::string::npos) return;
  std::string with_cr;
  for (const char c : text) with_cr += c == '\n' ? std::string("\r\n") : std::string(1, c);
  Require(SniffFormat(with_cr) == format, "line ends choose the format", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  CheckContentType(text);
  CheckFirstBytes(text);
  return 0;
}
