// Property: any bytes, read with any threads, windows, short reads and split into files, dense or
// sparse, give the rows of the naive reader, or as many errors as it finds bad lines (five at
// most); and the same report, word for word, every time.
//
// Input: byte 0 chooses windows and reads; the rest is the file.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "data/decode/compression.h"
#include "tests/data/csv_support.h"
#include "tests/data/naive_libsvm.h"
#include "tests/data/sparse_support.h"

namespace {

using namespace boostyard;
using namespace boostyard::test;

constexpr std::uint64_t kMemoryBytes = std::uint64_t{1} << 20;  // wide rows stay sparse

[[noreturn]] void Fail(const char* what, const std::string& text, const std::string& detail) {
  std::fprintf(stderr, "%s\n%s\n-- input --\n%s\n", what, detail.c_str(), text.c_str());
  std::abort();
}

struct Reading {
  std::string report;  // empty: well
  std::string id;
  std::size_t errors = 0;
  bool is_sparse = false;
  std::vector<std::vector<float>> table;
  std::vector<NaiveRow> rows;  // of a sparse stream
};

Reading Read(const std::vector<std::string>& contents, std::size_t most_bytes,
             std::uint64_t chunk_bytes) {
  MemoryFiles files(contents, most_bytes);
  files.request.content_type =
      ContentType{.format = DataFormat::kLibsvm, .delimiter = {}, .has_header = {}};
  files.request.memory_limit_bytes = kMemoryBytes;
  files.request.may_be_sparse = true;
  files.request.threads = chunk_bytes > 64 ? 1 : 2;
  files.options.chunk_bytes = chunk_bytes;
  Reading reading;
  auto opened = files.Open();
  if (!opened.ok()) {
    reading.report = Render(opened.error());
    reading.id = NameOf(opened.error().id);
    reading.errors = 1 + opened.error().also.size();
    return reading;
  }
  reading.is_sparse = opened->stream->shape().is_sparse;
  if (reading.is_sparse) {
    reading.rows = SparseRowsOf(*opened->stream);
  } else {
    reading.table = ReadTable(*opened->stream).rows;
  }
  return reading;
}

bool SameRow(const NaiveRow& real, const NaiveRow& naive) {
  std::map<std::uint64_t, float> present;
  for (const auto& [index, value] : naive.cells) {
    if (!std::isnan(value)) present.emplace(index, value);
  }
  return real.label == naive.label && real.weight == naive.weight && real.cells == present;
}

void Compare(const Reading& reading, const NaiveSparse& expected, const std::string& text) {
  if (reading.id.starts_with("libsvm-")) {
    const std::size_t shown = std::min<std::size_t>(5, expected.bad_lines);
    if (reading.errors != shown) Fail("other errors", text, reading.report);
    return;
  }
  // Errors that are found before the rows are read, or after: the naive reader knows nothing of
  // them.
  if (reading.id == "channel-empty" && (!expected.rows.empty() || !expected.ok)) {
    Fail("rows were lost", text, reading.report);
  }
  if (!reading.id.empty()) return;
  if (!expected.ok) Fail("a bad line was taken", text, "");
  if (reading.is_sparse) {
    if (!std::equal(reading.rows.begin(), reading.rows.end(), expected.rows.begin(),
                    expected.rows.end(), SameRow)) {
      Fail("other sparse rows", text, "");
    }
    return;
  }
  std::vector<std::vector<float>> table;
  for (const NaiveRow& row : expected.rows) {
    table.push_back(expected.Dense(row, expected.feature_count));
  }
  if (!SameRows(reading.table, table)) Fail("other values", text, "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (text.starts_with("\xEF\xBB\xBF")) return 0;  // the naive reader knows no byte order marks
  if (SniffCompression(text) != Compression::kNone) return 0;  // decode_fuzz's
  const NaiveSparse expected = NaiveReadLibsvm(text);
  const Reading whole = Read({text}, 1U << 20, 1U << 20);
  Compare(whole, expected, text);
  const Reading cut = Read({text}, 1 + data[0] % 7, 1 + data[0] % 64);
  Compare(cut, expected, text);
  if (cut.report != whole.report) Fail("the report depends on the windows", text, cut.report);

  const std::size_t middle = text.find('\n', text.size() / 2) + 1;
  if (!whole.id.empty() || middle == 0) return 0;
  const Reading halves = Read({text.substr(0, middle), text.substr(middle)}, 1U << 20, 1U << 20);
  // Each file's first bytes are looked at: a part may be no text by itself.
  if (halves.id.empty()) Compare(halves, expected, text);
  return 0;
}
