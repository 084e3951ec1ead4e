// One record's bytes to its tensors: the only user of protocol buffers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace boostyard::recordio {

// A tensor of one of three types: at most one of the first three spans has elements.
struct TensorView {
  std::span<const float> floats;
  std::span<const double> doubles;
  std::span<const std::int32_t> integers;
  std::span<const std::uint64_t> keys;
  std::span<const std::uint64_t> shape;
  bool holds_bytes = false;  // an image or the like: no numbers

  std::size_t value_count() const { return floats.size() + doubles.size() + integers.size(); }
};

// A record's map of features or of labels, of which the entry "values" is read.
struct NamedTensors {
  bool has_values = false;
  TensorView values;
  std::vector<std::string_view> other_names;
};

// Its memory is used again from record to record. One per thread.
class RecordReader {
 public:
  RecordReader();
  ~RecordReader();
  RecordReader(RecordReader&& other) noexcept;

  // Reads the bytes within a record's frames; false if they are no record. What features() and
  // label() show is valid until the next call.
  bool Read(std::string_view payload);

  const NamedTensors& features() const { return features_; }
  const NamedTensors& label() const { return label_; }

 private:
  struct Message;
  std::unique_ptr<Message> message_;
  NamedTensors features_;
  NamedTensors label_;
};

}  // namespace boostyard::recordio
