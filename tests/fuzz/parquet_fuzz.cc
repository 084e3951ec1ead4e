// Property: any bytes are an error, or a table whose rows and columns are those that the shape
// tells, with finite labels and features that are finite or missing; the same table or report for
// other threads and chunks.
//
// Input: the file. Arrow reads it in this process. Without the module nothing is tried, and said
// so.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "data/parquet/load_module.h"
#include "tests/data/csv_support.h"

namespace {

using namespace boostyard;
using namespace boostyard::test;

constexpr std::uint64_t kMaxCells = 1U << 20;

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

struct Reading {
  std::string report;  // empty: there is a table
  Table table;
};

void CheckShape(const Table& table) {
  if (table.shape.row_count != table.rows.size()) Fail("the shape tells other rows");
  if (table.shape.feature_names.size() != table.shape.feature_count) Fail("names are missing");
  for (const std::vector<float>& row : table.rows) {
    if (row.size() != 1 + table.shape.feature_count) Fail("the shape tells other columns");
    if (!std::isfinite(row[0])) Fail("a label is not finite");
    for (const float cell : row) {
      if (std::isinf(cell)) Fail("a feature is infinite");
    }
  }
}

Reading Read(const std::string& bytes, int threads, std::uint64_t chunk_bytes) {
  MemoryFiles files({bytes}, 1000);
  files.request.content_type =
      ContentType{.format = DataFormat::kParquet, .delimiter = {}, .has_header = {}};
  files.request.threads = threads;
  files.options.chunk_bytes = chunk_bytes;
  // Runs may make millions of rows of a few bytes: those are refused as too large.
  files.request.memory_limit_bytes = std::uint64_t{64} << 20;
  files.request.training_bytes = [](RowIndex rows, FeatureIndex features) {
    return rows * features > kMaxCells ? std::uint64_t{1} << 40 : 1;
  };
  auto opened = files.Open();
  Reading reading;
  if (!opened.ok()) {
    reading.report = Render(opened.error());
    return reading;
  }
  reading.table = ReadTable(*opened->stream);
  CheckShape(reading.table);
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool has_module = parquet::LoadModule().ok();
  if (!has_module) {
    static const int said = std::printf("SKIPPED: no module for Parquet\n");
    return said * 0;
  }
  if (size > 1U << 16) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Reading once = Read(bytes, 1, 1U << 20);
  const Reading again = Read(bytes, 2, 100);
  if (once.report.empty() != again.report.empty()) Fail("one accepts, the other does not");
  if (!SameRows(once.table.rows, again.table.rows)) Fail("other values");
  return 0;
}
