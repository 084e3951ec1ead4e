// A sum of doubles without any rounding: the same value in whatever order and grouping the terms
// come.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/base/math.h"

namespace boostyard {

// Fixed point with its last bit at 2^-1074, the smallest double, in digits of 32 bits held in
// int64: any finite double is at most three digits, and adding one moves a digit by less than 2^32,
// so 2^30 terms fit between two carries. Two digits beyond the largest double leave room for 2^64
// terms.
class ExactSum {
 public:
  // Precondition: `term` is finite.
  void Add(double term) {
    const std::uint64_t bits = BitsOf(term);
    const std::uint64_t biased = (bits >> 52) & 0x7FFU;
    const std::uint64_t fraction = bits & 0x000FFFFFFFFFFFFFULL;
    const std::uint64_t mantissa = biased == 0 ? fraction : fraction | (1ULL << 52);
    const std::uint64_t position = biased == 0 ? 0 : biased - 1;
    const unsigned shift = position & 31U;
    const std::size_t digit = position >> 5;
    const std::uint64_t low = mantissa << shift;
    const std::uint64_t high = shift == 0 ? 0 : mantissa >> (64U - shift);
    const std::int64_t sign = (bits >> 63) == 0 ? 1 : -1;
    digits_[digit] += sign * static_cast<std::int64_t>(low & kMask);
    digits_[digit + 1] += sign * static_cast<std::int64_t>(low >> 32);
    digits_[digit + 2] += sign * static_cast<std::int64_t>(high);
    if (++pending_ == kMaxPending) Carry();
  }

  void Merge(const ExactSum& other) {
    ExactSum carried = other;
    carried.Carry();
    Carry();
    for (std::size_t i = 0; i < kDigits; ++i) digits_[i] += carried.digits_[i];
    Carry();
  }

  // The sum, rounded once to the nearest double (below the normal range at most twice).
  double Value() const {
    ExactSum sum = *this;
    sum.Carry();
    const bool is_negative = sum.digits_.back() < 0;
    if (is_negative) {
      for (std::int64_t& digit : sum.digits_) digit = -digit;
      sum.Carry();
    }
    const double magnitude = sum.Magnitude();
    return is_negative ? -magnitude : magnitude;
  }

 private:
  static constexpr std::size_t kDigits = 68;
  static constexpr std::uint32_t kMaxPending = 1U << 30;
  static constexpr std::uint64_t kMask = 0xFFFFFFFFU;

  // Brings every digit but the last into [0, 2^32): then the form is unique.
  void Carry() {
    for (std::size_t i = 0; i + 1 < kDigits; ++i) {
      digits_[i + 1] += digits_[i] >> 32;
      digits_[i] &= static_cast<std::int64_t>(kMask);
    }
    pending_ = 0;
  }

  // Precondition: carried and not negative. The leading 64 bits, with a last bit that stands for
  // all that follow, convert to the nearest double.
  double Magnitude() const {
    std::size_t top = kDigits - 1;
    while (top > 2 && digits_[top] == 0) --top;
    const std::uint64_t high = static_cast<std::uint64_t>(digits_[top]);
    std::uint64_t lead = high << 32 | static_cast<std::uint64_t>(digits_[top - 1]);
    const std::uint64_t next = static_cast<std::uint64_t>(digits_[top - 2]);
    const int shift = high == 0 ? 32 : __builtin_clzll(high) - 32;
    lead = lead << shift | next >> (32 - shift);
    bool has_rest = (next & ((1ULL << (32 - shift)) - 1U)) != 0;
    for (std::size_t i = 0; i + 2 < top; ++i) has_rest = has_rest || digits_[i] != 0;
    const auto rounded = static_cast<double>(lead | (has_rest ? 1U : 0U));
    return std::ldexp(rounded, static_cast<int>(top - 1) * 32 - shift - 1074);
  }

  std::array<std::int64_t, kDigits> digits_{};
  std::uint32_t pending_ = 0;
};

}  // namespace boostyard
