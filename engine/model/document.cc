#include "engine/model/document.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/base/text.h"

namespace boostyard {
namespace {

// Deeper than any model (dart's trees lie at depth 8); it bounds the parser's recursion.
constexpr std::size_t kMaxDepth = 32;

// Builds the tree from the parser's events. Returning false stops the parser.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  // `max_values`: UBJSON can announce any number of values that take no bytes.
  explicit Builder(std::size_t max_values) : values_left_(max_values) {}

  bool null() override { return Add({}); }
  bool boolean(bool value) override { return AddNumber(value ? 1.0 : 0.0, false); }
  bool number_integer(number_integer_t value) override {
    return AddNumber(static_cast<double>(value), false);
  }
  bool number_unsigned(number_unsigned_t value) override {
    return AddNumber(static_cast<double>(value), false);
  }
  bool number_float(number_float_t value, const string_t&) override {
    return AddNumber(value, true);
  }
  bool string(string_t& value) override {
    DocumentValue leaf;
    leaf.kind = DocumentValue::Kind::kString;
    leaf.text = ValidUtf8(value);
    return Add(std::move(leaf));
  }
  bool binary(binary_t&) override { return Fail("it holds a binary value"); }

  bool start_object(std::size_t) override { return Open(DocumentValue::Kind::kObject); }
  bool key(string_t& value) override {
    open_.back().key = ValidUtf8(value);
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(DocumentValue::Kind::kArray); }
  bool end_array() override { return Close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return Fail("it breaks off or is malformed at byte " + std::to_string(position));
  }

  const std::string& problem() const { return problem_; }
  DocumentValue& root() { return *root_; }
  bool has_root() const { return root_.has_value(); }

 private:
  struct Frame {
    DocumentValue value;
    std::string key;  // of the member that comes next
  };

  bool Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool Count() {
    if (values_left_ == 0) return Fail("it announces more values than it holds");
    --values_left_;
    return true;
  }

  bool AddNumber(double number, bool is_real) {
    if (!open_.empty() && open_.back().value.is_array()) {
      DocumentValue& array = open_.back().value;
      if (!array.items.empty()) return Fail("it holds an array of numbers and other values");
      array.numbers.push_back(number);
      array.has_reals = array.has_reals || is_real;
      return Count();
    }
    DocumentValue leaf;
    leaf.kind = is_real ? DocumentValue::Kind::kReal : DocumentValue::Kind::kInteger;
    leaf.number = number;
    return Add(std::move(leaf));
  }

  bool Add(DocumentValue value) {
    if (!Count()) return false;
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Frame& frame = open_.back();
    if (frame.value.is_object()) {
      frame.value.member_names.push_back(std::move(frame.key));
      frame.value.member_values.push_back(std::move(value));
      return true;
    }
    if (!frame.value.numbers.empty()) return Fail("it holds an array of numbers and other values");
    frame.value.items.push_back(std::move(value));
    return true;
  }

  bool Open(DocumentValue::Kind kind) {
    if (open_.size() == kMaxDepth) return Fail("its values are nested too deeply");
    open_.emplace_back();
    open_.back().value.kind = kind;
    return true;
  }

  bool Close() {
    DocumentValue value = std::move(open_.back().value);
    open_.pop_back();
    return Add(std::move(value));
  }

  std::size_t values_left_;
  std::vector<Frame> open_;
  std::optional<DocumentValue> root_;
  std::string problem_;
};

// XGBoost's own rule: in JSON the brace is followed by a key or white space.
bool LooksLikeJson(std::span<const std::uint8_t> bytes) {
  const std::uint8_t second = bytes[1];
  return second == '"' || second == '}' || second == ' ' || second == '\n' || second == '\r' ||
         second == '\t';
}

}  // namespace

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = Utf8Length(text.substr(at));
    if (length == 0) {
      valid += "\xEF\xBF\xBD";
      ++at;
    } else {
      valid += text.substr(at, length);
      at += length;
    }
  }
  return valid;
}

const DocumentValue* DocumentValue::Find(std::string_view key) const {
  for (std::size_t i = 0; i < member_names.size(); ++i) {
    if (member_names[i] == key) return &member_values[i];
  }
  return nullptr;
}

DocumentValue* DocumentValue::Find(std::string_view key) {
  return const_cast<DocumentValue*>(std::as_const(*this).Find(key));
}

Error BadModel(std::string what) {
  return MakeError(ErrorId::kModelBad, "the model file is damaged: " + std::move(what),
                   "use a model file written by Boostyard, or by XGBoost 1.7 or newer");
}

Result<DocumentValue> ParseDocument(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 2 || bytes[0] != '{') {
    return MakeError(
        ErrorId::kModelBad, "the model file is neither JSON nor UBJSON",
        "save the model with XGBoost 1.7 or newer under a name that ends in .json or .ubj");
  }
  const auto format = LooksLikeJson(bytes) ? nlohmann::json::input_format_t::json
                                           : nlohmann::json::input_format_t::ubjson;
  Builder builder(bytes.size());
  bool is_complete = false;
  try {
    is_complete = nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder, format);
  } catch (const std::exception& exception) {
    return BadModel(exception.what());
  }
  if (!is_complete || !builder.has_root()) return BadModel(builder.problem());
  return std::move(builder.root());
}

}  // namespace boostyard
