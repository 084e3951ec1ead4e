// Each kernel of each tier against a loop that says what it should do. As every tier must equal the
// same loop to the last bit, the tiers equal each other.
#include "engine/cpu/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "engine/base/huge_buffer.h"
#include "engine/base/rng.h"
#include "engine/objective/list.h"
#include "engine/params.h"

namespace boostyard {
namespace {

class KernelTest : public ::testing::TestWithParam<KernelTier> {
 protected:
  void SetUp() override {
    if (static_cast<int>(GetParam()) > static_cast<int>(BestKernelTier())) {
      GTEST_SKIP() << "this processor lacks " << NameOf(GetParam());
    }
  }
  const KernelTable& kernels() const { return KernelsOf(GetParam()); }
  std::uint64_t Below(std::uint64_t count) { return random_() % count; }
  float Unit() { return static_cast<float>(random_() >> 40) * 0x1p-24F; }

  std::mt19937_64 random_{7};
};

INSTANTIATE_TEST_SUITE_P(Tiers, KernelTest,
                         ::testing::Values(KernelTier::kPortable, KernelTier::kAvx2,
                                           KernelTier::kAvx512),
                         [](const auto& tier) { return std::string(NameOf(tier.param)); });

constexpr std::uint64_t kLengths[] = {0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 511, 512, 513, 1500};

// ---- histograms

struct GroupData {
  std::vector<std::uint8_t> widths;
  std::uint32_t stride = 8;
  std::uint64_t rows = 2000;
  HugeBuffer<std::uint8_t> bytes;
  std::vector<std::uint32_t> packed;
  HugeBuffer<WideGradient> wide;

  std::uint8_t CodeOf(std::uint64_t row, std::size_t block, std::size_t slot) const {
    return bytes[row * stride + block * 8 + slot];
  }
};

std::uint32_t Pack(std::int32_t grad, std::uint32_t hess) {
  return (static_cast<std::uint32_t>(grad) << 16) | hess;
}

GroupData MakeGroup(std::mt19937_64& random, std::vector<std::uint8_t> widths) {
  GroupData group;
  group.widths = std::move(widths);
  while (group.stride < 8 * group.widths.size()) group.stride *= 2;
  group.bytes = HugeBuffer<std::uint8_t>(group.rows * group.stride + 8192);
  std::memset(group.bytes.data(), 0, group.bytes.size());
  group.wide = HugeBuffer<WideGradient>(group.rows);
  for (std::uint64_t i = 0; i < group.rows * group.stride; ++i) {
    group.bytes[i] = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 4);
  }
  for (std::uint64_t row = 0; row < group.rows; ++row) {
    const auto grad = static_cast<std::int32_t>(random() % 65'534) - 32'766;
    group.packed.push_back(Pack(grad, static_cast<std::uint32_t>(random() % 65'536)));
    group.wide[row] = {static_cast<std::int64_t>(random() >> 8) - (1LL << 55),
                       static_cast<std::int64_t>(random() >> 9)};
  }
  return group;
}

std::vector<std::uint32_t> SomeRows(std::mt19937_64& random, std::uint64_t rows,
                                    std::uint64_t count) {
  std::vector<std::uint32_t> ids;
  for (std::uint64_t i = 0; i < count; ++i)
    ids.push_back(static_cast<std::uint32_t>(random() % rows));
  return ids;
}

class AccumulateTest : public KernelTest {
 protected:
  void Check(const GroupData& group, const RowList& list, const RowList& next, bool prefetches) {
    std::vector<std::int64_t> grads(group.widths.size() * kBlockStride, 0);
    std::vector<std::int64_t> hessians = grads;
    std::vector<std::int64_t> wide(2 * grads.size(), 0);
    for (std::uint64_t i = 0; i < list.count; ++i) {
      const std::uint64_t row = list.ids != nullptr ? list.ids[i] : list.first + i;
      for (std::size_t b = 0; b < group.widths.size(); ++b) {
        for (std::size_t s = 0; s < group.widths[b]; ++s) {
          const std::size_t at = b * kBlockStride + s * kSlotStride + group.CodeOf(row, b, s);
          grads[at] += static_cast<std::int16_t>(group.packed[row] >> 16);
          hessians[at] += group.packed[row] % 65'536;
          wide[2 * at] += group.wide[row].grad;
          wide[2 * at + 1] += group.wide[row].hess;
        }
      }
    }
    alignas(64) static TileScratch scratch;
    HugeBuffer<std::int64_t> sums(2 * grads.size() + 16);
    AccumulateTask task;
    task.rows = group.bytes.data();
    task.stride = group.stride;
    task.block_count = static_cast<std::uint32_t>(group.widths.size());
    task.widths = group.widths.data();
    task.list = list;
    task.next = next;
    task.prefetches = prefetches;
    task.scratch = &scratch;
    task.accumulators = sums.data();
    std::memset(sums.data(), 0, sums.size() * sizeof(std::int64_t));
    task.packed = group.packed.data();
    kernels().accumulate_packed(task);
    for (std::size_t i = 0; i < grads.size(); ++i) {
      ASSERT_EQ(sums[i], grads[i] * (1LL << 32) + hessians[i]) << i;
    }
    std::memset(sums.data(), 0, sums.size() * sizeof(std::int64_t));
    task.wide = group.wide.data();
    kernels().accumulate_wide(task);
    for (std::size_t i = 0; i < wide.size(); ++i) ASSERT_EQ(sums[i], wide[i]) << i;
  }
};

INSTANTIATE_TEST_SUITE_P(Tiers, AccumulateTest,
                         ::testing::Values(KernelTier::kPortable, KernelTier::kAvx2,
                                           KernelTier::kAvx512),
                         [](const auto& tier) { return std::string(NameOf(tier.param)); });

TEST_P(AccumulateTest, EqualsTheNaiveSum) {
  std::vector<std::vector<std::uint8_t>> shapes;
  for (std::uint8_t width = 1; width <= 8; ++width) shapes.push_back({width});
  for (const auto& more : std::vector<std::vector<std::uint8_t>>{
           {8, 7}, {6, 6, 5}, {1, 1, 1, 1}, {8, 8, 8, 8, 8}, {4, 4, 4, 4, 4, 4, 3, 3}}) {
    shapes.push_back(more);
  }
  for (const auto& widths : shapes) {
    const GroupData group = MakeGroup(random_, widths);
    const std::vector<std::uint32_t> next = SomeRows(random_, group.rows, 100);
    for (const std::uint64_t count : {0, 1, 511, 512, 513, 1300}) {
      const std::vector<std::uint32_t> ids = SomeRows(random_, group.rows, count);
      // A list that is empty still is a list.
      const std::uint32_t* data = count > 0 ? ids.data() : next.data();
      for (const bool prefetches : {false, true}) {
        Check(group, {data, 0, count}, {next.data(), 0, next.size()}, prefetches);
        Check(group, {data, 0, count}, {}, prefetches);
      }
      Check(group, {nullptr, 37, count}, {}, false);
    }
  }
}

TEST_P(KernelTest, PackedSumsHoldForAsManyRowsAsPromised) {
  // The extremes of both halves, 65,536 times, in one bin.
  for (const std::int32_t grad : {-32'767, 32'767}) {
    std::vector<std::uint32_t> packed(kPackedRows, Pack(grad, 65'535));
    HugeBuffer<std::uint8_t> rows(kPackedRows * 8 + 8192);
    std::memset(rows.data(), 0, rows.size());
    HugeBuffer<std::int64_t> sums(kBlockStride);
    HugeBuffer<std::int64_t> grads(kBlockStride);
    HugeBuffer<std::int64_t> hessians(kBlockStride);
    for (HugeBuffer<std::int64_t>* buffer : {&sums, &grads, &hessians}) {
      std::memset(buffer->data(), 0, kBlockStride * sizeof(std::int64_t));
    }
    alignas(64) static TileScratch scratch;
    const std::uint8_t width = 1;
    AccumulateTask task;
    task.rows = rows.data();
    task.stride = 8;
    task.block_count = 1;
    task.widths = &width;
    task.list = {nullptr, 0, kPackedRows};
    task.packed = packed.data();
    task.accumulators = sums.data();
    task.scratch = &scratch;
    kernels().accumulate_packed(task);
    grads[0] = 5;
    hessians[0] = 6;
    kernels().flush_packed(sums.data(), grads.data(), hessians.data());
    EXPECT_EQ(grads[0], 5 + std::int64_t{grad} * 65'536);
    EXPECT_EQ(hessians[0], 6 + std::int64_t{65'535} * 65'536);
    EXPECT_EQ(sums[0], 0);
  }
}

// ---- rows

TEST_P(KernelTest, PartitionIsStable) {
  constexpr std::uint64_t kRows = 3000;
  HugeBuffer<std::uint8_t> codes(kRows + 64);
  for (std::uint64_t i = 0; i < kRows + 64; ++i) codes[i] = static_cast<std::uint8_t>(random_());
  std::uint32_t bitmap[8];
  for (std::uint32_t& word : bitmap) word = static_cast<std::uint32_t>(random_());
  const auto goes_left = [&](std::uint32_t row) {
    return ((bitmap[codes[row] / 32] >> (codes[row] % 32)) & 1U) != 0;
  };
  for (const std::uint64_t count : kLengths) {
    const std::vector<std::uint32_t> ids = SomeRows(random_, kRows, count);
    std::vector<std::uint32_t> expected;
    for (const std::uint32_t row : ids) {
      if (goes_left(row)) expected.push_back(row);
    }
    const std::uint64_t left = expected.size();
    for (const std::uint32_t row : ids) {
      if (!goes_left(row)) expected.push_back(row);
    }
    for (const bool prefetches : {false, true}) {
      std::vector<std::uint32_t> moved = ids;
      moved.resize(count + 16, 0xABCDEF);
      std::vector<std::uint32_t> scratch(count + 128);
      EXPECT_EQ(kernels().partition(moved.data(), count, codes.data(), bitmap, prefetches,
                                    scratch.data()),
                left);
      // What lies behind belongs to another node.
      for (std::size_t i = count; i < moved.size(); ++i) EXPECT_EQ(moved[i], 0xABCDEFU);
      moved.resize(count);
      EXPECT_EQ(moved, expected) << count;
    }
    constexpr std::uint64_t kFirst = 192;
    std::vector<std::uint32_t> dense;
    for (const bool side : {true, false}) {
      for (std::uint64_t row = kFirst; row < kFirst + count; ++row) {
        if (goes_left(static_cast<std::uint32_t>(row)) == side) {
          dense.push_back(static_cast<std::uint32_t>(row));
        }
      }
    }
    std::vector<std::uint32_t> out(count + 128);
    std::vector<std::uint32_t> scratch(count + 128);
    const std::uint64_t dense_left =
        kernels().partition_dense(kFirst, count, codes.data(), bitmap, out.data(), scratch.data());
    EXPECT_EQ(dense_left,
              static_cast<std::uint64_t>(std::count_if(dense.begin(), dense.end(), goes_left)));
    out.resize(count);
    EXPECT_EQ(out, dense) << count;
  }
}

TEST_P(KernelTest, SampleTakesRowsUpToTheLimit) {
  const std::uint64_t key = RandomKey(1, 2, 3);
  const RowRandom random(key);
  for (const std::uint64_t count : kLengths) {
    for (const std::uint32_t limit : {0U, 0x3FFFFFFFU, 0xC0000000U, 0xFFFFFFFFU}) {
      std::vector<std::uint32_t> in(count + 16);
      std::vector<std::uint32_t> out(count + 16);
      std::uint64_t in_count = 0;
      std::uint64_t out_count = 0;
      constexpr std::uint64_t kFirst = 640;
      kernels().sample(kFirst, count, key, limit, in.data(), &in_count, out.data(), &out_count);
      std::vector<std::uint32_t> expected_in;
      std::vector<std::uint32_t> expected_out;
      for (auto row = static_cast<std::uint32_t>(kFirst); row < kFirst + count; ++row) {
        (random.Bits(row) <= limit ? expected_in : expected_out).push_back(row);
      }
      in.resize(in_count);
      out.resize(out_count);
      EXPECT_EQ(in, expected_in);
      EXPECT_EQ(out, expected_out);
    }
  }
}

TEST_P(KernelTest, SumPackedAndLeafValues) {
  const GroupData group = MakeGroup(random_, {1});
  for (const std::uint64_t count : kLengths) {
    const std::vector<std::uint32_t> ids = SomeRows(random_, group.rows, count + 1);
    for (const RowList& list : {RowList{ids.data(), 0, count}, RowList{nullptr, 11, count}}) {
      GradSums expected;
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint32_t word = group.packed[list.ids != nullptr ? list.ids[i] : 11 + i];
        expected.grad += static_cast<std::int16_t>(word >> 16);
        expected.hess += word % 65'536;
      }
      const GradSums sums = kernels().sum_packed(group.packed.data(), list);
      EXPECT_EQ(sums.grad, expected.grad);
      EXPECT_EQ(sums.hess, expected.hess);
    }
    std::vector<std::uint16_t> leaves;
    std::vector<float> margins;
    for (std::uint64_t i = 0; i < count; ++i) {
      leaves.push_back(static_cast<std::uint16_t>(Below(40)));
      margins.push_back(Unit() * 10.0F);
    }
    std::vector<float> values;
    for (int i = 0; i < 40; ++i) values.push_back(Unit());
    std::vector<float> expected = margins;
    for (std::uint64_t i = 0; i < count; ++i) expected[i] += values[leaves[i]];
    kernels().add_leaf_values(leaves.data(), values.data(), count, margins.data());
    EXPECT_EQ(margins, expected);
  }
}

TEST_P(KernelTest, PackedSumsOfExtremesOverManyRows) {
  const std::vector<std::uint32_t> packed(100'000, Pack(-32'766, 65'535));
  const GradSums sums = kernels().sum_packed(packed.data(), {nullptr, 0, packed.size()});
  EXPECT_EQ(sums.grad, -3'276'600'000LL);
  EXPECT_EQ(sums.hess, 6'553'500'000LL);
}

// ---- gradients

template <class... Objectives, class Visit>
void ForEachObjective(TypeList<Objectives...>, const Visit& visit) {
  int index = 0;
  (visit(Objectives::From(ObjectiveParams()), index++), ...);
}

TEST_P(KernelTest, GradientsEqualTheObjectives) {
  constexpr std::uint64_t kCount = 1003;
  std::vector<float> margins;
  std::vector<float> labels;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    margins.push_back((Unit() - 0.5F) * (i % 10 == 0 ? 60.0F : 6.0F));
    labels.push_back(i % 3 == 0 ? 0.0F : i % 3 == 1 ? 1.0F : Unit());
  }
  std::vector<float> grad(kCount);
  std::vector<float> hess(kCount);
  int visited = 0;
  ForEachObjective(NativeScalarObjectives{}, [&](const auto& objective, int index) {
    kernels().gradients(index, &objective, margins.data(), labels.data(), kCount, grad.data(),
                        hess.data());
    for (std::uint64_t i = 0; i < kCount; ++i) {
      const GradPair pair = objective.Gradient(margins[i], labels[i]);
      ASSERT_EQ(std::memcmp(&pair.grad, &grad[i], 4), 0) << objective.kName << " " << i;
      ASSERT_EQ(std::memcmp(&pair.hess, &hess[i], 4), 0) << objective.kName << " " << i;
    }
    ++visited;
  });
  EXPECT_EQ(visited, NativeScalarObjectives::kSize);
}

TEST_P(KernelTest, SoftmaxEqualsTheObjective) {
  constexpr std::uint64_t kCount = 700;
  constexpr std::uint64_t kStride = 704;
  constexpr int kClasses = 5;
  std::vector<float> margins(kStride * kClasses);
  for (float& margin : margins) margin = (Unit() - 0.5F) * 20.0F;
  std::vector<float> labels;
  for (std::uint64_t i = 0; i < kCount; ++i) labels.push_back(static_cast<float>(Below(kClasses)));
  std::vector<float> max(kCount);
  std::vector<float> sum(kCount);
  kernels().softmax_prepare(margins.data(), kStride, kClasses, kCount, max.data(), sum.data());
  std::vector<float> grad(kCount);
  std::vector<float> hess(kCount);
  for (int k = 0; k < kClasses; ++k) {
    kernels().softmax_gradients(margins.data() + k * kStride, max.data(), sum.data(), labels.data(),
                                k, kCount, grad.data(), hess.data());
    for (std::uint64_t i = 0; i < kCount; ++i) {
      const GradPair pair = SoftmaxLoss().Gradient(margins.data() + i, static_cast<int>(kStride),
                                                   kClasses, static_cast<int>(labels[i]), k);
      ASSERT_EQ(pair.grad, grad[i]) << k << " " << i;
      ASSERT_EQ(pair.hess, hess[i]) << k << " " << i;
    }
  }
}

TEST_P(KernelTest, WeighAndMeasure) {
  for (const std::uint64_t count : {1ULL, 17ULL, 1000ULL, 40'000ULL}) {
    std::vector<float> weights;
    std::vector<float> grad;
    std::vector<float> hess;
    for (std::uint64_t i = 0; i < count; ++i) {
      weights.push_back(Unit() * 3.0F);
      grad.push_back((Unit() - 0.5F) * 100.0F);
      hess.push_back(Unit());
    }
    GradientStats expected;
    std::vector<float> weighted = grad;
    for (std::uint64_t i = 0; i < count; ++i) {
      weighted[i] *= weights[i];
      expected.max_grad = std::max(expected.max_grad, std::fabs(weighted[i]));
      expected.max_hess = std::max(expected.max_hess, hess[i] * weights[i]);
      expected.sum_abs_grad += static_cast<std::int64_t>(std::fabs(weighted[i]) * 128.0F);
      expected.sum_hess += static_cast<std::int64_t>(hess[i] * weights[i] * 16'384.0F);
    }
    kernels().weigh(weights.data(), count, grad.data(), hess.data());
    EXPECT_EQ(grad, weighted);
    GradientStats stats;
    const std::uint64_t half = count / 2;  // statistics add up over calls
    kernels().measure(grad.data(), hess.data(), half, 128.0F, 16'384.0F, &stats);
    kernels().measure(grad.data() + half, hess.data() + half, count - half, 128.0F, 16'384.0F,
                      &stats);
    EXPECT_EQ(stats.max_grad, expected.max_grad);
    EXPECT_EQ(stats.max_hess, expected.max_hess);
    EXPECT_EQ(stats.sum_abs_grad, expected.sum_abs_grad);
    EXPECT_EQ(stats.sum_hess, expected.sum_hess);
  }
}

TEST_P(KernelTest, MeasureNoticesWhatIsNotFinite) {
  for (const float bad : {std::nanf(""), -std::nanf(""), HUGE_VALF, -HUGE_VALF}) {
    std::vector<float> grad(100, 1.0F);
    std::vector<float> hess(100, 1.0F);
    grad[57] = bad;
    GradientStats stats;
    kernels().measure(grad.data(), hess.data(), 100, 1.0F, 1.0F, &stats);
    EXPECT_FALSE(std::isfinite(stats.max_grad));
    EXPECT_TRUE(std::isfinite(stats.max_hess));
  }
}

TEST_P(KernelTest, QuantisesAsTheRuleSays) {
  constexpr std::uint64_t kCount = 1003;
  constexpr std::uint64_t kFirst = 777;
  std::vector<float> grad;
  std::vector<float> hess;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    grad.push_back(i % 5 == 0 ? static_cast<float>(i % 3) - 1.0F : Unit() * 2.0F - 1.0F);
    hess.push_back(i % 7 == 0 ? 0.0F : Unit() * 0.25F);
  }
  const std::uint64_t key = RandomKey(9, 8, 7);
  const RowRandom random(key);
  std::vector<std::uint32_t> packed(kCount);
  kernels().quantise_packed(grad.data(), hess.data(), kCount, 16'384.0F, 131'072.0F, key, kFirst,
                            packed.data());
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const std::uint32_t bits = random.Bits(static_cast<std::uint32_t>(kFirst + i));
    const float u = static_cast<float>(bits % 65'536) / 65'536.0F;
    const float v = static_cast<float>(bits / 65'536) / 65'536.0F;
    const auto g = static_cast<std::int32_t>(std::floor(grad[i] * 16'384.0F + u));
    const auto h = static_cast<std::uint32_t>(std::floor(hess[i] * 131'072.0F + v));
    ASSERT_EQ(packed[i], Pack(g, h)) << i;
  }
  HugeBuffer<WideGradient> wide(kCount);
  for (const double scale : {0x1p52, 0x1p20, 3.0 * 0x1p10}) {
    kernels().quantise_wide(grad.data(), hess.data(), kCount, scale, 0x1p30, wide.data());
    for (std::uint64_t i = 0; i < kCount; ++i) {
      ASSERT_EQ(wide[i].grad, std::llrint(static_cast<double>(grad[i]) * scale)) << i;
      ASSERT_EQ(wide[i].hess, std::llrint(static_cast<double>(hess[i]) * 0x1p30)) << i;
    }
  }
}

// The dither neither adds nor takes: over many keys the mean of a row's quanta is its gradient.
TEST_P(KernelTest, DitherHasNoBias) {
  const std::vector<float> grad = {0.3F, -0.3F, 7.75F, -1.0F};
  const std::vector<float> hess = {0.1F, 0.9F, 2.5F, 1.0F};
  constexpr int kKeys = 20'000;
  std::vector<double> grads(4);
  std::vector<double> hessians(4);
  std::uint32_t packed[4];
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    kernels().quantise_packed(grad.data(), hess.data(), 4, 1.0F, 1.0F, RandomKey(1, 5, key), 100,
                              packed);
    for (std::size_t i = 0; i < 4; ++i) {
      grads[i] += static_cast<std::int16_t>(packed[i] >> 16);
      hessians[i] += packed[i] % 65'536;
    }
  }
  // Deviation of the mean at most 0.5 / sqrt(20,000) = 0.0035; the seeds are fixed, so this is no
  // matter of luck.
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(grads[i] / kKeys, static_cast<double>(grad[i]), 0.014);
    EXPECT_NEAR(hessians[i] / kKeys, static_cast<double>(hess[i]), 0.014);
  }
}

}  // namespace
}  // namespace boostyard
