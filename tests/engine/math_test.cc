#include "engine/base/math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/base/rng.h"
#include "tests/engine/math_tier.h"

namespace boostyard {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kDoubleInfinity = std::numeric_limits<double>::infinity();

// Every `kStride`-th float, which meets all exponents, both signs, denormals, infinities and NaNs.
constexpr std::uint64_t kStride = 1009;

// The distance of `got` from the true value in units of the last place of a float there.
double UlpsOff(float got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0.0 : kDoubleInfinity;
  const auto nearest = static_cast<float>(want);
  if (std::isinf(nearest) || std::isinf(got)) {
    if (got == nearest) return 0.0;
    // The largest float and infinity are neighbours.
    return std::abs(want) > 3.4028233e38 ? 1.0 : kDoubleInfinity;
  }
  int exponent = 0;
  std::frexp(want, &exponent);
  return std::abs(static_cast<double>(got) - want) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

template <class Ours, class Reference>
double WorstUlps(const Ours& ours, const Reference& reference) {
  double worst = 0.0;
  for (std::uint64_t bits = 0; bits < (1ULL << 32); bits += kStride) {
    const float x = FloatOf(static_cast<std::uint32_t>(bits));
    worst = std::max(worst, UlpsOff(ours(x), reference(static_cast<double>(x))));
  }
  return worst;
}

TEST(FloatMath, ExpIsWithinOneAndAHalfUlpEverywhere) {
  const double worst =
      WorstUlps([](float x) { return Exp(x); }, [](double x) { return std::exp(x); });
  RecordProperty("worst_ulps", std::to_string(worst));
  EXPECT_LE(worst, 1.1);
}

TEST(FloatMath, LogIsWithinOneAndAHalfUlpEverywhere) {
  const double worst =
      WorstUlps([](float x) { return Log(x); }, [](double x) { return std::log(x); });
  EXPECT_LE(worst, 0.85);
}

TEST(FloatMath, Log1pIsWithinOneAndAHalfUlpEverywhere) {
  const double worst =
      WorstUlps([](float x) { return Log1p(x); }, [](double x) { return std::log1p(x); });
  EXPECT_LE(worst, 1.5);
}

TEST(FloatMath, SigmoidIsWithinTwoAndAHalfUlpAboveItsClip) {
  const double worst =
      WorstUlps([](float x) { return Sigmoid(x < -88.0F ? -88.0F : x); },
                [](double x) { return 1.0 / (1.0 + std::exp(-std::max(x, -88.0))); });
  EXPECT_LE(worst, 2.5);
}

TEST(FloatMath, SpecialValues) {
  EXPECT_EQ(Exp(0.0F), 1.0F);
  EXPECT_EQ(Exp(-kInfinity), 0.0F);
  EXPECT_EQ(Exp(kInfinity), kInfinity);
  EXPECT_EQ(Log(1.0F), 0.0F);
  EXPECT_EQ(Log(0.0F), -kInfinity);
  EXPECT_EQ(Log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Log(-1.0F)));
  EXPECT_TRUE(std::isnan(Exp(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_EQ(Log1p(-1.0F), -kInfinity);
  EXPECT_EQ(Sigmoid(0.0F), 0.5F);
  EXPECT_EQ(Sigmoid(kInfinity), 1.0F);
  // XGBoost's clip: far below, the probability stays above 0.
  EXPECT_EQ(Sigmoid(-1000.0F), Sigmoid(-88.7F));
  EXPECT_GT(Sigmoid(-kInfinity), 0.0F);
}

TEST(DoubleMath, ExpAndLogAreWithinOneUlp) {
  double worst_exp = 0.0;
  double worst_log = 0.0;
  const auto ulps = [](double got, long double want) {
    int exponent = 0;
    std::frexp(want, &exponent);
    const long double unit = std::ldexp(1.0L, std::max(exponent - 53, -1074));
    return static_cast<double>(std::abs(static_cast<long double>(got) - want) / unit);
  };
  for (std::uint64_t i = 0; i < 300000; ++i) {
    const double unit = static_cast<double>(RandomBits(1, i) >> 11) * 0x1p-53;
    const double x = -708.0 + unit * 1417.0;
    worst_exp = std::max(worst_exp, ulps(Exp(x), std::exp(static_cast<long double>(x))));
    const double wide = DoubleOf(RandomBits(2, i) >> 2);  // any positive double below 2
    for (const double y : {wide, 0.5 + unit, 1.0 + (unit - 0.5) * 1e-3, 1.0 / (unit + 1e-9)}) {
      if (y > 0.0)
        worst_log = std::max(worst_log, ulps(Log(y), std::log(static_cast<long double>(y))));
    }
  }
  EXPECT_LE(worst_exp, 1.0);
  EXPECT_LE(worst_log, 1.0);
}

TEST(DoubleMath, SpecialValues) {
  EXPECT_EQ(Exp(0.0), 1.0);
  EXPECT_EQ(Exp(710.0), kDoubleInfinity);
  EXPECT_EQ(Exp(-kDoubleInfinity), 0.0);
  EXPECT_NEAR(Exp(-744.0) / std::exp(-744.0), 1.0, 0.5);  // two denormal steps
  EXPECT_EQ(Log(1.0), 0.0);
  EXPECT_EQ(Log(0.0), -kDoubleInfinity);
  EXPECT_EQ(Log(kDoubleInfinity), kDoubleInfinity);
  EXPECT_TRUE(std::isnan(Log(-1.0)));
  EXPECT_TRUE(std::isnan(Exp(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_NEAR(Log1p(1e-20), 1e-20, 1e-35);
}

#if defined(__x86_64__)

template <class T>
bool IsSame(T a, T b) {
  return BitsOf(a) == BitsOf(b) || (std::isnan(a) && std::isnan(b));
}

// Runs one loop of both tiers over `in`; `outputs` values per input.
template <class T>
void ExpectSameBits(void (*a)(const T*, T*, std::size_t), void (*b)(const T*, T*, std::size_t),
                    const std::vector<T>& in, std::size_t outputs, const char* what) {
  std::vector<T> from_a(in.size() * outputs);
  std::vector<T> from_b(in.size() * outputs);
  a(in.data(), from_a.data(), in.size());
  b(in.data(), from_b.data(), in.size());
  for (std::size_t i = 0; i < from_a.size(); ++i) {
    ASSERT_TRUE(IsSame(from_a[i], from_b[i]))
        << what << "(" << in[i / outputs] << "): " << from_a[i] << " and " << from_b[i];
  }
}

void ExpectSameTier(const test::MathTier& tier) {
  const test::MathTier& portable = test::kPortableTier;
  std::vector<float> floats;
  std::vector<double> doubles;
  for (std::uint64_t bits = 0; bits < (1ULL << 32); bits += 4099) {
    floats.push_back(FloatOf(static_cast<std::uint32_t>(bits)));
  }
  for (std::uint64_t i = 0; i < 300000; ++i) {
    doubles.push_back(DoubleOf(RandomBits(3, i)));
    doubles.push_back((static_cast<double>(RandomBits(4, i) >> 11) * 0x1p-53 - 0.5) * 1600.0);
  }
  ExpectSameBits(portable.exp, tier.exp, floats, 1, "Exp");
  ExpectSameBits(portable.log, tier.log, floats, 1, "Log");
  ExpectSameBits(portable.log1p, tier.log1p, floats, 1, "Log1p");
  ExpectSameBits(portable.sigmoid, tier.sigmoid, floats, 1, "Sigmoid");
  ExpectSameBits(portable.gradient, tier.gradient, floats, 2, "Gradient");
  ExpectSameBits(portable.exp_double, tier.exp_double, doubles, 1, "Exp");
  ExpectSameBits(portable.log_double, tier.log_double, doubles, 1, "Log");
}

TEST(MathTiers, Avx2GivesTheBitsOfThePortableTier) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    GTEST_SKIP() << "this CPU has no AVX2 with FMA";
  }
  ExpectSameTier(test::kAvx2Tier);
}

TEST(MathTiers, Avx512GivesTheBitsOfThePortableTier) {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512bw")) {
    GTEST_SKIP() << "this CPU has no AVX-512";
  }
  ExpectSameTier(test::kAvx512Tier);
}

#endif

}  // namespace
}  // namespace boostyard
