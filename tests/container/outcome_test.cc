#include "container/outcome.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "engine/base/error_table.h"
#include "tests/support/fake_root.h"

namespace boostyard::container {
namespace {

using boostyard::testing::FakeRoot;
using boostyard::testing::ReadText;

// Reports `outcome`; `err` receives what was said.
int Report(const Result<int>& outcome, const std::string& failure_file, std::string& err) {
  const boostyard::testing::TempDir directory;
  const std::string path = directory.path() + "/err";
  std::FILE* file = std::fopen(path.c_str(), "w");
  MetricLog log(file, file);
  const int code = ReportOutcome(outcome, failure_file, log);
  std::fclose(file);
  err = ReadText(path);
  return code;
}

TEST(ReportOutcome, SuccessSaysAndWritesNothing) {
  const FakeRoot root;
  std::string err;
  EXPECT_EQ(Report(143, root.At("output/failure"), err), 143);
  EXPECT_EQ(err, "");
  EXPECT_FALSE(root.Failure().has_value());
}

TEST(ReportOutcome, ErrorGoesToBothPlacesAsTheSameLine) {
  const FakeRoot root;
  std::string err;
  EXPECT_EQ(Report(MakeError(ErrorId::kDiskFull, "full"), root.At("output/failure"), err), 1);
  EXPECT_EQ(err, "PlatformError: full [disk-full]\n");
  EXPECT_EQ(root.Failure(), "PlatformError: full [disk-full]");
}

TEST(ReportOutcome, UnwritableFailureFileDoesNotHideTheError) {
  const FakeRoot root;
  root.Write("output", "a file where a directory should be");
  std::string err;
  EXPECT_EQ(Report(MakeError(ErrorId::kUsage, "wrong"), root.At("output/failure"), err), 1);
  EXPECT_EQ(err.rfind("UserError: wrong [usage]\n", 0), 0U) << err;
  EXPECT_NE(err.find("no failure file"), std::string::npos);
}

}  // namespace
}  // namespace boostyard::container
