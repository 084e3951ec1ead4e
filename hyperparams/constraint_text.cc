#include "hyperparams/constraint_text.h"

#include <limits>

#include "hyperparams/text.h"

namespace boostyard::hyperparams {
namespace {

// Reads marks and whole numbers, white space apart.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(Trim(text)) {}

  bool AtEnd() const { return rest_.empty(); }

  bool Take(char mark) {
    if (rest_.empty() || rest_.front() != mark) return false;
    rest_ = Trim(rest_.substr(1));
    return true;
  }

  // The closing bracket that belongs to an opening one; 0 if there is none here.
  char TakeOpening() {
    if (Take('[')) return ']';
    return Take('(') ? ')' : '\0';
  }

  std::optional<std::int64_t> TakeInteger() {
    const bool is_negative = Take('-');
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const auto magnitude = ParseDigits(rest_.substr(0, digits));
    if (!magnitude) return std::nullopt;
    rest_ = Trim(rest_.substr(digits));
    const auto number = static_cast<std::int64_t>(*magnitude);
    return is_negative ? -number : number;
  }

 private:
  std::string_view rest_;
};

// Numbers from `min` to `max` up to `closing`; a comma may follow the last, as in Python's (1,).
std::optional<std::vector<std::int64_t>> TakeIntegers(Reader& reader, char closing,
                                                      std::int64_t min, std::int64_t max) {
  std::vector<std::int64_t> numbers;
  while (!reader.Take(closing)) {
    const auto number = reader.TakeInteger();
    if (!number || *number < min || *number > max) return std::nullopt;
    numbers.push_back(*number);
    if (reader.Take(',')) continue;
    if (!reader.Take(closing)) return std::nullopt;
    break;
  }
  return numbers;
}

}  // namespace

std::optional<Signs> ParseSigns(std::string_view text) {
  std::string bracketed(Trim(text));
  if (!bracketed.empty() && bracketed.front() != '(' && bracketed.front() != '[') {
    bracketed = "(" + bracketed + ")";
  }
  Reader reader(bracketed);
  const char closing = reader.TakeOpening();
  if (closing == '\0') return std::nullopt;
  const auto numbers = TakeIntegers(reader, closing, -1, 1);
  if (!numbers || !reader.AtEnd()) return std::nullopt;
  return Signs(numbers->begin(), numbers->end());
}

std::optional<FeatureGroups> ParseFeatureGroups(std::string_view text) {
  static constexpr std::int64_t kLastFeature = std::numeric_limits<std::int32_t>::max();
  Reader reader(text);
  const char closing = reader.TakeOpening();
  if (closing == '\0') return std::nullopt;
  FeatureGroups groups;
  while (!reader.Take(closing)) {
    const char group_closing = reader.TakeOpening();
    if (group_closing == '\0') return std::nullopt;
    const auto features = TakeIntegers(reader, group_closing, 0, kLastFeature);
    if (!features || features->empty()) return std::nullopt;
    groups.emplace_back(features->begin(), features->end());
    if (reader.Take(',')) continue;
    if (!reader.Take(closing)) return std::nullopt;
    break;
  }
  if (!reader.AtEnd()) return std::nullopt;
  return groups;
}

std::string PrintSigns(const Signs& signs) {
  std::string text = "(";
  for (std::size_t i = 0; i < signs.size(); ++i) {
    if (i > 0) text += ',';
    text += std::to_string(signs[i]);
  }
  return text + ")";
}

std::string PrintFeatureGroups(const FeatureGroups& groups) {
  std::string text = "[";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    text += i > 0 ? ",[" : "[";
    for (std::size_t j = 0; j < groups[i].size(); ++j) {
      if (j > 0) text += ',';
      text += std::to_string(groups[i][j]);
    }
    text += ']';
  }
  return text + "]";
}

}  // namespace boostyard::hyperparams
