// Numbers of Parquet to the nearest float32, ties to even.
#pragma once

#include <cstdint>
#include <string>

namespace boostyard::parquet_module {

// `unscaled` x 10^-`scale`. Precondition: scale >= 0.
float DecimalToFloat(std::int64_t unscaled, std::int32_t scale);

// The same for a big-endian two's complement number of 1 to 32 bytes; beyond the range infinite.
// Throws parquet::ParquetException for other lengths.
float DecimalToFloat(const std::uint8_t* bytes, std::int32_t length, std::int32_t scale);

// How a decimal is written, for messages.
std::string DecimalText(const std::uint8_t* bytes, std::int32_t length, std::int32_t scale);

}  // namespace boostyard::parquet_module
