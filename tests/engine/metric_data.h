// Twenty-four rows of made-up labels, weights and margins (two ties among them), for values pinned
// from other tools.
#pragma once

#include <vector>

namespace boostyard::test {

inline const std::vector<float> kMargins{
    0.0F,   0.45F, -0.41F, -1.34F, -0.68F, -0.93F, 0.09F,  2.01F,  -0.74F, -0.93F, 0.73F, -0.41F,
    -0.41F, -1.4F, -0.04F, 1.04F,  -2.02F, -0.69F, -2.85F, -1.93F, -2.76F, -0.35F, -1.9F, 0.41F};
inline const std::vector<float> kBinary{1.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F, 1.0F, 1.0F,
                                        1.0F, 1.0F, 0.0F, 1.0F, 1.0F, 1.0F, 0.0F, 1.0F,
                                        0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 1.0F, 1.0F};
inline const std::vector<float> kWeights{1.33F, 4.12F, 0.43F, 1.82F, 1.95F, 1.93F, 0.71F, 0.85F,
                                         0.44F, 1.05F, 2.59F, 0.64F, 0.18F, 1.13F, 1.96F, 0.91F,
                                         3.21F, 0.96F, 1.11F, 0.47F, 0.86F, 1.91F, 1.93F, 2.45F};
inline const std::vector<float> kCounts{0.0F, 1.0F, 0.0F, 1.0F, 0.0F, 0.0F, 1.0F, 8.0F,
                                        1.0F, 0.0F, 2.0F, 1.0F, 0.0F, 0.0F, 0.0F, 2.0F,
                                        0.0F, 1.0F, 0.0F, 0.0F, 1.0F, 2.0F, 1.0F, 2.0F};
inline const std::vector<float> kAmounts{0.94F, 0.6F,  1.58F, 1.78F, 1.38F, 1.78F, 1.41F, 0.93F,
                                         1.04F, 2.24F, 0.51F, 1.08F, 2.91F, 1.86F, 2.43F, 1.59F,
                                         0.64F, 1.19F, 1.72F, 1.19F, 1.41F, 1.8F,  2.81F, 1.14F};
inline const std::vector<float> kShares{0.17F, 0.68F, 0.02F, 0.31F, 0.94F, 0.54F, 0.81F, 0.66F,
                                        0.61F, 0.19F, 0.57F, 0.04F, 0.8F,  0.96F, 0.85F, 0.05F,
                                        0.34F, 0.32F, 0.11F, 0.63F, 0.8F,  0.31F, 0.86F, 0.8F};
inline const std::vector<float> kClassMargins{
    0.05F,  -0.29F, 0.05F,  -1.03F, -1.82F, -0.2F,  -1.17F, -1.97F, 0.61F,  -1.19F, -2.0F,  -1.19F,
    -0.79F, -1.2F,  -1.06F, 0.23F,  -0.94F, 0.43F,  0.41F,  2.43F,  -1.67F, 1.07F,  -0.11F, -0.02F,
    -1.74F, -0.55F, 0.89F,  -0.1F,  0.1F,   -0.35F, 1.39F,  -0.03F, -2.64F, -0.83F, -2.36F, -3.9F,
    -0.64F, 1.6F,   0.06F,  -1.41F, -1.13F, 1.36F,  0.19F,  0.06F,  -0.06F, 0.05F,  0.97F,  0.66F,
    0.26F,  -1.25F, 0.61F,  -0.82F, 1.31F,  -1.53F, -0.17F, -0.01F, -1.59F, 2.07F,  1.75F,  -0.56F,
    0.93F,  0.45F,  -3.14F, 0.3F,   -0.07F, 0.1F,   -1.29F, -0.32F, -0.21F, 1.43F,  0.4F,   -0.01F};
inline const std::vector<float> kClasses{0.0F, 2.0F, 2.0F, 0.0F, 1.0F, 0.0F, 1.0F, 0.0F,
                                         2.0F, 1.0F, 0.0F, 1.0F, 1.0F, 2.0F, 0.0F, 1.0F,
                                         1.0F, 1.0F, 1.0F, 0.0F, 0.0F, 2.0F, 2.0F, 0.0F};

}  // namespace boostyard::test
