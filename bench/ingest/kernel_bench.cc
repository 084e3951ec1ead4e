#include "bench/ingest/kernel_bench.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "bench/ingest/process_usage.h"
#include "data/csv/block_reader.h"
#include "data/csv/parse.h"
#include "data/number.h"
#include "engine/base/cpu_features.h"
#include "engine/base/huge_buffer.h"

namespace boostyard::bench {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

struct Sample {
  std::string text;  // padded with a row before the rows that count
  std::string_view rows;
  std::uint32_t column_count;
  std::vector<float> expected;  // fast_float's, row by row
};

// One field after the other, as a plain reader with a good number parser does it.
void ReadByFastFloat(std::string_view rows, float* out) {
  const char* const end = rows.data() + rows.size();
  for (const char* p = rows.data(); p != end; ++p, ++out) {
    *out = std::numeric_limits<float>::quiet_NaN();
    if (*p != ',' && *p != '\n') p = fast_float::from_chars(p, end, *out).ptr;
  }
}

Sample MakeSample(const CsvKind& kind, std::size_t row_count) {
  Sample sample;
  sample.text = MakeCsvRows(kind, 0, row_count + 1);
  sample.rows = std::string_view(sample.text).substr(sample.text.find('\n') + 1);
  sample.column_count = static_cast<std::uint32_t>(kind.column_count);
  sample.expected.resize(row_count * kind.column_count);
  ReadByFastFloat(sample.rows, sample.expected.data());
  return sample;
}

bool SameValue(float a, float b) { return (std::isnan(a) && std::isnan(b)) || a == b; }

template <class Step>
double BestSeconds(int runs, const Step& step) {
  double best = std::numeric_limits<double>::infinity();
  for (int run = 0; run < runs; ++run) {
    const double start = CpuSeconds();
    step();
    best = std::min(best, CpuSeconds() - start);
  }
  return best;
}

KernelTiming Timing(const std::string& what, double seconds, const Sample& sample) {
  return {what, 1e9 * seconds / static_cast<double>(sample.expected.size()),
          1e-6 * static_cast<double>(sample.rows.size()) / seconds};
}

// Calls body(begin, end) for each block of the sample.
template <class Body>
void ForEachBlock(std::string_view rows, const Body& body) {
  const char* const end = rows.data() + rows.size();
  for (const char* p = rows.data(); p != end;) {
    const char* const block_end = csv::BlockReader::BlockEnd(p, end);
    body(p, block_end);
    p = block_end;
  }
}

KernelTiming TimeBestKernel(const Sample& sample, const std::string& tier, int runs) {
  const csv::CsvKernels& kernels = csv::ActiveCsvKernels();
  const std::pair<const char*, decltype(kernels.read_short)> ways[] = {
      {"small ints", kernels.read_small_ints},
      {"short", kernels.read_short},
      {"long", kernels.read_long}};
  constexpr std::size_t kRoom = (std::size_t{64} << 10) + csv::kWriteSlack;
  constexpr std::size_t kMargin = 16;  // all is aligned as it is for csv::BlockReader
  HugeBuffer<float> values(kRoom);
  HugeBuffer<std::uint32_t> odd(kRoom);
  HugeBuffer<std::uint32_t> ends(kRoom + kMargin);
  const csv::BlockCells cells = {values.data(), odd.data(), ends.data() + kMargin};
  std::optional<KernelTiming> best;
  for (const auto& [name, read] : ways) {
    std::size_t odd_count = 0;
    const double seconds = BestSeconds(runs, [&] {
      odd_count = 0;
      ForEachBlock(sample.rows, [&](const char* begin, const char* end) {
        odd_count +=
            read({begin, static_cast<std::size_t>(end - begin), ',', sample.column_count}, cells)
                .odd;
      });
    });
    // A kernel that leaves many cells to others was not made for this file.
    if (odd_count > sample.expected.size() / 50) continue;
    const KernelTiming timing = Timing(tier + " " + name, seconds, sample);
    if (!best || timing.ns_per_field < best->ns_per_field) best = timing;
  }
  return best.value_or(KernelTiming{tier + ": no kernel", 0.0, 0.0});
}

// From text to columns of floats, chunk by chunk, as a job does it. Nothing if a value is wrong.
std::optional<KernelTiming> TimeColumns(const Sample& sample, const std::string& tier, int runs) {
  csv::Layout layout;
  layout.column_count = sample.column_count;
  csv::BlockReader blocks;
  csv::CellTable table;
  bool is_right = true;
  const auto read_all = [&](const auto& use) {
    const char* const end = sample.rows.data() + sample.rows.size();
    for (const char* p = sample.rows.data(); p != end;) {
      const auto left = static_cast<std::size_t>(end - p);
      const std::string_view chunk(p, std::min(left, kChunkBytes));
      const std::size_t size = left <= kChunkBytes ? left : chunk.rfind('\n') + 1;
      csv::ParseRows(chunk.substr(0, size), 0, layout, table, &blocks);
      use();
      p += size;
    }
  };
  std::size_t first_row = 0;
  read_all([&] {
    for (std::size_t row = 0; row < table.row_count; ++row, ++first_row) {
      const float* const expected = sample.expected.data() + first_row * sample.column_count;
      for (std::uint32_t column = 0; column < sample.column_count; ++column) {
        is_right &= SameValue(table.column(column)[row], expected[column]);
      }
    }
  });
  if (!is_right || first_row * sample.column_count != sample.expected.size()) return std::nullopt;
  return Timing(tier + " columns", BestSeconds(runs, [&] { read_all([] {}); }), sample);
}

}  // namespace

std::vector<KernelTiming> TimeKernels(const CsvKind& kind, std::size_t row_count, int runs) {
  const Sample sample = MakeSample(kind, row_count);
  std::vector<float> values(sample.expected.size());
  std::vector<KernelTiming> timings = {
      Timing("fast_float", BestSeconds(runs, [&] { ReadByFastFloat(sample.rows, values.data()); }),
             sample)};
  for (const KernelTier tier : {KernelTier::kPortable, KernelTier::kAvx2, KernelTier::kAvx512}) {
    if (tier > BestKernelTier()) break;
    SetKernelTierForTest(tier);
    const std::string name(NameOf(tier));
    timings.push_back(TimeBestKernel(sample, name, runs));
    const std::optional<KernelTiming> columns = TimeColumns(sample, name, runs);
    SetKernelTierForTest(std::nullopt);
    if (!columns) return {};
    timings.push_back(*columns);
  }
  return timings;
}

}  // namespace boostyard::bench
