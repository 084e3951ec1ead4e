#include "engine/base/huge_vector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <random>
#include <utility>
#include <vector>

namespace boostyard {
namespace {

// std::vector's own allocator is the oracle: the same steps, across the size from which memory is
// mapped, leave the same elements.
TEST(HugeVector, HoldsWhatAVectorHolds) {
  constexpr std::size_t kMost = 3 * kHugePageBytes / sizeof(std::uint32_t);
  std::mt19937 random(7);
  HugeVector<std::uint32_t> ours;
  std::vector<std::uint32_t> expected;
  for (int step = 0; step < 60; ++step) {
    const std::size_t size = random() % (step % 3 == 0 ? kMost : kMost / 16);
    const auto value = static_cast<std::uint32_t>(random());
    if (step % 4 == 3) {
      ours.assign(size, value);
      expected.assign(size, value);
    } else {
      ours.resize(size, value);
      expected.resize(size, value);
    }
    if (size > 0) ours[size / 2] = expected[size / 2] = value + 1;
    if (step % 5 == 0) {
      HugeVector<std::uint32_t> moved = std::move(ours);
      ours = moved;
    }
    ASSERT_TRUE(std::equal(ours.begin(), ours.end(), expected.begin(), expected.end())) << step;
  }
}

TEST(HugeVector, MapsWholeHugePagesFromHalfAPageOn) {
  const HugeVector<char> large(kHugePageBytes / 2);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data()) % kHugePageBytes, 0U);
}

TEST(HugeVector, LeavesNewElementsAsTheyAre) {
  HugeVector<char> bytes(kHugePageBytes, 'x');
  bytes.resize(10);
  bytes.resize(kHugePageBytes);
  EXPECT_EQ(bytes.back(), 'x');
}

TEST(HugeVector, ThrowsWhereThereIsNoMemory) {
  HugeVector<float> floats;
  EXPECT_THROW(floats.resize(floats.max_size()), std::bad_alloc);
}

}  // namespace
}  // namespace boostyard
