// Metrics that are a mean of one value per row: Row (the value, in double) and Final (of the
// weighted sum and the sum of weights). Formulas and guards are XGBoost's; p is the prediction, y
// the label.
#pragma once

#include "engine/base/math.h"

namespace boostyard {

struct ElementwiseParams {
  double threshold = 0.5;       // error
  double variance_power = 1.5;  // tweedie-nloglik
  double huber_slope = 1.0;     // mphe
};

inline constexpr double kLeastProbability = 1e-16;

// XGBoost's division: nothing to divide by leaves the sum.
struct MeanFinal {
  static double Final(double sum, double weight) { return weight == 0.0 ? sum : sum / weight; }
};
struct RootFinal {
  static double Final(double sum, double weight) { return Sqrt(MeanFinal::Final(sum, weight)); }
};

struct SquaredErrorRow {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    return (p - y) * (p - y);
  }
};
struct Mse : SquaredErrorRow, MeanFinal {};
struct Rmse : SquaredErrorRow, RootFinal {};

struct Mae : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    return __builtin_fabs(p - y);
  }
};

struct Mape : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    return __builtin_fabs((y - p) / y);
  }
};

struct Rmsle : RootFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    const double difference = Log1p(y) - Log1p(p);
    return difference * difference;
  }
};

struct Mphe : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams& params) {
    const double slope = params.huber_slope;
    const double z = (p - y) / slope;
    return slope * slope * (Sqrt(1.0 + z * z) - 1.0);
  }
};

// -y log p - (1 - y) log(1 - p), probabilities kept at 1e-16 or more.
struct Logloss : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    const double q = 1.0 - p;
    return -y * Log(p > kLeastProbability ? p : kLeastProbability) -
           (1.0 - y) * Log(q > kLeastProbability ? q : kLeastProbability);
  }
};

// The same value for labels 0 and 1 alone, with one logarithm: of the probability of what came
// true.
struct LoglossOfClasses : MeanFinal {
  BOOSTYARD_HD static double Probability(double p, double y) {
    const double right = y == 1.0 ? p : 1.0 - p;
    return right > kLeastProbability ? right : kLeastProbability;
  }
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    return -Log(Probability(p, y));
  }
};

// XGBoost's reading of shares: what of the row lies on the other side of the threshold.
struct ErrorRate : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams& params) {
    return p > params.threshold ? 1.0 - y : y;
  }
};

// log y! for y >= 0 by Stirling's series, with the argument shifted to 10 or more.
BOOSTYARD_HD double LogFactorial(double y) {
  double x = y + 1.0;
  double product = 1.0;
  for (int i = 0; i < 10; ++i) {
    const bool is_small = x < 10.0;
    product *= is_small ? x : 1.0;
    x += is_small ? 1.0 : 0.0;
  }
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  const double inverse = 1.0 / x;
  const double square = inverse * inverse;
  double series = -1.0 / 1680.0;
  series = series * square + 1.0 / 1260.0;
  series = series * square - 1.0 / 360.0;
  series = series * square + 1.0 / 12.0;
  return (x - 0.5) * Log(x) - x + kHalfLogTwoPi + series * inverse - Log(product);
}

struct PoissonNloglik : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    const double mean = p > kLeastProbability ? p : kLeastProbability;
    return LogFactorial(y) + mean - Log(mean) * y;
  }
};

// Of the exponential distribution with mean p: XGBoost takes the Gamma's shape as 1.
struct GammaNloglik : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    const double mean = p > 1e-6 ? p : 1e-6;
    return y / mean + Log(mean);
  }
};

struct GammaDeviance {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams&) {
    const double mean = p + 1e-6;
    const double label = y + 1e-6;
    return Log(mean / label) + label / mean - 1.0;
  }
  static double Final(double sum, double weight) {
    return 2.0 * sum / (weight <= 0.0 ? 1e-6 : weight);
  }
};

struct TweedieNloglik : MeanFinal {
  BOOSTYARD_HD static double Row(double p, double y, const ElementwiseParams& params) {
    const double a = 1.0 - params.variance_power;
    const double b = 2.0 - params.variance_power;
    const double log_mean = Log(p);
    return Exp(b * log_mean) / b - y * Exp(a * log_mean) / a;
  }
};

}  // namespace boostyard
