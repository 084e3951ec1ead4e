// Invented customers of a bank and the calls that were made to them, in the shape of the
// bank-marketing tutorial: six numbers, then ten categories one-hot; about 11 % buy. The shares and
// effects are ours.
#pragma once

#include <array>
#include <cstdint>

#include "bench/row_random.h"

namespace boostyard::bench {

inline constexpr std::size_t kBankFeatureCount = 59;
inline constexpr int kBankRowCount = 41'188;
using BankFeatures = std::array<float, kBankFeatureCount>;

struct BankRow {
  double share = 0.0;  // uniform in (0, 1), drawn first: for dividing rows among files
  bool buys = false;
  BankFeatures features{};  // whole numbers
};

// The row of a key (RandomKey(seed, set, row)).
BankRow DrawBankRow(std::uint64_t key);

}  // namespace boostyard::bench
