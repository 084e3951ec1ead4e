#include "engine/cuda/sharded_rows.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

namespace boostyard {

using namespace device;

namespace {

// Chunks of one device's share, their rows numbered from its first.
struct ShareOfBatch {
  std::vector<ColumnChunk> chunks;
  std::deque<std::vector<ColumnPiece>> pieces;  // of chunks that were cut

  // Takes rows [begin, end) of a chunk.
  void Take(const ColumnChunk& chunk, std::uint32_t begin, std::uint32_t end, RowIndex first_row) {
    ColumnChunk part = chunk;
    part.first_row = chunk.first_row + begin - first_row;
    part.row_count = end - begin;
    if (part.row_count < chunk.row_count) {
      std::vector<ColumnPiece>& cut = pieces.emplace_back();
      for (ColumnPiece piece : chunk.features) {
        if (piece.is_coded()) {
          piece.codes = piece.codes.subspan(begin, part.row_count);
        } else {
          piece.floats = piece.floats.subspan(begin, part.row_count);
        }
        cut.push_back(piece);
      }
      part.features = cut;
      part.labels = {};  // not the devices' business
      part.weights = {};
    }
    chunks.push_back(part);
  }
};

}  // namespace

// ---- counting

Result<std::unique_ptr<ShardedSketch>> ShardedSketch::Make(DeviceGroup& group) {
  std::unique_ptr<ShardedSketch> sketch(new ShardedSketch(group));
  sketch->sketches_.resize(static_cast<std::size_t>(group.size()));
  BOOSTYARD_RETURN_IF_ERROR(group.Run([&](GroupMember& member) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(sketch->sketches_[static_cast<std::size_t>(member.rank())],
                               DeviceSketch::Make(member.executor()));
    return {};
  }));
  return sketch;
}

std::uint64_t ShardedSketch::room() const {
  std::uint64_t room = std::numeric_limits<std::uint64_t>::max();
  for (const auto& sketch : sketches_) room = std::min(room, sketch->room());
  return room;
}

Status ShardedSketch::Start(std::span<const CountTask> tasks, const RowMass* mass_rule) {
  return group_.Run([&](GroupMember& member) { return SketchOf(member).Start(tasks, mass_rule); });
}

Status ShardedSketch::Add(std::span<const ColumnChunk> batch) {
  std::vector<std::vector<ColumnChunk>> parts(sketches_.size());
  for (const ColumnChunk& chunk : batch) {
    parts[next_].push_back(chunk);
    next_ = (next_ + 1) % parts.size();
  }
  return group_.Run([&](GroupMember& member) -> Status {
    const std::vector<ColumnChunk>& part = parts[static_cast<std::size_t>(member.rank())];
    if (part.empty()) return {};
    return SketchOf(member).Add(part);
  });
}

Result<std::span<std::uint64_t>> ShardedSketch::Finish() {
  std::vector<std::span<std::uint64_t>> counters(sketches_.size());
  BOOSTYARD_RETURN_IF_ERROR(group_.Run([&](GroupMember& member) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(counters[static_cast<std::size_t>(member.rank())],
                               SketchOf(member).Finish());
    return {};
  }));
  const std::span<std::uint64_t> all = counters.front();
  for (std::size_t device = 1; device < counters.size(); ++device) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += counters[device][i];
  }
  return all;
}

// ---- coding

ShardedBinner::ShardedBinner(DeviceGroup& group) : group_(group) {
  for (int device = 0; device < group.size(); ++device) {
    binners_.push_back(std::make_unique<DeviceBinner>(group.member(device).executor()));
  }
}

std::uint64_t ShardedBinner::RowsOf(int device) const {
  std::uint64_t rows = 0;
  for (const RowShares& shares : shares_) rows += shares.count(device);
  return rows;
}

Result<BinnedColumns> ShardedBinner::Add(ChunkStream& stream, const BinCuts& cuts,
                                         bool is_last_pass) {
  BOOSTYARD_RETURN_IF_ERROR(is_last_pass ? stream.RewindForLastPass() : stream.Rewind());
  shares_.push_back(RowShares::Of(stream.shape().row_count, group_.size()));
  BOOSTYARD_RETURN_IF_ERROR(group_.Run([&](GroupMember& member) {
    return BinnerOf(member).BeginChannel(cuts, shares_.back().count(member.rank()));
  }));
  BinnedColumns rows;
  for (;;) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::span<const ColumnChunk> batch, stream.NextBatch());
    if (batch.empty()) break;
    // Streams know their lengths by now; one that did not would be the last device's alone.
    const RowIndex end = batch.back().first_row + batch.back().row_count;
    shares_.back().rows = std::max(shares_.back().rows, end);
    BOOSTYARD_RETURN_IF_ERROR(AddBatch(batch));
    AppendLabels(batch, rows);
  }
  shares_.back().rows = rows.row_count;
  BOOSTYARD_RETURN_IF_ERROR(EndChannel());
  BOOSTYARD_RETURN_IF_ERROR(stream.Rewind());
  return rows;
}

Status ShardedBinner::AddBatch(std::span<const ColumnChunk> batch) {
  const RowShares& shares = shares_.back();
  std::vector<ShareOfBatch> parts(binners_.size());
  for (const ColumnChunk& chunk : batch) {
    const RowIndex chunk_end = chunk.first_row + chunk.row_count;
    for (int device = 0; device < group_.size(); ++device) {
      const std::uint64_t begin = std::max<std::uint64_t>(chunk.first_row, shares.begin(device));
      const std::uint64_t end = std::min<std::uint64_t>(chunk_end, shares.end(device));
      if (begin >= end) continue;
      parts[static_cast<std::size_t>(device)].Take(
          chunk, static_cast<std::uint32_t>(begin - chunk.first_row),
          static_cast<std::uint32_t>(end - chunk.first_row), shares.begin(device));
    }
  }
  return group_.Run([&](GroupMember& member) {
    return BinnerOf(member).AddRows(parts[static_cast<std::size_t>(member.rank())].chunks);
  });
}

Status ShardedBinner::EndChannel() {
  std::vector<std::vector<std::uint32_t>> flags(binners_.size());
  BOOSTYARD_RETURN_IF_ERROR(group_.Run([&](GroupMember& member) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(flags[static_cast<std::size_t>(member.rank())],
                               BinnerOf(member).FindMissing(shares_.back().count(member.rank())));
    return {};
  }));
  std::vector<std::uint32_t>& all = flags.front();
  for (const std::vector<std::uint32_t>& of_device : flags) {
    for (std::size_t f = 0; f < all.size(); ++f) all[f] |= of_device[f];
  }
  return group_.Run([&](GroupMember& member) { return BinnerOf(member).TakeMissing(all); });
}

// Rows come in another order than the streams', a device's after the other's, each of them filled
// up to whole words of bits: nobody asks which row is which.
SlotFacts ShardedBinner::Facts() const {
  SlotFacts facts = binners_.front()->Facts();
  facts.row_count = 0;
  for (int device = 0; device < group_.size(); ++device) {
    facts.row_count += (RowsOf(device) + 63) / 64 * 64;
  }
  facts.ones_of = [this](std::span<const FeatureIndex> features) { return OnesOf(features); };
  return facts;
}

Result<RowBits> ShardedBinner::OnesOf(std::span<const FeatureIndex> features) const {
  std::vector<RowBits> parts(binners_.size());
  BOOSTYARD_RETURN_IF_ERROR(group_.Run([&](GroupMember& member) -> Status {
    const SlotFacts facts = BinnerOf(member).Facts();
    BOOSTYARD_ASSIGN_OR_RETURN(parts[static_cast<std::size_t>(member.rank())],
                               facts.ones_of(features));
    return {};
  }));
  RowBits ones = std::move(parts.front());
  for (std::size_t device = 1; device < parts.size(); ++device) {
    for (std::size_t f = 0; f < ones.size(); ++f) {
      ones[f].insert(ones[f].end(), parts[device][f].begin(), parts[device][f].end());
    }
  }
  return ones;
}

Result<std::vector<std::vector<DeviceColumn>>> ShardedBinner::TakeSlots(const SlotMatrix& plan) {
  std::vector<std::vector<DeviceColumn>> columns(binners_.size());
  BOOSTYARD_RETURN_IF_ERROR(group_.Run([&](GroupMember& member) -> Status {
    BOOSTYARD_ASSIGN_OR_RETURN(columns[static_cast<std::size_t>(member.rank())],
                               BinnerOf(member).TakeSlots(plan));
    return {};
  }));
  return columns;
}

}  // namespace boostyard
