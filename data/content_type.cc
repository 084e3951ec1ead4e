#include "data/content_type.h"

#include <algorithm>

#include "data/escape.h"
#include "data/format_list.h"
#include "data/number.h"
#include "engine/base/error_table.h"
#include "engine/base/text.h"

namespace boostyard {
namespace {

Error ContentTypeError(std::string_view text, const std::string& reason, const std::string& fix) {
  return MakeError(ErrorId::kChannelContentType, "content type " + QuoteText(text) + " " + reason,
                   fix);
}

Error UnknownContentType(std::string_view text) {
  std::string known;
  for (const FormatRow& row : kFormats) {
    for (const std::string_view name : row.content_types) {
      if (!name.empty()) known += (known.empty() ? "" : ", ") + std::string(name);
    }
  }
  return ContentTypeError(text, "is not known", "use one of " + known);
}

Result<char> ParseDelimiter(std::string_view text, std::string_view value) {
  if (value == "\\t" || EqualsIgnoringCase(value, "tab")) return '\t';
  if (EqualsIgnoringCase(value, "comma")) return ',';
  if (EqualsIgnoringCase(value, "semicolon")) return ';';
  if (EqualsIgnoringCase(value, "pipe")) return '|';
  if (EqualsIgnoringCase(value, "space")) return ' ';
  constexpr std::string_view kDelimiters = ",;\t| :";
  if (value.size() == 1 && kDelimiters.find(value[0]) != std::string_view::npos) return value[0];
  return ContentTypeError(text, "names a delimiter that is not read",
                          "use delimiter=comma, semicolon, tab, pipe or space, or leave it out: "
                          "it is found by looking at the data");
}

Result<bool> ParseHeader(std::string_view text, const std::string& value) {
  if (value == "present" || value == "true" || value == "1" || value == "yes") return true;
  if (value == "absent" || value == "false" || value == "0" || value == "no") return false;
  return ContentTypeError(text, "has a header parameter that is neither present nor absent",
                          "use header=present or header=absent, or leave it out: a header is "
                          "found by looking at the data");
}

// Cuts the next `;`-separated part off `rest`; a separator inside quotes does not count.
std::string_view NextPart(std::string_view& rest) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (rest[end] == '"') is_quoted = !is_quoted;
    if (rest[end] == ';' && !is_quoted) break;
  }
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

Status ApplyParameter(std::string_view text, std::string_view part, ContentType& type) {
  const std::size_t equals = part.find('=');
  const std::string name = LowerCase(TrimBlanks(part.substr(0, equals)));
  std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
  value = TrimBlanks(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  if (name == "label_size" && value != "1") {
    return ContentTypeError(text, "asks for a label size other than 1",
                            "put one label into the first column, and leave label_size out");
  }
  if (type.format != DataFormat::kCsv) return {};
  if (name == "header") {
    BOOSTYARD_ASSIGN_OR_RETURN(type.has_header, ParseHeader(text, LowerCase(value)));
  } else if (name == "delimiter") {
    BOOSTYARD_ASSIGN_OR_RETURN(type.delimiter, ParseDelimiter(text, value));
  }
  return {};  // others, charset among them, say nothing about the numbers
}

}  // namespace

Result<ContentType> ParseContentType(std::string_view text) {
  std::string_view rest = text;
  const std::string name = LowerCase(TrimBlanks(NextPart(rest)));
  ContentType type;
  const auto* const row = std::find_if(kFormats.begin(), kFormats.end(), [&](const auto& format) {
    const auto& names = format.content_types;
    return !name.empty() && std::find(names.begin(), names.end(), name) != names.end();
  });
  if (row == kFormats.end()) return UnknownContentType(text);
  type.format = row->format;
  if (name == "text/tab-separated-values" || name == "tsv") type.delimiter = '\t';
  while (!rest.empty()) BOOSTYARD_RETURN_IF_ERROR(ApplyParameter(text, NextPart(rest), type));
  return type;
}

std::string_view NameOf(DataFormat format) { return RowOf(format).name; }

}  // namespace boostyard
