#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/cpu_features.h"
#include "engine/base/math.h"
#include "engine/objective/list.h"
#include "engine/objective/objectives.h"
#include "engine/objective/row_loops.h"

namespace boostyard {
namespace {

ObjectiveParams DefaultParams() { return {}; }

ObjectiveParams OtherParams() {
  ObjectiveParams params;
  params.scale_pos_weight = 2.5;
  params.tweedie_variance_power = 1.25;
  params.huber_slope = 2.0;
  params.max_delta_step = 0.25;
  return params;
}

// Some labels that the rule allows, 1 and its neighbours among them.
std::vector<float> LegalLabels(const LabelRule& rule) {
  std::vector<float> legal;
  for (const float label : {-2.5F, -0.5F, 0.0F, 0.25F, 0.5F, 1.0F, 2.0F, 3.5F, 40.0F}) {
    const auto value = static_cast<double>(label);
    if (value < rule.min || value > rule.max || (rule.is_min_open && value == rule.min)) continue;
    legal.push_back(label);
  }
  return legal;
}

std::vector<float> MarginGrid() {
  std::vector<float> margins;
  for (float margin = -6.0F; margin < 6.0F; margin += 0.37F) margins.push_back(margin);
  return margins;
}

// What XGBoost makes of the true second derivative; an objective that is not named here has to give
// the derivative itself.
template <class T>
double ExpectedHessian(const T&, double second_derivative) {
  return second_derivative;
}
double ExpectedHessian(const RegSquaredLogError&, double second_derivative) {
  return std::max(second_derivative, 1e-6);
}
double ExpectedHessian(const CountPoisson& objective, double second_derivative) {
  return second_derivative * std::exp(static_cast<double>(objective.max_delta_step));
}

template <class T>
class NativeScalarObjectiveTest : public ::testing::Test {};
using ScalarTypes = ApplyList<::testing::Types, NativeScalarObjectives>;
TYPED_TEST_SUITE(NativeScalarObjectiveTest, ScalarTypes);

TYPED_TEST(NativeScalarObjectiveTest, GradientIsTheDerivativeOfTheLoss) {
  for (const ObjectiveParams& params : {DefaultParams(), OtherParams()}) {
    const TypeParam objective = TypeParam::From(params);
    int checked = 0;
    for (const float label : LegalLabels(TypeParam::kLabels)) {
      for (const float margin : MarginGrid()) {
        const double m = margin;
        const double h = 1e-5;
        const double slope =
            (objective.Loss(m + h, label) - objective.Loss(m - h, label)) / (2.0 * h);
        if (!std::isfinite(slope)) continue;  // outside the loss's domain
        const GradPair pair = objective.Gradient(margin, label);
        const double scale = 1.0 + std::abs(slope) + std::abs(static_cast<double>(pair.hess));
        EXPECT_NEAR(pair.grad, slope, 2e-6 * scale) << "margin " << margin << " label " << label;
        ++checked;
      }
    }
    EXPECT_GT(checked, 30);
  }
}

TYPED_TEST(NativeScalarObjectiveTest, HessianIsTheSecondDerivativeOrXgboostsBound) {
  for (const ObjectiveParams& params : {DefaultParams(), OtherParams()}) {
    const TypeParam objective = TypeParam::From(params);
    for (const float label : LegalLabels(TypeParam::kLabels)) {
      for (const float margin : MarginGrid()) {
        const double m = margin;
        const double h = 1e-3;
        const double second = (objective.Loss(m + h, label) - 2.0 * objective.Loss(m, label) +
                               objective.Loss(m - h, label)) /
                              (h * h);
        if (!std::isfinite(second)) continue;
        const GradPair pair = objective.Gradient(margin, label);
        const double want = ExpectedHessian(objective, second);
        EXPECT_NEAR(pair.hess, want, 2e-5 * (std::abs(want) + std::abs(pair.grad)) + 2e-8)
            << "margin " << margin << " label " << label;
      }
    }
  }
}

TYPED_TEST(NativeScalarObjectiveTest, HessianIsPositiveFarOut) {
  const TypeParam objective = TypeParam::From(DefaultParams());
  for (const float label : LegalLabels(TypeParam::kLabels)) {
    for (const float margin : {-60.0F, 60.0F}) {
      const GradPair pair = objective.Gradient(margin, label);
      EXPECT_TRUE(std::isfinite(pair.grad)) << margin;
      EXPECT_GE(pair.hess, 0.0F) << margin;
    }
  }
}

template <class T>
class NativeMulticlassObjectiveTest : public ::testing::Test {};
using MulticlassTypes = ApplyList<::testing::Types, NativeMulticlassObjectives>;
TYPED_TEST_SUITE(NativeMulticlassObjectiveTest, MulticlassTypes);

TYPED_TEST(NativeMulticlassObjectiveTest, GradientsAreDerivativesOfTheLoss) {
  constexpr int kClasses = 4;
  constexpr int kStride = 3;
  const TypeParam objective = TypeParam::From(DefaultParams());
  const double rows[][kClasses] = {{0, 0, 0, 0}, {1.5, -2, 0.25, 3}, {-30, 10, 9, -4}};
  for (const auto& row : rows) {
    float margins[kClasses * kStride] = {};
    for (int k = 0; k < kClasses; ++k) margins[k * kStride] = static_cast<float>(row[k]);
    for (int label = 0; label < kClasses; ++label) {
      for (int k = 0; k < kClasses; ++k) {
        double at[kClasses];
        std::copy(row, row + kClasses, at);
        const double h = 1e-4;
        const double middle = objective.Loss(at, kClasses, label);
        at[k] = row[k] + h;
        const double above = objective.Loss(at, kClasses, label);
        at[k] = row[k] - h;
        const double below = objective.Loss(at, kClasses, label);
        const GradPair pair = objective.Gradient(margins, kStride, kClasses, label, k);
        EXPECT_NEAR(pair.grad, (above - below) / (2.0 * h), 1e-6);
        // XGBoost takes twice the diagonal of the true hessian.
        EXPECT_NEAR(pair.hess, 2.0 * (above - 2.0 * middle + below) / (h * h), 1e-5);
        const SoftmaxRow prepared = objective.Prepare(margins, kStride, kClasses);
        const GradPair same = objective.Gradient(prepared, margins[k * kStride], k == label);
        EXPECT_EQ(same.grad, pair.grad);
        EXPECT_EQ(same.hess, pair.hess);
      }
    }
  }
}

TEST(Objectives, AreTheReferenceContainersNineteen) {
  const std::vector<std::string> want{"reg:squarederror",
                                      "reg:linear",
                                      "reg:logistic",
                                      "reg:squaredlogerror",
                                      "reg:pseudohubererror",
                                      "reg:absoluteerror",
                                      "reg:gamma",
                                      "reg:tweedie",
                                      "count:poisson",
                                      "binary:logistic",
                                      "binary:logitraw",
                                      "binary:hinge",
                                      "multi:softmax",
                                      "multi:softprob",
                                      "rank:pairwise",
                                      "rank:ndcg",
                                      "rank:map",
                                      "survival:cox",
                                      "survival:aft"};
  std::vector<std::string> got;
  for (const ObjectiveInfo& info : Objectives()) {
    got.emplace_back(info.name);
    EXPECT_EQ(FindObjective(info.name), &info);
    EXPECT_FALSE(info.summary.empty());
    EXPECT_EQ(info.needs_num_class, info.name.substr(0, 6) == "multi:");
  }
  EXPECT_EQ(got, want);
  EXPECT_EQ(FindObjective("reg:linear")->model_name, "reg:squarederror");
  EXPECT_EQ(FindObjective("nonsense"), nullptr);
}

TEST(Objectives, ParameterObjectsAreThoseOfXgboost) {
  // Read from models that XGBoost 3.2.0 saved as JSON, with these settings.
  struct Row {
    const char* objective;
    const char* object;
    std::vector<std::pair<std::string, std::string>> values;
  };
  const std::pair<std::string, std::string> pos_weight{"scale_pos_weight", "1"};
  const std::vector<Row> rows{
      {"reg:squarederror", "reg_loss_param", {pos_weight}},
      {"reg:linear", "reg_loss_param", {pos_weight}},
      {"reg:logistic", "reg_loss_param", {pos_weight}},
      {"reg:gamma", "reg_loss_param", {pos_weight}},
      {"binary:logistic", "reg_loss_param", {pos_weight}},
      {"binary:logitraw", "reg_loss_param", {pos_weight}},
      {"reg:squaredlogerror", "", {}},
      {"reg:absoluteerror", "", {}},
      {"binary:hinge", "", {}},
      {"survival:cox", "", {}},
      {"reg:pseudohubererror", "pseudo_huber_param", {{"huber_slope", "1"}}},
      {"reg:tweedie", "tweedie_regression_param", {{"tweedie_variance_power", "1.5"}}},
      {"count:poisson", "poisson_regression_param", {{"max_delta_step", "0.699999988"}}},
      {"multi:softmax", "softmax_multiclass_param", {{"num_class", "3"}}},
      {"multi:softprob", "softmax_multiclass_param", {{"num_class", "3"}}},
      {"survival:aft",
       "aft_loss_param",
       {{"aft_loss_distribution", "normal"}, {"aft_loss_distribution_scale", "1"}}},
  };
  for (const Row& row : rows) {
    ObjectiveParams params;
    params.name = row.objective;
    params.num_class = 3;
    const ModelParamObject object = ModelParams(params);
    EXPECT_EQ(object.name, row.object) << row.objective;
    EXPECT_EQ(object.values, row.values) << row.objective;
  }
  ObjectiveParams ranking;
  ranking.name = "rank:ndcg";
  EXPECT_EQ(ModelParams(ranking).name, "lambdarank_param");
  EXPECT_EQ(ModelParams(ranking).values.size(), 7U);
}

TEST(Objectives, ParameterObjectsReadBack) {
  ObjectiveParams written = OtherParams();
  written.num_class = 7;
  written.aft_loss_distribution = "extreme";
  written.aft_loss_distribution_scale = 0.5;
  for (const ObjectiveInfo& info : Objectives()) {
    written.name = info.name;
    const ModelParamObject object = ModelParams(written);
    ObjectiveParams read;
    read.name = info.name;
    const std::map<std::string, std::string> values(object.values.begin(), object.values.end());
    ASSERT_TRUE(ReadModelParams(values, read).ok());
    EXPECT_EQ(ModelParams(read).values, object.values) << info.name;
  }
  ObjectiveParams read;
  EXPECT_FALSE(ReadModelParams({{"scale_pos_weight", "1x"}}, read).ok());
  EXPECT_FALSE(ReadModelParams({{"num_class", "-1"}}, read).ok());
  EXPECT_FALSE(ReadModelParams({{"huber_slope", "nan"}}, read).ok());
}

TEST(Objectives, BaseScoreAndMarginAreInverse) {
  for (const ObjectiveInfo& info : Objectives()) {
    ObjectiveParams params;
    params.name = info.name;
    for (const double base_score : {0.001, 0.25, 0.5, 0.99}) {
      const float margin = BaseScoreToMargin(params, base_score);
      EXPECT_NEAR(MarginToBaseScore(params, margin), base_score, 1e-6) << info.name;
    }
  }
  ObjectiveParams params;
  params.name = "binary:logitraw";  // as in XGBoost 1.7.4 to 3.2: a margin
  EXPECT_EQ(BaseScoreToMargin(params, 0.8), 0.8F);
  params.name = "count:poisson";
  EXPECT_NEAR(BaseScoreToMargin(params, 3.0), std::log(3.0), 1e-6);
}

TEST(Objectives, TransformIsWhatXgboostPredicts) {
  ObjectiveParams params;
  params.name = "binary:logistic";
  EXPECT_NEAR(TransformMargins(params, {1.0F})[0], 1.0 / (1.0 + std::exp(-1.0)), 1e-7);
  params.name = "binary:logitraw";
  EXPECT_EQ(TransformMargins(params, {1.5F})[0], 1.5F);
  params.name = "binary:hinge";
  EXPECT_EQ(TransformMargins(params, {-0.1F, 0.0F, 0.1F}), (std::vector<float>{0, 0, 1}));
  params.name = "reg:tweedie";
  EXPECT_NEAR(TransformMargins(params, {2.0F})[0], std::exp(2.0), 2e-6);
  params.name = "multi:softmax";
  params.num_class = 3;
  EXPECT_EQ(TransformMargins(params, {1, 2, 2, 5, 4, 3}), (std::vector<float>{1, 0}));
  params.name = "multi:softprob";
  const std::vector<float> shares = TransformMargins(params, {0, 0, 0, 1, 2, 3});
  ASSERT_EQ(shares.size(), 6U);
  EXPECT_NEAR(shares[0], 1.0 / 3.0, 1e-7);
  EXPECT_NEAR(shares[5], std::exp(2.0) / (1.0 + std::exp(1.0) + std::exp(2.0)), 1e-6);
}

TEST(Objectives, SoftmaxGoesByMarginsWhereProbabilitiesAreEqual) {
  ObjectiveParams params;
  params.name = "multi:softmax";
  params.num_class = 2;
  const float margin = 2e-8F;  // e^-margin rounds to 1
  EXPECT_EQ(TransformMargins(params, {0.0F, margin}), std::vector<float>{1});
}

TEST(RowLoops, EveryTierGivesTheBitsOfThePortableOne) {
  std::vector<float> margins;
  for (std::uint64_t bits = 0; bits < (1ULL << 32); bits += 65521) {
    const float margin = FloatOf(static_cast<std::uint32_t>(bits));
    if (std::isfinite(margin)) margins.push_back(margin);
  }
  margins.resize(margins.size() / 3 * 3);
  const std::size_t count = margins.size();
  std::vector<float> labels(count);
  for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<float>(i % 2);
  // All outputs of a tier, as the tier that is active gives them.
  const auto run = [&] {
    const RowLoops& loops = ActiveRowLoops();
    std::vector<std::vector<float>> outputs(3, margins);
    loops.sigmoid(margins.data(), outputs[0].data(), count);
    loops.exp(margins.data(), outputs[1].data(), count);
    loops.softprob(outputs[2].data(), count / 3, 3);
    std::vector<double> losses(count);
    loops.logloss(outputs[0].data(), labels.data(), losses.data(), count);
    return std::pair(outputs, losses);
  };
  if (BestKernelTier() == KernelTier::kPortable) GTEST_SKIP() << "this CPU has no wider tier";
  SetKernelTierForTest(KernelTier::kPortable);
  const auto want = run();
  for (const KernelTier tier : {KernelTier::kAvx2, KernelTier::kAvx512}) {
    if (tier > BestKernelTier()) continue;
    ASSERT_EQ(SetKernelTierForTest(tier), tier);
    const auto got = run();
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(std::memcmp(got.first[k].data(), want.first[k].data(), count * sizeof(float)), 0);
    }
    EXPECT_EQ(got.second, want.second);
  }
  SetKernelTierForTest(std::nullopt);
}

TEST(RowLoops, FindTheLabelThatIsNoClass) {
  for (const KernelTier tier : {KernelTier::kPortable, KernelTier::kAvx2, KernelTier::kAvx512}) {
    if (tier > BestKernelTier()) continue;
    SetKernelTierForTest(tier);
    const RowLoops& loops = ActiveRowLoops();
    for (const std::size_t count : {0U, 1U, 7U, 16U, 33U, 100U}) {
      std::vector<float> labels(count);
      for (std::size_t i = 0; i < count; ++i) labels[i] = i % 3 == 0 ? 1.0F : 0.0F;
      EXPECT_TRUE(loops.are_classes(labels.data(), count)) << count;
      for (std::size_t i = 0; i < count; ++i) {
        for (const float other : {0.5F, -1.0F, 2.0F, std::nanf(""), -0.0F}) {
          const float label = std::exchange(labels[i], other);
          EXPECT_EQ(loops.are_classes(labels.data(), count), other == 0.0F) << count << " " << i;
          labels[i] = label;
        }
      }
    }
  }
  SetKernelTierForTest(std::nullopt);
}

TEST(Objectives, MetricsSeeProbabilitiesOnAnyNumberOfThreads) {
  std::vector<float> margins(30000);
  for (std::size_t i = 0; i < margins.size(); ++i) margins[i] = static_cast<float>(i % 97) / 10 - 4;
  ObjectiveParams params;
  params.num_class = 3;
  for (const ObjectiveInfo& info : Objectives()) {
    params.name = info.name;
    ObjectiveParams as_probability = params;
    if (info.name == "multi:softmax") as_probability.name = "multi:softprob";
    if (info.name == "binary:logitraw") as_probability.name = "binary:logistic";
    std::vector<float> in_place = margins;
    TransformForMetrics(params, in_place, in_place, 3);
    EXPECT_EQ(in_place, TransformMargins(as_probability, margins)) << info.name;
    std::vector<float> apart(margins.size());
    TransformForMetrics(params, margins, apart, 1);
    EXPECT_EQ(in_place, apart) << info.name;
  }
}

}  // namespace
}  // namespace boostyard
