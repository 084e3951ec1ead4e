// recordio-protobuf: values against the naive reader, errors by their words, forms of the stream.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "data/locate.h"
#include "tests/data/csv_support.h"
#include "tests/data/naive_recordio.h"
#include "tests/data/recordio_support.h"
#include "tests/data/sparse_support.h"

namespace boostyard::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

MemoryFiles Recordio(std::vector<std::string> contents, std::size_t most_bytes = 1U << 20) {
  MemoryFiles files(std::move(contents), most_bytes);
  files.request.content_type =
      ContentType{.format = DataFormat::kRecordio, .delimiter = {}, .has_header = {}};
  return files;
}

TensorType AnyType(std::mt19937_64& random) {
  constexpr TensorType kTypes[] = {TensorType::kFloat32, TensorType::kFloat64, TensorType::kInt32};
  return kTypes[random() % 3];
}

double AnyValue(TensorType type, std::mt19937_64& random) {
  constexpr double kValues[] = {0, -0.0, 1, -2.5, 1e-3, kNan, 1e-44, 16777217.0, 3.3e38};
  if (type == TensorType::kInt32) return static_cast<std::int32_t>(random());
  return kValues[random() % 9];
}

// Records of every legal form; dense ones have `width` features.
std::vector<WrittenRecord> RandomRecords(std::size_t count, bool is_dense, std::size_t width,
                                         std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<WrittenRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    WrittenTensor tensor;
    tensor.type = AnyType(random);
    tensor.is_packed = random() % 3 != 0;
    for (std::size_t feature = 0; feature < width; ++feature) {
      if (!is_dense && random() % 3 != 0) continue;
      if (!is_dense) tensor.keys.push_back(feature);
      tensor.values.push_back(AnyValue(tensor.type, random));
    }
    if (random() % 4 == 0) std::reverse(tensor.keys.begin(), tensor.keys.end());
    if (random() % 2 == 0) tensor.shape = {width};
    WrittenRecord record = DenseRecord(static_cast<double>(random() % 2), {}, AnyType(random));
    record.features = {{"values", std::move(tensor)}};
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<std::vector<float>> Expected(const std::string& bytes) {
  const NaiveRecordio naive(bytes);
  EXPECT_TRUE(naive.knows() && naive.faults().empty());
  return naive.Table();
}

TEST(Recordio, P1_4_ReadsLikeTheNaiveReaderWhateverTheWindowsAndThreads) {
  for (const bool is_dense : {true, false}) {
    const std::string bytes = Framed(RandomRecords(300, is_dense, 7, 3));
    const auto expected = Expected(bytes);
    ASSERT_EQ(expected.size(), 300U);
    for (const std::uint64_t chunk_bytes : {std::uint64_t{1} << 20, std::uint64_t{40}}) {
      for (const int threads : {1, 3}) {
        MemoryFiles files = Recordio({bytes}, 1 + chunk_bytes % 13);
        files.options.chunk_bytes = chunk_bytes;
        files.request.threads = threads;
        auto opened = files.Open();
        ASSERT_TRUE(opened.ok()) << Render(opened.error());
        EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, expected)) << is_dense << chunk_bytes;
      }
    }
  }
}

TEST(Recordio, P1_4_ValuesOfEachTypeBecomeTheNearestFloat32) {
  auto opened = Recordio({Framed({DenseRecord(1, {16777217, -0.0, kNan}, TensorType::kFloat64),
                                  DenseRecord(0, {16777217, -5, 0}, TensorType::kInt32),
                                  DenseRecord(1, {0.1, 1e-44, -3.4e38})})})
                    .Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_TRUE(SameRows(
      ReadTable(*opened->stream).rows,
      {{1, 16777216, 0, std::nanf("")}, {0, 16777216, -5, 0}, {1, 0.1F, 1e-44F, -3.4e38F}}));
}

TEST(Recordio, P1_4_SplittingIntoFilesChangesNothing) {
  const std::vector<WrittenRecord> records = RandomRecords(40, false, 9, 5);
  const std::vector<WrittenRecord> first(records.begin(), records.begin() + 13);
  const std::vector<WrittenRecord> second(records.begin() + 13, records.end());
  auto whole = Recordio({Framed(records)}).Open();
  auto parts = Recordio({Framed(first), "", Framed(second)}).Open();
  ASSERT_TRUE(whole.ok() && parts.ok());
  EXPECT_TRUE(SameRows(ReadTable(*whole->stream).rows, ReadTable(*parts->stream).rows));
}

// A writer takes a magic number out of a record's bytes and begins a new part there.
TEST(Recordio, P1_4_ARecordOfSeveralPartsIsPutTogether) {
  const float magic = std::bit_cast<float>(0xCED7230AU);
  const std::string payload = PayloadBytes(DenseRecord(1, {magic, 2, magic, 3, magic}));
  const std::string word = LittleEndian(0xCED7230A, 4);
  std::string bytes;
  std::size_t begin = 0;
  for (std::uint32_t flag = 1; flag < 3;) {
    const std::size_t at = payload.find(word, begin);
    bytes += Part(payload.substr(begin, at - begin), flag);
    begin = at + 4;
    if (payload.find(word, begin) == std::string::npos) break;
    flag = 2;
  }
  bytes += Part(payload.substr(begin), 3);
  ASSERT_EQ(bytes.size() % 4, 0U);
  for (const std::uint64_t chunk_bytes : {1, 1000}) {
    MemoryFiles files = Recordio({Part(payload) + bytes + Part(payload)});
    files.options.chunk_bytes = chunk_bytes;
    auto opened = files.Open();
    ASSERT_TRUE(opened.ok()) << Render(opened.error());
    const std::vector<float> row = {1, magic, 2, magic, 3, magic};
    EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, {row, row, row}));
  }
}

TEST(Recordio, P1_4_AllSortsOfRecordsThatAreFine) {
  WrittenRecord twice = DenseRecord(1, {5, 6});  // the last entry of a name counts
  twice.features.insert(twice.features.begin(), {"values", {.values = {1}}});
  const std::string uid = Delimited(3, "id") + Delimited(4, "{}");  // fields that are not read
  WrittenRecord nothing = SparseRecord(0, {}, {});
  nothing.features.clear();
  const std::string bytes =
      Framed({twice, SparseRecord(0, {1}, {7}), SparseRecord(1, {}, {}, {2}), nothing}) +
      Part(uid + PayloadBytes(DenseRecord(0, {8, 9}, TensorType::kInt32)));
  auto opened = Recordio({bytes.substr(0, bytes.size() - 1)}).Open();  // without its last padding
  const float nan = std::nanf("");
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows,
                       {{1, 5, 6}, {0, nan, 7}, {1, nan, nan}, {0, nan, nan}, {0, 8, 9}}));
}

TEST(Recordio, P1_4_StaysSparseWhereColumnsWouldExceedTheMemory) {
  std::vector<WrittenRecord> records = RandomRecords(200, false, 50, 2);
  records.push_back(SparseRecord(1, {3, 199999}, {0.5, 2}));
  MemoryFiles files = Recordio({Framed(records)});
  files.request.memory_limit_bytes = 40 << 20;
  files.request.may_be_sparse = true;
  auto opened = files.Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  ASSERT_TRUE(opened->stream->shape().is_sparse);
  EXPECT_EQ(opened->stream->shape().feature_count, 200000U);
  const std::vector<NaiveRow> rows = SparseRowsOf(*opened->stream);
  const NaiveRecordio naive(Framed(records));
  ASSERT_EQ(rows.size(), naive.rows().size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::map<std::uint64_t, float> present;
    for (const auto& [index, value] : naive.rows()[row].cells) {
      if (!std::isnan(value)) present.emplace(index, value);
    }
    EXPECT_EQ(rows[row].label, naive.rows()[row].label);
    EXPECT_EQ(rows[row].cells, present);
  }
}

TEST(Recordio, P1_4_ValidationHasTheFeaturesOfTheTrainingData) {
  MemoryFiles sparse = Recordio({Framed({SparseRecord(1, {0, 3}, {1, 4})})});
  sparse.request.expected_features = 6;
  auto padded = sparse.Open();
  ASSERT_TRUE(padded.ok());
  EXPECT_EQ(padded->stream->shape().feature_count, 6U);
  MemoryFiles dense = Recordio({Framed({DenseRecord(1, {1, 2})})});
  dense.request.expected_features = 6;
  const auto refused = dense.Open();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "the channel train has records of 2 features, expected 6");
}

TEST(Recordio, P1_4_IsSniffedAndSaidSo) {
  auto opened = MemoryFiles({Framed({DenseRecord(1, {1})})}).Open();
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->notes[0],
            "the channel train has no content type: train/a.csv looks like recordio-protobuf");
  EXPECT_EQ(opened->notes[1], "the channel train holds 1 row of 1 feature (recordio-protobuf)");
}

TEST(Recordio, P1_4_OtherTensorsAreLeftOutWithAWarning) {
  WrittenRecord record = DenseRecord(1, {1});
  record.features.push_back({"more", {.values = {2}}});
  auto opened = Recordio({Framed({record})}).Open();
  ASSERT_TRUE(opened.ok());
  ASSERT_EQ(opened->warnings.size(), 1U);
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, {{1, 1}}));
}

TEST(Recordio, P1_4_WithoutLabelsTheyAreNotLookedAt) {
  WrittenRecord bare = DenseRecord(kNan, {3});
  WrittenRecord none = DenseRecord(0, {4});
  none.label.clear();
  MemoryFiles files = Recordio({Framed({bare, none})});
  files.request.has_label = false;
  auto opened = files.Open();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream, false).rows, {{3}, {4}}));
}

TEST(Recordio, P1_4_APipeIsReadLikeAFile) {
  const TempDir dir;
  const std::string path = (dir.path() / "train_0").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string bytes = Framed(RandomRecords(500, true, 20, 9));
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << bytes; });
  ReadRequest request;
  request.channel = "train";
  request.files = {{path, "train_0", true}};
  ReadOptions options;
  options.chunk_bytes = 1000;
  auto opened = OpenDataWith(request, options);
  writer.join();
  ASSERT_TRUE(opened.ok()) << Render(opened.error());
  EXPECT_TRUE(SameRows(ReadTable(*opened->stream).rows, Expected(bytes)));
}

TEST(Recordio, P1_4_ARowIsFoundAgain) {
  const std::string first = Framed({DenseRecord(1, {1}), DenseRecord(0, {1})});
  MemoryFiles files = Recordio({first, Framed({DenseRecord(5, {1}), DenseRecord(6, {1})})});
  files.options.chunk_bytes = 1;
  const auto at = LocateCellWith(files.request, files.options, 3, 1);
  ASSERT_TRUE(at.ok());
  EXPECT_EQ(at->file, "train/b.csv");
  EXPECT_EQ(at->record, 2U);
  EXPECT_EQ(at->byte, first.size() / 2);
  EXPECT_FALSE(LocateCellWith(files.request, files.options, 4, 1).ok());
}

struct BadFile {
  const char* name;
  std::string bytes;
};

WrittenRecord Named(const char* features, const char* label) {
  return {{{features, {.values = {1}}}}, {{label, {.values = {1}}}}};
}

std::vector<BadFile> BadFrames() {
  const std::string good = Framed({DenseRecord(1, {1, 2})});
  const std::string payload = PayloadBytes(DenseRecord(1, {1, 2}));
  return {
      {"another magic number", good + "PAR1" + good.substr(4)},
      {"a record that ends early", good + good.substr(0, 20)},
      {"a header that ends early", good + good.substr(0, 6)},
      {"bytes behind the last record", good + "\n"},
      {"a middle part first", good + Part(payload, 2) + Part(payload, 3)},
      {"a first part twice", Part(payload, 1) + Part(payload, 1)},
      {"an unknown flag", good + Part(payload, 5)},
      {"no last part", good + Part(payload, 1)},
      {"a length beyond the limit",
       LittleEndian(0xCED7230A, 4) + LittleEndian(0x1FFFFFFF, 4) + "abcd"},
      {"bytes that are no frame at all", std::string("\0\x01\x02\x03\x04\x05", 6)},
      {"csv", "1,2\n"},
  };
}

std::vector<BadFile> BadRecords() {
  const std::string good = Framed({SparseRecord(1, {0}, {1})});
  const std::string dense = Framed({DenseRecord(1, {1, 2})});
  WrittenRecord two_labels = DenseRecord(1, {1, 2});
  two_labels.label[0].second.values = {0, 1};
  WrittenRecord no_label = DenseRecord(1, {1, 2});
  no_label.label.clear();
  WrittenRecord image = DenseRecord(1, {});
  image.features[0].second.type = TensorType::kBytes;
  WrittenRecord keys = SparseRecord(1, {0, 1}, {1});
  std::vector<WrittenRecord> several(3, DenseRecord(kNan, {1, 2}));
  several.insert(several.end(), 4, DenseRecord(1, {1, 2, 3}));
  return {
      {"a frame of something else", good + Part("\xFF\xFF\xFF\xFF\xFF")},
      {"an image", good + Framed({image})},
      {"no label", dense + Framed({no_label})},
      {"labels of another name", dense + Framed({Named("values", "y")})},
      {"two labels", dense + Framed({two_labels})},
      {"a missing label", dense + Framed({DenseRecord(kNan, {1, 2})})},
      {"an infinite label", dense + Framed({DenseRecord(-kInfinity, {1, 2})})},
      {"a label beyond float32", dense + Framed({DenseRecord(1e39, {1, 2}, TensorType::kFloat64)})},
      {"features of another name", good + Framed({Named("x\ny", "values")})},
      {"an infinite value", dense + Framed({DenseRecord(1, {1, kInfinity})})},
      {"a value beyond float32",
       dense + Framed({DenseRecord(1, {-1e39, 1}, TensorType::kFloat64)})},
      {"an infinite value with a key", good + Framed({SparseRecord(1, {4, 70}, {1, kInfinity})})},
      {"more keys than values", good + Framed({keys})},
      {"a key beyond the limit", good + Framed({SparseRecord(1, {0x7FFFFFFF}, {1})})},
      {"a key beyond the shape", good + Framed({SparseRecord(1, {5}, {1}, {5})})},
      {"a key twice", good + Framed({SparseRecord(1, {5, 1, 5}, {1, 2, 3})})},
      {"a shape beyond the limit", good + Framed({SparseRecord(1, {5}, {1}, {65536, 32768})})},
      {"a shape of fewer values", dense + Framed({[] {
                                    WrittenRecord record = DenseRecord(1, {1, 2});
                                    record.features[0].second.shape = {1};
                                    return record;
                                  }()})},
      {"another number of values", dense + Framed({DenseRecord(1, {1, 2, 3})})},
      {"a key beyond dense records", dense + Framed({SparseRecord(1, {2}, {1})})},
      {"more faults than are shown", dense + Framed(several)},
  };
}

// tests/golden/recordio_errors.txt: written by this test with BOOSTYARD_UPDATE_GOLDEN=1.
TEST(RecordioErrors, P1_4_HaveTheGoldenMessages) {
  std::vector<BadFile> files = BadFrames();
  for (BadFile& file : BadRecords()) files.push_back(std::move(file));
  std::string text;
  for (const BadFile& bad : files) {
    std::string first;
    for (const std::uint64_t chunk_bytes : {std::uint64_t{1} << 20, std::uint64_t{3}}) {
      MemoryFiles reading = Recordio({bad.bytes}, 5);
      reading.options.chunk_bytes = chunk_bytes;
      reading.request.threads = 2;
      const auto opened = reading.Open();
      ASSERT_FALSE(opened.ok()) << bad.name;
      EXPECT_EQ(KindOf(opened.error()), ErrorKind::kUser);
      const std::string report = Render(opened.error());
      if (first.empty()) first = report;
      EXPECT_EQ(report, first) << "the report depends on the windows";
    }
    text += "== " + std::string(bad.name) + "\n" + first;
  }
  const std::filesystem::path golden =
      std::filesystem::path(BOOSTYARD_SOURCE_DIR) / "tests" / "golden" / "recordio_errors.txt";
  if (std::getenv("BOOSTYARD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << text;
  }
  EXPECT_EQ(text, ReadBytes(golden));
}

}  // namespace
}  // namespace boostyard::test
