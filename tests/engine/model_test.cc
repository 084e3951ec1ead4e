// The model file: what is written comes back, what is damaged is an error.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "engine/base/error_table.h"
#include "engine/model/document_writer.h"
#include "engine/model/model_io.h"
#include "engine/model/predict.h"
#include "tests/support/memory_stream.h"
#include "tests/support/random_model.h"

namespace boostyard {
namespace {

using testing::MakeRandomModel;
using testing::MemoryStream;
using testing::MemoryTable;

using Bytes = std::vector<std::uint8_t>;

Bytes BytesOf(std::string_view text) { return Bytes(text.begin(), text.end()); }

std::string JsonOf(const Model& model) {
  const Bytes bytes = WriteModel(model, ModelFormat::kJson);
  return std::string(bytes.begin(), bytes.end());
}

// `text` with the first `from` replaced.
std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

void ExpectSameTree(const Tree& a, const Tree& b) {
  EXPECT_EQ(a.left, b.left);
  EXPECT_EQ(a.parent, b.parent);
  EXPECT_EQ(a.feature, b.feature);
  EXPECT_EQ(a.threshold, b.threshold);
  EXPECT_EQ(a.default_left, b.default_left);
  EXPECT_EQ(a.base_weight, b.base_weight);
  EXPECT_EQ(a.loss_change, b.loss_change);
  EXPECT_EQ(a.sum_hessian, b.sum_hessian);
}

void ExpectSameModel(const Model& a, const Model& b) {
  EXPECT_EQ(a.objective.name, b.objective.name);
  EXPECT_EQ(a.objective.num_class, b.objective.num_class);
  EXPECT_EQ(static_cast<float>(*a.objective.base_score),
            static_cast<float>(*b.objective.base_score));
  EXPECT_EQ(a.feature_count, b.feature_count);
  EXPECT_EQ(a.feature_names, b.feature_names);
  EXPECT_EQ(a.attributes, b.attributes);
  EXPECT_EQ(a.booster, b.booster);
  EXPECT_EQ(a.forest.num_parallel_tree, b.forest.num_parallel_tree);
  EXPECT_EQ(a.forest.tree_class, b.forest.tree_class);
  ASSERT_EQ(a.forest.trees.size(), b.forest.trees.size());
  for (std::size_t i = 0; i < a.forest.trees.size(); ++i) {
    ExpectSameTree(a.forest.trees[i], b.forest.trees[i]);
  }
}

TEST(ModelIo, ReadsBackWhatItWrote) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Model model = MakeRandomModel(seed);
    for (const ModelFormat format : {ModelFormat::kUbjson, ModelFormat::kJson}) {
      SCOPED_TRACE(seed);
      const Bytes bytes = WriteModel(model, format);
      const Result<Model> back = ReadModel(bytes);
      ASSERT_TRUE(back.ok()) << back.error().message;
      ExpectSameModel(model, *back);
      EXPECT_EQ(WriteModel(*back, format), bytes);
    }
  }
}

// The fuzzer's corpus: files of ours and of XGBoost 1.7.4 and 3.2.0 as they came out of them.
TEST(ModelIo, ReadsFilesOfXgboost) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(BOOSTYARD_SOURCE_DIR) +
                                                               "/tests/fuzz/corpus/model_fuzz")) {
    if (entry.path().extension().empty()) continue;  // what the fuzzer found: damaged, mostly
    std::ifstream file(entry.path(), std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const Result<Model> model = ReadModel(bytes);
    ASSERT_TRUE(model.ok()) << entry.path() << ": " << model.error().message;
    EXPECT_TRUE(model->linear || model->round_count() > 0) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 10);
}

TEST(ModelIo, TruncationIsAnError) {
  const Model model = MakeRandomModel(5);
  for (const ModelFormat format : {ModelFormat::kUbjson, ModelFormat::kJson}) {
    const Bytes bytes = WriteModel(model, format);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const Result<Model> back = ReadModel(std::span(bytes).first(length));
      ASSERT_FALSE(back.ok()) << length << " of " << bytes.size();
      EXPECT_EQ(back.error().id, ErrorId::kModelBad);
    }
  }
}

TEST(ModelIo, FloatsAlwaysHaveADotOrAnExponentAndComeBack) {
  EXPECT_EQ(FloatText(1.0F), "1.0");
  EXPECT_EQ(FloatText(-0.0F), "-0.0");
  EXPECT_EQ(FloatText(0.1F), "0.1");
  EXPECT_EQ(FloatText(3e-7F), "3e-07");
  EXPECT_EQ(FloatText(1e10F), "1e+10");
  EXPECT_EQ(ScientificText(0.25F), "2.5E-1");
  EXPECT_EQ(ScientificText(0.5F), "5E-1");
  EXPECT_EQ(ScientificText(0.0F), "0E0");
  EXPECT_EQ(ScientificText(1e-12F), "1E-12");
  EXPECT_EQ(ScientificText(123456.0F), "1.23456E5");
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value = 0.0F;
    static_assert(sizeof(value) == sizeof(bits));
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    EXPECT_EQ(std::strtof(FloatText(value).c_str(), nullptr), value);
    EXPECT_EQ(std::strtof(ScientificText(value).c_str(), nullptr), value);
    EXPECT_NE(FloatText(value).find_first_of(".e"), std::string::npos);
  }
}

TEST(ModelIo, TextsKeepTheirBytesWhereTheyAreUtf8) {
  Model model = MakeRandomModel(1);
  model.attributes["quote\"\\\n\x01"] = "z\xC3\xBCrich \xE2\x82\xAC \xF0\x9F\x8C\xB2";
  model.attributes["latin"] = "z\xFCrich";
  for (const ModelFormat format : {ModelFormat::kUbjson, ModelFormat::kJson}) {
    const Result<Model> back = ReadModel(WriteModel(model, format));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->attributes.at("quote\"\\\n\x01"), model.attributes["quote\"\\\n\x01"]);
    EXPECT_EQ(back->attributes.at("latin"), "z\xEF\xBF\xBDrich");
  }
}

// A tree of three nodes, as JSON.
class ModelReader : public ::testing::Test {
 protected:
  ModelReader() {
    Model model = testing::MakeStumpModel();
    json_ = JsonOf(model);
  }

  // The error of the document with `from` replaced by `to`.
  void ExpectError(std::string_view from, std::string_view to, ErrorId id, std::string_view text) {
    SCOPED_TRACE(to);
    const Result<Model> model = ReadModel(BytesOf(Replaced(json_, from, to)));
    ASSERT_FALSE(model.ok());
    EXPECT_EQ(model.error().id, id) << model.error().message;
    EXPECT_NE(model.error().message.find(text), std::string::npos) << model.error().message;
  }

  std::string json_;
};

TEST_F(ModelReader, ChecksEveryLinkOfATree) {
  const ErrorId bad = ErrorId::kModelBad;
  ExpectError("\"left_children\":[1,-1,-1]", "\"left_children\":[0,-1,-1]", bad, "children");
  ExpectError("\"left_children\":[1,-1,-1]", "\"left_children\":[2,-1,-1]", bad, "children");
  ExpectError("\"left_children\":[1,-1,-1]", "\"left_children\":[1,1,-1]", bad, "children");
  ExpectError("\"left_children\":[1,-1,-1]", "\"left_children\":[-1,-1,-1]", bad, "children");
  ExpectError("\"left_children\":[1,-1,-1]", "\"left_children\":[1,-1]", bad, "not one for each");
  ExpectError("\"right_children\":[2,-1,-1]", "\"right_children\":[1,-1,-1]", bad, "children");
  ExpectError("\"parents\":[2147483647,0,0]", "\"parents\":[2147483647,0,1]", bad, "parent");
  ExpectError("\"split_indices\":[1,0,0]", "\"split_indices\":[2,0,0]", bad, "feature 2 of 2");
  ExpectError("\"split_indices\":[1,0,0]", "\"split_indices\":[-1,0,0]", bad, "feature -1");
  ExpectError("\"num_nodes\":\"3\"", "\"num_nodes\":\"4\"", bad, "not one for each of 4 nodes");
  ExpectError("\"num_nodes\":\"3\"", "\"num_nodes\":\"0\"", bad, "num_nodes");
  ExpectError("\"num_nodes\":\"3\"", "\"num_nodes\":\"3x\"", bad, "num_nodes");
  ExpectError("\"tree_info\":[0]", "\"tree_info\":[1]", bad, "output");
  ExpectError("\"tree_info\":[0]", "\"tree_info\":[-1]", bad, "output");
  ExpectError("\"tree_info\":[0]", "\"tree_info\":[]", bad, "tree_info");
  ExpectError("\"num_trees\":\"1\"", "\"num_trees\":\"2\"", bad, "num_trees");
  ExpectError("\"left_children\"", "\"links\"", bad, "\"left_children\" is missing");
}

TEST_F(ModelReader, ChecksTheLearner) {
  const ErrorId bad = ErrorId::kModelBad;
  const ErrorId unsupported = ErrorId::kModelUnsupported;
  ExpectError("\"binary:logistic\"", "\"reg:quantileerror\"", unsupported, "reg:quantileerror");
  ExpectError("\"binary:logistic\"", "\"multi:softprob\"", bad, "num_class 0 does not fit");
  ExpectError("\"num_class\":\"0\"", "\"num_class\":\"3\"", bad, "num_class 3 does not fit");
  ExpectError("\"num_target\":\"1\"", "\"num_target\":\"2\"", unsupported, "targets");
  ExpectError("\"name\":\"gbtree\"", "\"name\":\"forest\"", unsupported, "forest");
  ExpectError("\"base_score\":\"2.5E-1\"", "\"base_score\":\"\"", bad, "base_score");
  ExpectError("\"base_score\":\"2.5E-1\"", "\"base_score\":\"1E0\"", bad, "impossible");
  ExpectError("\"base_score\":\"2.5E-1\"", "\"base_score\":\"[1E-1,2E-1]\"", bad, "2 base scores");
  ExpectError("\"base_score\":\"2.5E-1\"", "\"base_score\":\"[2.5E-1\"", bad, "base_score");
  ExpectError("\"feature_names\":[]", "\"feature_names\":[\"a\"]", bad, "1 names for 2 features");
  ExpectError("\"split_type\":[0,0,0]", "\"split_type\":[1,0,0]", unsupported, "categories");
  ExpectError("\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\"", unsupported, "several");
}

TEST_F(ModelReader, ReadsEverySpellingOfTheBaseScore) {
  for (const char* const text : {"[2.5E-1]", "0.25", "2.5e-01", "[0.25]"}) {
    const Result<Model> model = ReadModel(BytesOf(Replaced(
        json_, "\"base_score\":\"2.5E-1\"", "\"base_score\":\"" + std::string(text) + "\"")));
    ASSERT_TRUE(model.ok()) << text;
    EXPECT_EQ(*model->objective.base_score, 0.25);
  }
}

TEST_F(ModelReader, TellsWhatIsNoModel) {
  for (const char* const text :
       {"", "{", "x", "binf\x01", "[]", "{}", "{\"learner\":1}", "{\"a\":["}) {
    const Result<Model> model = ReadModel(BytesOf(text));
    ASSERT_FALSE(model.ok()) << text;
    EXPECT_EQ(model.error().id, ErrorId::kModelBad);
  }
}

TEST_F(ModelReader, IsNotFooledByAnnouncedSizes) {
  // An array of 2^40 values of no bytes each, and brackets nested without end.
  Bytes bomb = BytesOf("{L");
  for (int i = 0; i < 7; ++i) bomb.push_back(0);
  bomb.push_back(1);
  for (const char c : std::string_view("a[$T#L")) bomb.push_back(static_cast<std::uint8_t>(c));
  for (const int byte : {0, 0, 1, 0, 0, 0, 0, 0}) bomb.push_back(static_cast<std::uint8_t>(byte));
  EXPECT_FALSE(ReadModel(bomb).ok());
  EXPECT_FALSE(ReadModel(BytesOf("{\"a\":" + std::string(1000000, '['))).ok());
  Bytes deep = BytesOf("{L");
  for (int i = 0; i < 7; ++i) deep.push_back(0);
  deep.push_back(1);
  deep.push_back('a');
  deep.insert(deep.end(), 1000000, '[');
  EXPECT_FALSE(ReadModel(deep).ok());
}

TEST_F(ModelReader, DropsNodesThatPruningLeftBehind) {
  // Nodes 1 and 2 belong to nobody; the root's children are 3 and 4.
  std::string json = json_;
  json = Replaced(json, "\"base_weights\":[0.0,0.0,0.0]", "\"base_weights\":[0.0,0.0,0.0,0.0,0.0]");
  json = Replaced(json, "\"default_left\":[true,false,false]", "\"default_left\":[1,0,0,0,0]");
  json = Replaced(json, "\"left_children\":[1,-1,-1]", "\"left_children\":[3,-1,-1,-1,-1]");
  json = Replaced(json, "\"loss_changes\":[0.0,0.0,0.0]", "\"loss_changes\":[0.0,0.0,0.0,0.0,0.0]");
  json = Replaced(json, "\"parents\":[2147483647,0,0]", "\"parents\":[2147483647,7,7,0,0]");
  json = Replaced(json, "\"right_children\":[2,-1,-1]", "\"right_children\":[4,-1,-1,-1,-1]");
  json = Replaced(json, "\"split_conditions\":[0.5,-1.0,2.0]",
                  "\"split_conditions\":[0.5,8.0,9.0,-1.0,2.0]");
  json = Replaced(json, "\"split_indices\":[1,0,0]", "\"split_indices\":[1,2147483647,9,0,0]");
  json = Replaced(json, "\"split_type\":[0,0,0]", "\"split_type\":[0,0,0,0,0]");
  json = Replaced(json, "\"sum_hessian\":[0.0,0.0,0.0]", "\"sum_hessian\":[0.0,0.0,0.0,0.0,0.0]");
  json = Replaced(json, "\"num_nodes\":\"3\"", "\"num_nodes\":\"5\"");
  const Result<Model> model = ReadModel(BytesOf(json));
  ASSERT_TRUE(model.ok()) << model.error().message;
  ExpectSameModel(*model, testing::MakeStumpModel());
}

TEST(Predict, FollowsThresholdsMissingValuesAndClasses) {
  const Model model = testing::MakeStumpModel();  // feature 1 < 0.5 or missing: -1, else 2
  MemoryTable table;
  table.row_count = 4;
  table.feature_count = 2;
  table.values = {9.0F, 0.25F, 9.0F, 0.5F, 9.0F, 0.75F, 9.0F, std::nanf("")};
  table.labels = {0, 0, 0, 0};
  const MemoryStream stream(table, {.chunk_rows = 4});
  const float base = -std::log(3.0F);  // of probability 0.25
  const std::vector<float> margins = PredictMargins(model, stream.chunks()[0]);
  ASSERT_EQ(margins.size(), 4U);
  EXPECT_NEAR(margins[0], base - 1.0F, 1e-6);
  EXPECT_NEAR(margins[1], base + 2.0F, 1e-6);
  EXPECT_NEAR(margins[2], base + 2.0F, 1e-6);
  EXPECT_NEAR(margins[3], base - 1.0F, 1e-6);
  EXPECT_NEAR(TransformMargins(model, margins)[1], 1.0 / (1.0 + std::exp(-(base + 2.0))), 1e-6);
}

TEST(Predict, LinearSkipsMissingValues) {
  Model model;
  model.objective.name = "reg:squarederror";
  model.objective.base_score = 10.0;
  model.feature_count = 2;
  model.booster = Booster::kGblinear;
  model.linear = LinearModel{.weights = {2.0F, 3.0F, 0.5F}};
  MemoryTable table;
  table.row_count = 2;
  table.feature_count = 2;
  table.values = {1.0F, 1.0F, std::nanf(""), 2.0F};
  table.labels = {0, 0};
  const MemoryStream stream(table);
  EXPECT_EQ(PredictMargins(model, stream.chunks()[0]), (std::vector<float>{15.5F, 16.5F}));
}

}  // namespace
}  // namespace boostyard
