#include "data/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "tests/data/naive_csv.h"

namespace boostyard {
namespace {

std::uint32_t Bits(float value) { return std::bit_cast<std::uint32_t>(value); }

void ExpectLikeStrtof(const std::string& text) {
  const CellValue cell = ReadCell(text);
  float expected = std::strtof(text.c_str(), nullptr);
  if (expected == 0.0F) expected = 0.0F;
  if (std::isinf(expected)) {
    EXPECT_EQ(cell.kind, CellKind::kOutOfRange) << text;
    return;
  }
  ASSERT_EQ(cell.kind, CellKind::kNumber) << text;
  EXPECT_EQ(Bits(cell.value), Bits(expected)) << text;
}

std::string Print(const char* format, double value) {
  char text[512];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

TEST(ReadCell, ReadsSpellingsOfNumbers) {
  for (const char* text : {"0",
                           "7",
                           "-7",
                           "+7",
                           "1.5",
                           "1.",
                           ".5",
                           "-.5",
                           "+.5",
                           "1e-5",
                           "1E+3",
                           "1e3",
                           "00012",
                           "1234567",
                           "12345678",
                           "16777217",
                           "33554435",
                           "1e38",
                           "3.4028235e38",
                           "1e-45",
                           "7e-46",
                           "7.1e-46",
                           "1e-50",
                           "1e-400",
                           "1.17549435e-38",
                           "0e99999999999",
                           "0.000000000000000001",
                           "123456789012345678901234567890",
                           "9999999",
                           "-9999999",
                           "1.e5",
                           "-0.0",
                           "-1e-60"}) {
    ExpectLikeStrtof(text);
  }
}

TEST(ReadCell, IgnoresBlanksAround) {
  EXPECT_EQ(ReadCell(" \t1.5\t ").value, 1.5F);
  EXPECT_EQ(ReadCell("  12 ").value, 12.0F);
  EXPECT_EQ(ReadCell(" NA ").kind, CellKind::kMissing);
}

TEST(ReadCell, StoresMinusZeroAsZero) {
  for (const char* text : {"-0", "-0.0", "-0e5", "-1e-60"}) {
    EXPECT_EQ(Bits(ReadCell(text).value), 0U) << text;
  }
}

TEST(ReadCell, ReadsMissingWordsExactly) {
  for (const char* text : {"", " ", "\t", "nan", "NaN", "NA", "N/A", "null", "None", "?"}) {
    EXPECT_EQ(ReadCell(text).kind, CellKind::kMissing) << text;
    EXPECT_TRUE(std::isnan(ReadCell(text).value)) << text;
  }
  for (const char* text : {"NAN", "NULL", "none", "n/a", "na", "??", "-nan", "nan(1)", "<NA>"}) {
    EXPECT_EQ(ReadCell(text).kind, CellKind::kText) << text;
  }
}

TEST(ReadCell, ReadsBooleansInAnyCase) {
  for (const char* text : {"true", "True", "TRUE", "tRuE"}) EXPECT_EQ(ReadCell(text).value, 1.0F);
  for (const char* text : {"false", "False", "FALSE"}) {
    EXPECT_EQ(ReadCell(text).kind, CellKind::kNumber);
    EXPECT_EQ(ReadCell(text).value, 0.0F);
  }
  EXPECT_EQ(ReadCell("truex").kind, CellKind::kText);
}

TEST(ReadCell, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"12O", "0x1F", "0x1p3", "1_000", "1,5",   "1 000", "1e",  "1e+", "e5",   ".",
        "-",   "+",    "+-1",   "--1",   "-+1",   "1.2.3", "1d5", "abc", "1f",   "1.5%",
        "$5",  "\r",   "1\r",   "(1)",   "1e5.0", "+ 1",   "- 1", "0b1", "1'000"}) {
    EXPECT_EQ(ReadCell(text).kind, CellKind::kText) << text;
    EXPECT_TRUE(std::isnan(ReadCell(text).value)) << text;
  }
}

TEST(ReadCell, TellsInfiniteAndTooLarge) {
  for (const char* text : {"inf", "-inf", "+Inf", "INF", "Infinity", "-infinity"}) {
    EXPECT_EQ(ReadCell(text).kind, CellKind::kInfinite) << text;
  }
  // The middle between the largest float and 2^128 rounds to even, that is up.
  for (const char* text : {"1e39", "-1e39", "3.4028236e38",
                           "340282356779733661637539395458142568448", "1e99999999999999999999"}) {
    EXPECT_EQ(ReadCell(text).kind, CellKind::kOutOfRange) << text;
  }
  ExpectLikeStrtof("340282356779733661637539395458142568447");
}

TEST(ReadCell, RoundsLikeStrtofOnRandomBits) {
  std::mt19937 random(1);
  for (int i = 0; i < 60000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    for (const char* format : {"%.9g", "%.6g", "%.17g", "%.3e", "%.8f"}) {
      ExpectLikeStrtof(Print(format, value));
    }
  }
}

TEST(ReadCell, RoundsLikeStrtofAtMidpoints) {
  std::mt19937 random(2);
  for (int i = 0; i < 20000; ++i) {
    const std::uint32_t bits = static_cast<std::uint32_t>(random()) & 0x7F7FFFFFU;
    const float low = std::bit_cast<float>(bits);
    const float high = std::bit_cast<float>(bits + 1);
    if (!std::isfinite(low) || !std::isfinite(high)) continue;
    const double middle = (static_cast<double>(low) + static_cast<double>(high)) / 2;  // exact
    std::string exact = Print("%.160g", middle);
    ExpectLikeStrtof(exact);
    // A little above and below, far beyond the digits of a double.
    if (exact.find_first_of("e.") == std::string::npos) exact += ".";
    const std::size_t exponent = exact.find('e');
    std::string above = exact;
    above.insert(exponent == std::string::npos ? exact.size() : exponent, "00000000000000001");
    ExpectLikeStrtof(above);
    ExpectLikeStrtof(Print("%.20g", std::nextafter(middle, 0.0)));
  }
}

TEST(ReadCell, AgreesWithTheNaiveReaderOnRandomText) {
  std::mt19937 random(3);
  constexpr char kBytes[] = "0123456789012345....eE+-- \tnaifNA?x_";
  int numbers = 0;
  for (int i = 0; i < 300000; ++i) {
    std::string text;
    const std::size_t length = random() % 9;
    for (std::size_t k = 0; k < length; ++k) text += kBytes[random() % (sizeof(kBytes) - 1)];
    const CellValue cell = ReadCell(text);
    const test::NaiveCell expected = test::NaiveReadCell(text);
    const bool is_infinite = cell.kind == CellKind::kInfinite || cell.kind == CellKind::kOutOfRange;
    ASSERT_EQ(cell.kind == CellKind::kNumber, expected.kind == test::NaiveKind::kNumber) << text;
    ASSERT_EQ(cell.kind == CellKind::kMissing, expected.kind == test::NaiveKind::kMissing) << text;
    ASSERT_EQ(is_infinite, expected.kind == test::NaiveKind::kInfinite) << text;
    if (cell.kind != CellKind::kNumber) continue;
    ++numbers;
    ASSERT_EQ(Bits(cell.value), Bits(expected.value)) << text;
  }
  EXPECT_GT(numbers, 30000);
}

}  // namespace
}  // namespace boostyard
