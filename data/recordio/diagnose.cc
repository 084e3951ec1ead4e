#include "data/recordio/diagnose.h"

#include <cmath>
#include <cstdio>

#include "data/escape.h"
#include "engine/base/error_table.h"

namespace boostyard::recordio {
namespace {

constexpr const char* kWriteAgain =
    "write the file again, e.g. with the SageMaker SDK's write_numpy_to_dense_tensor or "
    "write_spmatrix_to_sparse_tensor";

std::string Count(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string NumberText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string HexText(std::uint64_t word) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08X", static_cast<unsigned>(word));
  return text;
}

// "nan", "inf" or a number beyond float32, in a sentence.
std::string WhyNotFinite(double value) {
  if (std::isnan(value)) return " is missing";
  return std::isinf(value) ? " is infinite" : " is beyond the range of float32";
}

// Where the entry "values" was not found.
std::string NamesText(const NamedTensors& tensors) {
  constexpr std::size_t kMostNames = 3;
  std::string text;
  for (std::size_t i = 0; i < tensors.other_names.size() && i < kMostNames; ++i) {
    text += (i == 0 ? "" : ", ") + QuoteText(tensors.other_names[i]);
  }
  return tensors.other_names.size() > kMostNames ? text + ", ..." : text;
}

Diagnosis BadFeatures(std::string problem, std::string fix) {
  return {ErrorId::kRecordioBadFeatures, std::move(problem), std::move(fix)};
}

}  // namespace

Diagnosis BadFrame(const FrameFault& fault) {
  const ErrorId id = ErrorId::kRecordioBadFrame;
  switch (fault.kind) {
    case FrameFaultKind::kMagicWord:
      return {
          id,
          "the record begins with " + HexText(fault.found) + " instead of the magic number " +
              HexText(kMagic),
          "check that the file is recordio-protobuf and whole, or set the channel's ContentType "
          "to what it is"};
    case FrameFaultKind::kFlag:
      return {id,
              "the flag " + std::to_string(fault.found) +
                  " of the record's part does not fit what comes before",
              kWriteAgain};
    case FrameFaultKind::kTruncated:
      return {id,
              "the file ends within the record: of " + Count(fault.wanted, "byte") + " there are " +
                  std::to_string(fault.found),
              "copy or write the file again: its end is missing"};
    case FrameFaultKind::kTooLong:
      break;
  }
  return {id,
          "the record has " + Count(fault.found, "byte") + ", more than the " +
              std::to_string(kMaxRecordBytes >> 20) + " MiB that are read",
          "write one record for each row"};
}

Diagnosis NotARecord(std::size_t payload_bytes) {
  return {ErrorId::kRecordioBadRecord,
          "the " + Count(payload_bytes, "byte") + " in the frame are no Record message",
          kWriteAgain};
}

Diagnosis NotNumbers(const std::string& what) {
  return {ErrorId::kRecordioBadRecord, "the " + what + " are bytes, not numbers",
          "write numbers: a tensor of float32, float64 or int32"};
}

Diagnosis NoLabel(const NamedTensors& label) {
  std::string problem = "there is no label \"values\"";
  if (!label.other_names.empty()) problem += ", only " + NamesText(label);
  return {ErrorId::kRecordioBadLabel, std::move(problem),
          "give every record one number in its label's tensor \"values\""};
}

Diagnosis LabelCount(std::uint64_t count) {
  return {ErrorId::kRecordioBadLabel, "the label has " + Count(count, "value"),
          "give every record one number in its label's tensor \"values\""};
}

Diagnosis BadLabel(double value) {
  return {ErrorId::kRecordioBadLabel, "the label " + NumberText(value) + WhyNotFinite(value),
          "give every record a label within the range of float32, or leave the record out"};
}

Diagnosis NoFeatures(const NamedTensors& features) {
  return BadFeatures("there are no features \"values\", only " + NamesText(features),
                     "write the features of a record into one tensor with the name \"values\"");
}

Diagnosis ShapeTooLarge(std::span<const std::uint64_t> shape) {
  std::string text;
  for (const std::uint64_t extent : shape) {
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  }
  return BadFeatures("the shape " + text + " is beyond " + Count(kMaxFeatureIndex + 1, "feature"),
                     "number the features from 0 on, without large gaps");
}

Diagnosis ShapeMismatch(std::uint64_t shape, std::uint64_t value_count) {
  return BadFeatures("the shape names " + Count(shape, "feature") + ", and there are " +
                         Count(value_count, "value"),
                     "write a value for each feature, or keys for those that there are");
}

Diagnosis KeyCount(std::uint64_t keys, std::uint64_t values) {
  return BadFeatures("there are " + Count(keys, "key") + " and " + Count(values, "value"),
                     "write a key for each value, or no keys at all");
}

Diagnosis KeyTooLarge(std::uint64_t key) {
  return BadFeatures(
      "the key " + std::to_string(key) + " is beyond " + std::to_string(kMaxFeatureIndex),
      "number the features from 0 on, without large gaps");
}

Diagnosis KeyBeyondShape(std::uint64_t key, std::uint64_t shape) {
  return BadFeatures(
      "the key " + std::to_string(key) + " is not below the shape of " + Count(shape, "feature"),
      "keys count from 0; write the shape that all records have");
}

Diagnosis KeyTwice(std::uint64_t key) {
  return BadFeatures("the key " + std::to_string(key) + " comes twice",
                     "give each feature one value a record");
}

Diagnosis OtherWidth(std::uint64_t width, std::uint64_t expected) {
  return BadFeatures("the record has " + Count(width, "feature") +
                         ", and the first of the data has " + std::to_string(expected),
                     "give all records of the channel the same features");
}

Diagnosis BadValue(std::uint64_t feature, double value) {
  return {
      ErrorId::kRecordioBadValue,
      "feature " + std::to_string(feature) + ": the value " + NumberText(value) +
          WhyNotFinite(value),
      "scale the feature, or write NaN where it is missing (the largest float32 is about 3.4e38)"};
}

}  // namespace boostyard::recordio
