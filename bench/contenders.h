// Who takes part in ./dev bench train, and one timed training by each.
#pragma once

#include <string>
#include <vector>

#include "bench/data_sets.h"
#include "bench/peers/lgbm_peer.h"
#include "bench/peers/xgb_peer.h"
#include "engine/params.h"

namespace boostyard::bench {

// One of the settings of the suite.
struct Setting {
  std::string name;
  int max_depth = 6;
  double eta = 0.1;
  double gamma = 0.0;
  double min_child_weight = 1.0;
  double subsample = 1.0;
  int rounds = 100;
  int seed = 0;
  bool fixes_base_score = false;  // true: all begin with the labels' mean, given explicitly
};

// One training. prepare: from float rows in memory to where boosting begins, by the clock. Ours:
// transposition, cuts, codes, labels, base score, the backend with its layout. LightGBM's: dataset
// and booster, which lays the bins out. XGBoost's: matrix, sketch and bins.
struct Timed {
  double total_s = 0.0;
  double prepare_s = 0.0;
  std::vector<float> test_scores;  // only if asked for
};

// How a contender can be run; the fastest valid variant counts.
struct Variant {
  std::string name;
  XgbMatrixKind matrix = XgbMatrixKind::kDMatrix;
  bool is_quantised = false;  // LightGBM: use_quantized_grad
  bool is_row_wise = false;   // LightGBM: force_row_wise, else force_col_wise
};

enum class Contender { kOurs, kXgboost, kLightgbm };

const char* NameOf(Contender contender);
std::vector<Variant> VariantsOf(Contender contender);

struct Peers {
  XgbLibrary xgboost;
  LgbmLibrary lightgbm;
};

// In a process of its own, a copy of this one, which must have no threads. What a contender leaves
// behind there (a fragmented heap, most of all, that the next one's large allocations are slow in)
// is nobody else's. Throws PeerError (also for an error of ours).
Timed TrainOnce(Contender contender, const Variant& variant, const Peers& peers,
                const DataSet& data, const Setting& setting, int threads, bool predicts);

// Our parameters.
TrainParams OurParams(const DataSet& data, const Setting& setting);

}  // namespace boostyard::bench
