// How many GPUs a training takes, and what the log says of it.
#include "engine/device_choice.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace boostyard {
namespace {

const std::vector<std::string> kFour = {"GPU A (cuda:0)", "GPU A (cuda:1)", "GPU A (cuda:2)",
                                        "GPU A (cuda:3)"};

std::string Phrase(std::size_t count, int visible, GpuLimit reason) {
  return GpusPhrase({kFour.data(), count}, visible, reason);
}

TEST(UsefulGpus, AreOneForSmallDataAndMoreTheMoreThereIs) {
  EXPECT_EQ(UsefulGpus(1, 1), 1);
  EXPECT_EQ(UsefulGpus(1'000'000, 28), 1);
  EXPECT_EQ(UsefulGpus(100'000, 2'000), 1) << "few rows with large histograms";
  int before = 1;
  for (std::uint64_t rows = 1'000'000; rows < 1'000'000'000; rows *= 2) {
    const int gpus = UsefulGpus(rows, 28);
    EXPECT_GE(gpus, before);
    EXPECT_LE(static_cast<std::uint64_t>(gpus), 1 + rows / 2'000'000);
    before = gpus;
  }
  EXPECT_GE(before, 8);
  EXPECT_GE(UsefulGpus(0, 28), 8) << "how many rows there are is not known yet";
}

TEST(GpusPhrase, OneGpuOfOneIsNamed) { EXPECT_EQ(Phrase(1, 1, GpuLimit::kData), "GPU A (cuda:0)"); }

TEST(GpusPhrase, SaysHowManyTrainAndWhy) {
  EXPECT_EQ(Phrase(2, 2, GpuLimit::kData),
            "2 GPUs, each with a share of the rows: GPU A (cuda:0), GPU A (cuda:1)");
  EXPECT_EQ(Phrase(1, 4, GpuLimit::kData),
            "1 of 4 GPUs, as many as the data keep busy: GPU A (cuda:0)");
  EXPECT_EQ(Phrase(1, 4, GpuLimit::kNamed), "1 of 4 GPUs, the one that was named: GPU A (cuda:0)");
  EXPECT_EQ(Phrase(3, 4, GpuLimit::kData),
            "3 of 4 GPUs, each with a share of the rows, as many as the data keep busy: "
            "GPU A (cuda:0), GPU A (cuda:1), GPU A (cuda:2)");
  EXPECT_EQ(Phrase(2, 3, GpuLimit::kUnlike),
            "2 of 3 GPUs, each with a share of the rows, those that are alike and free: "
            "GPU A (cuda:0), GPU A (cuda:1)");
}

}  // namespace
}  // namespace boostyard
