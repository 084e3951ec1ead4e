// docs/errors.md is the table of engine/base/error_table.h, word for word.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/base/error_table.h"

namespace boostyard {
namespace {

std::string Render() {
  std::string text =
      "# Errors\n\n"
      "The words in square brackets at the end of an error line. They do not change between "
      "versions.\n"
      "`UserError`: settings or data can be changed to mend it; `PlatformError`: disk, memory,\n"
      "permissions; `AlgorithmError`: a bug of ours. Every error ends the job with exit code 1.\n\n"
      "| id | kind | when |\n|---|---|---|\n";
  for (const ErrorRow& row : kErrorTable) {
    const char* kind = row.kind == ErrorKind::kUser       ? "UserError"
                       : row.kind == ErrorKind::kPlatform ? "PlatformError"
                                                          : "AlgorithmError";
    text +=
        "| `" + std::string(row.name) + "` | " + kind + " | " + std::string(row.summary) + " |\n";
  }
  return text;
}

TEST(ErrorDoc, IsTheTable) {
  const std::string path = BOOSTYARD_SOURCE_DIR "/docs/errors.md";
  const char* update = std::getenv("BOOSTYARD_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << Render();
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(text, Render()) << "BOOSTYARD_UPDATE_GOLDEN=1 writes it anew";
}

}  // namespace
}  // namespace boostyard
