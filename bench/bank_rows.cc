#include "bench/bank_rows.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace boostyard::bench {
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

constexpr int kNotContacted = 999;    // days since the last contact of a customer who never had one
constexpr double kIntercept = -2.32;  // gives the 11 %

class BankRandom : public DrawsOfRow {
 public:
  using DrawsOfRow::DrawsOfRow;

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

Call DrawCall(BankRandom& random) {
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

// The features of a call: six numbers, then the categories one-hot.
void WriteFeatures(const Call& call, BankFeatures& features) {
  std::size_t at = 0;
  const auto number = [&](int value) { features[at++] = static_cast<float>(value); };
  const auto one_hot = [&](int level, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) number(static_cast<std::size_t>(level) == i ? 1 : 0);
  };
  number(call.age);
  number(call.campaign);
  number(call.days_since);
  number(call.previous);
  number(call.days_since == kNotContacted ? 1 : 0);
  number(call.job == kRetired || call.job == kStudent || call.job == kUnemployed ? 1 : 0);
  one_hot(call.job, kJobs.size());
  one_hot(call.marital, kMarital.size());
  one_hot(call.education, kEducation.size());
  one_hot(call.credit_default, kDefault.size());
  one_hot(call.housing, kHousing.size());
  one_hot(call.loan, kLoan.size());
  one_hot(call.contact, kContact.size());
  one_hot(call.month, kMonths.size());
  one_hot(call.day, kDays.size());
  one_hot(call.outcome, kOutcomes.size());
}

}  // namespace

BankRow DrawBankRow(std::uint64_t key) {
  BankRandom random(key);
  BankRow row;
  row.share = random.Uniform();
  const Call call = DrawCall(random);
  row.buys = random.Uniform() < 1.0 / (1.0 + std::exp(-LogOdds(call)));
  WriteFeatures(call, row.features);
  return row;
}

}  // namespace boostyard::bench
