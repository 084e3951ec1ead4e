// Property: ReadCell says the same of any text as the grammar of data/FORMATS.md with the C
// library's strtof, to the bit.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "data/number.h"
#include "tests/data/naive_csv.h"

using boostyard::CellKind;
using boostyard::test::NaiveKind;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;  // strtof would stop there
  const boostyard::CellValue cell = boostyard::ReadCell(text);
  const boostyard::test::NaiveCell expected = boostyard::test::NaiveReadCell(text);
  NaiveKind kind = NaiveKind::kText;
  if (cell.kind == CellKind::kNumber) kind = NaiveKind::kNumber;
  if (cell.kind == CellKind::kMissing) kind = NaiveKind::kMissing;
  if (cell.kind == CellKind::kInfinite || cell.kind == CellKind::kOutOfRange) {
    kind = NaiveKind::kInfinite;
  }
  const bool is_same = kind == expected.kind && (kind != NaiveKind::kNumber ||
                                                 std::bit_cast<std::uint32_t>(cell.value) ==
                                                     std::bit_cast<std::uint32_t>(expected.value));
  if (!is_same) {
    std::fprintf(stderr, "\"%s\": read %a (kind %d), expected %a (kind %d)\n", text.c_str(),
                 static_cast<double>(cell.value), static_cast<int>(cell.kind),
                 static_cast<double>(expected.value), static_cast<int>(expected.kind));
    std::abort();
  }
  return 0;
}
