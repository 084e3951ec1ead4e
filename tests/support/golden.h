// Golden files: tests/golden/NAME holds what a text must be; BOOSTYARD_UPDATE_GOLDEN=1 rewrites it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace boostyard::testing {

// Compares with the file at `path` (from the repository's root), or writes it if asked to.
inline void ExpectGolden(const std::string& path, std::string_view actual) {
  const std::string file = std::string(BOOSTYARD_SOURCE_DIR) + "/" + path;
  if (const char* update = std::getenv("BOOSTYARD_UPDATE_GOLDEN");
      update != nullptr && *update == '1') {
    std::ofstream(file, std::ios::binary) << actual;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in.is_open()) << path << " is missing; BOOSTYARD_UPDATE_GOLDEN=1 writes it";
  const std::string expected{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  EXPECT_EQ(expected, actual) << path << " differs; BOOSTYARD_UPDATE_GOLDEN=1 rewrites it";
}

}  // namespace boostyard::testing
