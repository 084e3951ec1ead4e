#include "engine/xgb/xgb_error.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/base/error_table.h"
#include "engine/xgb/xgb_api.h"

namespace boostyard {
namespace {

// Pieces of XGBoost's texts that say that the user can mend it.
struct UserFragment {
  std::string_view text;
  ErrorId id;
  std::string_view fix;
};

constexpr std::string_view kLabelFix = "correct the labels or choose another objective";
constexpr std::string_view kSettingFix = "correct this hyperparameter";

constexpr std::array kUserFragments{
    UserFragment{"label must be", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"label should be", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"label set cannot be empty", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"Label contains NaN", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"Relevance degress must be", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"elevance degree", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"can only be used with binary", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"only one class", ErrorId::kDataLabelRange, kLabelFix},
    UserFragment{"feature_names mismatch", ErrorId::kDataColumnMismatch,
                 "give all channels the same columns"},
    UserFragment{"base_score", ErrorId::kHyperparamConflict, "choose a base_score that fits"},
    UserFragment{"num_class", ErrorId::kHyperparamConflict,
                 "set num_class to the number of classes"},
    UserFragment{"Invalid Parameter format", ErrorId::kHyperparamBadValue, kSettingFix},
    UserFragment{"for Parameter", ErrorId::kHyperparamOutOfRange, kSettingFix},
    UserFragment{"Invalid Input", ErrorId::kHyperparamBadValue, kSettingFix},
    UserFragment{"Unknown tree updater", ErrorId::kHyperparamUnsupported,
                 "leave updater out, or use grow_colmaker or grow_quantile_histmaker"},
    UserFragment{"Unknown linear updater", ErrorId::kHyperparamUnsupported,
                 "leave updater out, or use shotgun or coord_descent"},
    UserFragment{"monotone_constraints", ErrorId::kHyperparamConflict, kSettingFix},
    UserFragment{"monotone constraint", ErrorId::kHyperparamConflict, kSettingFix},
    UserFragment{"interaction constraint", ErrorId::kHyperparamConflict, kSettingFix},
    UserFragment{"max_bin", ErrorId::kHyperparamConflict, "choose a max_bin of at least 2"},
    UserFragment{"max_leaves", ErrorId::kHyperparamConflict, "set max_depth or max_leaves"},
    UserFragment{"max_depth", ErrorId::kHyperparamConflict, "set max_depth or max_leaves"},
    UserFragment{"reg_lambda", ErrorId::kHyperparamConflict, kSettingFix},
    UserFragment{"process_type", ErrorId::kHyperparamConflict,
                 "leave process_type out: there is no model to update"},
    UserFragment{"gradient_based", ErrorId::kHyperparamConflict,
                 "use sampling_method=uniform, or tree_method=hist"},
};

// "[12:34:56] " at the beginning, if it is there.
void DropTime(std::string_view& line) {
  if (line.size() < 11 || line[0] != '[' || line[3] != ':' || line[9] != ']') return;
  line.remove_prefix(11);
}

// "WARNING: " and the like, and "/path/file.cc:78: ".
void DropPlace(std::string_view& line) {
  for (const std::string_view level : {"WARNING: ", "INFO: ", "ERROR: ", "DEBUG: "}) {
    if (line.substr(0, level.size()) == level) line.remove_prefix(level.size());
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.find(' ') < colon) return;
  std::size_t end = colon + 1;
  while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end])) != 0) ++end;
  if (end > colon + 1 && end < line.size() && line[end] == ':') line.remove_prefix(end + 1);
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n.") - begin + 1);
}

}  // namespace

std::string FirstLineOf(std::string_view text) {
  DropTime(text);
  DropPlace(text);
  text = Trimmed(text);
  std::string_view line = Trimmed(text.substr(0, text.find('\n')));
  constexpr std::string_view kCheck = "Check failed: ";
  if (line.substr(0, kCheck.size()) == kCheck) {
    const std::size_t end = line.find(": ", kCheck.size());
    if (end != std::string_view::npos && !Trimmed(line.substr(end + 2)).empty()) {
      line = Trimmed(line.substr(end + 2));
    }
  }
  return std::string(line);
}

Error XgbErrorOf(std::string_view text) {
  const std::string line = FirstLineOf(text);
  for (const UserFragment& fragment : kUserFragments) {
    if (text.substr(0, text.find("Stack trace")).find(fragment.text) != std::string_view::npos) {
      return MakeError(fragment.id, "XGBoost: " + line, std::string(fragment.fix));
    }
  }
  if (text.find("bad_alloc") != std::string_view::npos) {
    return MakeError(ErrorId::kOutOfMemory, "XGBoost ran out of memory",
                     "use an instance with more memory, or tree_method=hist");
  }
  return MakeError(ErrorId::kTrainFailed, "XGBoost: " + (line.empty() ? "no reason given" : line),
                   "check the hyperparameters and the data");
}

}  // namespace boostyard
