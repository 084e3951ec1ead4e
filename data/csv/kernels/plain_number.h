// The portable tier's number: one cell after the other, eight digits at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "data/csv/kernels/powers_of_ten.h"

namespace boostyard::csv {

// mantissa * 10^exponent as float32; false where a double does not tell (powers_of_ten.h).
inline bool ScaleToFloat(std::uint64_t mantissa, int exponent, bool is_negative, float& value) {
  constexpr std::uint64_t kExactLimit = std::uint64_t{1} << 53;
  if (mantissa == 0) {
    value = 0.0F;
    return true;
  }
  if (exponent == 0 && mantissa < kExactLimit) {
    value = static_cast<float>(static_cast<std::int64_t>(mantissa));
  } else {
    if (exponent <= kLeastPower || exponent >= kGreatestPower) return false;
    const double product = static_cast<double>(mantissa) * kPowersOfTen[exponent - kLeastPower];
    const auto bits = std::bit_cast<std::uint64_t>(product);
    const std::uint64_t from_halfway = (bits - (kHalfway - kHalfwayMargin)) & kSpareBits;
    if (from_halfway <= 2 * kHalfwayMargin) return false;
    if (bits < kLeastNormalBits || bits >= kTooLargeBits) return false;
    value = static_cast<float>(product);
  }
  if (is_negative) value = -value;
  return true;
}

struct DigitRun {
  std::uint64_t mantissa = 0;
  const char* next;
};

inline constexpr std::uint64_t kSwarPowers[9] = {1,       10,        100,        1'000,      10'000,
                                                 100'000, 1'000'000, 10'000'000, 100'000'000};

// Up to eight digits at `p`, where eight bytes may be read, appended to `mantissa`. Returns how
// many.
inline int TakeEightDigits(const char* p, std::uint64_t& mantissa) {
  std::uint64_t text;
  std::memcpy(&text, p, sizeof(text));
  if constexpr (std::endian::native == std::endian::big) text = __builtin_bswap64(text);
  const std::uint64_t low = text ^ 0x3030303030303030;
  // The top bit of each byte that is no digit.
  const std::uint64_t others =
      (((low & 0x7F7F7F7F7F7F7F7F) + 0x7676767676767676) | low) & 0x8080808080808080;
  const int count = others == 0 ? 8 : std::countr_zero(others) / 8;
  if (count == 0) return 0;
  std::uint64_t digits = low << (8 * (8 - count));  // zeros before the first digit
  digits = digits * 10 + (digits >> 8);             // pairs in every second byte
  const std::uint64_t mask = 0x000000FF000000FF;
  digits = ((digits & mask) * (100 + (std::uint64_t{1'000'000} << 32)) +
            ((digits >> 16) & mask) * (1 + (std::uint64_t{10'000} << 32))) >>
           32;
  mantissa = mantissa * kSwarPowers[count] + (digits & 0xFFFFFFFF);
  return count;
}

// All digits at `p`; a byte that is no digit comes before `limit`.
inline DigitRun TakeDigits(const char* p, const char* limit, std::uint64_t mantissa) {
  while (limit - p >= 8) {
    const int count = TakeEightDigits(p, mantissa);
    p += count;
    if (count < 8) return {mantissa, p};
  }
  for (; *p >= '0' && *p <= '9'; ++p) mantissa = mantissa * 10 + static_cast<unsigned>(*p - '0');
  return {mantissa, p};
}

// Reads the number that begins at `p`: sign, digits with a point, exponent. Returns where it ends,
// or nullptr if there is none or it takes the slow way. A byte that is no part of a number comes
// before `limit`.
inline const char* ReadPlainNumber(const char* p, const char* limit, float& value) {
  constexpr std::ptrdiff_t kMaxDigits = 19;  // fit 64 bits
  const bool is_negative = *p == '-';
  if (is_negative) ++p;
  const char* const begin = p;
  DigitRun run = {0, p};
  for (; *run.next >= '0' && *run.next <= '9'; ++run.next) {  // few digits stand before the point
    run.mantissa = run.mantissa * 10 + static_cast<unsigned>(*run.next - '0');
  }
  std::ptrdiff_t digit_count = run.next - begin;
  int exponent = 0;
  if (*run.next == '.') {
    const char* const fraction = run.next + 1;
    run = TakeDigits(fraction, limit, run.mantissa);
    const std::ptrdiff_t fraction_digits = run.next - fraction;
    digit_count += fraction_digits;
    if (digit_count > kMaxDigits) return nullptr;
    exponent = -static_cast<int>(fraction_digits);
  }
  if (digit_count == 0 || digit_count > kMaxDigits) return nullptr;
  p = run.next;
  if (*p == 'e' || *p == 'E') {
    ++p;
    const bool is_small = *p == '-';
    if (*p == '-' || *p == '+') ++p;
    const char* const digits = p;
    int written = 0;
    for (; *p >= '0' && *p <= '9'; ++p) {
      if (written < 1000) written = written * 10 + (*p - '0');
    }
    if (p == digits) return nullptr;
    exponent += is_small ? -written : written;
  }
  return ScaleToFloat(run.mantissa, exponent, is_negative, value) ? p : nullptr;
}

}  // namespace boostyard::csv
