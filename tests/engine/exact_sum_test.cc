#include "engine/base/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "engine/base/rng.h"

namespace boostyard {
namespace {

double SumOf(const std::vector<double>& terms) {
  ExactSum sum;
  for (const double term : terms) sum.Add(term);
  return sum.Value();
}

TEST(ExactSum, KeepsWhatRoundingWouldLose) {
  EXPECT_EQ(SumOf({1e300, 1.0, -1e300}), 1.0);
  EXPECT_EQ(SumOf({1e16, 1.0, 1.0, -1e16}), 2.0);
  EXPECT_EQ(SumOf({5e-324, 1e308, -1e308}), 5e-324);
  EXPECT_EQ(SumOf({-0.0, 0.0}), 0.0);
  EXPECT_EQ(SumOf({}), 0.0);
  EXPECT_EQ(SumOf({-1.5, -2.25}), -3.75);
}

TEST(ExactSum, RoundsOnceToTheNearestEven) {
  const double next = 1.0 + std::numeric_limits<double>::epsilon();
  const double half = std::numeric_limits<double>::epsilon() / 2;
  EXPECT_EQ(SumOf({1.0, half}), 1.0);           // a tie goes to even
  EXPECT_EQ(SumOf({1.0, half, 1e-300}), next);  // a trace above the tie does not
  EXPECT_EQ(SumOf({next, half}), next + 2 * half);
  EXPECT_EQ(SumOf({-1.0, -half, -1e-300}), -next);
}

TEST(ExactSum, EqualsIntegerArithmetic) {
  ExactSum sum;
  __extension__ __int128 want = 0;
  for (std::uint64_t i = 0; i < 100000; ++i) {
    const auto term = static_cast<std::int64_t>(RandomBits(5, i) >> (11 + i % 40));
    const std::int64_t signed_term = i % 3 == 0 ? -term : term;
    sum.Add(static_cast<double>(signed_term));
    want += signed_term;
  }
  EXPECT_EQ(sum.Value(), static_cast<double>(want));
}

TEST(ExactSum, IsTheSameInAnyOrderAndGrouping) {
  std::vector<double> terms;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const double magnitude = DoubleOf(RandomBits(6, i) >> 2) + 1e-30;
    terms.push_back(i % 2 == 0 ? magnitude : -magnitude * 3.0);
  }
  const double want = SumOf(terms);
  std::reverse(terms.begin(), terms.end());
  EXPECT_EQ(SumOf(terms), want);
  ExactSum parts[3];
  for (std::size_t i = 0; i < terms.size(); ++i) parts[i * i % 3].Add(terms[i]);
  ExactSum merged = parts[2];
  merged.Merge(parts[0]);
  merged.Merge(parts[1]);
  EXPECT_EQ(merged.Value(), want);
}

}  // namespace
}  // namespace boostyard
