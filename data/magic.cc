#include "data/magic.h"

#include <algorithm>
#include <array>

#include "data/decode/compression.h"
#include "data/libsvm/parse.h"
#include "data/number.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array kCompressions = {
    Magic{"\x1F\x8B"sv, "gzip"},  Magic{"\x28\xB5\x2F\xFD"sv, "zstd"},
    Magic{"BZh"sv, "bzip2"},      Magic{"\xFD\x37\x7A\x58\x5A\0"sv, "xz"},
    Magic{"PK\x03\x04"sv, "zip"}, Magic{"\x04\x22\x4D\x18"sv, "lz4"},
};

constexpr std::size_t kTarMagicAt = 257;

// The longer mark first: UTF-32 begins like UTF-16.
constexpr std::array kWideMarks = {
    Magic{"\xFF\xFE\0\0"sv, "UTF-32"},
    Magic{"\0\0\xFE\xFF"sv, "UTF-32"},
    Magic{"\xFF\xFE"sv, "UTF-16"},
    Magic{"\xFE\xFF"sv, "UTF-16"},
};

bool IsNumber(std::string_view text) { return ReadCell(text).kind == CellKind::kNumber; }

// What may follow the colon of a libsvm cell.
bool IsCell(std::string_view text) {
  const CellKind kind = ReadCell(text).kind;
  return kind == CellKind::kNumber || (kind == CellKind::kMissing && !text.empty());
}

bool IsInteger(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

struct LibsvmLine {
  bool is_libsvm = false;
  bool has_pairs = false;
};

LibsvmLine LookAtLine(std::string_view line) {
  std::string_view rest = line.substr(0, line.find('#'));
  const std::string_view label = libsvm::NextToken(rest);
  if (label.empty()) return {true, false};  // blank or a comment
  const std::size_t colon = label.find(':');
  if (!IsNumber(label.substr(0, colon))) return {};
  if (colon != std::string_view::npos && !IsNumber(label.substr(colon + 1))) return {};
  LibsvmLine result{true, false};
  for (std::string_view token = libsvm::NextToken(rest); !token.empty();
       token = libsvm::NextToken(rest)) {
    const std::size_t at = token.find(':');
    if (at == std::string_view::npos) return {};
    const std::string_view index = token.substr(0, at);
    if (!(IsInteger(index) || index == "qid") || !IsCell(token.substr(at + 1))) return {};
    result.has_pairs = true;
  }
  return result;
}

bool LooksLikeLibsvm(std::string_view head) {
  constexpr int kLines = 16;
  bool has_pairs = false;
  for (int i = 0; i < kLines && !head.empty(); ++i) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    std::string_view line = head.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const LibsvmLine look = LookAtLine(line);
    if (!look.is_libsvm) return false;
    has_pairs = has_pairs || look.has_pairs;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return has_pairs;
}

}  // namespace

DataFormat SniffFormat(std::string_view head) {
  if (head.starts_with(kParquetMagic)) return DataFormat::kParquet;
  if (head.starts_with("\x0A\x23\xD7\xCE"sv)) return DataFormat::kRecordio;
  if (head.starts_with(kUtf8Mark)) head.remove_prefix(kUtf8Mark.size());
  return LooksLikeLibsvm(head) ? DataFormat::kLibsvm : DataFormat::kCsv;
}

bool LooksLikeCsv(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = TrimBlanks(head.substr(0, std::min(end, head.find('#'))));
    head.remove_prefix(std::min(end + 1, head.size()));
    if (line.empty() || line == "\r") continue;
    return line.find(':') == std::string_view::npos &&
           line.find_first_of(",;|\t ") != std::string_view::npos;
  }
  return false;
}

Status CheckIsText(std::string_view head, const std::string& display_name) {
  for (const Magic& magic : kCompressions) {
    if (!head.starts_with(magic.bytes)) continue;
    if (SniffCompression(magic.bytes) != Compression::kNone) {  // files are decoded before
      return MakeError(ErrorId::kDataCompressed,
                       display_name + " is compressed twice: within is " + std::string(magic.name),
                       "compress the files of the channel once");
    }
    return MakeError(ErrorId::kDataCompressed,
                     display_name + " is compressed with " + std::string(magic.name) +
                         ", which this version does not read",
                     "compress the files of the channel with gzip or zstd, or not at all");
  }
  for (const Magic& magic : kWideMarks) {
    if (!head.starts_with(magic.bytes)) continue;
    return MakeError(ErrorId::kCsvEncoding,
                     display_name + " is " + std::string(magic.name) + " text, not UTF-8 or ASCII",
                     "save it as UTF-8, e.g. with iconv -t UTF-8");
  }
  if (head.size() > kTarMagicAt && head.substr(kTarMagicAt).starts_with("ustar")) {
    return MakeError(ErrorId::kDataCompressed, display_name + " is a tar archive",
                     "supply the files of the archive by themselves");
  }
  if (const std::size_t nul = head.find('\0'); nul != std::string_view::npos) {
    SourcePosition at;
    at.file = display_name;
    at.line = 1 + static_cast<std::uint64_t>(std::count(head.begin(), head.begin() + nul, '\n'));
    at.byte = nul - (nul == 0 ? 0 : head.rfind('\n', nul) + 1) + 1;
    return MakeErrorAt(ErrorId::kCsvEncoding, std::move(at),
                       "the file holds NUL bytes: it is not text, or it is UTF-16",
                       "save it as UTF-8 text");
  }
  if (head.find('\r') < head.size() - 1 && head.find('\n') >= head.size() - 1 &&
      head.find('\r') + 1 != head.find('\n')) {
    return MakeError(ErrorId::kCsvEncoding, display_name + " ends its lines with CR alone",
                     "end lines with LF or CR LF, e.g. with tr '\\r' '\\n'");
  }
  return {};
}

}  // namespace boostyard
