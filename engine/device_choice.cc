#include "engine/device_choice.h"

#include <algorithm>

namespace boostyard {
namespace {

// Estimated, not measured. A GPU takes about a millisecond a level for a billion cells; to add up
// what they have found takes several GPUs a tenth of one, and more where there are many features: a
// level's histograms have some hundred thousand bytes for each, whatever the rows.
constexpr std::uint64_t kCellsPerGpu = std::uint64_t{1} << 28;
constexpr std::uint64_t kRowsPerGpu = std::uint64_t{1} << 21;

std::string CountOf(int gpus) { return std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs"); }

}  // namespace

int UsefulGpus(std::uint64_t rows, std::uint64_t features) {
  if (rows == 0) return kMostGpus;
  const std::uint64_t most = std::min(rows / kRowsPerGpu, rows * features / kCellsPerGpu);
  return static_cast<int>(std::clamp<std::uint64_t>(most, 1, std::uint64_t{kMostGpus}));
}

std::string GpusPhrase(std::span<const std::string> names, int visible, GpuLimit reason) {
  const int count = static_cast<int>(names.size());
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  if (count == 1 && visible <= 1) return list;
  const std::string of_all = count < visible ? std::to_string(count) + " of " : "";
  const std::string why = count == visible              ? ""
                          : reason == GpuLimit::kNamed  ? ", the one that was named"
                          : reason == GpuLimit::kUnlike ? ", those that are alike and free"
                                                        : ", as many as the data keep busy";
  const std::string shared = count > 1 ? ", each with a share of the rows" : "";
  return of_all + CountOf(visible) + shared + why + ": " + list;
}

}  // namespace boostyard
