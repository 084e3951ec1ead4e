#include "data/parquet/module/to_float.h"

#include <arrow/util/decimal.h>
#include <parquet/exception.h>

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace boostyard::parquet_module {
namespace {

// "12345" and scale 2 mean 12345e-2, which std::from_chars rounds once.
float ParseScaled(std::string digits, std::int32_t scale) {
  const bool is_large = static_cast<std::int32_t>(digits.size()) > scale;
  digits += "e-" + std::to_string(scale);
  float value = 0.0F;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    return is_large ? std::numeric_limits<float>::infinity() : 0.0F;
  }
  return value;
}

std::string Digits(const std::uint8_t* bytes, std::int32_t length) {
  return ::arrow::Decimal256::FromBigEndian(bytes, length).ValueOrDie().ToIntegerString();
}

void CheckLength(std::int32_t length) {
  if (length < 1 || length > 32) {
    throw ::parquet::ParquetException("a decimal of " + std::to_string(length) + " bytes");
  }
}

}  // namespace

float DecimalToFloat(std::int64_t unscaled, std::int32_t scale) {
  // Both are float32 exactly, so that their quotient is rounded once.
  constexpr std::int64_t kExact = std::int64_t{1} << 24;
  constexpr std::array kPowers = {1e0F, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F,
                                  1e6F, 1e7F, 1e8F, 1e9F, 1e10F};
  if (unscaled >= -kExact && unscaled <= kExact &&
      scale < static_cast<std::int32_t>(kPowers.size())) {
    return static_cast<float>(unscaled) / kPowers[static_cast<std::size_t>(scale)];
  }
  return ParseScaled(std::to_string(unscaled), scale);
}

float DecimalToFloat(const std::uint8_t* bytes, std::int32_t length, std::int32_t scale) {
  CheckLength(length);
  if (length > 8) {
    // Sign bytes in front say nothing.
    const std::uint8_t sign = (bytes[length - 8] & 0x80) != 0 ? 0xFF : 0x00;
    for (std::int32_t i = 0; i < length - 8; ++i) {
      if (bytes[i] != sign) return ParseScaled(Digits(bytes, length), scale);
    }
    bytes += length - 8;
    length = 8;
  }
  auto unscaled = static_cast<std::uint64_t>((bytes[0] & 0x80) != 0 ? -1 : 0);
  for (std::int32_t i = 0; i < length; ++i) unscaled = unscaled << 8 | bytes[i];
  return DecimalToFloat(static_cast<std::int64_t>(unscaled), scale);
}

std::string DecimalText(const std::uint8_t* bytes, std::int32_t length, std::int32_t scale) {
  CheckLength(length);
  return Digits(bytes, length) + "e-" + std::to_string(scale);
}

}  // namespace boostyard::parquet_module
