// Texts of cells that are hard to read, and their values by the C library.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace boostyard::test {

class CellMaker {
 public:
  explicit CellMaker(std::uint64_t seed) : random_(seed) {}

  // A cell of any kind; most are numbers, all are without ',' and '\n'.
  std::string Any() {
    switch (Below(12)) {
      case 0:
        return Print("%.9g", AnyFloat());
      case 1:
        return Print("%.17g", AnyFloat());
      case 2:
        return Print("%.18e", AnyFloat());
      case 3:
        return Midpoint();
      case 4:
        return Digits(1 + Below(24));
      case 5:
        return Digits(1 + Below(30)) + (Below(2) ? "e-" : "E+") + std::to_string(Below(60));
      case 6:
        return AtIntegerTie();
      case 7:
        return Print("%.17g", std::ldexp(1.0 + 0.5 * Unit(), -152 + static_cast<int>(Below(282))));
      case 8:
        return Spelling();
      case 9:
        return SmallInt();
      case 10:
        return Print("%.6g", 100.0 * (Unit() - 0.5));
      default:
        return NearMidpoint();
    }
  }

  std::string SmallInt() {
    constexpr std::uint64_t kLimits[] = {2, 10, 100, 1000, 10'000};
    return Below(20) == 0 ? "" : std::to_string(Below(kLimits[Below(5)]));
  }
  std::string Short() { return Below(20) == 0 ? "" : Print("%.6g", 4.0 * (Unit() - 0.5)); }
  std::string Long() { return Print(Below(2) ? "%.17g" : "%.18e", 4.0 * (Unit() - 0.5)); }

  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }
  double Unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

 private:
  static std::string Print(const char* format, double value) {
    char text[512];
    std::snprintf(text, sizeof(text), format, value);
    return text;
  }

  double AnyFloat() {
    for (;;) {
      const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random_()));
      if (std::isfinite(value)) return value;
    }
  }

  // A float of moderate size.
  float Moderate() {
    const auto exponent = static_cast<std::uint32_t>(90 + Below(70));
    return std::bit_cast<float>(exponent << 23 | static_cast<std::uint32_t>(Below(1U << 23)));
  }

  double Middle() {
    const float low = Moderate();
    const float high = std::nextafterf(low, std::numeric_limits<float>::infinity());
    return 0.5 * (static_cast<double>(low) + static_cast<double>(high));
  }

  // The middle of two adjacent floats, exactly or off in its last digit.
  std::string Midpoint() {
    std::string text = Print(Below(2) ? "%.60g" : "%.40e", Middle());
    const std::size_t mantissa_end = text.find('e') == text.npos ? text.size() : text.find('e');
    char& last = text[mantissa_end - 1];
    if (last >= '1' && last <= '8') last = static_cast<char>(last + static_cast<int>(Below(3)) - 1);
    return Below(2) ? text : "-" + text;
  }

  // Off the middle by one double.
  std::string NearMidpoint() {
    return Print("%.17g", std::nextafter(Middle(), Below(2) ? 0.0 : 1e300));
  }

  std::string Digits(std::uint64_t count) {
    std::string text = Below(4) == 0 ? "-" : "";
    const std::uint64_t point = Below(count + 2);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i == point) text += '.';
      text += static_cast<char>('0' + Below(10));
    }
    return text;
  }

  std::string AtIntegerTie() {
    if (Below(3) ==
        0) {  // beyond 2^53: a double next to the middle of two floats may be the middle
      const std::uint64_t step = std::uint64_t{1} << 30;
      const std::uint64_t middle = ((std::uint64_t{1} << 23) + Below(900'000)) * step + step / 2;
      return std::to_string(middle - 1 + Below(3));
    }
    std::string text = std::to_string((std::uint64_t{1} << 24) + Below(std::uint64_t{3} << 24));
    const std::uint64_t form = Below(4);
    return form == 0 ? text + ".0" : form == 1 ? "-" + text : text;
  }

  std::string Spelling() {
    static const char* const kSpellings[] = {"",
                                             " ",
                                             "-",
                                             ".",
                                             "-.",
                                             "5.",
                                             ".5",
                                             "-.5",
                                             "-0",
                                             "-0.0",
                                             "0e+99",
                                             "1e+39",
                                             "1e+38",
                                             "1e-71",
                                             "9e-71",
                                             "3e+38",
                                             "1e-05",
                                             "1E+05",
                                             "1e5",
                                             "1e+5",
                                             "1e+005",
                                             "1e",
                                             "1e+",
                                             "e+05",
                                             "-e+05",
                                             ".e+05",
                                             "-1e-05",
                                             "1e*05",
                                             "1e+0x",
                                             "1.2.3",
                                             "--1",
                                             "1-",
                                             "+1",
                                             "+-1",
                                             " 1.5",
                                             "1.5 ",
                                             "\t7",
                                             "\"3\"",
                                             "\"3.25\"",
                                             "\"\"",
                                             "\"4",
                                             "5\"",
                                             "\"1\"\"",
                                             "NA",
                                             "nan",
                                             "inf",
                                             "-inf",
                                             "1e400",
                                             "?",
                                             "true",
                                             "False",
                                             "0x10",
                                             "1_0",
                                             "1;5",
                                             "12O",
                                             "1f",
                                             "00000000000000001",
                                             "-00000000000000001.5",
                                             "0.00000000000000000000000000001",
                                             "99999999999999999999999999999999",
                                             "9999999999999999",
                                             "999",
                                             "1000",
                                             "9999",
                                             "255",
                                             "254.0",
                                             "-1",
                                             "-12",
                                             "16777217",
                                             "33554433.00000000",
                                             "9007199254740993",
                                             "1/",
                                             "1:",
                                             "/1",
                                             ":1",
                                             "3.4028235e+38",
                                             "3.4028236e+38",
                                             "1.17549435e-38",
                                             "1.17549428e-38",
                                             "1e-45",
                                             "7e-46",
                                             "1\r",
                                             "\r",
                                             "1 2",
                                             "1e+ 5",
                                             "e",
                                             "E+99"};
    return kSpellings[Below(std::size(kSpellings))];
  }

  std::mt19937_64 random_;
};

// The float nearest to `text`, which is a number of our grammar, as the C library has it; 0 for -0.
inline float StrtofValue(const std::string& text) {
  return std::strtof(text.c_str(), nullptr) + 0.0F;
}

}  // namespace boostyard::test
