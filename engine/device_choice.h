// Which GPUs a training takes, and how the log says so.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace boostyard {

inline constexpr int kMostGpus = 64;  // that work together

// How many GPUs find enough work in such a table to be worth what they tell each other; at least 1.
// `rows` may be 0: not known yet; then as many as there are. The model does not depend on it.
int UsefulGpus(std::uint64_t rows, std::uint64_t features);

// "NVIDIA H100 (cuda:0)", "2 GPUs, each with a share of the rows: ...". `visible`: GPUs that the
// driver shows; `reason`: why there are not more of them.
enum class GpuLimit { kData, kNamed, kUnlike };
std::string GpusPhrase(std::span<const std::string> names, int visible, GpuLimit reason);

}  // namespace boostyard
