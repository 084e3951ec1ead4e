// contract.md section 10, P1, line 2: every metric through the real command, against plain loops
// over what the finished model predicts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/metric/metric.h"
#include "tests/e2e/job.h"

namespace boostyard::testing {
namespace {

using Values = std::vector<double>;

// Labels, and per row what `predict` prints.
struct Judged {
  Values labels;
  std::vector<Values> outputs;

  std::size_t size() const { return labels.size(); }
  double Mean(const std::function<double(double label, double prediction)>& of) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < size(); ++i) sum += of(labels[i], outputs[i][0]);
    return sum / static_cast<double>(size());
  }
  // The class of each row: the likeliest of several, or 1 above one half.
  int ClassOf(std::size_t row) const {
    const Values& values = outputs[row];
    if (values.size() == 1) return values[0] > 0.5 ? 1 : 0;
    return static_cast<int>(std::max_element(values.begin(), values.end()) - values.begin());
  }
};

// Precision, recall and F1 of one class, 0 where there is nothing to divide by.
struct ClassScore {
  double precision = 0.0;
  double recall = 0.0;
  double f1 = 0.0;
  bool is_present = false;  // among the labels
};

ClassScore ScoreOf(const Judged& judged, int of_class) {
  double hits = 0.0;
  double labelled = 0.0;
  double predicted = 0.0;
  for (std::size_t row = 0; row < judged.size(); ++row) {
    const bool is_labelled = judged.labels[row] == of_class;
    const bool is_predicted = judged.ClassOf(row) == of_class;
    labelled += is_labelled ? 1 : 0;
    predicted += is_predicted ? 1 : 0;
    hits += is_labelled && is_predicted ? 1 : 0;
  }
  ClassScore score;
  score.is_present = labelled > 0;
  if (predicted > 0) score.precision = hits / predicted;
  if (labelled > 0) score.recall = hits / labelled;
  if (hits > 0) score.f1 = 2 * score.precision * score.recall / (score.precision + score.recall);
  return score;
}

// The mean over the classes that occur.
double MeanOfClasses(const Judged& judged, double ClassScore::*part) {
  std::set<int> classes;
  for (std::size_t row = 0; row < judged.size(); ++row) {
    classes.insert(static_cast<int>(judged.labels[row]));
    classes.insert(judged.ClassOf(row));
  }
  double sum = 0.0;
  for (const int of_class : classes) sum += ScoreOf(judged, of_class).*part;
  return sum / static_cast<double>(classes.size());
}

double Accuracy(const Judged& judged) {
  double hits = 0.0;
  for (std::size_t row = 0; row < judged.size(); ++row) {
    hits += judged.ClassOf(row) == judged.labels[row] ? 1 : 0;
  }
  return hits / static_cast<double>(judged.size());
}

double Auc(const Judged& judged) {
  double wins = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    for (std::size_t j = 0; j < judged.size(); ++j) {
      if (judged.labels[i] != 1 || judged.labels[j] != 0) continue;
      const double difference = judged.outputs[i][0] - judged.outputs[j][0];
      wins += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
      ++pairs;
    }
  }
  return wins / pairs;
}

// The area under precision over recall. Between two thresholds, negatives are taken for positives
// in step with the positives that are found: the area of that part in thin slices.
double AreaOfPrecision(const Judged& judged) {
  std::map<double, std::pair<double, double>, std::greater<>> by_score;  // positives, negatives
  double all = 0.0;
  for (std::size_t row = 0; row < judged.size(); ++row) {
    const bool is_positive = judged.labels[row] == 1;
    auto& [positives, negatives] = by_score[judged.outputs[row][0]];
    (is_positive ? positives : negatives) += 1;
    all += is_positive ? 1 : 0;
  }
  double area = 0.0;
  double found = 0.0;
  double wrong = 0.0;
  for (const auto& [score, counts] : by_score) {
    constexpr int kSlices = 2000;
    for (int slice = 0; slice < kSlices; ++slice) {
      const double part = (slice + 0.5) / kSlices;
      const double hits = found + part * counts.first;
      area += counts.first / kSlices / all * hits / (hits + wrong + part * counts.second);
    }
    found += counts.first;
    wrong += counts.second;
  }
  return area;
}

double R2(const Judged& judged) {
  const double mean = judged.Mean([](double y, double) { return y; });
  return 1 - judged.Mean([](double y, double p) { return (y - p) * (y - p); }) /
                 judged.Mean([&](double y, double) { return (y - mean) * (y - mean); });
}

// Labels from the highest prediction to the lowest.
Values Ranked(const Judged& judged) {
  std::vector<std::size_t> order(judged.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return judged.outputs[a][0] > judged.outputs[b][0];
  });
  Values labels;
  for (const std::size_t row : order) labels.push_back(judged.labels[row]);
  return labels;
}

double Dcg(const Values& labels, std::size_t top) {
  double sum = 0.0;
  for (std::size_t i = 0; i < std::min(top, labels.size()); ++i) {
    sum += (std::exp2(labels[i]) - 1) / std::log2(static_cast<double>(i) + 2);
  }
  return sum;
}

double Ndcg(const Judged& judged, std::size_t top) {
  Values best = judged.labels;
  std::sort(best.rbegin(), best.rend());
  return Dcg(Ranked(judged), top) / Dcg(best, top);
}

double AveragePrecision(const Judged& judged, std::size_t top) {
  double hits = 0.0;
  double sum = 0.0;
  const Values ranked = Ranked(judged);
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (ranked[i] == 0) continue;
    ++hits;
    if (i < top) sum += hits / static_cast<double>(i + 1);
  }
  return sum / std::min(hits, static_cast<double>(top));
}

// Labels are times; below 0 that of one who was last seen alive.
double CoxNloglik(const Judged& judged) {
  double sum = 0.0;
  double events = 0.0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged.labels[i] < 0) continue;
    double at_risk = 0.0;
    for (std::size_t j = 0; j < judged.size(); ++j) {
      if (std::abs(judged.labels[j]) >= judged.labels[i]) at_risk += judged.outputs[j][0];
    }
    sum += std::log(at_risk) - std::log(judged.outputs[i][0]);
    ++events;
  }
  return sum / events;
}

// How a row's label follows from its cells and number.
using LabelOf = std::function<double(const std::vector<double>& cells, std::size_t row)>;

std::string TableOf(std::size_t row_count, std::uint32_t seed, const LabelOf& label) {
  auto rows = SmallRows(row_count, seed);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<double> cells;
    for (const std::string& cell : rows[row]) cells.push_back(std::stod(cell));
    rows[row][0] = std::to_string(label(cells, row));
  }
  return Join(rows);
}

using Expectations = std::map<std::string, std::function<double(const Judged&)>>;

// Trains with all the metrics asked for and compares the last round's values on validation.
void ExpectMetrics(const std::string& objective, Hyperparameters more, const LabelOf& label,
                   const Expectations& expected) {
  SCOPED_TRACE(objective);
  const FakeRoot root;
  root.WriteChannel("train", TableOf(400, 1, label));
  root.WriteChannel("validation", TableOf(200, 2, label));
  more["objective"] = objective;
  more["num_round"] = "4";
  more["max_depth"] = "6";
  for (const auto& [name, value] : expected) {
    std::string& list = more["eval_metric"];
    list += (list.empty() ? "" : ",") + name;
  }
  root.WriteHyperparameters(more);
  const RunResult result = TrainIn(root);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const RunResult predicted =
      RunBinary({.arguments = {"predict", "--model", root.At("model"), "--labels",
                               root.At("input/data/validation/data.csv")},
                 .variables = {},
                 .before_exec = {}});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  Judged judged;
  for (const std::string& line : Lines(ReadText(root.At("input/data/validation/data.csv")))) {
    judged.labels.push_back(std::stod(line));
  }
  for (const std::string& line : Lines(predicted.out)) {
    judged.outputs.emplace_back();
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      judged.outputs.back().push_back(std::stod(line.substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  ASSERT_EQ(judged.outputs.size(), judged.size());
  for (const auto& [name, value] : expected) {
    const Values printed = MetricOf(result.out, "validation-" + name);
    ASSERT_EQ(printed.size(), 4U) << name << "\n" << result.out;
    const double oracle = value(judged);
    EXPECT_NEAR(printed.back(), oracle, 1e-5 + 2e-6 * std::abs(oracle)) << name;
  }
}

Expectations OfTwoClasses() {
  const auto error_at = [](double threshold) {
    return [=](const Judged& j) {
      return j.Mean([=](double y, double p) { return (p > threshold) == (y == 1) ? 0.0 : 1.0; });
    };
  };
  return {
      {"logloss",
       [](const Judged& j) {
         return j.Mean([](double y, double p) { return -std::log(y == 1 ? p : 1 - p); });
       }},
      {"error", error_at(0.5)},
      {"error@0.3", error_at(0.3)},
      {"error@0.8", error_at(0.8)},
      {"auc", Auc},
      {"aucpr", AreaOfPrecision},
      {"accuracy", Accuracy},
      {"balanced_accuracy", [](const Judged& j) { return MeanOfClasses(j, &ClassScore::recall); }},
      {"f1", [](const Judged& j) { return MeanOfClasses(j, &ClassScore::f1); }},
      {"f1_binary", [](const Judged& j) { return ScoreOf(j, 1).f1; }},
      {"precision", [](const Judged& j) { return ScoreOf(j, 1).precision; }},
      {"recall", [](const Judged& j) { return ScoreOf(j, 1).recall; }},
  };
}

Expectations OfSeveralClasses() {
  return {
      {"mlogloss",
       [](const Judged& j) {
         double sum = 0.0;
         for (std::size_t i = 0; i < j.size(); ++i) {
           sum -= std::log(j.outputs[i][static_cast<std::size_t>(j.labels[i])]);
         }
         return sum / static_cast<double>(j.size());
       }},
      {"merror", [](const Judged& j) { return 1 - Accuracy(j); }},
      {"accuracy", Accuracy},
      {"balanced_accuracy", [](const Judged& j) { return MeanOfClasses(j, &ClassScore::recall); }},
      {"f1", [](const Judged& j) { return MeanOfClasses(j, &ClassScore::f1); }},
      {"f1_macro", [](const Judged& j) { return MeanOfClasses(j, &ClassScore::f1); }},
      {"precision_macro", [](const Judged& j) { return MeanOfClasses(j, &ClassScore::precision); }},
      {"precision_micro", Accuracy},
      {"recall_macro", [](const Judged& j) { return MeanOfClasses(j, &ClassScore::recall); }},
      {"recall_micro", Accuracy},
  };
}

Expectations OfNumbers() {
  const auto mean = [](double (*of)(double, double)) {
    return [=](const Judged& j) { return j.Mean(of); };
  };
  return {
      {"mse", mean([](double y, double p) { return (y - p) * (y - p); })},
      {"rmse",
       [](const Judged& j) {
         return std::sqrt(j.Mean([](double y, double p) { return (y - p) * (y - p); }));
       }},
      {"mae", mean([](double y, double p) { return std::abs(y - p); })},
      {"mape", mean([](double y, double p) { return std::abs((y - p) / y); })},
      {"rmsle",
       [](const Judged& j) {
         return std::sqrt(
             j.Mean([](double y, double p) { return std::pow(std::log1p(y) - std::log1p(p), 2); }));
       }},
      {"mphe", mean([](double y, double p) { return std::sqrt(1 + (y - p) * (y - p)) - 1; })},
      {"r2", R2},
      {"poisson-nloglik",
       mean([](double y, double p) { return std::lgamma(y + 1) + p - y * std::log(p); })},
      {"gamma-nloglik", mean([](double y, double p) { return y / p + std::log(p); })},
      {"gamma-deviance",
       [](const Judged& j) {
         return 2 * j.Mean([](double y, double p) { return std::log(p / y) + y / p - 1; });
       }},
      {"tweedie-nloglik", mean([](double y, double p) {
         return -y * std::pow(p, -0.5) / -0.5 + std::pow(p, 0.5) / 0.5;
       })},
  };
}

const LabelOf kTwo = [](const std::vector<double>& cells, std::size_t) { return cells[0]; };

// Most of them are named by P0, line 10 too.
TEST(P1, Line02_MetricsOfTwoClasses) { ExpectMetrics("binary:logistic", {}, kTwo, OfTwoClasses()); }

TEST(P1, Line02_MetricsOfSeveralClasses) {
  const LabelOf three = [](const std::vector<double>& cells, std::size_t row) {
    return std::floor(cells[1] * 0.03 + (row % 9 == 0 ? 0.4 : 0.0));
  };
  ExpectMetrics("multi:softprob", {{"num_class", "4"}}, three, OfSeveralClasses());
}

TEST(P1, Line02_MetricsOfNumbers) {
  const LabelOf number = [](const std::vector<double>& cells, std::size_t row) {
    return 1 + cells[1] / 20 + cells[2] + static_cast<double>(row % 3);
  };
  ExpectMetrics("reg:gamma", {}, number, OfNumbers());
}

// Without a number XGBoost looks as far as it forms pairs: 32 rows.
TEST(P1, Line02_MetricsOfRanks) {
  const LabelOf noisy = [](const std::vector<double>& cells, std::size_t row) {
    return row * 37 % 10 < 3 ? 1 - cells[0] : cells[0];
  };
  const auto ndcg = [](std::size_t top) { return [=](const Judged& j) { return Ndcg(j, top); }; };
  const auto map = [](std::size_t top) {
    return [=](const Judged& j) { return AveragePrecision(j, top); };
  };
  ExpectMetrics("rank:pairwise", {{"max_depth", "8"}}, noisy,
                {{"ndcg", ndcg(32)},
                 {"ndcg@10", ndcg(10)},
                 {"ndcg@200", ndcg(200)},
                 {"map", map(32)},
                 {"map@10", map(10)},
                 {"map@200", map(200)}});
}

TEST(P1, Line02_MetricsOfSurvival) {
  // No two times are the same; every fourth one is censored.
  const LabelOf time = [](const std::vector<double>& cells, std::size_t row) {
    return (10 + cells[1] + static_cast<double>(row) / 1024) * (row % 4 == 0 ? -1 : 1);
  };
  ExpectMetrics("survival:cox", {}, time, {{"cox-nloglik", CoxNloglik}});
  const LabelOf positive = [&](const std::vector<double>& cells, std::size_t row) {
    return std::abs(time(cells, row));
  };
  // An exact time t, the logarithm of which is normal around that of the prediction.
  const auto aft = [](const Judged& j) {
    return j.Mean([](double y, double p) {
      const double z = std::log(y / p);
      return z * z / 2 + std::log(std::sqrt(2 * M_PI) * y);
    });
  };
  ExpectMetrics("survival:aft", {}, positive,
                {{"aft-nloglik", aft}, {"interval-regression-accuracy", [](const Judged& j) {
                                          return j.Mean([](double y, double p) {
                                            return y == p ? 1.0 : 0.0;
                                          });
                                        }}});
}

// The names of contract.md section 3.4.
TEST(P1, Line02_MetricsAreThoseOfTheReference) {
  for (const char* name : {"accuracy",
                           "auc",
                           "aucpr",
                           "balanced_accuracy",
                           "f1",
                           "f1_binary",
                           "f1_macro",
                           "map",
                           "ndcg",
                           "precision",
                           "precision_macro",
                           "precision_micro",
                           "r2",
                           "recall",
                           "recall_macro",
                           "recall_micro",
                           "aft-nloglik",
                           "cox-nloglik",
                           "error",
                           "gamma-deviance",
                           "gamma-nloglik",
                           "interval-regression-accuracy",
                           "logloss",
                           "mae",
                           "mape",
                           "merror",
                           "mlogloss",
                           "mphe",
                           "mse",
                           "poisson-nloglik",
                           "rmse",
                           "rmsle",
                           "tweedie-nloglik"}) {
    EXPECT_TRUE(ParseMetric(name).ok()) << name;
  }
}

TEST(P1, Line02_NoMetricIsLeftOut) {
  std::set<std::string> known = {"ndcg", "map", "cox-nloglik", "aft-nloglik",
                                 "interval-regression-accuracy"};
  for (const Expectations& all : {OfTwoClasses(), OfSeveralClasses(), OfNumbers()}) {
    for (const auto& [name, value] : all) known.insert(name);
  }
  EXPECT_EQ(Metrics().size(), 33U);
  for (const MetricInfo& info : Metrics()) {
    EXPECT_EQ(known.count(std::string(info.name)), 1U) << info.name;
  }
}

}  // namespace
}  // namespace boostyard::testing
