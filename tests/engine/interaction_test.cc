#include "engine/tree/interaction.h"

#include <gtest/gtest.h>

namespace boostyard {
namespace {

using Mask = std::vector<std::uint8_t>;

Mask Allowed(const InteractionConstraints& constraints, const std::set<FeatureIndex>& path) {
  Mask mask(6, 1);
  constraints.Apply(path, mask);
  return mask;
}

TEST(Interaction, WithoutGroupsThereAreNone) {
  EXPECT_FALSE(InteractionConstraints({}).exists());
  EXPECT_TRUE(InteractionConstraints({{0, 1}}).exists());
}

TEST(Interaction, TheRootMayUseAnyFeature) {
  EXPECT_EQ(Allowed(InteractionConstraints({{0, 1}}), {}), (Mask{1, 1, 1, 1, 1, 1}));
}

TEST(Interaction, APathStaysInGroupsThatHoldAllOfIt) {
  const InteractionConstraints constraints({{0, 1, 2}, {1, 3}});
  EXPECT_EQ(Allowed(constraints, {0}), (Mask{1, 1, 1, 0, 0, 0}));
  EXPECT_EQ(Allowed(constraints, {1}), (Mask{1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(Allowed(constraints, {1, 3}), (Mask{0, 1, 0, 1, 0, 0}));
  EXPECT_EQ(Allowed(constraints, {0, 1}), (Mask{1, 1, 1, 0, 0, 0}));
}

TEST(Interaction, AFeatureOfNoGroupStandsAlone) {
  EXPECT_EQ(Allowed(InteractionConstraints({{0, 1}}), {4}), (Mask{0, 0, 0, 0, 1, 0}));
}

TEST(Interaction, OnlyClears) {
  Mask mask = {0, 1, 1, 1, 1, 1};
  InteractionConstraints({{0, 1}}).Apply({1}, mask);
  EXPECT_EQ(mask, (Mask{0, 1, 0, 0, 0, 0}));
}

TEST(Interaction, FeaturesBeyondTheDataAreIgnored) {
  EXPECT_EQ(Allowed(InteractionConstraints({{0, 99}}), {0}), (Mask{1, 0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace boostyard
