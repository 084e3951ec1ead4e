#include "engine/model/read_tree.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/base/error_table.h"

namespace boostyard {
namespace {

constexpr std::int64_t kMaxNodes = std::numeric_limits<NodeIndex>::max();

Error BadTree(std::string_view where, std::string what) {
  return BadModel(std::string(where) + ": " + std::move(what));
}

// The arrays of a tree as they stand in the file.
struct TreeArrays {
  std::vector<NodeIndex> left;
  std::vector<NodeIndex> right;
  std::vector<NodeIndex> parents;
  std::vector<std::int64_t> features;
  std::vector<std::uint8_t> default_left;
  std::vector<float> conditions;
  std::vector<float> base_weights;
  std::vector<float> loss_changes;
  std::vector<float> sum_hessian;
};

template <class T>
Status ReadArray(const DocumentValue& tree, std::string_view key, std::size_t count,
                 std::string_view where, std::vector<T>& values) {
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* array, MemberOf(tree, key, where));
  if (!array->is_array() || array->numbers.size() != count) {
    return BadTree(where, std::string(key) + " has " + std::to_string(array->numbers.size()) +
                              " numbers, not one for each of " + std::to_string(count) + " nodes");
  }
  values.reserve(count);
  for (const double number : array->numbers) values.push_back(NearestValue<T>(number));
  return {};
}

Status RefuseCategories(const DocumentValue& tree, std::string_view where) {
  const DocumentValue* const types = tree.Find("split_type");
  if (types == nullptr) return {};
  const auto is_categorical = [](double type) { return type != 0.0; };
  if (std::any_of(types->numbers.begin(), types->numbers.end(), is_categorical)) {
    return MakeError(ErrorId::kModelUnsupported,
                     std::string(where) + " of the model splits on categories",
                     "use a model whose features are all numbers");
  }
  return {};
}

Result<TreeArrays> ReadArrays(const DocumentValue& tree, std::size_t count,
                              std::string_view where) {
  TreeArrays arrays;
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "left_children", count, where, arrays.left));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "right_children", count, where, arrays.right));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "parents", count, where, arrays.parents));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "split_indices", count, where, arrays.features));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "default_left", count, where, arrays.default_left));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "split_conditions", count, where, arrays.conditions));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "base_weights", count, where, arrays.base_weights));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "loss_changes", count, where, arrays.loss_changes));
  BOOSTYARD_RETURN_IF_ERROR(ReadArray(tree, "sum_hessian", count, where, arrays.sum_hessian));
  return arrays;
}

// Checks node `node` of a split or leaf on its own: links within the tree, feature, number.
Status CheckNode(const TreeArrays& arrays, std::size_t node, FeatureIndex feature_count,
                 std::string_view where) {
  const auto name = [&] { return "node " + std::to_string(node); };
  if (std::isnan(arrays.conditions[node])) return BadTree(where, name() + " is not a number");
  const NodeIndex left = arrays.left[node];
  const NodeIndex right = arrays.right[node];
  if (left == -1 && right == -1) {
    if (std::abs(arrays.conditions[node]) == std::numeric_limits<float>::max()) {
      return BadTree(where, name() + " is a leaf without a finite value");
    }
    return {};
  }
  const auto count = static_cast<NodeIndex>(arrays.left.size());
  if (left <= 0 || left >= count - 1 || right != left + 1) {
    return BadTree(where, name() + " has the children " + std::to_string(left) + " and " +
                              std::to_string(right));
  }
  for (const NodeIndex child : {left, right}) {
    if (arrays.parents[child] != static_cast<NodeIndex>(node)) {
      return BadTree(where, name() + " is not the parent of its child " + std::to_string(child));
    }
  }
  if (arrays.features[node] < 0 || arrays.features[node] >= std::int64_t{feature_count}) {
    return BadTree(where, name() + " splits on feature " + std::to_string(arrays.features[node]) +
                              " of " + std::to_string(feature_count));
  }
  return {};
}

// For each node its number in the new tree, -1 if it cannot be reached. Every node has one parent
// at most (CheckNode), so a walk from the root, which is nobody's child, meets each node once.
Result<std::vector<NodeIndex>> NumberReachable(const TreeArrays& arrays, FeatureIndex feature_count,
                                               std::string_view where) {
  std::vector<NodeIndex> number(arrays.left.size(), -1);
  std::vector<NodeIndex> open{0};
  while (!open.empty()) {
    const NodeIndex node = open.back();
    open.pop_back();
    BOOSTYARD_RETURN_IF_ERROR(CheckNode(arrays, node, feature_count, where));
    number[node] = 0;
    if (arrays.left[node] < 0) continue;
    open.push_back(arrays.left[node]);
    open.push_back(arrays.right[node]);
  }
  NodeIndex next = 0;
  for (NodeIndex& entry : number) {
    if (entry == 0) entry = next++;
  }
  return number;
}

}  // namespace

Result<const DocumentValue*> MemberOf(const DocumentValue& object, std::string_view key,
                                      std::string_view where) {
  const DocumentValue* const member = object.Find(key);
  if (member == nullptr) return BadTree(where, "\"" + std::string(key) + "\" is missing");
  return member;
}

Result<std::int64_t> IntegerOf(const DocumentValue& object, std::string_view key, std::int64_t min,
                               std::int64_t max, std::string_view where) {
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* member, MemberOf(object, key, where));
  std::int64_t value = 0;
  bool is_integer = false;
  if (member->kind == DocumentValue::Kind::kInteger) {
    value = NearestValue<std::int64_t>(member->number);
    is_integer = true;
  } else if (member->is_string()) {
    const char* const end = member->text.data() + member->text.size();
    const auto [stop, error] = std::from_chars(member->text.data(), end, value);
    is_integer = error == std::errc{} && stop == end && stop != member->text.data();
  }
  if (!is_integer || value < min || value > max) {
    return BadTree(where, std::string(key) + " is not a whole number from " + std::to_string(min) +
                              " to " + std::to_string(max));
  }
  return value;
}

Result<Tree> ReadTree(const DocumentValue& value, FeatureIndex feature_count,
                      std::string_view where) {
  BOOSTYARD_ASSIGN_OR_RETURN(const DocumentValue* param, MemberOf(value, "tree_param", where));
  if (param->Find("size_leaf_vector") != nullptr) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::int64_t outputs,
                               IntegerOf(*param, "size_leaf_vector", 0, kMaxNodes, where));
    if (outputs > 1) {
      return MakeError(ErrorId::kModelUnsupported, "the leaves of the model hold several values",
                       "train with one output per tree");
    }
  }
  BOOSTYARD_ASSIGN_OR_RETURN(const std::int64_t count,
                             IntegerOf(*param, "num_nodes", 1, kMaxNodes, where));
  BOOSTYARD_RETURN_IF_ERROR(RefuseCategories(value, where));
  BOOSTYARD_ASSIGN_OR_RETURN(const TreeArrays arrays,
                             ReadArrays(value, static_cast<std::size_t>(count), where));
  BOOSTYARD_ASSIGN_OR_RETURN(const std::vector<NodeIndex> number,
                             NumberReachable(arrays, feature_count, where));
  Tree tree;
  for (std::size_t node = 0; node < number.size(); ++node) {
    if (number[node] < 0) continue;
    const bool is_leaf = arrays.left[node] < 0;
    const NodeIndex added = tree.AddNode(node == 0 ? -1 : number[arrays.parents[node]]);
    tree.left[added] = is_leaf ? -1 : number[arrays.left[node]];
    tree.feature[added] = is_leaf ? 0 : static_cast<FeatureIndex>(arrays.features[node]);
    tree.threshold[added] = arrays.conditions[node];
    tree.default_left[added] = is_leaf || arrays.default_left[node] == 0 ? 0 : 1;
    tree.base_weight[added] = arrays.base_weights[node];
    tree.loss_change[added] = arrays.loss_changes[node];
    tree.sum_hessian[added] = arrays.sum_hessian[node];
  }
  return tree;
}

}  // namespace boostyard
