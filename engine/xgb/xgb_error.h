// Texts of XGBoost, made fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace boostyard {

// The first line of a text, without "[12:34:56] /path/file.cc:78: " and "Check failed: a == b: ".
std::string FirstLineOf(std::string_view text);

}  // namespace boostyard
