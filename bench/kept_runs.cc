#include "bench/kept_runs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <fstream>

namespace boostyard::bench {

std::string MachineName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::filesystem::path KeptRunsFolder(const std::filesystem::path& source) {
  std::array<char, 16> date{};
  const std::time_t now = std::time(nullptr);
  std::strftime(date.data(), date.size(), "%Y-%m-%d", std::gmtime(&now));
  std::string slug;
  for (const char c : MachineName()) {
    const bool is_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (is_word) slug += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!is_word && !slug.empty() && slug.back() != '-') slug += '-';
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  const std::filesystem::path folder =
      source / "bench/runs" / (std::string(date.data()) + "-" + slug);
  std::filesystem::create_directories(folder);
  return folder;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace boostyard::bench
