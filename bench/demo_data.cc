// Writes a data set in the shape of the bank-marketing tutorial: 41,188 calls to customers of a
// bank, 59 numeric features (six numbers, then ten categories one-hot), label first, about 11 %
// buyers. All of it is invented: the shares and effects below are ours, and the rows come from a
// counter-based generator, so every run writes the same bytes.
//
// usage: demo_data --train FILE --test FILE [--rows N]
// Each row goes to the test file with a chance of 30 %.
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/rng.h"

namespace {

// One value of a category: how common it is, and what it adds to the log-odds of buying.
struct Level {
  double share;
  double effect;
};

constexpr std::array<Level, 12> kJobs{{{25, 0.05},
                                       {22, -0.2},
                                       {4, -0.2},
                                       {3, -0.1},
                                       {7, 0.05},
                                       {4, 0.5},
                                       {3, -0.1},
                                       {10, -0.1},
                                       {2, 0.8},
                                       {16, 0.1},
                                       {3, 0.2},
                                       {1, 0.0}}};
constexpr int kRetired = 5;
constexpr int kStudent = 8;
constexpr int kUnemployed = 10;
constexpr std::array<Level, 4> kMarital{{{11, -0.05}, {60, 0.0}, {28, 0.15}, {1, 0.0}}};
constexpr std::array<Level, 8> kEducation{
    {{10, -0.1}, {6, -0.1}, {15, -0.15}, {23, 0.0}, {0.2, 0.5}, {13, 0.05}, {29, 0.15}, {4, 0.1}}};
constexpr std::array<Level, 3> kDefault{{{79, 0.1}, {20.9, -0.5}, {0.1, -1.0}}};
constexpr std::array<Level, 3> kHousing{{{45, 0.0}, {2, 0.0}, {53, 0.05}}};
constexpr std::array<Level, 3> kLoan{{{83, 0.0}, {2, 0.0}, {15, -0.05}}};
constexpr std::array<Level, 2> kContact{{{63, 0.35}, {37, -0.6}}};
constexpr int kCellular = 0;
constexpr std::array<Level, 10> kMonths{{{6, 0.6},
                                         {15, -0.1},
                                         {0.5, 1.4},
                                         {17, -0.2},
                                         {13, -0.1},
                                         {1.5, 1.7},
                                         {33, -0.6},
                                         {10, -0.2},
                                         {2, 1.5},
                                         {2, 1.4}}};
constexpr int kMay = 6;
constexpr std::array<Level, 5> kDays{{{20, -0.15}, {20, 0.05}, {20, 0.05}, {20, 0.05}, {20, 0.0}}};
constexpr std::array<Level, 3> kOutcomes{{{10, -0.1}, {87, 0.0}, {3, 1.9}}};
constexpr int kFailure = 0;
constexpr int kNoOutcome = 1;
constexpr int kSuccess = 2;

constexpr int kRowCount = 41188;
constexpr int kNotContacted = 999;  // days since the last contact of a customer who never had one
constexpr double kTestShare = 0.3;
constexpr double kIntercept = -2.32;  // gives the 11 %

// The random numbers of one row, in the order in which they are drawn.
class RowRandom {
 public:
  explicit RowRandom(std::uint64_t row) : key_(boostyard::RandomKey(2026, 11, row)) {}

  // Uniform in (0, 1).
  double Uniform() {
    return (static_cast<double>(boostyard::RandomBits(key_, draws_++) >> 11) + 0.5) * 0x1p-53;
  }
  double Exponential() { return -std::log(Uniform()); }
  // Sum of twelve uniforms: normal enough for ages.
  double Normal() {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += Uniform();
    return sum;
  }
  int Pick(std::span<const Level> levels) {
    double total = 0.0;
    for (const Level& level : levels) total += level.share;
    double rest = Uniform() * total;
    for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
      rest -= levels[i].share;
      if (rest < 0.0) return static_cast<int>(i);
    }
    return static_cast<int>(levels.size()) - 1;
  }

 private:
  std::uint64_t key_;
  std::uint64_t draws_ = 0;
};

// A customer and the call.
struct Call {
  int age = 0;
  int job = 0;
  int marital = 0;
  int education = 0;
  int credit_default = 0;
  int housing = 0;
  int loan = 0;
  int contact = 0;
  int month = 0;
  int day = 0;
  int campaign = 1;  // calls in this campaign so far
  int previous = 0;  // contacts before it
  int days_since = kNotContacted;
  int outcome = kNoOutcome;
};

Call DrawCall(RowRandom& random) {
  Call call;
  call.age = static_cast<int>(
      std::clamp(39.0 + 10.0 * random.Normal() + 3.0 * random.Exponential(), 17.0, 95.0));
  call.job = random.Pick(kJobs);
  if (call.age > 63 && random.Uniform() < 0.75) call.job = kRetired;
  if (call.age < 22 && random.Uniform() < 0.6) call.job = kStudent;
  call.marital = random.Pick(kMarital);
  call.education = random.Pick(kEducation);
  call.credit_default = random.Pick(kDefault);
  call.housing = random.Pick(kHousing);
  call.loan = random.Pick(kLoan);
  call.contact = random.Pick(kContact);
  call.month = random.Pick(kMonths);
  call.day = random.Pick(kDays);
  call.campaign = std::min(1 + static_cast<int>(1.8 * random.Exponential()), 50);
  call.outcome = random.Pick(kOutcomes);
  if (call.outcome != kNoOutcome) call.previous = 1 + static_cast<int>(0.7 * random.Exponential());
  if (call.outcome == kSuccess) {
    call.days_since = std::min(static_cast<int>(1 + 5.0 * random.Exponential()), 27);
  }
  return call;
}

double LogOdds(const Call& call) {
  const auto effect = [](std::span<const Level> levels, int level) {
    return levels[static_cast<std::size_t>(level)].effect;
  };
  const double years = (call.age - 40.0) / 20.0;
  double odds = kIntercept + effect(kJobs, call.job) + effect(kMarital, call.marital) +
                effect(kEducation, call.education) + effect(kDefault, call.credit_default) +
                effect(kHousing, call.housing) + effect(kLoan, call.loan) +
                effect(kContact, call.contact) + effect(kMonths, call.month) +
                effect(kDays, call.day) + effect(kOutcomes, call.outcome);
  odds += 0.35 * years * years;                    // the young and the old buy
  odds -= 0.12 * std::min(call.campaign - 1, 12);  // insisting does not help
  if (call.contact != kCellular && call.month == kMay) odds -= 0.5;
  if (call.outcome == kFailure && call.previous > 1) odds += 0.5;
  if (call.days_since < 7) odds += 0.4;
  return odds;
}

// One CSV line: label, six numbers, then the categories one-hot.
class Line {
 public:
  Line(const Call& call, bool buys) {
    Number(buys ? 1 : 0);
    Number(call.age);
    Number(call.campaign);
    Number(call.days_since);
    Number(call.previous);
    Number(call.days_since == kNotContacted ? 1 : 0);
    Number(call.job == kRetired || call.job == kStudent || call.job == kUnemployed ? 1 : 0);
    OneHot(call.job, kJobs.size());
    OneHot(call.marital, kMarital.size());
    OneHot(call.education, kEducation.size());
    OneHot(call.credit_default, kDefault.size());
    OneHot(call.housing, kHousing.size());
    OneHot(call.loan, kLoan.size());
    OneHot(call.contact, kContact.size());
    OneHot(call.month, kMonths.size());
    OneHot(call.day, kDays.size());
    OneHot(call.outcome, kOutcomes.size());
    text_.back() = '\n';
  }
  const std::string& text() const { return text_; }

 private:
  void Number(int value) {
    text_ += std::to_string(value);
    text_ += ',';
  }
  void OneHot(int level, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) Number(static_cast<std::size_t>(level) == i ? 1 : 0);
  }
  std::string text_;
};

struct Options {
  const char* train = nullptr;
  const char* test = nullptr;
  int rows = kRowCount;
};

bool ParseOptions(std::span<char*> arguments, Options& options) {
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    if (name == "--train") {
      options.train = arguments[i + 1];
    } else if (name == "--test") {
      options.test = arguments[i + 1];
    } else if (name == "--rows") {
      const char* end = value.data() + value.size();
      if (std::from_chars(value.data(), end, options.rows).ptr != end) return false;
    } else {
      return false;
    }
  }
  return arguments.size() % 2 == 0 && options.train != nullptr && options.test != nullptr &&
         options.rows > 0;
}

// What went to one of the two files.
struct Part {
  std::FILE* file = nullptr;
  int rows = 0;
  int buyers = 0;

  bool Write(const Line& line, bool buys) {
    rows += 1;
    buyers += buys ? 1 : 0;
    return std::fwrite(line.text().data(), 1, line.text().size(), file) == line.text().size();
  }
  void Report(const char* name) const {
    std::printf("%s: %d rows, 59 features, %.1f %% buyers\n", name, rows,
                rows == 0 ? 0.0 : 100.0 * buyers / rows);
  }
};

int Fail(const char* path) {
  std::fprintf(stderr, "demo_data: cannot write %s: %s\n", path, std::strerror(errno));
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!ParseOptions({argv + 1, static_cast<std::size_t>(argc - 1)}, options)) {
    std::fprintf(stderr, "usage: demo_data --train FILE --test FILE [--rows N]\n");
    return EXIT_FAILURE;
  }
  Part train{std::fopen(options.train, "wb")};
  if (train.file == nullptr) return Fail(options.train);
  Part test{std::fopen(options.test, "wb")};
  if (test.file == nullptr) return Fail(options.test);
  for (int row = 0; row < options.rows; ++row) {
    RowRandom random(static_cast<std::uint64_t>(row));
    const bool is_test = random.Uniform() < kTestShare;
    const Call call = DrawCall(random);
    const bool buys = random.Uniform() < 1.0 / (1.0 + std::exp(-LogOdds(call)));
    Part& part = is_test ? test : train;
    if (!part.Write(Line(call, buys), buys)) return Fail(is_test ? options.test : options.train);
  }
  if (std::fclose(train.file) != 0) return Fail(options.train);
  if (std::fclose(test.file) != 0) return Fail(options.test);
  train.Report(options.train);
  test.Report(options.test);
  return EXIT_SUCCESS;
}
