// Property: any bytes, read with any threads, windows, short reads and split into files, give the
// rows of the naive reader or the first five of its faults; and the same report every time.
//
// Input: byte 0 chooses windows, reads, labels and the form of the rest: a file as it is, or
// instructions that build records and frames which are nearly right.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "data/decode/compression.h"
#include "tests/data/csv_support.h"
#include "tests/data/naive_recordio.h"
#include "tests/data/recordio_support.h"
#include "tests/data/sparse_support.h"

namespace {

using namespace boostyard;
using namespace boostyard::test;

constexpr std::uint64_t kMemoryBytes = std::uint64_t{1} << 20;  // wide rows stay sparse

[[noreturn]] void Fail(const char* what, const std::string& bytes, const std::string& detail) {
  std::fprintf(stderr, "%s\n%s\n-- input --\n", what, detail.c_str());
  for (const char c : bytes) std::fprintf(stderr, "%02x", static_cast<unsigned char>(c));
  std::fprintf(stderr, "\n");
  std::abort();
}

// Takes instructions from the fuzzer's bytes; zeros when they are used up.
class Instructions {
 public:
  Instructions(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool is_over() const { return at_ >= size_; }
  std::uint8_t Next() { return is_over() ? 0 : data_[at_++]; }

  double NextValue(TensorType type) {
    if (type != TensorType::kFloat32 && type != TensorType::kFloat64) {
      return static_cast<std::int8_t>(Next());  // written as an integer
    }
    constexpr double kSpecial[] = {0, -0.0, 1e39, -1e39, HUGE_VAL, NAN, 1e-46, 3.4028235677e38};
    const std::uint8_t choice = Next();
    return choice < 16 ? kSpecial[choice / 2] : choice * 0.25;
  }

  std::uint64_t NextIndex() {
    const std::uint8_t choice = Next();
    return choice == 255 ? 0x7FFFFFFE + std::uint64_t{Next()} % 3 : choice / 16;
  }

  std::string NextName() {
    const std::uint8_t choice = Next();
    return choice % 16 == 15 ? std::string(1, static_cast<char>(choice)) : "values";
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

WrittenTensor NextTensor(Instructions& from, std::size_t count) {
  constexpr TensorType kTypes[] = {TensorType::kFloat32, TensorType::kFloat64, TensorType::kInt32,
                                   TensorType::kFloat32};
  const std::uint8_t form = from.Next();
  WrittenTensor tensor;
  tensor.type = form == 0xFF ? TensorType::kBytes : kTypes[form & 3];
  tensor.is_packed = (form & 4) == 0;
  for (std::size_t i = 0; i < count; ++i) tensor.values.push_back(from.NextValue(tensor.type));
  if ((form & 8) != 0) {
    const std::size_t keys = (form & 0x70) == 0x70 ? count + 1 : count;
    for (std::size_t i = 0; i < keys; ++i) tensor.keys.push_back(from.NextIndex());
  }
  if ((form & 0x80) != 0) tensor.shape.push_back((form & 8) != 0 ? from.NextIndex() : count);
  return tensor;
}

std::string Build(Instructions from) {
  std::string bytes;
  while (!from.is_over()) {
    const std::uint8_t form = from.Next();
    WrittenRecord record;
    record.features.emplace_back(from.NextName(), NextTensor(from, form & 7));
    if ((form & 8) != 0) {
      record.features.emplace_back(from.NextName(), NextTensor(from, form & 7));
    }
    record.label.emplace_back(from.NextName(), NextTensor(from, (form & 0x70) == 0x70 ? 2 : 1));
    const std::string payload = PayloadBytes(record);
    if ((form & 0x80) == 0) {
      bytes += Part(payload);
    } else {  // two parts, whose flags may be right
      const std::size_t middle = payload.size() / 2;
      const std::uint8_t flags = from.Next();
      bytes += Part(payload.substr(0, middle), flags < 240 ? 1 : flags % 8);
      bytes += Part(payload.substr(middle), flags < 200 ? 3 : flags % 8);
    }
  }
  return bytes;
}

struct Reading {
  std::string report;  // empty: well
  std::vector<NaiveRecordio::Fault> faults;
  bool is_sparse = false;
  std::vector<std::vector<float>> table;
  std::vector<NaiveRow> rows;  // of a sparse stream
};

Reading Read(const std::vector<std::string>& contents, bool has_label, std::size_t most_bytes,
             std::uint64_t chunk_bytes) {
  MemoryFiles files(contents, most_bytes);
  files.request.content_type =
      ContentType{.format = DataFormat::kRecordio, .delimiter = {}, .has_header = {}};
  files.request.has_label = has_label;
  files.request.memory_limit_bytes = kMemoryBytes;
  files.request.may_be_sparse = true;
  files.request.threads = chunk_bytes > 64 ? 1 : 2;
  files.options.chunk_bytes = chunk_bytes;
  Reading reading;
  auto opened = files.Open();
  if (!opened.ok()) {
    const Error& error = opened.error();
    reading.report = Render(error);
    const auto add = [&](const Error& one) {
      reading.faults.emplace_back(one.at ? one.at->record : 0, std::string(NameOf(one.id)));
    };
    add(error);
    for (const Error& also : error.also) add(also);
    return reading;
  }
  reading.is_sparse = opened->stream->shape().is_sparse;
  if (reading.is_sparse) {
    reading.rows = SparseRowsOf(*opened->stream);
  } else {
    reading.table = ReadTable(*opened->stream, has_label).rows;
  }
  return reading;
}

bool SameRow(const NaiveRow& real, const NaiveRecordio::Row& naive) {
  std::map<std::uint64_t, float> present;
  for (const auto& [index, value] : naive.cells) {
    if (!std::isnan(value)) present.emplace(index, value);
  }
  return real.label == naive.label && real.cells == present;
}

void Compare(const Reading& reading, const NaiveRecordio& expected, const std::string& bytes) {
  if (!expected.knows()) return;
  std::vector<NaiveRecordio::Fault> first = expected.faults();
  first.resize(std::min<std::size_t>(5, first.size()));
  // Errors of the whole: no rows, no features, other content, too little memory.
  if (!reading.faults.empty() && reading.faults[0].first == 0) {
    const bool is_empty = reading.faults[0].second == "channel-empty";
    if (is_empty && !(first.empty() && expected.rows().empty())) {
      Fail("rows were lost", bytes, reading.report);
    }
    return;
  }
  if (reading.faults != first) Fail("other errors", bytes, reading.report);
  if (!first.empty()) return;
  const bool same = reading.is_sparse
                        ? std::equal(reading.rows.begin(), reading.rows.end(),
                                     expected.rows().begin(), expected.rows().end(), SameRow)
                        : SameRows(reading.table, expected.Table());
  if (!same) Fail("other rows", bytes, "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  const bool has_label = (data[0] & 64) == 0;
  const std::string bytes = (data[0] & 128) == 0
                                ? std::string(reinterpret_cast<const char*>(data) + 1, size - 1)
                                : Build(Instructions(data + 1, size - 1));
  if (SniffCompression(bytes) != Compression::kNone) return 0;  // decode_fuzz's
  const NaiveRecordio expected(bytes, has_label);
  const Reading whole = Read({bytes}, has_label, 1U << 20, 1U << 20);
  Compare(whole, expected, bytes);
  const Reading cut = Read({bytes}, has_label, 1 + data[0] % 7, 1 + data[0] % 61);
  Compare(cut, expected, bytes);
  if (cut.report != whole.report) Fail("the report depends on the windows", bytes, cut.report);

  const std::size_t middle = bytes.find(LittleEndian(0xCED7230A, 4), bytes.size() / 2);
  if (!whole.report.empty() || middle == std::string::npos || middle == 0) return 0;
  const Reading halves =
      Read({bytes.substr(0, middle), bytes.substr(middle)}, has_label, 1U << 20, 1U << 20);
  if (!halves.report.empty()) return 0;  // cut within a record
  Compare(halves, expected, bytes);
  return 0;
}
