// Errors as text. One line for the failure file and the log; a picture for people at a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace boostyard::container {

// The service shows this many characters of the failure file.
inline constexpr std::size_t kFailureLineBytes = 1024;

// "UserError: train/a.csv:3:7: column 2: "12O" is not a number. Fix: ... [csv-bad-number]", further
// errors after "; also: ". One line of valid UTF-8 without control characters, at most
// kFailureLineBytes long, cut at a character's boundary.
std::string FailureLine(const Error& error);

// The offending line with a caret below it; empty where no line is known. Ends with a line break.
std::string Picture(const Error& error);

// `text` as one line of valid UTF-8: control characters become blanks, broken bytes '?'.
std::string OneLine(std::string_view text);

// The longest prefix of valid UTF-8 `text` of at most `bytes` bytes that ends between two
// characters.
std::string_view CutUtf8(std::string_view text, std::size_t bytes);

}  // namespace boostyard::container
