// A channel as XGBoost's DMatrix, read from a chunk stream.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/base/column_chunk.h"
#include "engine/params.h"
#include "engine/xgb/xgb_api.h"

namespace boostyard {

struct MatrixDeleter {
  const XgbApi* api;
  void operator()(void* handle) const { api->MatrixFree(handle); }
};
using MatrixHandle = std::unique_ptr<void, MatrixDeleter>;

// A matrix with what the stream says of its rows.
struct XgbMatrix {
  MatrixHandle handle;
  std::vector<float> labels;   // kept for the metrics that are computed here
  std::vector<float> weights;  // empty: all 1; one per row also for ranking
  bool was_stopped = false;    // reading was given up: there is no matrix
};

struct XgbMatrixOptions {
  // Binned while it is read (tree_method hist); otherwise all values are kept, sparse.
  bool is_quantile = true;
  int max_bin = 256;
  int threads = 1;
  const XgbMatrix* reference = nullptr;  // whose cuts a quantile matrix takes over
  std::function<bool()> stop_requested = nullptr;
};

// Reads the whole stream, dense or sparse, several times for a quantile matrix. Labels are checked
// against the objective. Ranking: equal, adjacent query ids are a group, without ids all rows are
// one; a group's weight is that of its first row. survival:aft: each label is an exact time.
Result<XgbMatrix> MakeXgbMatrix(const XgbApi& api, ChunkStream& stream,
                                const ObjectiveParams& objective, const XgbMatrixOptions& options);

}  // namespace boostyard
