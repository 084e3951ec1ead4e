// Small words on text that the parser and the tables share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boostyard::hyperparams {

// Without white space at both ends.
std::string_view Trim(std::string_view text);

// A value for an error message: in quotes, one line, printable ASCII or UTF-8, at most about 60
// bytes.
std::string Shown(std::string_view text);

// The text inside a JSON string; other text as it is, trimmed.
std::string Unquote(std::string_view text);

// The items of "a, b", of ["a", "b"] and of ['a','b'], trimmed. Empty items stay empty.
std::vector<std::string> SplitList(std::string_view text);

// A whole number written with digits alone, at most 10 of them.
std::optional<std::uint64_t> ParseDigits(std::string_view text);

// A decimal number with optional sign and exponent. Nothing for other text, for nan and inf, and
// for what a double cannot hold.
std::optional<double> ParseNumber(std::string_view text);

// The shortest text that ParseNumber reads as the same number.
std::string FormatNumber(double number);

std::string Join(std::span<const std::string_view> words, std::string_view separator);

}  // namespace boostyard::hyperparams
