// What a job leaves in output/data, unit by unit; report_test.py looks at the whole.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

#include "container/report/data_profile.h"
#include "container/report/importance.h"
#include "container/report/output_files.h"
#include "container/report/quality.h"
#include "tests/support/fake_root.h"
#include "tests/support/memory_stream.h"
#include "tests/support/random_model.h"

namespace boostyard::container {
namespace {

using boostyard::testing::MemoryStream;
using boostyard::testing::MemoryStreamOptions;
using boostyard::testing::MemoryTable;
using boostyard::testing::ReadText;
using boostyard::testing::TempDir;

MemoryTable ProfileTable() {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> uniform(-2.0F, 3.0F);
  MemoryTable table;
  table.row_count = 1000;
  table.feature_count = 4;
  for (std::size_t row = 0; row < table.row_count; ++row) {
    const float any = uniform(random);
    const float nothing = std::nanf("");
    table.values.insert(table.values.end(),
                        {any, std::floor(any), any < 0.0F ? nothing : 7.0F, nothing});
    table.labels.push_back(std::floor(std::abs(any)));
  }
  return table;
}

void ExpectProfile(const MemoryTable& table, const MemoryStreamOptions& options) {
  ProfiledStream stream(std::make_unique<MemoryStream>(table, options), 2);
  for (int pass = 0; pass < 2; ++pass) {  // the second pass adds nothing
    ASSERT_TRUE(stream.Rewind().ok());
    for (;;) {
      const auto batch = stream.NextBatch();
      ASSERT_TRUE(batch.ok());
      if (batch->empty()) break;
    }
  }
  const ChannelProfile& profile = stream.profile();
  EXPECT_EQ(profile.row_count, table.row_count);
  for (std::size_t feature = 0; feature < table.feature_count; ++feature) {
    std::set<float> values;
    std::uint64_t missing = 0;
    for (std::size_t row = 0; row < table.row_count; ++row) {
      const float value = table.At(row, feature);
      if (std::isnan(value)) {
        ++missing;
      } else {
        values.insert(value);
      }
    }
    const ColumnProfile& column = profile.features[feature];
    EXPECT_EQ(column.missing, missing) << feature;
    EXPECT_EQ(column.has_more(), values.size() > kDistinctCap) << feature;
    if (!column.has_more()) {
      EXPECT_EQ(column.distinct, std::vector<float>(values.begin(), values.end())) << feature;
    }
    if (values.empty()) continue;
    EXPECT_EQ(column.min, *values.begin()) << feature;
    EXPECT_EQ(column.max, *values.rbegin()) << feature;
  }
  std::map<float, std::uint64_t> labels;
  for (const float label : table.labels) ++labels[label];
  std::vector<std::uint64_t> counts;
  for (const auto& [label, count] : labels) counts.push_back(count);
  EXPECT_EQ(profile.label_counts, counts);
}

TEST(DataProfile, CountsEveryRowOnceWhateverTheChunks) {
  const MemoryTable table = ProfileTable();
  ExpectProfile(table, {.chunk_rows = 64});
  ExpectProfile(table, {.chunk_rows = 61, .chunks_per_batch = 3});
  ExpectProfile(table, {.chunk_rows = 333, .chunks_per_batch = 1, .use_codes = false});
}

struct Scored {
  std::vector<float> labels;
  std::vector<float> scores;
  std::vector<float> weights;
};

Scored ScoredRows(double offset) {
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  Scored rows;
  for (int i = 0; i < 3000; ++i) {
    const double margin = offset + 1.5 * normal(random);
    rows.labels.push_back(margin + normal(random) > offset ? 1.0F : 0.0F);
    rows.scores.push_back(static_cast<float>(1.0 / (1.0 + std::exp(-margin))));
    rows.weights.push_back(1.0F + static_cast<float>(i % 3));
  }
  rows.scores[5] = 0.5F;
  return rows;
}

// Every pair of a positive and a negative.
double PairwiseArea(const Scored& rows) {
  double right = 0.0;
  double all = 0.0;
  for (std::size_t a = 0; a < rows.labels.size(); ++a) {
    if (rows.labels[a] != 1.0F) continue;
    for (std::size_t b = 0; b < rows.labels.size(); ++b) {
      if (rows.labels[b] != 0.0F) continue;
      const double weight = static_cast<double>(rows.weights[a] * rows.weights[b]);
      all += weight;
      if (rows.scores[a] > rows.scores[b]) right += weight;
      if (rows.scores[a] == rows.scores[b]) right += weight / 2;
    }
  }
  return right / all;
}

TEST(QualityOfScores, AreaIsThatOfAllPairsAlsoWhereScoresCrowdAtAnEnd) {
  for (const double offset : {0.0, -8.0, 8.0}) {
    const Scored rows = ScoredRows(offset);
    const Quality quality = Judge({.channel = "validation",
                                   .labels = rows.labels,
                                   .weights = rows.weights,
                                   .predictions = rows.scores},
                                  Task::kBinary);
    ASSERT_EQ(quality.kind, QualityKind::kScores);
    EXPECT_NEAR(RocArea(quality.scores), PairwiseArea(rows), 2e-4) << offset;
  }
}

TEST(QualityOfScores, CountsAboveEachThresholdAreThoseOfTheRows) {
  const Scored rows = ScoredRows(0.0);
  const Quality quality =
      Judge({.channel = "train", .labels = rows.labels, .weights = {}, .predictions = rows.scores},
            Task::kBinary);
  double above = 0.0;
  for (std::size_t i = quality.scores.size(); i-- > 0;) {
    above += quality.scores[i].positive + quality.scores[i].negative;
    double expected = 0.0;
    for (const float score : rows.scores) {
      if (static_cast<double>(score) > quality.scores[i].threshold) expected += 1.0;
    }
    ASSERT_NEAR(above, expected, 1e-9) << quality.scores[i].threshold;
  }
}

TEST(QualityOfResiduals, FiguresAreThoseOfPlainLoops) {
  const std::vector<float> labels{1.0F, 2.0F, 4.0F, -1.0F};
  const std::vector<float> predictions{1.5F, 2.0F, 3.0F, 0.0F};
  const Quality quality =
      Judge({.channel = "train", .labels = labels, .weights = {}, .predictions = predictions},
            Task::kRegression);
  ASSERT_EQ(quality.kind, QualityKind::kResiduals);
  EXPECT_NEAR(quality.residuals.rmse, std::sqrt(2.25 / 4.0), 1e-12);
  EXPECT_NEAR(quality.residuals.mae, 2.5 / 4.0, 1e-12);
  EXPECT_NEAR(quality.residuals.r2, 1.0 - 2.25 / 13.0, 1e-12);
}

TEST(QualityOfClasses, CountsByLargestProbability) {
  const std::vector<float> labels{0.0F, 1.0F, 2.0F, 2.0F};
  const std::vector<float> predictions{0.5F, 0.3F, 0.2F, 0.6F, 0.3F, 0.1F,
                                       0.1F, 0.1F, 0.8F, 0.2F, 0.5F, 0.3F};
  const Quality quality = Judge({.channel = "train",
                                 .labels = labels,
                                 .weights = {},
                                 .predictions = predictions,
                                 .output_count = 3},
                                Task::kMulticlass);
  EXPECT_EQ(quality.confusion.counts, (std::vector<double>{1, 0, 0, 1, 0, 0, 0, 1, 1}));
}

// All that WriteOutputFiles needs, with two rounds of one metric.
struct SmallJob {
  SmallJob() {
    models[0].feature_names.assign(models[0].feature_count, "</script><b>\xff");
    for (int round = 0; round < 2; ++round) {
      const std::vector<MetricValue> values{
          {.channel = "train", .metric = "rmse", .value = 1.0 / (round + 3)}};
      record.AddRound({.round = round, .metrics = values, .snapshot = {}});
    }
    profile.row_count = 1;
    profile.features.resize(models[0].feature_count);
    profile.feature_names = models[0].feature_names;
  }
  JobFacts Facts() const {
    return {.record = record,
            .params = params,
            .models = models,
            .train = profile,
            .engine = "native",
            .rounds_done = 2};
  }
  JobRecord record;
  TrainParams params;
  std::vector<Model> models{boostyard::testing::MakeStumpModel()};
  ChannelProfile profile;
};

TEST(OutputFiles, HostileNamesStayData) {
  const SmallJob job;
  const std::string data = ReportData(job.Facts());
  EXPECT_EQ(data.find('<'), std::string::npos);
  EXPECT_NE(data.find("\\u003c/script>"), std::string::npos);
  const std::string page = ReportPage(data);
  EXPECT_EQ(page.find("{{"), std::string::npos);
  EXPECT_NE(page.find(data), std::string::npos);
}

TEST(OutputFiles, AreWrittenWhereThereIsNoDirectoryYet) {
  const SmallJob job;
  const TempDir folder;
  const std::string directory = folder.path() + "/output/data";
  EXPECT_TRUE(WriteOutputFiles(directory, job.Facts(), true).empty());
  const std::string metrics = ReadText(directory + "/metrics.json");
  EXPECT_NE(metrics.find("0.25"), std::string::npos) << metrics;
  for (const char* name : {"importance.json", "data_profile.json", "report.html"}) {
    EXPECT_FALSE(ReadText(directory + "/" + name).empty()) << name;
  }
}

TEST(OutputFiles, ReportCanBeLeftOut) {
  const SmallJob job;
  const TempDir folder;
  boostyard::testing::WriteText(folder.path() + "/report.html", "of an earlier job");
  EXPECT_TRUE(WriteOutputFiles(folder.path(), job.Facts(), false).empty());
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/report.html"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/metrics.json"));
}

TEST(OutputFiles, APlaceThatCannotBeWrittenIsToldAndNoMore) {
  const SmallJob job;
  const TempDir folder;
  boostyard::testing::WriteText(folder.path() + "/data", "a file where a directory belongs");
  const std::vector<Error> errors = WriteOutputFiles(folder.path() + "/data", job.Facts(), true);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_NE(errors[0].message.find("cannot be written"), std::string::npos);
}

TEST(JobRecord, ARoundThatDoesNotFollowBeginsAnotherTraining) {
  JobRecord record;
  for (const int round : {0, 1, 0, 1, 2}) {
    const std::vector<MetricValue> values{{.channel = "train", .metric = "rmse", .value = 1.0}};
    record.AddRound({.round = round, .metrics = values, .snapshot = {}});
  }
  ASSERT_EQ(record.trainings().size(), 2U);
  EXPECT_EQ(record.trainings()[0].round_count(), 2U);
  EXPECT_EQ(record.trainings()[1].round_count(), 3U);
}

TEST(JobRecord, PastRoundsCountWithoutTheirTime) {
  JobRecord record;
  const std::vector<MetricValue> values{{.channel = "train", .metric = "rmse", .value = 1.0}};
  record.AddPastRound({.round = 0, .metrics = values, .snapshot = {}});
  record.AddEngine("engine: native");
  record.AddRound({.round = 1, .metrics = values, .snapshot = {}});
  record.AddTraining(1e6);
  ASSERT_EQ(record.trainings().size(), 1U);
  EXPECT_EQ(record.trainings()[0].round_count(), 2U);
  ASSERT_EQ(record.stages().size(), 2U);
  EXPECT_LT(record.stages()[0].seconds, 1e5) << "counted from the engine's start";
}

}  // namespace
}  // namespace boostyard::container
