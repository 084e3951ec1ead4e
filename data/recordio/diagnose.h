// The error path: what is wrong with a record or a frame, and the cure. Features count from 0.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/recordio/frames.h"
#include "data/recordio/parse.h"
#include "data/recordio/record_reader.h"

namespace boostyard::recordio {

Diagnosis BadFrame(const FrameFault& fault);
Diagnosis NotARecord(std::size_t payload_bytes);

// `what`: "features" or "label".
Diagnosis NotNumbers(const std::string& what);
Diagnosis NoLabel(const NamedTensors& label);
Diagnosis LabelCount(std::uint64_t count);
Diagnosis BadLabel(double value);

Diagnosis NoFeatures(const NamedTensors& features);
Diagnosis ShapeTooLarge(std::span<const std::uint64_t> shape);
Diagnosis ShapeMismatch(std::uint64_t shape, std::uint64_t value_count);
Diagnosis KeyCount(std::uint64_t keys, std::uint64_t values);
Diagnosis KeyTooLarge(std::uint64_t key);
Diagnosis KeyBeyondShape(std::uint64_t key, std::uint64_t shape);
Diagnosis KeyTwice(std::uint64_t key);
Diagnosis OtherWidth(std::uint64_t width, std::uint64_t expected);
Diagnosis BadValue(std::uint64_t feature, double value);

}  // namespace boostyard::recordio
