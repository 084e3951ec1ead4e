// A checkpoint as bytes: a training between two rounds, and what the next run has to know of it.
//
// The file begins with the model in XGBoost's UBJSON, early stopping in its attributes. Behind it
// stand the best model (if it is not a part of the model), the hyperparameters, the metrics of all
// rounds, and a fixed tail: magic, rounds done, the four sizes, a checksum of all that precedes it.
// Numbers are little endian. Any changed byte and any other length is noticed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/train.h"

namespace boostyard::container {

// The figures of all rounds so far, as they were reported.
struct MetricHistory {
  struct Name {
    std::string channel;
    std::string metric;
    bool operator==(const Name&) const = default;
  };
  std::vector<Name> names;
  std::vector<double> values;  // names.size() per round, round by round

  // Appends a round; other names than before start the history anew.
  void Add(std::span<const MetricValue> metrics);
  bool operator==(const MetricHistory&) const = default;
};

struct Checkpoint {
  TrainingState state;
  std::map<std::string, std::string> hyperparameters;  // canonical
  MetricHistory history;
};

std::vector<std::uint8_t> WriteCheckpoint(const Checkpoint& checkpoint);

// Reads what WriteCheckpoint wrote. Any other bytes are a kModelBad error whose message says what
// is wrong with them.
Result<Checkpoint> ReadCheckpoint(std::span<const std::uint8_t> bytes);

}  // namespace boostyard::container
