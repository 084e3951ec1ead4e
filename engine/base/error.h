// What went wrong, as data. Library code returns errors and never prints them;
// container/diagnostics renders them, container/main chooses the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace boostyard {

// Who can mend it; also the first word of the failure text.
enum class ErrorKind {
  kUser,      // "UserError": settings, data, missing input, a device asked for and absent
  kPlatform,  // "PlatformError": disk, memory, permissions, I/O
  kInternal,  // "AlgorithmError": our own bug
};

// One row of the table in error_table.h.
enum class ErrorId : std::uint16_t;

// A place in an input file. Lines, bytes and columns count from 1; 0 means "not known".
struct SourcePosition {
  std::string file;  // as the user knows it: relative to the channel's parent, "train/part-3.csv"
  std::uint64_t line = 0;    // line in the file
  std::uint64_t byte = 0;    // byte within that line
  std::uint64_t record = 0;  // instead of a line, from 1; then `byte` is that of the file, from 0
  std::uint64_t column = 0;  // cell within the record; the label is column 1
  std::string line_text;     // the line, cut to at most 80 bytes around `byte`; empty if unknown
  std::uint32_t caret = 0;   // offset into line_text of the offending byte
};

// An error with its cause and its cure. Copyable, so that it can be reported in several places.
struct Error {
  ErrorId id{};
  std::string message;  // what is wrong, with the value found; no full stop, one line
  std::string fix;      // what to do about it; one line, may be empty
  std::optional<SourcePosition> at;
  std::vector<Error> also;  // further problems of the same job, in order of discovery
  std::source_location raised_at;
};

// Makes an error of the given row of the table. `raised_at` is filled in by the compiler.
Error MakeError(ErrorId id, std::string message, std::string fix = {},
                std::source_location raised_at = std::source_location::current());

// The same for a place in a file.
Error MakeErrorAt(ErrorId id, SourcePosition at, std::string message, std::string fix = {},
                  std::source_location raised_at = std::source_location::current());

ErrorKind KindOf(const Error& error);

// The stable kebab-case name, e.g. "csv-bad-number".
std::string_view NameOf(ErrorId id);

// Merges errors that were found together: the first one first, the others in its `also`.
// Precondition: not empty.
Error Combine(std::vector<Error> errors);

}  // namespace boostyard
