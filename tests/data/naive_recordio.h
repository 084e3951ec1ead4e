// A slow reader of recordio-protobuf, written from data/FORMATS.md and the description of the wire
// format with the standard library alone: the oracle of the real one.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boostyard::test {

class NaiveRecordio {
 public:
  struct Row {
    float label = 0.0F;
    std::map<std::uint64_t, float> cells;  // NaN: there, but missing
  };
  using Fault = std::pair<std::uint64_t, std::string>;  // number of the record, error id

  // Rows and width() mean something if there are no faults; faults() holds all of them. Without
  // knows(), the bytes use a corner of protocol buffers that is not rebuilt here.
  explicit NaiveRecordio(const std::string& bytes, bool has_label = true) : has_label_(has_label) {
    ReadFrames(bytes);
  }

  bool knows() const { return knows_; }
  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<Fault>& faults() const { return faults_; }
  std::uint64_t width() const { return width_; }

  // As the real reader's tables give them: label (if there is one), features.
  std::vector<std::vector<float>> Table() const {
    std::vector<std::vector<float>> table;
    for (const Row& row : rows_) {
      std::vector<float> dense(width_, std::numeric_limits<float>::quiet_NaN());
      for (const auto& [index, value] : row.cells) dense[index] = value;
      if (has_label_) dense.insert(dense.begin(), row.label);
      table.push_back(std::move(dense));
    }
    return table;
  }

 private:
  static constexpr std::uint64_t kMostFeatures = 0x7FFFFFFF;

  struct Field {
    std::uint64_t number = 0;
    unsigned wire_type = 0;
    std::uint64_t value = 0;
    std::string bytes;
  };
  struct Tensor {
    bool is_bytes = false;
    std::vector<double> values;
    std::vector<std::uint64_t> keys;
    std::vector<std::uint64_t> shape;
  };
  struct Map {
    std::optional<Tensor> values;
    bool has_others = false;
  };

  static std::uint64_t Word(const std::string& bytes, std::size_t at, std::size_t count) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i) {
      word += std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return word;
  }

  void ReadFrames(const std::string& bytes) {
    std::size_t at = 0;
    for (std::uint64_t number = 1; at < bytes.size(); ++number) {
      std::string payload;
      for (unsigned expected_first = 1;; expected_first = 0) {
        const std::size_t left = bytes.size() - at;
        if (left < 4 || Word(bytes, at, 4) != 0xCED7230A || left < 8) return BadFrame(number);
        const auto flag = static_cast<unsigned>(Word(bytes, at + 4, 4) >> 29);
        const std::size_t size = Word(bytes, at + 4, 4) & 0x1FFFFFFF;
        const bool is_first = flag == 0 || flag == 1;
        if (flag > 3 || is_first != (expected_first == 1)) return BadFrame(number);
        if (size > left - 8) return BadFrame(number);
        payload += bytes.substr(at + 8, size);
        at = std::min(bytes.size(), at + 8 + (size + 3) / 4 * 4);
        if (flag == 0 || flag == 3) break;
        payload += LittleMagic();
      }
      ReadRecord(number, payload);
    }
  }

  static std::string LittleMagic() { return "\x0A\x23\xD7\xCE"; }

  void BadFrame(std::uint64_t number) { faults_.emplace_back(number, "recordio-bad-frame"); }

  bool ReadVarint(const std::string& bytes, std::size_t& at, std::uint64_t& value) const {
    value = 0;
    for (unsigned i = 0; i < 10 && at < bytes.size(); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      value |= std::uint64_t{byte & 0x7FU} << (7 * i);
      if (byte < 0x80) return true;
    }
    return false;
  }

  // The fields of a message; nothing if the bytes are none.
  std::optional<std::vector<Field>> Fields(const std::string& bytes) {
    std::vector<Field> fields;
    for (std::size_t at = 0; at < bytes.size();) {
      Field field;
      const std::size_t begin = at;
      std::uint64_t tag = 0;
      if (!ReadVarint(bytes, at, tag)) return std::nullopt;
      field.number = tag >> 3;
      field.wire_type = tag & 7;
      if (at - begin > 5 || tag > 0xFFFFFFFF || field.wire_type == 3 || field.wire_type == 4) {
        knows_ = false;
      }
      if (field.number == 0 || field.wire_type > 5) return std::nullopt;
      if (field.wire_type == 0) {
        if (!ReadVarint(bytes, at, field.value)) return std::nullopt;
      } else {
        std::uint64_t size = field.wire_type == 1 ? 8 : 4;
        if (field.wire_type == 2) {
          const std::size_t size_begin = at;
          if (!ReadVarint(bytes, at, size)) return std::nullopt;
          if (at - size_begin > 5) knows_ = false;
        }
        if (size > bytes.size() - at) return std::nullopt;
        field.bytes = bytes.substr(at, size);
        at += size;
      }
      fields.push_back(std::move(field));
    }
    return fields;
  }

  bool ReadIntegers(const Field& field, std::vector<std::uint64_t>& out) const {
    if (field.wire_type == 0) out.push_back(field.value);
    if (field.wire_type != 2) return true;
    for (std::size_t at = 0; at < field.bytes.size();) {
      std::uint64_t value = 0;
      if (!ReadVarint(field.bytes, at, value)) return false;
      out.push_back(value);
    }
    return true;
  }

  static bool ReadFixed(const Field& field, std::size_t size, std::vector<double>& out) {
    if (field.wire_type != 2 && field.wire_type != (size == 4 ? 5U : 1U)) return true;
    if (field.bytes.size() % size != 0) return false;
    for (std::size_t at = 0; at < field.bytes.size(); at += size) {
      const std::uint64_t word = Word(field.bytes, at, size);
      out.push_back(size == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(word))
                              : std::bit_cast<double>(word));
    }
    return true;
  }

  bool ReadTensor(std::uint64_t type, const std::string& bytes, Tensor& tensor) {
    const auto fields = Fields(bytes);
    if (!fields) return false;
    tensor.is_bytes = type == 9;
    if (tensor.is_bytes) return true;
    for (const Field& field : *fields) {
      bool ok = true;
      if (field.number == 1 && type == 7) {
        std::vector<std::uint64_t> integers;
        ok = ReadIntegers(field, integers);
        for (const std::uint64_t integer : integers) {
          tensor.values.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(integer)));
        }
      } else if (field.number == 1) {
        ok = ReadFixed(field, type == 2 ? 4 : 8, tensor.values);
      } else if (field.number == 2 || field.number == 3) {
        ok = ReadIntegers(field, field.number == 2 ? tensor.keys : tensor.shape);
      }
      if (!ok) return false;
    }
    return true;
  }

  bool ReadEntry(const std::string& bytes, Map& map) {
    const auto fields = Fields(bytes);
    if (!fields) return false;
    std::string name;
    Tensor tensor;
    int values = 0;
    for (const Field& field : *fields) {
      if (field.wire_type != 2) continue;
      if (field.number == 1) name = field.bytes;
      if (field.number != 2) continue;
      const auto inner = Fields(field.bytes);
      if (!inner) return false;
      for (const Field& value : *inner) {
        const bool is_tensor =
            value.number == 2 || value.number == 3 || value.number == 7 || value.number == 9;
        if (value.wire_type != 2 || !is_tensor) continue;
        if (++values > 1) knows_ = false;  // they are merged, or the last one of them counts
        if (!ReadTensor(value.number, value.bytes, tensor)) return false;
      }
    }
    if (name == "values") {
      map.values = std::move(tensor);
    } else {
      map.has_others = true;
    }
    return true;
  }

  void ReadRecord(std::uint64_t number, const std::string& payload) {
    Map features;
    Map label;
    const auto fields = Fields(payload);
    bool ok = fields.has_value();
    if (ok) {
      for (const Field& field : *fields) {
        if (field.wire_type != 2 || field.number > 2) continue;
        ok = ok && ReadEntry(field.bytes, field.number == 1 ? features : label);
      }
    }
    if (number == 1 && ok && features.values && features.values->keys.empty()) {
      dense_width_ = features.values->values.size();
    }
    Row row;
    const std::string wrong = ok ? Evaluate(features, label, row) : "recordio-bad-record";
    if (wrong.empty()) {
      rows_.push_back(std::move(row));
    } else {
      faults_.emplace_back(number, wrong);
    }
  }

  static float Float32(double value) {
    const auto narrow = static_cast<float>(value);
    return narrow == 0.0F ? 0.0F : narrow;
  }

  std::string Evaluate(const Map& features, const Map& label, Row& row) {
    if (has_label_) {
      if (!label.values) return "recordio-bad-label";
      if (label.values->is_bytes) return "recordio-bad-record";
      if (label.values->values.size() != 1) return "recordio-bad-label";
      row.label = Float32(label.values->values[0]);
      if (!std::isfinite(row.label)) return "recordio-bad-label";
    }
    std::uint64_t width = dense_width_;
    if (!features.values) {
      if (features.has_others) return "recordio-bad-features";
    } else {
      if (features.values->is_bytes) return "recordio-bad-record";
      if (!Fits(*features.values, width)) return "recordio-bad-features";
      if (!Fill(*features.values, row)) return "recordio-bad-value";
      if (row.cells.size() != features.values->values.size()) return "recordio-bad-features";
    }
    width_ = std::max(width_, width);
    return "";
  }

  bool Fits(const Tensor& tensor, std::uint64_t& width) const {
    const bool is_dense = !tensor.values.empty() && tensor.keys.empty();
    std::optional<std::uint64_t> shape;
    if (!tensor.shape.empty()) {
      shape = 1;
      const bool is_empty = std::count(tensor.shape.begin(), tensor.shape.end(), 0U) > 0;
      for (const std::uint64_t extent : tensor.shape) {
        if (is_empty) break;
        if (extent > kMostFeatures || *shape * extent > kMostFeatures) return false;
        *shape *= extent;
      }
      if (is_empty) shape = 0;
    }
    std::uint64_t needed = is_dense ? tensor.values.size() : 0;
    if (is_dense && shape && *shape != needed) return false;
    if (!is_dense && tensor.keys.size() != tensor.values.size()) return false;
    for (const std::uint64_t key : tensor.keys) {
      if (key >= shape.value_or(kMostFeatures)) return false;
      needed = std::max(needed, key + 1);
    }
    width = shape.value_or(needed);
    if (dense_width_ == 0) return true;
    const bool fits = is_dense || shape ? width == dense_width_ : width <= dense_width_;
    width = dense_width_;
    return fits;
  }

  static bool Fill(const Tensor& tensor, Row& row) {
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const float value = Float32(tensor.values[i]);
      if (std::isinf(value)) return false;
      row.cells.emplace(tensor.keys.empty() ? i : tensor.keys[i], value);
    }
    return true;
  }

  bool has_label_;
  bool knows_ = true;
  std::uint64_t dense_width_ = 0;
  std::uint64_t width_ = 0;
  std::vector<Row> rows_;
  std::vector<Fault> faults_;
};

}  // namespace boostyard::test
