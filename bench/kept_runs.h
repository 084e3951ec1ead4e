// Where results are kept, and what is said of the machine that gave them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace boostyard::bench {

// The processor's name as Linux gives it, or "unknown".
std::string MachineName();

// bench/runs/DATE-MACHINE below the checkout, made if it is not there.
std::filesystem::path KeptRunsFolder(const std::filesystem::path& source);

// Of at least one value.
double Median(std::vector<double> values);

}  // namespace boostyard::bench
