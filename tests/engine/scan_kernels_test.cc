// The scan kernels of each tier against sums over rows and a loop over all candidates.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "engine/base/huge_buffer.h"
#include "engine/cpu/kernels.h"

namespace boostyard {
namespace {

struct ScanRow {
  std::vector<std::uint32_t> codes;  // per slot
  GradSums sums;
  bool is_child = false;
};

// Slots of all sorts over shuffled features.
class ScanWorld {
 public:
  explicit ScanWorld(std::mt19937_64& random) : random_(random) {
    features_.resize(31);
    std::iota(features_.begin(), features_.end(), FeatureIndex{0});
    std::shuffle(features_.begin(), features_.end(), random_);
    AddSlot({Ordinal(13, true)});
    AddSlot({Ordinal(3, false), Ordinal(2, true), Exclusive(5)});
    AddSlot({Ordinal(200, false)});
    AddSlot({Exclusive(16), Ordinal(2, false)});
    AddSlot({Ordinal(1, false)});
    AddSlot({Ordinal(1, true)});
    AddSlot({Ordinal(127, true), Ordinal(1, true)});
    for (std::size_t i = 0; i < features_.size(); ++i) {
      monotone_.push_back(static_cast<std::int8_t>(static_cast<int>(random_() % 3) - 1));
    }
  }

  void MakeRows(std::size_t count, std::int64_t max_grad, std::int64_t max_hess) {
    rows_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      ScanRow row;
      for (const SlotView& slot : slots_) {
        row.codes.push_back(static_cast<std::uint32_t>(random_() % slot.code_count));
      }
      row.sums.grad = static_cast<std::int64_t>(random_() % (2 * max_grad + 1)) - max_grad;
      row.sums.hess = static_cast<std::int64_t>(random_() % (max_hess + 1));
      row.is_child = random_() % 3 == 0;
      rows_.push_back(row);
    }
  }

  ScanContext Context(const SplitRules& rules) const {
    ScanContext context;
    context.slots = slots_.data();
    context.digits = digits_.data();
    context.features = features_.data();
    context.monotone = rules.has_monotone ? monotone_.data() : nullptr;
    context.rules = rules;
    context.histogram_size = histogram_size_;
    return context;
  }

  // Sums over the rows that `keep` keeps, as the histogram lies in memory.
  template <class Keep>
  std::vector<std::int64_t> Histogram(bool is_wide, const Keep& keep) const {
    std::vector<std::int64_t> data((is_wide ? 2 : 1) * histogram_size_, 0);
    for (const ScanRow& row : rows_) {
      if (!keep(row)) continue;
      for (std::size_t s = 0; s < slots_.size(); ++s) {
        const std::size_t at = slots_[s].histogram_offset + row.codes[s];
        if (is_wide) {
          data[at] += row.sums.grad;
          data[histogram_size_ + at] += row.sums.hess;
        } else {
          data[at] += row.sums.grad * (1LL << 32) + row.sums.hess;
        }
      }
    }
    return data;
  }

  template <class Keep>
  GradSums Total(const Keep& keep) const {
    GradSums total;
    for (const ScanRow& row : rows_) {
      if (!keep(row)) continue;
      total.grad += row.sums.grad;
      total.hess += row.sums.hess;
    }
    return total;
  }

  // The best candidate by trying all of them on the rows.
  template <class Keep>
  SplitCandidate Best(const SplitRules& rules, const ScanNode& node, const Keep& keep) const {
    SplitCandidate best;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      for (std::uint32_t d = 0; d < slots_[s].digit_count; ++d) {
        const DigitView& digit = digits_[slots_[s].first_digit + d];
        for (std::uint32_t k = 0; k < digit.feature_count; ++k) {
          const FeatureIndex feature = features_[digit.first_feature + k];
          if (node.allowed != nullptr && node.allowed[feature] == 0) continue;
          const std::uint32_t bins = digit.is_exclusive ? 2 : digit.bin_count;
          std::vector<GradSums> sums(bins + 1);  // the last: missing
          for (const ScanRow& row : rows_) {
            if (!keep(row)) continue;
            const std::uint32_t value = row.codes[s] / digit.stride % digit.base;
            GradSums& sum = sums[digit.is_exclusive ? (value == k + 1 ? 1 : 0) : value];
            sum.grad += row.sums.grad;
            sum.hess += row.sums.hess;
          }
          TryAll(rules, node, feature, sums, best);
        }
      }
    }
    return best;
  }

  std::size_t slot_count() const { return slots_.size(); }
  const std::vector<SlotView>& slots() const { return slots_; }
  std::size_t feature_count() const { return features_.size(); }
  std::uint32_t histogram_size() const { return histogram_size_; }

 private:
  static DigitView Ordinal(std::uint32_t bins, bool has_missing) {
    DigitView digit{};
    digit.base = bins + (has_missing ? 1 : 0);
    digit.bin_count = bins;
    digit.feature_count = 1;
    digit.has_missing = has_missing;
    return digit;
  }
  static DigitView Exclusive(std::uint32_t features) {
    DigitView digit{};
    digit.base = features + 1;
    digit.feature_count = features;
    digit.is_exclusive = true;
    return digit;
  }

  void AddSlot(std::vector<DigitView> digits) {
    SlotView slot{};
    slot.histogram_offset = histogram_size_;
    slot.first_digit = static_cast<std::uint32_t>(digits_.size());
    slot.digit_count = static_cast<std::uint32_t>(digits.size());
    slot.code_count = 1;
    for (DigitView& digit : digits) {
      digit.stride = slot.code_count;
      digit.first_feature = next_feature_;
      next_feature_ += digit.feature_count;
      slot.code_count *= digit.base;
      digits_.push_back(digit);
      std::sort(features_.begin() + digit.first_feature, features_.begin() + next_feature_);
    }
    EXPECT_LE(slot.code_count, 256U);
    slots_.push_back(slot);
    histogram_size_ += (slot.code_count + 7) / 8 * 8;
  }

  void TryAll(const SplitRules& rules, const ScanNode& node, FeatureIndex feature,
              const std::vector<GradSums>& sums, SplitCandidate& best) const {
    const auto bins = static_cast<std::int32_t>(sums.size()) - 1;
    const GradSums& missing = sums.back();
    const bool sees_missing = missing.grad != 0 || missing.hess != 0;
    for (const bool missing_left : {false, true}) {
      if (missing_left && !sees_missing) continue;
      const std::int32_t last = missing_left || !sees_missing ? bins - 2 : bins - 1;
      for (std::int32_t bin = missing_left ? -1 : 0; bin <= last; ++bin) {
        SplitCandidate candidate;
        if (missing_left) candidate.left = missing;
        for (std::int32_t b = 0; b <= bin; ++b) {
          candidate.left.grad += sums[static_cast<std::size_t>(b)].grad;
          candidate.left.hess += sums[static_cast<std::size_t>(b)].hess;
        }
        const GradSums right{node.total.grad - candidate.left.grad,
                             node.total.hess - candidate.left.hess};
        const int monotone = rules.has_monotone ? monotone_[feature] : 0;
        if (!SplitGain(rules, candidate.left, right, monotone, node.bounds, &candidate.gain))
          continue;
        if (!(candidate.gain > node.limits.least)) continue;
        candidate.feature = feature;
        candidate.bin = bin;
        candidate.is_missing_left = missing_left;
        candidate.order = static_cast<std::uint32_t>(missing_left ? 2 * bins - 2 - bin : bin);
        if (IsBetter(candidate, best)) best = candidate;
      }
    }
  }

  std::mt19937_64& random_;
  std::vector<SlotView> slots_;
  std::vector<DigitView> digits_;
  std::vector<FeatureIndex> features_;
  std::vector<std::int8_t> monotone_;
  std::uint32_t next_feature_ = 0;
  std::uint32_t histogram_size_ = 0;
  std::vector<ScanRow> rows_;
};

// Which of the histograms of a scan are wide, and which there are.
struct Forms {
  bool child_wide = false;
  bool has_sibling = true;
  bool parent_wide = false;
  bool sibling_wide = false;
  bool keeps = true;
  bool in_place = false;  // the sibling's histogram takes the parent's memory
};

std::vector<Forms> AllForms() {
  return {{.has_sibling = false},
          {.has_sibling = false, .keeps = false},
          {.child_wide = true, .has_sibling = false},
          {},
          {.keeps = false},
          {.in_place = true},
          {.parent_wide = true},
          {.parent_wide = true, .sibling_wide = true},
          {.parent_wide = true, .sibling_wide = true, .in_place = true},
          {.parent_wide = true, .keeps = false},
          {.child_wide = true, .parent_wide = true, .sibling_wide = true, .in_place = true},
          {.child_wide = true, .parent_wide = true, .sibling_wide = true, .keeps = false}};
}

class ScanTest : public ::testing::TestWithParam<KernelTier> {
 protected:
  void SetUp() override {
    if (static_cast<int>(GetParam()) > static_cast<int>(BestKernelTier())) {
      GTEST_SKIP() << "this processor lacks " << NameOf(GetParam());
    }
  }

  static ScanNode NodeOf(const SplitRules& rules, const GradSums& total,
                         const std::uint8_t* allowed) {
    ScanNode node;
    node.total = total;
    if (rules.has_monotone) node.bounds = {-2.0F, 1.5F};
    node.limits.least = NodeGain(rules, static_cast<double>(total.grad) * rules.grad_unit,
                                 static_cast<double>(total.hess) * rules.hess_unit, node.bounds);
    node.allowed = allowed;
    return node;
  }

  static void ExpectSame(const SplitCandidate& found, const SplitCandidate& expected) {
    ASSERT_EQ(found.feature, expected.feature);
    if (!expected.exists()) return;
    EXPECT_EQ(found.gain, expected.gain);
    EXPECT_EQ(found.bin, expected.bin);
    EXPECT_EQ(found.order, expected.order);
    EXPECT_EQ(found.is_missing_left, expected.is_missing_left);
    EXPECT_EQ(found.left.grad, expected.left.grad);
    EXPECT_EQ(found.left.hess, expected.left.hess);
  }

  // One node and its sibling, slot after slot from the back if `backwards`.
  void Check(const ScanWorld& world, const SplitRules& rules, const Forms& forms,
             const std::uint8_t* allowed, bool backwards) {
    const auto is_child = [](const ScanRow& row) { return row.is_child; };
    const auto is_sibling = [](const ScanRow& row) { return !row.is_child; };
    const auto is_any = [](const ScanRow&) { return true; };
    const ScanContext context = world.Context(rules);
    // The accumulators' strides.
    const auto spread = [&](const std::vector<std::int64_t>& data, std::size_t part) {
      std::vector<std::int64_t> out(world.slot_count() * kSlotStride, 0);
      for (std::size_t s = 0; s < world.slot_count(); ++s) {
        std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(part * world.histogram_size() +
                                                               world.slots()[s].histogram_offset),
                    world.slots()[s].code_count,
                    out.begin() + static_cast<std::ptrdiff_t>(s * kSlotStride));
      }
      return out;
    };
    const std::vector<std::int64_t> child_kept = world.Histogram(forms.child_wide, is_child);
    const std::vector<std::int64_t> first = spread(child_kept, 0);
    const std::vector<std::int64_t> second =
        forms.child_wide ? spread(child_kept, 1) : std::vector<std::int64_t>();
    std::vector<std::int64_t> parent = world.Histogram(forms.parent_wide, is_any);
    std::vector<std::int64_t> child_out(child_kept.size(), -1);
    std::vector<std::int64_t> sibling_out(world.Histogram(forms.sibling_wide, is_any).size(), -1);
    std::vector<std::int64_t>& kept_sibling = forms.in_place ? parent : sibling_out;
    ScanNode child = NodeOf(rules, world.Total(is_child), allowed);
    ScanNode sibling = NodeOf(rules, world.Total(is_sibling), allowed);
    const SplitCandidate best_child = world.Best(rules, child, is_child);
    const SplitCandidate best_sibling = world.Best(rules, sibling, is_sibling);
    alignas(64) static TileScratch scratch;
    for (std::size_t i = 0; i < world.slot_count(); ++i) {
      const std::size_t s = backwards ? world.slot_count() - 1 - i : i;
      BlockScan scan;
      scan.context = &context;
      scan.first_slot = static_cast<std::uint32_t>(s);
      scan.slot_count = 1;
      if (forms.child_wide) {
        scan.wide_grad = first.data() + s * kSlotStride;
        scan.wide_hess = second.data() + s * kSlotStride;
      } else {
        scan.packed = first.data() + s * kSlotStride;
      }
      if (forms.keeps) scan.child_out = {child_out.data(), forms.child_wide};
      if (forms.has_sibling) {
        scan.parent = {parent.data(), forms.parent_wide};
        scan.sibling = &sibling;
        if (forms.keeps) scan.sibling_out = {kept_sibling.data(), forms.sibling_wide};
      }
      scan.child = &child;
      scan.scratch = &scratch;
      KernelsOf(GetParam()).scan_block(scan);
    }
    ExpectSame(child.found.best, best_child);
    if (forms.has_sibling) ExpectSame(sibling.found.best, best_sibling);
    if (!forms.keeps) return;
    ExpectKept(world, child_out, child_kept, forms.child_wide);
    if (!forms.has_sibling) return;
    ExpectKept(world, kept_sibling, world.Histogram(forms.sibling_wide, is_sibling),
               forms.sibling_wide);
  }

  static void ExpectKept(const ScanWorld& world, const std::vector<std::int64_t>& kept,
                         const std::vector<std::int64_t>& expected, bool is_wide) {
    for (const SlotView& slot : world.slots()) {
      for (std::size_t part = 0; part < (is_wide ? 2U : 1U); ++part) {
        const std::size_t begin = part * world.histogram_size() + slot.histogram_offset;
        for (std::size_t i = begin; i < begin + slot.code_count; ++i) {
          ASSERT_EQ(kept[i], expected[i]) << i;
        }
      }
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Tiers, ScanTest,
                         ::testing::Values(KernelTier::kPortable, KernelTier::kAvx2,
                                           KernelTier::kAvx512),
                         [](const auto& tier) { return std::string(NameOf(tier.param)); });

std::vector<SplitRules> AllRules() {
  SplitRules plain{.grad_unit = 0x1p-3, .hess_unit = 0x1p-2};
  std::vector<SplitRules> all(6, plain);
  all[1].lambda = 0.0;
  all[1].min_child_weight = 0.0;
  all[2].alpha = 0.7;
  all[3].max_delta_step = 0.4;
  all[4].has_monotone = true;
  all[5].min_child_weight = 30.0;
  return all;
}

TEST_P(ScanTest, FindsTheBestCandidateInEveryForm) {
  std::mt19937_64 random(5);
  int trial = 0;
  for (const SplitRules& rules : AllRules()) {
    for (const Forms& forms : AllForms()) {
      SCOPED_TRACE(trial);
      ScanWorld world(random);
      // Few rows of small sums tie often, large ones hardly.
      const std::int64_t max = trial % 2 == 0 ? 3 : 30'000;
      world.MakeRows(trial % 3 == 0 ? 12 : 150, max, max);
      std::vector<std::uint8_t> allowed(world.feature_count(), 1);
      for (std::uint8_t& one : allowed) one = random() % 2 == 0 ? 1 : 0;
      for (const bool backwards : {false, true}) {
        Check(world, rules, forms, nullptr, backwards);
        Check(world, rules, forms, allowed.data(), backwards);
      }
      ++trial;
    }
  }
}

TEST_P(ScanTest, EmptyAndSingleRows) {
  std::mt19937_64 random(6);
  for (const SplitRules& rules : AllRules()) {
    for (const std::size_t rows : {0, 1, 2}) {
      ScanWorld world(random);
      world.MakeRows(rows, 100, 100);
      Check(world, rules, {}, nullptr, false);
    }
  }
}

TEST_P(ScanTest, ASlotOfTwoBytes) {
  std::mt19937_64 random(8);
  constexpr std::uint32_t kBins = 3001;
  for (const bool has_missing : {false, true}) {
    for (const SplitRules& rules : AllRules()) {
      const std::uint32_t codes = kBins + (has_missing ? 1 : 0);
      const SlotView slot{0, codes, 0, 1};
      const DigitView digit{1, codes, kBins, 0, 1, has_missing, false};
      const FeatureIndex feature = 0;
      const std::int8_t monotone = 1;
      ScanContext context;
      context.slots = &slot;
      context.digits = &digit;
      context.features = &feature;
      context.monotone = rules.has_monotone ? &monotone : nullptr;
      context.rules = rules;
      std::vector<std::int64_t> grad((codes + 7) / 8 * 8, 0);
      std::vector<std::int64_t> hess = grad;
      GradSums total;
      for (std::uint32_t code = 0; code < codes; ++code) {
        grad[code] = static_cast<std::int64_t>(random() % 2001) - 1000;
        hess[code] = static_cast<std::int64_t>(random() % 1000);
        total.grad += grad[code];
        total.hess += hess[code];
      }
      ScanNode node = NodeOf(rules, total, nullptr);
      SplitCandidate best;
      for (const bool missing_left : {false, true}) {
        if (missing_left && !has_missing) continue;
        GradSums left;
        if (missing_left) left = {grad[kBins], hess[kBins]};
        const auto last = static_cast<std::int32_t>(kBins) - (missing_left || !has_missing ? 2 : 1);
        for (std::int32_t bin = -1; bin <= last; ++bin) {
          if (bin >= 0) left.grad += grad[static_cast<std::size_t>(bin)];
          if (bin >= 0) left.hess += hess[static_cast<std::size_t>(bin)];
          if (bin < 0 && !missing_left) continue;
          SplitCandidate candidate;
          const GradSums right{total.grad - left.grad, total.hess - left.hess};
          if (!SplitGain(rules, left, right, rules.has_monotone ? 1 : 0, node.bounds,
                         &candidate.gain) ||
              !(candidate.gain > node.limits.least)) {
            continue;
          }
          candidate.feature = 0;
          candidate.bin = bin;
          candidate.is_missing_left = missing_left;
          candidate.order = missing_left ? 2 * kBins - 2 - static_cast<std::uint32_t>(bin)
                                         : static_cast<std::uint32_t>(bin);
          candidate.left = left;
          if (IsBetter(candidate, best)) best = candidate;
        }
      }
      KernelsOf(GetParam()).scan_slot(context, 0, grad.data(), hess.data(), &node, nullptr);
      ExpectSame(node.found.best, best);
    }
  }
}

}  // namespace
}  // namespace boostyard
