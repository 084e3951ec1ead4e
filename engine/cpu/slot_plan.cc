#include "engine/cpu/slot_plan.h"

#include <algorithm>
#include <utility>

namespace boostyard {
namespace {

constexpr std::uint32_t kMaxDigitBase = 128;
constexpr std::uint32_t kMaxExclusive = 127;

class Planner {
 public:
  Planner(const SlotFacts& facts, const BinCuts& cuts) : facts_(facts), cuts_(cuts) {
    matrix_.row_count = facts.row_count;
    matrix_.places.resize(cuts.feature_count());
  }

  // Single slots for features with many bins, bundles for the rest, wide slots last.
  Result<SlotMatrix> Plan(bool bundles) {
    std::vector<Digit> small;
    std::vector<FeatureIndex> two_bins;
    std::vector<FeatureIndex> wide;
    for (FeatureIndex feature = 0; feature < cuts_.feature_count(); ++feature) {
      Digit digit = OrdinalDigit(feature);
      if (facts_.is_wide[feature] != 0) {
        wide.push_back(feature);
      } else if (!bundles || digit.base > kMaxDigitBase) {
        AddSlot({std::move(digit)}, false);
      } else if (digit.bin_count == 2 && !digit.has_missing) {
        two_bins.push_back(feature);
      } else if (digit.base > 1) {
        small.push_back(std::move(digit));
      } else {
        AddSlot({std::move(digit)}, false);
      }
    }
    BOOSTYARD_RETURN_IF_ERROR(AddExclusiveDigits(two_bins, small));
    PackDigits(std::move(small));
    matrix_.narrow_count = static_cast<std::uint32_t>(matrix_.slots.size());
    for (const FeatureIndex feature : wide) AddSlot({OrdinalDigit(feature)}, true);
    FinishPlan();
    return std::move(matrix_);
  }

 private:
  Digit OrdinalDigit(FeatureIndex feature) const {
    Digit digit;
    digit.bin_count = cuts_.bin_count(feature);
    digit.has_missing = facts_.has_missing[feature] != 0;
    digit.base = digit.bin_count + (digit.has_missing ? 1 : 0);
    digit.features = {feature};
    return digit;
  }

  void AddSlot(std::vector<Digit> digits, bool is_wide) {
    Slot slot;
    slot.is_wide = is_wide;
    slot.code_count = 1;
    for (Digit& digit : digits) {
      digit.stride = slot.code_count;
      slot.code_count *= digit.base;
    }
    slot.digits = std::move(digits);
    matrix_.slots.push_back(std::move(slot));
  }

  void FinishPlan() {
    std::uint32_t offset = 0;
    for (std::uint32_t s = 0; s < matrix_.slots.size(); ++s) {
      Slot& slot = matrix_.slots[s];
      slot.histogram_offset = offset;
      offset += slot.padded_count();
      for (std::uint32_t d = 0; d < slot.digits.size(); ++d) {
        const Digit& digit = slot.digits[d];
        for (std::uint32_t k = 0; k < digit.features.size(); ++k) {
          matrix_.places[digit.features[k]] = {s, d, digit.is_exclusive ? k + 1 : 0};
        }
      }
    }
    matrix_.histogram_size = offset;
  }

  // Greedily merges two-bin features of which no two are ever in bin 1 together (one-hot columns).
  Status AddExclusiveDigits(const std::vector<FeatureIndex>& features, std::vector<Digit>& digits) {
    const std::uint64_t words = (matrix_.row_count + 63) / 64;
    if (features.empty()) return {};
    BOOSTYARD_ASSIGN_OR_RETURN(const RowBits ones, facts_.ones_of(features));
    std::vector<std::vector<std::uint64_t>> taken;
    std::vector<std::vector<FeatureIndex>> members;
    for (std::size_t i = 0; i < features.size(); ++i) {
      std::size_t group = 0;
      while (group < members.size() &&
             (members[group].size() >= kMaxExclusive || Overlaps(taken[group], ones[i]))) {
        ++group;
      }
      if (group == members.size()) {
        members.emplace_back();
        taken.emplace_back(words, 0);
      }
      members[group].push_back(features[i]);
      for (std::uint64_t w = 0; w < words; ++w) taken[group][w] |= ones[i][w];
    }
    for (std::vector<FeatureIndex>& group : members) {
      if (group.size() == 1) {
        digits.push_back(OrdinalDigit(group.front()));
        continue;
      }
      Digit digit;
      digit.is_exclusive = true;
      digit.base = static_cast<std::uint32_t>(group.size()) + 1;
      digit.features = std::move(group);
      digits.push_back(std::move(digit));
    }
    return {};
  }

  static bool Overlaps(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    for (std::size_t w = 0; w < a.size(); ++w) {
      if ((a[w] & b[w]) != 0) return true;
    }
    return false;
  }

  // First-fit decreasing: the largest digit, then whatever still fits below 256 codes.
  void PackDigits(std::vector<Digit> digits) {
    std::stable_sort(digits.begin(), digits.end(),
                     [](const Digit& a, const Digit& b) { return a.base > b.base; });
    std::vector<char> is_used(digits.size(), 0);
    for (std::size_t i = 0; i < digits.size(); ++i) {
      if (is_used[i] != 0) continue;
      std::vector<Digit> pack;
      std::uint32_t codes = digits[i].base;
      pack.push_back(std::move(digits[i]));
      for (std::size_t j = i + 1; j < digits.size(); ++j) {
        if (is_used[j] != 0 || codes * digits[j].base > 256) continue;
        is_used[j] = 1;
        codes *= digits[j].base;
        pack.push_back(std::move(digits[j]));
      }
      AddSlot(std::move(pack), false);
    }
  }

  const SlotFacts& facts_;
  const BinCuts& cuts_;
  SlotMatrix matrix_;
};

}  // namespace

Result<SlotMatrix> PlanSlots(const SlotFacts& facts, const BinCuts& cuts, bool bundles) {
  return Planner(facts, cuts).Plan(bundles);
}

}  // namespace boostyard
