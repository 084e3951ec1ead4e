// Steps of auc and aucpr: keys to sort by, then the sorted rows in tiles. A tile's points of the
// curve need what lies before it: its rows, and the last point, where a run of equal predictions
// may have begun. Curves only rise, so the last point is the largest one.
#pragma once

#include <cstdint>

#include "engine/cuda/steps_metrics.h"
#include "engine/metric/curve_points.h"

namespace boostyard::device {

struct CurveRows {
  MetricRows rows;
  RowMass mass;

  BOOSTYARD_HD CurvePoint Point(std::uint64_t key) const {
    const auto row = static_cast<std::uint32_t>(key);
    return PointOf(mass, rows.labels[row], rows.weights == nullptr ? 1.0F : rows.weights[row]);
  }
};

// A tile of kSumBlockRows sorted rows: first its own, then what lies before it.
struct CurveTile {
  CurvePoint rows;   // all of them
  CurvePoint point;  // the last point of the curve
  std::uint64_t has_point = 0;
};

// What a tile adds to the areas.
struct CurveArea {
  std::uint64_t twice_roc[2] = {0, 0};  // low, high
  double precision_recall = 0.0;
};

// For InclusiveSum: the latest point up to each thread.
struct LatestPoint {
  CurvePoint point;
};
BOOSTYARD_HD LatestPoint Plus(const LatestPoint& a, const LatestPoint& b) {
  return {Later(a.point, b.point)};
}

// Prediction and row number in one word.
struct CurveKeyStep {
  static constexpr int kThreads = 256;
  struct Args {
    MetricRows rows;
    std::uint64_t* keys;
  };
  struct Shared {};

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared&) {
    block.ForEachThread([&](int thread) {
      ForEachOfGrid<kThreads>(block, thread, args.rows.rows, [&](std::uint64_t row) {
        args.keys[row] = std::uint64_t{DescendingKey(args.rows.Prediction(row))} << 32 | row;
      });
    });
  }
};

// The sorted rows of a tile in passes of a row per thread.
struct CurveTileWalk {
  static constexpr int kThreads = 256;
  static constexpr std::uint32_t kPasses = kSumBlockRows / kThreads;

  const std::uint64_t* keys;
  std::uint64_t rows;

  BOOSTYARD_HD std::uint64_t Place(std::uint32_t tile, std::uint32_t pass, int thread) const {
    return std::uint64_t{tile} * kSumBlockRows + pass * kThreads + static_cast<unsigned>(thread);
  }
  // Whether the row is the last of its prediction.
  BOOSTYARD_HD bool IsPoint(std::uint64_t place) const {
    return place + 1 == rows || (keys[place] >> 32) != (keys[place + 1] >> 32);
  }
};

// Sums up the rows of each tile.
struct CurveTileStep {
  static constexpr int kThreads = CurveTileWalk::kThreads;
  struct Args {
    CurveRows rows;
    const std::uint64_t* keys;  // sorted
    CurveTile* tiles;
  };
  struct Shared {
    CurvePoint scratch[kMaxWarps];
    std::uint64_t has_point[kMaxWarps];
  };

  // grid.x: tiles
  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const CurveTileWalk walk{args.keys, args.rows.rows.rows};
    typename Block::template Local<CurvePoint> points;
    typename Block::template Local<CurvePoint> latest;
    typename Block::template Local<std::uint64_t> has_point;
    CurvePoint before;
    for (std::uint32_t pass = 0; pass < CurveTileWalk::kPasses; ++pass) {
      block.ForEachThread([&](int thread) {
        const std::uint64_t place = walk.Place(block.x(), pass, thread);
        points[thread] = place < walk.rows ? args.rows.Point(args.keys[place]) : CurvePoint{};
      });
      const CurvePoint total = block.InclusiveSum(points, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint64_t place = walk.Place(block.x(), pass, thread);
        if (place >= walk.rows || !walk.IsPoint(place)) return;
        latest[thread] = Plus(before, points[thread]);  // larger than the last pass's
        has_point[thread] = 1;
      });
      before = Plus(before, total);
    }
    const CurvePoint last =
        block.Reduce(latest, shared.scratch,
                     [](const CurvePoint& a, const CurvePoint& b) { return Later(a, b); });
    const std::uint64_t any = block.Reduce(has_point, shared.has_point,
                                           [](std::uint64_t a, std::uint64_t b) { return a | b; });
    block.ForEachThread([&](int thread) {
      if (thread == 0) args.tiles[block.x()] = {before, last, any};
    });
  }
};

// Puts what lies before each tile in the place of its own, and all rows into `total`. One block.
struct CurveScanStep {
  static constexpr int kThreads = 512;
  struct Args {
    CurveTile* tiles;
    std::uint32_t count;
    CurvePoint* total;
  };
  struct Shared {
    CurvePoint scratch[kMaxWarps];
    LatestPoint latest_scratch[kMaxWarps];
    LatestPoint latest[kThreads];
  };

  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    typename Block::template Local<CurvePoint> rows;
    typename Block::template Local<CurvePoint> own;
    typename Block::template Local<LatestPoint> latest;
    CurvePoint before;
    LatestPoint latest_before;
    for (std::uint32_t first = 0; first < args.count; first += kThreads) {
      block.ForEachThread([&](int thread) {
        const std::uint32_t i = first + static_cast<unsigned>(thread);
        own[thread] = i < args.count ? args.tiles[i].rows : CurvePoint{};
        rows[thread] = own[thread];
      });
      const CurvePoint total = block.InclusiveSum(rows, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint32_t i = first + static_cast<unsigned>(thread);
        latest[thread] = {};
        if (i >= args.count) return;
        CurveTile& tile = args.tiles[i];
        tile.rows = {before.positives + rows[thread].positives - own[thread].positives,
                     before.negatives + rows[thread].negatives - own[thread].negatives};
        if (tile.has_point != 0) latest[thread] = {Plus(tile.rows, tile.point)};
      });
      const LatestPoint last = block.InclusiveSum(latest, shared.latest_scratch);
      block.ForEachThread([&](int thread) { shared.latest[thread] = latest[thread]; });
      block.ForEachThread([&](int thread) {
        const std::uint32_t i = first + static_cast<unsigned>(thread);
        if (i >= args.count) return;
        args.tiles[i].point =
            (thread == 0 ? latest_before : Plus(latest_before, shared.latest[thread - 1])).point;
      });
      before = Plus(before, total);
      latest_before = Plus(latest_before, last);
    }
    block.ForEachThread([&](int thread) {
      if (thread == 0) *args.total = before;
    });
  }
};

// The area between the points of each tile and those before them.
struct CurveAreaStep {
  static constexpr int kThreads = CurveTileWalk::kThreads;
  struct Args {
    CurveRows rows;
    const std::uint64_t* keys;  // sorted
    const CurveTile* tiles;     // scanned
    const CurvePoint* total;
    std::uint32_t has_precision;  // aucpr is asked for
    CurveArea* areas;             // per tile
  };
  struct Shared {
    CurvePoint scratch[kMaxWarps];
    LatestPoint latest_scratch[kMaxWarps];
    LatestPoint latest[kThreads];
    Uint128 area_scratch[kMaxWarps];
    double values[kSumBlockRows];
    double lanes[8];
  };

  // grid.x: tiles
  template <class Block>
  static BOOSTYARD_STEP void Run(Block& block, const Args& args, Shared& shared) {
    const CurveTileWalk walk{args.keys, args.rows.rows.rows};
    const CurvePoint total = *args.total;
    typename Block::template Local<CurvePoint> points;
    typename Block::template Local<LatestPoint> latest;
    typename Block::template Local<Uint128> twice_area;
    CurvePoint before = args.tiles[block.x()].rows;
    LatestPoint latest_before{args.tiles[block.x()].point};
    for (std::uint32_t pass = 0; pass < CurveTileWalk::kPasses; ++pass) {
      block.ForEachThread([&](int thread) {
        const std::uint64_t place = walk.Place(block.x(), pass, thread);
        points[thread] = place < walk.rows ? args.rows.Point(args.keys[place]) : CurvePoint{};
      });
      const CurvePoint sum = block.InclusiveSum(points, shared.scratch);
      block.ForEachThread([&](int thread) {
        const std::uint64_t place = walk.Place(block.x(), pass, thread);
        const bool is_point = place < walk.rows && walk.IsPoint(place);
        points[thread] = Plus(before, points[thread]);
        latest[thread] = is_point ? LatestPoint{points[thread]} : LatestPoint{};
      });
      const LatestPoint last = block.InclusiveSum(latest, shared.latest_scratch);
      block.ForEachThread([&](int thread) { shared.latest[thread] = latest[thread]; });
      block.ForEachThread([&](int thread) {
        const std::uint64_t place = walk.Place(block.x(), pass, thread);
        double& value = shared.values[pass * kThreads + static_cast<unsigned>(thread)];
        value = 0.0;
        if (place >= walk.rows || !walk.IsPoint(place)) return;
        const CurvePoint from =
            (thread == 0 ? latest_before : Plus(latest_before, shared.latest[thread - 1])).point;
        twice_area[thread] += TwiceRocArea(from, points[thread]);
        if (args.has_precision == 0 || total.positives == 0) return;
        value = PrecisionRecallArea(from, points[thread], total);
      });
      before = Plus(before, sum);
      latest_before = Plus(latest_before, last);
    }
    WriteArea(block, twice_area, shared, args.areas + block.x());
  }

 private:
  template <class Block, class Areas>
  static BOOSTYARD_STEP void WriteArea(Block& block, Areas& twice_area, Shared& shared,
                                       CurveArea* area) {
    const Uint128 sum =
        block.Reduce(twice_area, shared.area_scratch, [](Uint128 a, Uint128 b) { return a + b; });
    const double precision_recall = SumLanes(block, shared.values, kSumBlockRows, shared.lanes);
    block.ForEachThread([&](int thread) {
      if (thread != 0) return;
      area->twice_roc[0] = static_cast<std::uint64_t>(sum);
      area->twice_roc[1] = static_cast<std::uint64_t>(sum >> 64);
      area->precision_recall = precision_recall;
    });
  }
};

}  // namespace boostyard::device
