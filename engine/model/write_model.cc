#include <limits>
#include <string>

#include "engine/model/document.h"
#include "engine/model/document_rewrite.h"
#include "engine/model/document_writer.h"
#include "engine/model/model_io.h"
#include "engine/objective/objectives.h"

namespace boostyard {
namespace {

constexpr std::int32_t kNoParent = std::numeric_limits<std::int32_t>::max();  // XGBoost's, of roots

void WriteText(DocumentWriter& writer, std::string_view key, std::string_view text) {
  writer.Key(key);
  writer.String(text);
}

void WriteTreeParam(DocumentWriter& writer, std::size_t node_count, FeatureIndex feature_count) {
  writer.Key("tree_param");
  writer.BeginObject();
  WriteText(writer, "num_deleted", "0");
  WriteText(writer, "num_feature", std::to_string(feature_count));
  WriteText(writer, "num_nodes", std::to_string(node_count));
  WriteText(writer, "size_leaf_vector", "1");
  writer.EndObject();
}

template <class T>
void WriteFloats(DocumentWriter& writer, std::string_view key, const T& values) {
  writer.Key(key);
  writer.Floats(values);
}

void WriteInts(DocumentWriter& writer, std::string_view key, std::span<const std::int32_t> values) {
  writer.Key(key);
  writer.Int32s(values);
}

// Keys in XGBoost's order, which is that of the alphabet.
void WriteTree(DocumentWriter& writer, const Tree& tree, std::size_t id,
               FeatureIndex feature_count) {
  const std::size_t count = tree.node_count();
  std::vector<std::int32_t> right(count);
  std::vector<std::int32_t> parents(count);
  std::vector<std::int32_t> features(count);
  for (std::size_t node = 0; node < count; ++node) {
    right[node] = tree.left[node] < 0 ? -1 : tree.left[node] + 1;
    parents[node] = tree.parent[node] < 0 ? kNoParent : tree.parent[node];
    features[node] = static_cast<std::int32_t>(tree.feature[node]);
  }
  writer.BeginObject();
  WriteFloats(writer, "base_weights", tree.base_weight);
  WriteInts(writer, "categories", {});
  WriteInts(writer, "categories_nodes", {});
  writer.Key("categories_segments");
  writer.Int64s({});
  writer.Key("categories_sizes");
  writer.Int64s({});
  writer.Key("default_left");
  writer.Flags(tree.default_left);
  writer.Key("id");
  writer.Integer(static_cast<std::int64_t>(id));
  WriteInts(writer, "left_children", tree.left);
  WriteFloats(writer, "loss_changes", tree.loss_change);
  WriteInts(writer, "parents", parents);
  WriteInts(writer, "right_children", right);
  WriteFloats(writer, "split_conditions", tree.threshold);
  WriteInts(writer, "split_indices", features);
  writer.Key("split_type");
  writer.Bytes(std::vector<std::uint8_t>(count));
  WriteFloats(writer, "sum_hessian", tree.sum_hessian);
  WriteTreeParam(writer, count, feature_count);
  writer.EndObject();
}

void WriteBooster(DocumentWriter& writer, const Model& model) {
  const Forest& forest = model.forest;
  writer.Key("gradient_booster");
  writer.BeginObject();
  writer.Key("model");
  writer.BeginObject();
  writer.Key("gbtree_model_param");
  writer.BeginObject();
  WriteText(writer, "num_parallel_tree", std::to_string(forest.num_parallel_tree));
  WriteText(writer, "num_trees", std::to_string(forest.trees.size()));
  WriteText(writer, "size_leaf_vector", "0");
  writer.EndObject();
  writer.Key("tree_info");  // a list of single values: XGBoost's readers take no typed array here
  writer.BeginArray();
  for (const std::int32_t output : forest.tree_class) writer.Integer(output);
  writer.EndArray();
  writer.Key("trees");
  writer.BeginArray();
  for (std::size_t i = 0; i < forest.trees.size(); ++i) {
    WriteTree(writer, forest.trees[i], i, model.feature_count);
  }
  writer.EndArray();
  writer.EndObject();
  WriteText(writer, "name", "gbtree");
  writer.EndObject();
}

std::string BaseScoreText(const Model& model) {
  return ScientificText(static_cast<float>(model.objective.base_score.value_or(0.5)));
}

void WriteLearnerParam(DocumentWriter& writer, const Model& model) {
  writer.Key("learner_model_param");
  writer.BeginObject();
  WriteText(writer, "base_score", BaseScoreText(model));
  WriteText(writer, "boost_from_average", "1");
  WriteText(writer, "num_class",
            std::to_string(model.objective.num_class > 1 ? model.objective.num_class : 0));
  WriteText(writer, "num_feature", std::to_string(model.feature_count));
  WriteText(writer, "num_target", "1");
  writer.EndObject();
}

void WriteParamObject(DocumentWriter& writer, const ModelParamObject& object) {
  writer.Key(object.name);
  writer.BeginObject();
  for (const auto& [name, value] : object.values) WriteText(writer, name, value);
  writer.EndObject();
}

void WriteObjective(DocumentWriter& writer, const ObjectiveParams& objective) {
  const ObjectiveInfo* const info = FindObjective(objective.name);
  const ModelParamObject object = ModelParams(objective);
  writer.Key("objective");
  writer.BeginObject();
  // XGBoost before 2.0 knows ranking's parameters by another name, and insists on them.
  if (object.name == "lambdarank_param") {
    WriteParamObject(writer,
                     {"lambda_rank_param", {{"fix_list_weight", "0"}, {"num_pairsample", "1"}}});
  }
  WriteText(writer, "name", info == nullptr ? objective.name : info->model_name);
  // Before 2.0 all plain regressions have this one; others ignore it.
  if (object.name.empty()) {
    WriteParamObject(writer, {"reg_loss_param", {{"scale_pos_weight", "1"}}});
  } else {
    WriteParamObject(writer, object);
  }
  writer.EndObject();
}

void WriteNames(DocumentWriter& writer, const Model& model) {
  writer.Key("feature_names");
  writer.BeginArray();
  for (const std::string& name : model.feature_names) writer.String(name);
  writer.EndArray();
  writer.Key("feature_types");
  writer.BeginArray();
  for (std::size_t i = 0; i < model.feature_names.size(); ++i) writer.String("float");
  writer.EndArray();
}

void WriteAttributes(DocumentWriter& writer, const Model& model) {
  writer.Key("attributes");
  writer.BeginObject();
  for (const auto& [name, value] : model.attributes) WriteText(writer, name, value);
  writer.EndObject();
}

DocumentValue TextValue(std::string text) {
  DocumentValue value;
  value.kind = DocumentValue::Kind::kString;
  value.text = std::move(text);
  return value;
}

// XGBoost's own file with our attributes and the scalar base score. Anything unexpected in it is
// left as it is: ReadModel has checked it.
std::vector<std::uint8_t> WriteOwnDocument(const Model& model, ModelFormat format) {
  Result<DocumentValue> root = ParseDocument(model.document);
  DocumentValue* const learner = root.ok() ? root->Find("learner") : nullptr;
  if (learner == nullptr) return model.document;
  if (DocumentValue* const param = learner->Find("learner_model_param"); param != nullptr) {
    if (DocumentValue* const base_score = param->Find("base_score"); base_score != nullptr) {
      *base_score = TextValue(BaseScoreText(model));
    }
  }
  if (DocumentValue* const attributes = learner->Find("attributes"); attributes != nullptr) {
    *attributes = {};
    attributes->kind = DocumentValue::Kind::kObject;
    for (const auto& [name, value] : model.attributes) {
      attributes->member_names.push_back(name);
      attributes->member_values.push_back(TextValue(value));
    }
  }
  return WriteDocument(*root, format);
}

}  // namespace

std::vector<std::uint8_t> WriteModel(const Model& model, ModelFormat format) {
  if (!model.document.empty()) return WriteOwnDocument(model, format);
  DocumentWriter writer(format);
  writer.BeginObject();
  writer.Key("learner");
  writer.BeginObject();
  WriteAttributes(writer, model);
  WriteNames(writer, model);
  WriteBooster(writer, model);
  WriteLearnerParam(writer, model);
  WriteObjective(writer, model.objective);
  writer.EndObject();
  writer.Key("version");
  writer.BeginArray();
  for (const int part : {1, 7, 4}) writer.Integer(part);
  writer.EndArray();
  writer.EndObject();
  return writer.Take();
}

}  // namespace boostyard
