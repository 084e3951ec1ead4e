// What the tests of data/ share: files in memory that read badly on purpose, and whole tables.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/open.h"
#include "data/read_options.h"
#include "engine/base/error_table.h"
#include "tests/data/naive_csv.h"

namespace boostyard::test {

// A file in memory that gives at most `most_bytes` a read.
class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string bytes, std::size_t most_bytes)
      : bytes_(std::move(bytes)), most_bytes_(most_bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> ReadSome(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t count = std::min({out.size(), most_bytes_, bytes_.size() - offset});
    std::memcpy(out.data(), bytes_.data() + offset, count);
    return count;
  }

 private:
  std::string bytes_;
  std::size_t most_bytes_;
};

// A request for files named a.csv, b.csv... in memory, and the options that open them.
struct MemoryFiles {
  explicit MemoryFiles(std::vector<std::string> contents, std::size_t most_bytes = 1U << 20) {
    request.channel = "train";
    std::map<std::string, std::string> by_path;
    for (std::size_t i = 0; i < contents.size(); ++i) {
      const std::string name = "train/" + std::string(1, static_cast<char>('a' + i % 26)) +
                               (i < 26 ? "" : std::to_string(i)) + ".csv";
      request.files.push_back({"memory:" + name, name, false});
      by_path["memory:" + name] = std::move(contents[i]);
    }
    options.open_file = [by_path, most_bytes](const SourceFile& file) {
      return Result<std::unique_ptr<ByteSource>>(
          std::make_unique<MemorySource>(by_path.at(file.path), most_bytes));
    };
  }

  Result<OpenedData> Open() const { return OpenDataWith(request, options); }

  ReadRequest request;
  ReadOptions options;
};

struct Table {
  DataShape shape;
  std::vector<std::vector<float>> rows;  // label, weight (if any), features: as in the file
};

inline Table ReadTable(ChunkStream& stream, bool has_label = true) {
  Table table;
  table.shape = stream.shape();
  for (;;) {
    const auto batch = stream.NextBatch();
    if (!batch.ok() || batch->empty()) return table;
    for (const ColumnChunk& chunk : *batch) {
      if (chunk.first_row != table.rows.size()) return {};
      for (std::size_t i = 0; i < chunk.row_count; ++i) {
        std::vector<float> row;
        if (has_label) row.push_back(chunk.labels[i]);
        if (!chunk.weights.empty()) row.push_back(chunk.weights[i]);
        for (const ColumnPiece& piece : chunk.features) row.push_back(piece.At(i));
        table.rows.push_back(std::move(row));
      }
    }
  }
}

// Equal to the bit; every missing value is the same.
inline bool SameRows(const std::vector<std::vector<float>>& a,
                     const std::vector<std::vector<float>>& b) {
  const auto same_cell = [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) ||
           (std::isnan(x) && std::isnan(y));
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_cell);
  });
}

inline NaiveFault FaultOf(const Error& error) {
  const SourcePosition at = error.at.value_or(SourcePosition{});
  return {at.line, at.byte, at.column, std::string(NameOf(error.id))};
}

// The errors of a report, in order.
inline std::vector<NaiveFault> FaultsOf(const Error& error) {
  std::vector<NaiveFault> faults = {FaultOf(error)};
  for (const Error& also : error.also) faults.push_back(FaultOf(also));
  return faults;
}

// The line that ends a job, for golden files.
inline std::string Render(const Error& error) {
  std::string text;
  if (error.at && error.at->record > 0) {
    text += error.at->file + " record " + std::to_string(error.at->record) + " (byte " +
            std::to_string(error.at->byte) + "): ";
  } else if (error.at) {
    text += error.at->file + ":" + std::to_string(error.at->line) + ":" +
            std::to_string(error.at->byte) + " (cell " + std::to_string(error.at->column) + "): ";
  }
  text += error.message + ". Fix: " + error.fix + " [" + std::string(NameOf(error.id)) + "]\n";
  if (error.at && !error.at->line_text.empty()) {
    text += "  | " + error.at->line_text + "\n  | " + std::string(error.at->caret, ' ') + "^\n";
  }
  for (const Error& also : error.also) text += Render(also);
  return text;
}

inline std::string ReadBytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// A folder that goes away with the test.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "boostyard-data-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string Write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return (path_ / name).string();
  }
  std::filesystem::path path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace boostyard::test
