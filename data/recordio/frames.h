// The frames of a recordio file: where its records begin and end.
//
// A part is a header of two little-endian words, the magic number and flag << 29 | length, then
// `length` bytes, then zeros up to a multiple of 4. A record is one part (flag 0), or a first one
// (1), any number of middle ones (2) and a last one (3), between which a magic number was taken out
// of the record's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boostyard::recordio {

inline constexpr std::uint32_t kMagic = 0xCED7230A;

// No record is longer, frames included.
inline constexpr std::uint64_t kMaxRecordBytes = 64U << 20;

enum class FrameFaultKind : std::uint8_t {
  kMagicWord,  // `found` is not the magic number
  kFlag,       // `found` is not a flag that may stand here
  kTruncated,  // the file ends within the record: `wanted` bytes of which `found` are there
  kTooLong,    // beyond kMaxRecordBytes
};

// Why the bytes from `offset` on are no record.
struct FrameFault {
  FrameFaultKind kind{};
  std::uint64_t offset = 0;  // of the part within the window
  std::uint64_t found = 0;
  std::uint64_t wanted = 0;
};

// The whole records at the beginning of a window.
struct FramedRecords {
  std::vector<std::string_view> records;  // with their frames; one after the other
  std::uint64_t bytes = 0;                // of all of them
  std::optional<FrameFault> fault;        // of what follows them
  std::uint64_t wanted = 0;  // without a fault: bytes the window needs for at least one more record
};

// Finds at most the records of `window`; `is_end`: nothing follows it in the file. The padding of
// the last record of a file may be absent.
FramedRecords CutRecords(std::string_view window, bool is_end);

// The bytes within the frames of a record that CutRecords found. Those of several parts are put
// together in `scratch`.
std::string_view PayloadOf(std::string_view record, std::string& scratch);

}  // namespace boostyard::recordio
