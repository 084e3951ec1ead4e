#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "engine/base/error_table.h"
#include "engine/model/document.h"
#include "engine/model/document_rewrite.h"
#include "engine/model/document_writer.h"
#include "engine/model/model_io.h"
#include "engine/model/read_tree.h"
#include "engine/objective/objectives.h"

namespace boostyard {
namespace {

constexpr std::int64_t kMaxClasses = 1 << 20;
constexpr std::int64_t kMaxFeatures = std::numeric_limits<std::int32_t>::max();

Error Unsupported(std::string what) {
  return MakeError(ErrorId::kModelUnsupported, "the model " + std::move(what),
                   "use a model of one of the objectives and boosters that can be trained here");
}

Result<const DocumentValue*> ObjectOf(const DocumentValue& parent, std::string_view key,
                                      std::string_view where) {
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* object, MemberOf(parent, key, where));
  if (!object->is_object()) return BadModel(std::string(key) + " is not an object");
  return object;
}

Result<std::string> TextOf(const DocumentValue& parent, std::string_view key,
                           std::string_view where) {
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* value, MemberOf(parent, key, where));
  if (!value->is_string()) return BadModel(std::string(key) + " is not a text");
  return value->text;
}

// "5E-1", or from XGBoost 3.1 on "[5E-1]" and "[1E0,2E0,3E0]".
Result<std::vector<float>> ParseBaseScores(std::string_view text) {
  const auto bad = [&] {
    return BadModel("base_score is \"" + std::string(text.substr(0, 40)) + "\"");
  };
  std::string_view rest = text;
  if (!rest.empty() && rest.front() == '[') {
    if (rest.back() != ']') return bad();
    rest = rest.substr(1, rest.size() - 2);
  }
  std::vector<float> scores;
  for (;;) {
    float score = 0.0F;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), score);
    if (error != std::errc{} || !std::isfinite(score)) return bad();
    scores.push_back(score);
    rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
    if (rest.empty()) return scores;
    if (rest.front() != ',') return bad();
    rest.remove_prefix(1);
  }
}

// Fills attributes, names, objective and sizes of `model`, and the base score of each output.
class LearnerReader {
 public:
  LearnerReader(const DocumentValue& learner, Model& model) : learner_(learner), model_(model) {}

  Status Read() {
    BOOSTYARD_RETURN_IF_ERROR(ReadSizes());
    BOOSTYARD_RETURN_IF_ERROR(ReadObjective());
    BOOSTYARD_RETURN_IF_ERROR(ReadBaseScore());
    BOOSTYARD_RETURN_IF_ERROR(ReadAttributes());
    return ReadFeatureNames();
  }

  // One margin per output, all equal for most models.
  const std::vector<float>& base_scores() const { return base_scores_; }

 private:
  Status ReadSizes() {
    BOOSTYARD_ASSIGN_OR_RETURN(param_, ObjectOf(learner_, "learner_model_param", "learner"));
    BOOSTYARD_ASSIGN_OR_RETURN(const std::int64_t classes,
                               IntegerOf(*param_, "num_class", 0, kMaxClasses, "learner"));
    BOOSTYARD_ASSIGN_OR_RETURN(const std::int64_t features,
                               IntegerOf(*param_, "num_feature", 0, kMaxFeatures, "learner"));
    num_class_ = static_cast<int>(classes);
    model_.feature_count = static_cast<FeatureIndex>(features);
    if (param_->Find("num_target") != nullptr) {
      BOOSTYARD_ASSIGN_OR_RETURN(const std::int64_t targets,
                                 IntegerOf(*param_, "num_target", 0, kMaxClasses, "learner"));
      if (targets > 1) return Unsupported("predicts several targets");
    }
    return {};
  }

  Status ReadObjective() {
    BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* objective,
                               ObjectOf(learner_, "objective", "learner"));
    ObjectiveParams& params = model_.objective;
    BOOSTYARD_ASSIGN_OR_RETURN(params.name, TextOf(*objective, "name", "objective"));
    const ObjectiveInfo* const info = FindObjective(params.name);
    if (info == nullptr) {
      return Unsupported("has the objective \"" + params.name.substr(0, 40) + "\"");
    }
    if (info->needs_num_class != (num_class_ > 1)) {
      return BadModel("num_class " + std::to_string(num_class_) + " does not fit " + params.name);
    }
    std::map<std::string, std::string> values;
    const std::string object_name = ModelParams(params).name;
    const DocumentValue* const object = objective->Find(object_name);
    for (std::size_t i = 0; object != nullptr && i < object->member_names.size(); ++i) {
      values[object->member_names[i]] = object->member_values[i].text;
    }
    BOOSTYARD_RETURN_IF_ERROR(ReadModelParams(values, params));
    params.num_class = num_class_;
    return {};
  }

  Status ReadBaseScore() {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::string text, TextOf(*param_, "base_score", "learner"));
    BOOSTYARD_ASSIGN_OR_RETURN(base_scores_, ParseBaseScores(text));
    const auto outputs = static_cast<std::size_t>(model_.output_count());
    if (base_scores_.size() == 1) base_scores_.resize(outputs, base_scores_.front());
    if (base_scores_.size() != outputs) {
      return BadModel("there are " + std::to_string(base_scores_.size()) + " base scores for " +
                      std::to_string(outputs) + " outputs");
    }
    const auto base_score = static_cast<double>(base_scores_.front());
    if (!std::isfinite(BaseScoreToMargin(model_.objective, base_score))) {
      return BadModel("base_score " + text.substr(0, 40) + " is impossible for " +
                      model_.objective.name);
    }
    model_.objective.base_score = base_score;
    return {};
  }

  Status ReadAttributes() {
    BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* attributes,
                               ObjectOf(learner_, "attributes", "learner"));
    for (std::size_t i = 0; i < attributes->member_names.size(); ++i) {
      const std::string& name = attributes->member_names[i];
      const DocumentValue& value = attributes->member_values[i];
      if (!value.is_string()) return BadModel("attribute \"" + name + "\" is not a text");
      model_.attributes[name] = value.text;
    }
    return {};
  }

  Status ReadFeatureNames() {
    const DocumentValue* const names = learner_.Find("feature_names");
    if (names == nullptr) return {};
    for (const DocumentValue& name : names->items) {
      if (!name.is_string()) return BadModel("a feature name is not a text");
      model_.feature_names.push_back(name.text);
    }
    if (!model_.feature_names.empty() && model_.feature_names.size() != model_.feature_count) {
      return BadModel("there are " + std::to_string(model_.feature_names.size()) + " names for " +
                      std::to_string(model_.feature_count) + " features");
    }
    return {};
  }

  const DocumentValue& learner_;
  Model& model_;
  const DocumentValue* param_ = nullptr;
  int num_class_ = 0;
  std::vector<float> base_scores_;
};

Status ReadForest(const DocumentValue& booster, Model& model) {
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* content, ObjectOf(booster, "model", "booster"));
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* param,
                             ObjectOf(*content, "gbtree_model_param", "booster"));
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* trees, MemberOf(*content, "trees", "booster"));
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* classes,
                             MemberOf(*content, "tree_info", "booster"));
  Forest& forest = model.forest;
  BOOSTYARD_ASSIGN_OR_RETURN(const std::int64_t tree_count,
                             IntegerOf(*param, "num_trees", 0, 1 << 30, "booster"));
  const auto count = static_cast<std::size_t>(tree_count);
  if (trees->items.size() != count || classes->numbers.size() != count) {
    return BadModel("num_trees is " + std::to_string(count) + ", but there are " +
                    std::to_string(trees->items.size()) + " trees and " +
                    std::to_string(classes->numbers.size()) + " entries in tree_info");
  }
  if (param->Find("num_parallel_tree") != nullptr) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::int64_t parallel,
                               IntegerOf(*param, "num_parallel_tree", 0, 1 << 20, "booster"));
    forest.num_parallel_tree = std::max(1, static_cast<int>(parallel));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double output = classes->numbers[i];
    if (!(output >= 0.0 && output < model.output_count())) {
      return BadModel("tree " + std::to_string(i) + " adds to an output that does not exist");
    }
    forest.tree_class.push_back(static_cast<std::int32_t>(output));
    BOOSTYARD_ASSIGN_OR_RETURN(
        Tree tree, ReadTree(trees->items[i], model.feature_count, "tree " + std::to_string(i)));
    forest.trees.push_back(std::move(tree));
  }
  return {};
}

Status ReadLinear(const DocumentValue& booster, Model& model) {
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* content, ObjectOf(booster, "model", "booster"));
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* weights,
                             MemberOf(*content, "weights", "booster"));
  const std::size_t expected = (std::size_t{model.feature_count} + 1) * model.output_count();
  if (weights->numbers.size() != expected) {
    return BadModel("there are " + std::to_string(weights->numbers.size()) + " weights, not " +
                    std::to_string(expected));
  }
  LinearModel linear;
  for (const double weight : weights->numbers)
    linear.weights.push_back(NearestValue<float>(weight));
  model.linear = std::move(linear);
  return {};
}

// XGBoost up to 3.4 keeps the trees in a gbtree of their own, newer ones keep all in one object.
Status ReadDart(const DocumentValue& booster, Model& model) {
  const DocumentValue* const inner = booster.Find("gbtree");
  BOOSTYARD_RETURN_IF_ERROR(ReadForest(inner == nullptr ? booster : *inner, model));
  const DocumentValue* weights = booster.Find("weight_drop");
  if (weights == nullptr && booster.Find("model") != nullptr) {
    weights = booster.Find("model")->Find("weight_drop");
  }
  if (weights == nullptr || weights->numbers.size() != model.forest.trees.size()) {
    return BadModel("weight_drop does not hold one weight per tree");
  }
  for (std::size_t i = 0; i < model.forest.trees.size(); ++i) {
    Tree& tree = model.forest.trees[i];
    const auto weight = NearestValue<float>(weights->numbers[i]);
    for (std::size_t node = 0; node < tree.node_count(); ++node) {
      if (tree.left[node] < 0) tree.threshold[node] *= weight;
    }
  }
  return {};
}

// The booster's name decides who reads it.
Status ReadBooster(const DocumentValue& booster, Model& model) {
  BOOSTYARD_ASSIGN_OR_RETURN(const std::string name, TextOf(booster, "name", "gradient_booster"));
  const bool has_drops =
      booster.Find("weight_drop") != nullptr ||
      (booster.Find("model") != nullptr && booster.Find("model")->Find("weight_drop") != nullptr);
  if (name == "dart" || (name == "gbtree" && has_drops)) {
    model.booster = Booster::kDart;
    return ReadDart(booster, model);
  }
  if (name == "gbtree") {
    model.booster = Booster::kGbtree;
    return ReadForest(booster, model);
  }
  if (name == "gblinear") {
    model.booster = Booster::kGblinear;
    return ReadLinear(booster, model);
  }
  return Unsupported("has the booster \"" + name.substr(0, 40) + "\"");
}

// A model with an intercept per class (XGBoost 3.2) becomes one with a scalar: what the classes
// have beyond it goes into the leaves of their first trees.
Status FoldBaseScores(const std::vector<float>& base_scores, Model& model) {
  const float first = base_scores.front();
  for (std::size_t output = 1; output < base_scores.size(); ++output) {
    const float excess = base_scores[output] - first;
    if (excess == 0.0F) continue;
    if (model.booster != Booster::kGbtree) return Unsupported("has a base score for each class");
    const auto& classes = model.forest.tree_class;
    const auto found = std::find(classes.begin(), classes.end(), static_cast<std::int32_t>(output));
    if (found == classes.end()) return Unsupported("has base scores but no trees");
    Tree& tree = model.forest.trees[static_cast<std::size_t>(found - classes.begin())];
    for (std::size_t node = 0; node < tree.node_count(); ++node) {
      if (tree.left[node] < 0) tree.threshold[node] += excess;
      if (!std::isfinite(tree.threshold[node])) return BadModel("a base score is too large");
    }
  }
  return {};
}

}  // namespace

Result<Model> ReadModel(std::span<const std::uint8_t> bytes) {
  BOOSTYARD_ASSIGN_OR_RETURN(DocumentValue root, ParseDocument(bytes));
  Model model;
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* learner, ObjectOf(root, "learner", "file"));
  LearnerReader reader(*learner, model);
  BOOSTYARD_RETURN_IF_ERROR(reader.Read());
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* booster,
                             ObjectOf(*learner, "gradient_booster", "learner"));
  BOOSTYARD_RETURN_IF_ERROR(ReadBooster(*booster, model));
  BOOSTYARD_RETURN_IF_ERROR(FoldBaseScores(reader.base_scores(), model));
  if (model.booster != Booster::kGbtree) {
    DocumentValue* const param = root.Find("learner")->Find("learner_model_param");
    param->Find("base_score")->text =
        ScientificText(static_cast<float>(*model.objective.base_score));
    model.document = WriteDocument(root, ModelFormat::kUbjson);
  }
  return model;
}

}  // namespace boostyard
