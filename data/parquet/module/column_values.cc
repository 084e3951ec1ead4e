#include "data/parquet/module/column_values.h"

#include <arrow/util/float16.h>
#include <parquet/exception.h>
#include <parquet/types.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "data/parquet/module/to_float.h"

namespace boostyard::parquet_module {
namespace {

constexpr std::size_t kRowsAtOnce = 4096;

// The shortest text of a number.
template <class Number>
std::string TextOf(Number number) {
  std::array<char, 64> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

// A value and how to write it where it has no float32.
struct Plain {
  template <class Number>
  float Value(Number number) const {
    return static_cast<float>(number);
  }
  template <class Number>
  std::string Text(Number number) const {
    return TextOf(+number);  // a bool as an int
  }
};

struct Unsigned32 : Plain {
  float Value(std::int32_t number) const {
    return static_cast<float>(static_cast<std::uint32_t>(number));
  }
};

struct Unsigned64 : Plain {
  float Value(std::int64_t number) const {
    return static_cast<float>(static_cast<std::uint64_t>(number));
  }
};

struct ScaledInteger : Plain {
  std::int32_t scale;
  explicit ScaledInteger(std::int32_t decimal_scale) : scale(decimal_scale) {}
  float Value(std::int64_t number) const { return DecimalToFloat(number, scale); }
};

struct ScaledFixedBytes {
  std::int32_t length;
  std::int32_t scale;
  float Value(const ::parquet::FixedLenByteArray& value) const {
    return DecimalToFloat(value.ptr, length, scale);
  }
  std::string Text(const ::parquet::FixedLenByteArray& value) const {
    return DecimalText(value.ptr, length, scale);
  }
};

struct ScaledBytes {
  std::int32_t scale;
  static std::int32_t Length(const ::parquet::ByteArray& value) {
    return static_cast<std::int32_t>(std::min<std::uint32_t>(value.len, 1000));
  }
  float Value(const ::parquet::ByteArray& value) const {
    return DecimalToFloat(value.ptr, Length(value), scale);
  }
  std::string Text(const ::parquet::ByteArray& value) const {
    return DecimalText(value.ptr, Length(value), scale);
  }
};

struct Half {
  float Value(const ::parquet::FixedLenByteArray& value) const {
    return ::arrow::util::Float16::FromLittleEndian(value.ptr).ToFloat();
  }
  std::string Text(const ::parquet::FixedLenByteArray& value) const { return TextOf(Value(value)); }
};

std::int32_t ScaleOf(const ::parquet::ColumnDescriptor& descriptor) {
  return static_cast<const ::parquet::DecimalLogicalType&>(*descriptor.logical_type()).scale();
}

bool IsSigned(const ::parquet::LogicalType& logical) {
  return !logical.is_int() || static_cast<const ::parquet::IntLogicalType&>(logical).is_signed();
}

[[noreturn]] void ThrowTooShort() {
  throw ::parquet::ParquetException("a column has fewer values than its row group has rows");
}

}  // namespace

void FaultList::Add(std::uint32_t row, const std::string& text) {
  if (count_ == room_.size()) return;
  BoostyardParquetFault& fault = room_[count_++];
  fault.row = row;
  fault.text[text.copy(fault.text, sizeof(fault.text) - 1)] = '\0';
}

template <class Physical, class Convert>
void ColumnValues::ReadAs(std::span<float> out, FaultList& faults, const Convert& convert) {
  using Value = typename Physical::c_type;
  auto& reader = static_cast<::parquet::TypedColumnReader<Physical>&>(*reader_);
  const std::int16_t present = descriptor_->max_definition_level();
  levels_.resize(kRowsAtOnce);
  values_.resize(kRowsAtOnce * sizeof(Value));
  auto* const values = reinterpret_cast<Value*>(values_.data());
  for (std::size_t row = 0; row < out.size();) {
    const std::size_t wanted = std::min(kRowsAtOnce, out.size() - row);
    std::int64_t value_count = 0;
    const std::int64_t row_count =
        reader.ReadBatch(static_cast<std::int64_t>(wanted), present > 0 ? levels_.data() : nullptr,
                         nullptr, values, &value_count);
    if (row_count <= 0 || row_count > static_cast<std::int64_t>(wanted)) ThrowTooShort();
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < row_count; ++i, ++row) {
      if (present > 0 && levels_[static_cast<std::size_t>(i)] != present) {
        out[row] = std::numeric_limits<float>::quiet_NaN();
        continue;
      }
      if (next == value_count) ThrowTooShort();
      const Value& value = values[next++];
      const float number = convert.Value(value) + 0.0F;  // -0 is 0
      out[row] = number;
      if (std::isinf(number)) {
        out[row] = std::numeric_limits<float>::quiet_NaN();
        faults.Add(static_cast<std::uint32_t>(row), convert.Text(value));
      }
    }
  }
}

void ColumnValues::ReadIntegers32(std::span<float> out, FaultList& faults) {
  const ::parquet::LogicalType& logical = *descriptor_->logical_type();
  if (logical.is_decimal()) {
    ReadAs<::parquet::Int32Type>(out, faults, ScaledInteger(ScaleOf(*descriptor_)));
  } else if (IsSigned(logical)) {
    ReadAs<::parquet::Int32Type>(out, faults, Plain());
  } else {
    ReadAs<::parquet::Int32Type>(out, faults, Unsigned32());
  }
}

void ColumnValues::ReadIntegers64(std::span<float> out, FaultList& faults) {
  const ::parquet::LogicalType& logical = *descriptor_->logical_type();
  if (logical.is_decimal()) {
    ReadAs<::parquet::Int64Type>(out, faults, ScaledInteger(ScaleOf(*descriptor_)));
  } else if (IsSigned(logical)) {
    ReadAs<::parquet::Int64Type>(out, faults, Plain());
  } else {
    ReadAs<::parquet::Int64Type>(out, faults, Unsigned64());
  }
}

void ColumnValues::ReadFixedBytes(std::span<float> out, FaultList& faults) {
  if (descriptor_->logical_type()->is_decimal()) {
    ReadAs<::parquet::FLBAType>(
        out, faults, ScaledFixedBytes{descriptor_->type_length(), ScaleOf(*descriptor_)});
  } else {
    ReadAs<::parquet::FLBAType>(out, faults, Half());
  }
}

void ColumnValues::Read(std::span<float> out, FaultList& faults) {
  switch (reader_->type()) {
    case ::parquet::Type::BOOLEAN:
      return ReadAs<::parquet::BooleanType>(out, faults, Plain());
    case ::parquet::Type::INT32:
      return ReadIntegers32(out, faults);
    case ::parquet::Type::INT64:
      return ReadIntegers64(out, faults);
    case ::parquet::Type::FLOAT:
      return ReadAs<::parquet::FloatType>(out, faults, Plain());
    case ::parquet::Type::DOUBLE:
      return ReadAs<::parquet::DoubleType>(out, faults, Plain());
    case ::parquet::Type::FIXED_LEN_BYTE_ARRAY:
      return ReadFixedBytes(out, faults);
    case ::parquet::Type::BYTE_ARRAY:
      return ReadAs<::parquet::ByteArrayType>(out, faults, ScaledBytes{ScaleOf(*descriptor_)});
    default:
      throw ::parquet::ParquetException("a column is not of numbers");
  }
}

}  // namespace boostyard::parquet_module
