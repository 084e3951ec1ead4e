#include "data/recordio/record_reader.h"

#include <record.pb.h>

namespace boostyard::recordio {
namespace {

// The name of the tensors that are read, among features and labels alike.
constexpr std::string_view kValues = "values";

template <class Field>
auto SpanOf(const Field& field) {
  return std::span(field.data(), static_cast<std::size_t>(field.size()));
}

template <class Tensor>
TensorView ViewOf(const Tensor& tensor) {
  TensorView view;
  view.keys = SpanOf(tensor.keys());
  view.shape = SpanOf(tensor.shape());
  return view;
}

TensorView ViewOf(const wire::Value& value) {
  TensorView view;
  switch (value.value_case()) {
    case wire::Value::kFloat32Tensor:
      view = ViewOf<wire::Float32Tensor>(value.float32_tensor());
      view.floats = SpanOf(value.float32_tensor().values());
      break;
    case wire::Value::kFloat64Tensor:
      view = ViewOf<wire::Float64Tensor>(value.float64_tensor());
      view.doubles = SpanOf(value.float64_tensor().values());
      break;
    case wire::Value::kInt32Tensor:
      view = ViewOf<wire::Int32Tensor>(value.int32_tensor());
      view.integers = SpanOf(value.int32_tensor().values());
      break;
    case wire::Value::kBytes:
      view.holds_bytes = true;
      break;
    case wire::Value::VALUE_NOT_SET:
      break;
  }
  return view;
}

// Of entries of one name the last one counts, as in every map of protocol buffers.
template <class Entries>
void Sort(const Entries& entries, NamedTensors& tensors) {
  tensors.has_values = false;
  tensors.values = {};
  tensors.other_names.clear();
  for (const wire::NamedValue& entry : entries) {
    if (entry.key() != kValues) {
      tensors.other_names.push_back(entry.key());
      continue;
    }
    tensors.has_values = true;
    tensors.values = ViewOf(entry.value());
  }
}

}  // namespace

struct RecordReader::Message {
  wire::Record record;
};

RecordReader::RecordReader() : message_(std::make_unique<Message>()) {}
RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&& other) noexcept = default;

bool RecordReader::Read(std::string_view payload) {
  wire::Record& record = message_->record;
  if (!record.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return false;
  Sort(record.features(), features_);
  Sort(record.label(), label_);
  return true;
}

}  // namespace boostyard::recordio
