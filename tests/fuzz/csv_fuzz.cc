// Property: any bytes, read with any threads, chunks, short reads and split into files, give the
// table or the first five errors of the naive reader; and the same report, word for word, every
// time. Of compressed bytes the reader has to see the text in them.
//
// Input: byte 0 chooses delimiter, label and weights; byte 1 the chunk size; the rest is the file.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "data/decode/compression.h"
#include "tests/data/compress.h"
#include "tests/data/csv_support.h"
#include "tests/data/decompress.h"
#include "tests/data/naive_csv.h"

namespace {

using namespace boostyard;
using namespace boostyard::test;

[[noreturn]] void Fail(const char* what, const std::string& text, const std::string& detail) {
  std::fprintf(stderr, "%s\n%s\n-- input --\n%s\n", what, detail.c_str(), text.c_str());
  std::abort();
}

struct Reading {
  bool ok = false;
  std::vector<std::vector<float>> rows;
  std::vector<NaiveFault> faults;
  std::string report;
};

Reading Read(const MemoryFiles& files, bool has_label) {
  Reading reading;
  auto opened = files.Open();
  reading.ok = opened.ok();
  if (opened.ok()) {
    reading.rows = ReadTable(*opened->stream, has_label).rows;
  } else {
    reading.faults = FaultsOf(opened.error());
    reading.report = Render(opened.error());
  }
  return reading;
}

// Errors that are found before the rows are read: the naive reader knows nothing of them.
bool IsAboutTheWhole(const Reading& reading, const NaiveTable& expected) {
  if (reading.ok) return false;
  const std::string& id = reading.faults.front().id;
  return id == "channel-content-type" || id == "data-compressed" || id == "data-damaged" ||
         id == "csv-encoding" || id == "csv-no-features" || id == "channel-empty" ||
         id == "data-format" || (id == "csv-bad-quote" && expected.first_row_has_bad_quote);
}

// The text in compressed bytes, other bytes as they are; nothing where it is damaged or long.
std::optional<std::string> Decompressed(const std::string& bytes) {
  constexpr std::size_t kMostText = 1U << 16;
  const Compression compression = SniffCompression(bytes);
  if (compression == Compression::kNone) return bytes;
  ReferenceText text = compression == Compression::kGzip ? ReferenceGunzip(bytes, kMostText)
                                                         : ReferenceUnzstd(bytes, kMostText);
  if (!text.problem.empty() || text.text.size() >= kMostText) return std::nullopt;
  if (text.text.starts_with("\xEF\xBB\xBF")) return std::nullopt;
  return std::move(text.text);
}

void Compare(const Reading& reading, const NaiveTable& expected, const std::string& text) {
  if (IsAboutTheWhole(reading, expected)) {
    const bool is_empty = reading.faults.front().id == "channel-empty";
    if (is_empty && !(expected.rows.empty() && expected.faults.empty())) {
      Fail("rows were lost", text, reading.report);
    }
    return;
  }
  const std::size_t shown = std::min<std::size_t>(5, expected.faults.size());
  const std::vector<NaiveFault> first(expected.faults.begin(),
                                      expected.faults.begin() + static_cast<std::ptrdiff_t>(shown));
  if (reading.ok != first.empty()) Fail("one accepts, the other does not", text, reading.report);
  if (reading.faults != first) Fail("other errors", text, reading.report);
  if (reading.ok && !SameRows(reading.rows, expected.rows)) Fail("other values", text, "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  constexpr char kDelimiters[] = {',', ';', '\t', '|', ' ', ',', ',', ','};
  NaiveOptions naive;
  naive.delimiter = kDelimiters[data[0] & 7];
  naive.has_label = (data[0] & 8) == 0;
  naive.has_weights = naive.has_label && (data[0] & 16) != 0;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (text.starts_with("\xEF\xBB\xBF")) return 0;  // the naive reader knows no byte order marks
  const std::optional<std::string> plain = Decompressed(text);
  if (!plain) return 0;  // what damaged input is told is decode_fuzz's subject
  const NaiveTable expected = NaiveReadCsv(*plain, naive);

  std::string report;
  for (const std::uint64_t chunk_bytes :
       {std::uint64_t{1} << 20, std::uint64_t{1} + data[1] % 64}) {
    MemoryFiles files({text}, 1 + data[1] % 7);
    files.request.content_type =
        ContentType{.format = DataFormat::kCsv, .delimiter = naive.delimiter, .has_header = false};
    files.request.has_label = naive.has_label;
    files.request.has_weights = naive.has_weights;
    files.request.threads = chunk_bytes > 64 ? 1 : 2;
    files.options.chunk_bytes = chunk_bytes;
    const Reading reading = Read(files, naive.has_label);
    Compare(reading, expected, text);
    if (report.empty()) report = reading.report;
    if (report != reading.report) Fail("the report depends on the chunks", text, reading.report);

    // The same text from a decoder, which all threads share.
    if (*plain != text) continue;
    MemoryFiles packed({Gzip(text)}, 1 + data[1] % 7);
    packed.request = files.request;
    packed.options.chunk_bytes = chunk_bytes;
    Compare(Read(packed, naive.has_label), expected, text);

    // The same rows as two files: the second must begin with a row of the right length to be alike.
    const std::size_t middle = text.find('\n', text.size() / 2) + 1;
    if (!reading.ok || middle == 0) continue;
    MemoryFiles halves({text.substr(0, middle), text.substr(middle)});
    halves.request.content_type = files.request.content_type;
    halves.request.has_label = naive.has_label;
    halves.request.has_weights = naive.has_weights;
    const Reading both = Read(halves, naive.has_label);
    const bool is_whole_error = IsAboutTheWhole(both, expected);
    if (!is_whole_error && !SameRows(both.rows, reading.rows)) {
      Fail("the split into files matters", text, both.report);
    }
  }
  return 0;
}
