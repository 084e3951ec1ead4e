// From records to rows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/rows/row_block.h"
#include "engine/base/error.h"

namespace boostyard::recordio {

// What the records of a channel have in common: the first one decides.
struct Layout {
  bool has_label = true;         // false: labels are not looked at
  FeatureIndex dense_width = 0;  // values of each record; 0: the records are sparse
};

// What is wrong with a record, without its place.
struct Diagnosis {
  ErrorId id{};
  std::string problem;
  std::string fix;
};

struct RecordFault {
  std::size_t record = 0;  // index into the records that were parsed
  Diagnosis diagnosis;
};

struct ParsedRecords {
  RowBlock rows;
  std::vector<RecordFault> faults;  // the first kMaxFaults, in order
  bool has_other_tensors = false;   // beside "values": left out
};

inline constexpr std::size_t kMaxFaults = 5;

// Parses records with their frames. One with a fault gives no row.
ParsedRecords ParseRecords(std::span<const std::string_view> records, const Layout& layout);

// What a channel's first record says of the others.
Layout LayoutOf(std::string_view record, bool has_label);

}  // namespace boostyard::recordio
