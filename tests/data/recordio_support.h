// Writes recordio-protobuf by hand, byte by byte from the format's description, for tests.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boostyard::test {

enum class TensorType { kFloat32 = 2, kFloat64 = 3, kInt32 = 7, kBytes = 9 };

struct WrittenTensor {
  TensorType type = TensorType::kFloat32;
  std::vector<double> values = {};
  std::vector<std::uint64_t> keys = {};
  std::vector<std::uint64_t> shape = {};
  bool is_packed = true;  // false: one field for each element, which readers must take as well
};

using NamedTensor = std::pair<std::string, WrittenTensor>;

struct WrittenRecord {
  std::vector<NamedTensor> features;
  std::vector<NamedTensor> label;
};

inline std::string Varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

inline std::string Tag(std::uint64_t field, std::uint64_t wire_type) {
  return Varint(field << 3 | wire_type);
}

inline std::string Delimited(std::uint64_t field, const std::string& bytes) {
  return Tag(field, 2) + Varint(bytes.size()) + bytes;
}

// The lowest byte first.
inline std::string LittleEndian(std::uint64_t word, int byte_count) {
  std::string bytes;
  for (int i = 0; i < byte_count; ++i) bytes += static_cast<char>(word >> (8 * i));
  return bytes;
}

inline std::string TensorBytes(const WrittenTensor& tensor) {
  std::string bytes;
  const auto add = [&](std::uint64_t field, std::uint64_t wire_type,
                       const std::vector<std::string>& elements) {
    std::string packed;
    for (const std::string& element : elements) {
      packed += element;
      if (!tensor.is_packed) bytes += Tag(field, wire_type) + element;
    }
    if (tensor.is_packed && !elements.empty()) bytes += Delimited(field, packed);
  };
  std::vector<std::string> values;
  std::uint64_t wire_type = 0;
  for (const double value : tensor.values) {
    if (tensor.type == TensorType::kFloat32) {
      wire_type = 5;
      values.push_back(LittleEndian(std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4));
    } else if (tensor.type == TensorType::kFloat64) {
      wire_type = 1;
      values.push_back(LittleEndian(std::bit_cast<std::uint64_t>(value), 8));
    } else {
      values.push_back(
          Varint(static_cast<std::uint64_t>(static_cast<std::int64_t>(value))));  // of ten bytes
    }
  }
  add(1, wire_type, values);
  for (const auto& [field, integers] : {std::pair{2, &tensor.keys}, {3, &tensor.shape}}) {
    std::vector<std::string> elements;
    for (const std::uint64_t integer : *integers) elements.push_back(Varint(integer));
    add(static_cast<std::uint64_t>(field), 0, elements);
  }
  return bytes;
}

inline std::string MapBytes(std::uint64_t field, const std::vector<NamedTensor>& entries) {
  std::string bytes;
  for (const auto& [name, tensor] : entries) {
    const std::string value =
        Delimited(static_cast<std::uint64_t>(tensor.type), TensorBytes(tensor));
    bytes += Delimited(field, Delimited(1, name) + Delimited(2, value));
  }
  return bytes;
}

inline std::string PayloadBytes(const WrittenRecord& record) {
  return MapBytes(1, record.features) + MapBytes(2, record.label);
}

// One part of a record.
inline std::string Part(std::string_view payload, std::uint32_t flag = 0) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  return LittleEndian(0xCED7230A, 4) + LittleEndian(flag << 29 | size, 4) + std::string(payload) +
         std::string((4 - size % 4) % 4, '\0');
}

inline WrittenRecord DenseRecord(double label, std::vector<double> values,
                                 TensorType type = TensorType::kFloat32) {
  return {{{"values", {.type = type, .values = std::move(values)}}},
          {{"values", {.type = type, .values = {label}}}}};
}

inline WrittenRecord SparseRecord(double label, std::vector<std::uint64_t> keys,
                                  std::vector<double> values, std::vector<std::uint64_t> shape = {},
                                  TensorType type = TensorType::kFloat32) {
  return {{{"values",
            {.type = type,
             .values = std::move(values),
             .keys = std::move(keys),
             .shape = std::move(shape)}}},
          {{"values", {.type = type, .values = {label}}}}};
}

inline std::string Framed(const std::vector<WrittenRecord>& records) {
  std::string bytes;
  for (const WrittenRecord& record : records) bytes += Part(PayloadBytes(record));
  return bytes;
}

}  // namespace boostyard::test
