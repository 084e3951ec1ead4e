// The door of data/: files of one channel in, a stream of chunks out.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/content_type.h"
#include "engine/base/column_chunk.h"
#include "engine/base/result.h"

namespace boostyard {

// One file or pipe. Order matters: rows are numbered in the order of the list.
struct SourceFile {
  std::string path;          // to open
  std::string display_name;  // to show: relative to the data directory, "train/part-0003.csv"
  bool is_fifo = false;      // read once, in order; never re-read
};

// What to read and how.
struct ReadRequest {
  std::string channel;                      // "train": for messages
  std::vector<SourceFile> files;            // at least one
  std::optional<ContentType> content_type;  // not given: sniffed, and said so
  bool has_label = true;                    // false: every column is a feature (predict)
  bool has_weights = false;                 // csv_weights=1: the column after the label
  // A channel that must have the same features (validation): its column count; 0: free.
  FeatureIndex expected_features = 0;
  // Formats of sparse rows (libsvm, sparse recordio): the columns there are at least.
  FeatureIndex least_sparse_features = 0;
  // Such a format may give a sparse stream where its columns would not fit into the memory.
  bool may_be_sparse = false;
  int threads = 1;
  // For the whole job; 0: not limited. What the rows will need is estimated from the size of the
  // files and their first rows: what cannot be kept within the limit is read again in every pass,
  // and refused before it is read if not even that fits. Pipes are kept or, at the limit, refused.
  std::uint64_t memory_limit_bytes = 0;
  std::uint64_t memory_used_bytes = 0;  // of the limit, by other channels
  // What training will need for so many rows and features; none: a byte for each cell.
  std::function<std::uint64_t(RowIndex, FeatureIndex)> training_bytes;
  // Asked now and then, by any thread; true: give up with a kInternal error that the caller does
  // not report.
  std::function<bool()> stop_requested;
};

// A stream and what should be said about it.
struct OpenedData {
  std::unique_ptr<ChunkStream> stream;
  std::vector<std::string> notes;  // info lines: skipped header, sniffed type, delimiter
  std::vector<std::string> warnings;
  std::uint64_t memory_bytes = 0;  // what the stream holds
};

// Opens, sniffs and (when the data are kept) reads everything. Errors name file, line, column,
// value and cure; with several, the first five in file order, the same for any thread count.
Result<OpenedData> OpenData(const ReadRequest& request);

}  // namespace boostyard
