// What the reference container's own public tests send with every job.
#pragma once

#include <map>
#include <string>

namespace boostyard::testing {

// Without the number of rounds; `more` is added, or put in place.
inline std::map<std::string, std::string> ReferencesStandardSet(
    const std::map<std::string, std::string>& more) {
  std::map<std::string, std::string> set = {{"objective", "binary:logistic"},
                                            {"eval_metric", "error"},
                                            {"predictor", "cpu_predictor"},
                                            {"nthread", "8"},
                                            {"sketch_eps", "0.03"},
                                            {"base_score", "0.5"},
                                            {"tree_method", "auto"},
                                            {"updater", "grow_colmaker,prune"},
                                            {"booster", "gbtree"},
                                            {"sample_type", "uniform"},
                                            {"normalize_type", "tree"},
                                            {"rate_drop", "0.0"},
                                            {"one_drop", "0"},
                                            {"skip_drop", "0.0"},
                                            {"process_type", "default"},
                                            {"dsplit", "row"},
                                            {"max_leaves", "0"},
                                            {"lambda_bias", "0.0"},
                                            {"tweedie_variance_power", "1.5"},
                                            {"refresh_leaf", "1"},
                                            {"early_stopping_rounds", "5"}};
  for (const auto& [name, value] : more) set[name] = value;
  return set;
}

}  // namespace boostyard::testing
