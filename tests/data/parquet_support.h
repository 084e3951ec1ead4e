// What the tests of Parquet share.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data/parquet/load_module.h"
#include "tests/data/csv_support.h"

// Ends the test where the module was not built: visibly.
#define BOOSTYARD_NEEDS_PARQUET()                                                    \
  do {                                                                               \
    if (!boostyard::parquet::LoadModule().ok())                                      \
      GTEST_SKIP() << "no module for Parquet: run cmake/fetch_arrow.sh .deps first"; \
  } while (false)

namespace boostyard::test {

inline const std::filesystem::path kGoldenParquet =
    std::filesystem::path(BOOSTYARD_SOURCE_DIR) / "tests" / "golden" / "parquet";

inline std::string GoldenBytes(const std::string& name) {
  return ReadBytes(kGoldenParquet / (name + ".parquet"));
}

// The rows of a CSV file that has a header: what they must be.
inline std::vector<std::vector<float>> CsvRows(const std::filesystem::path& path) {
  const MemoryFiles csv({ReadBytes(path)});
  auto opened = csv.Open();
  if (!opened.ok()) return {};
  return ReadTable(*opened->stream).rows;
}

// "ok" or the line that ends the job.
inline std::string ReportOf(const MemoryFiles& files) {
  const auto opened = files.Open();
  return opened.ok() ? "ok\n" : Render(opened.error());
}

}  // namespace boostyard::test
