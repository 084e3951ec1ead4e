// The error path: from a fault's byte offset to a line, an excerpt, a message and its cure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/csv/layout.h"
#include "engine/base/result.h"

namespace boostyard::csv {

// A line of a file: where it is and what it says.
struct FoundLine {
  std::string text;          // without its line end and without a byte order mark
  std::uint64_t offset = 0;  // of text in the file
  std::uint64_t number = 0;  // from 1
};

// The line that holds byte `offset`, in a text that lies at `text_offset` of its file, with
// `newlines_before` newlines before.
FoundLine FindLine(std::string_view text, std::uint64_t text_offset, std::uint64_t newlines_before,
                   std::uint64_t offset);

// The place of byte `offset`, with an excerpt. `column` counts from 1.
SourcePosition PositionIn(const FoundLine& line, const std::string& display_name,
                          std::uint64_t offset, std::uint64_t column);

// What the user is told about `fault`.
Error DescribeFault(const Fault& fault, const FoundLine& line, const std::string& display_name,
                    const Layout& layout);

}  // namespace boostyard::csv
