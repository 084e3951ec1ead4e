#include "bench/ingest/own_ingest.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/ingest/cell_sum.h"
#include "bench/ingest/process_usage.h"
#include "data/decode/frame_decoder.h"
#include "data/open.h"
#include "engine/base/column_chunk.h"
#include "engine/base/index_types.h"
#include "engine/quantize/binned_columns.h"
#include "engine/quantize/cuts.h"

namespace boostyard::bench {
namespace {

Result<CellSum> SumOfStream(ChunkStream& stream) {
  CellSum sum;
  while (true) {
    const Result<std::span<const ColumnChunk>> batch = stream.NextBatch();
    if (!batch.ok()) return batch.error();
    if (batch->empty()) return sum;
    for (const ColumnChunk& chunk : *batch) {
      for (std::size_t row = 0; row < chunk.row_count; ++row) {
        sum.Add(chunk.first_row + row, 0, chunk.labels[row]);
        for (std::size_t feature = 0; feature < chunk.features.size(); ++feature) {
          sum.Add(chunk.first_row + row, feature + 1, chunk.features[feature].At(row));
        }
      }
    }
  }
}

// CPU seconds of the steps, seconds by the wall, and rows. A limit of 0 is none.
int IngestOne(const std::string& path, int threads, std::uint64_t limit_bytes, bool checks) {
  ReadRequest request;
  request.channel = "train";
  request.files.push_back({path, "bench.csv", false});
  request.content_type = ContentType{};
  request.threads = threads;
  request.memory_limit_bytes = limit_bytes;
  // Nothing is trained: the limit is the reader's alone.
  request.training_bytes = [](RowIndex, FeatureIndex) { return std::uint64_t{0}; };
  const double wall = WallSeconds();
  const double start = CpuSeconds();
  Result<OpenedData> opened = OpenData(request);
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return EXIT_FAILURE;
  }
  const double read_wall = WallSeconds() - wall;
  const double read = CpuSeconds();
  const Result<BinCuts> cuts = BuildCuts(*opened->stream, {.threads = threads});
  if (!cuts.ok()) return EXIT_FAILURE;
  const double cut = CpuSeconds();
  if (checks) {
    if (!opened->stream->Rewind().ok()) return EXIT_FAILURE;
    const Result<CellSum> sum = SumOfStream(*opened->stream);
    if (!sum.ok()) return EXIT_FAILURE;
    std::printf("sum:%.6f ", sum->all());
  }
  const Result<BinnedColumns> bins = BinColumns(*opened->stream, *cuts, threads, true);
  if (!bins.ok()) return EXIT_FAILURE;
  std::printf("read:%.6f cuts:%.6f bins:%.6f read_wall:%.6f wall:%.6f peak_mb:%.3f rows:%llu\n",
              read - start, cut - read, CpuSeconds() - cut, read_wall, WallSeconds() - wall,
              PeakMegabytes(), static_cast<unsigned long long>(bins->row_count));
  return EXIT_SUCCESS;
}

int DecodeOne(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<char> text(std::size_t{1} << 20);
  const double wall = WallSeconds();
  const auto decoder = MakeGzipDecoder();
  std::string_view left = bytes;
  std::uint64_t written = 0;
  for (bool is_end = false; !is_end;) {
    const DecodeStep step = decoder->Decode(left, text);
    if (!step.problem.empty() || (step.read == 0 && step.written == 0)) return EXIT_FAILURE;
    left.remove_prefix(step.read);
    written += step.written;
    is_end = step.is_frame_end;
  }
  std::printf("wall:%.6f bytes:%llu\n", WallSeconds() - wall,
              static_cast<unsigned long long>(written));
  return EXIT_SUCCESS;
}

}  // namespace

bool IsOwnIngest(int argc, char** argv) {
  return argc > 1 &&
         (std::string_view(argv[1]) == "--one" || std::string_view(argv[1]) == "--decode");
}

int RunOwnIngest(int argc, char** argv) {
  if (argc == 3) return DecodeOne(argv[2]);
  if (argc < 5) return EXIT_FAILURE;
  return IngestOne(argv[2], std::atoi(argv[3]), static_cast<std::uint64_t>(std::atoll(argv[4])),
                   argc == 6);
}

}  // namespace boostyard::bench
