#include "container/checkpoint.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/error_table.h"
#include "engine/model/model_io.h"

namespace boostyard::container {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kMagic = "BYCKPT01";
constexpr std::size_t kSectionCount = 4;  // model, best model, hyperparameters, history
// Magic, rounds done, sizes, checksum.
constexpr std::size_t kTailBytes = kMagic.size() + 8 * (1 + kSectionCount + 1);

// FNV-1a, 64 bits. Every step is a bijection of the state, so no single changed byte goes
// unnoticed.
std::uint64_t Checksum(Bytes bytes) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3ULL;
  return hash;
}

class Writer {
 public:
  void Number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  void Raw(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void Raw(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void Text(std::string_view text) {
    Number(text.size());
    Raw(text);
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> Take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Takes values from the front. What is not there gives zeros and makes it fail.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  std::uint64_t Number() {
    const Bytes bytes = Raw(8);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    }
    return value;
  }
  std::string Text() {
    const Bytes bytes = Raw(Number());
    return std::string(bytes.begin(), bytes.end());
  }
  Bytes Raw(std::uint64_t size) {
    if (size > rest_.size()) {
      has_failed_ = true;
      return {};
    }
    const Bytes taken = rest_.first(static_cast<std::size_t>(size));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  // Everything was there, and nothing is left.
  bool IsDone() const { return !has_failed_ && rest_.empty(); }
  bool has_failed() const { return has_failed_; }
  std::size_t left() const { return rest_.size(); }

 private:
  Bytes rest_;
  bool has_failed_ = false;
};

Error Bad(const std::string& what) {
  return MakeError(ErrorId::kModelBad, what, "remove the file to have it passed over in silence");
}

std::vector<std::uint8_t> WriteTexts(const std::map<std::string, std::string>& texts) {
  Writer writer;
  writer.Number(texts.size());
  for (const auto& [name, value] : texts) {
    writer.Text(name);
    writer.Text(value);
  }
  return writer.Take();
}

std::optional<std::map<std::string, std::string>> ReadTexts(Bytes bytes) {
  Reader reader(bytes);
  std::map<std::string, std::string> texts;
  for (std::uint64_t left = reader.Number(); left > 0 && !reader.has_failed(); --left) {
    std::string name = reader.Text();
    std::string value = reader.Text();
    texts.insert_or_assign(std::move(name), std::move(value));
  }
  if (!reader.IsDone()) return std::nullopt;
  return texts;
}

std::vector<std::uint8_t> WriteHistory(const MetricHistory& history) {
  Writer writer;
  writer.Number(history.names.size());
  for (const MetricHistory::Name& name : history.names) {
    writer.Text(name.channel);
    writer.Text(name.metric);
  }
  for (const double value : history.values) writer.Number(std::bit_cast<std::uint64_t>(value));
  return writer.Take();
}

std::optional<MetricHistory> ReadHistory(Bytes bytes) {
  Reader reader(bytes);
  MetricHistory history;
  for (std::uint64_t left = reader.Number(); left > 0 && !reader.has_failed(); --left) {
    MetricHistory::Name name;
    name.channel = reader.Text();
    name.metric = reader.Text();
    history.names.push_back(std::move(name));
  }
  while (!reader.has_failed() && reader.left() > 0) {
    history.values.push_back(std::bit_cast<double>(reader.Number()));
  }
  const bool is_even = history.names.empty() ? history.values.empty()
                                             : history.values.size() % history.names.size() == 0;
  if (!reader.IsDone() || !is_even) return std::nullopt;
  return history;
}

struct Tail {
  std::uint64_t rounds_done = 0;
  std::array<std::uint64_t, kSectionCount> sizes{};
};

// Checks the tail and the checksum.
Result<Tail> ReadTail(Bytes bytes) {
  if (bytes.size() < kTailBytes) {
    return Bad("it has " + std::to_string(bytes.size()) + " bytes, too few for a checkpoint");
  }
  Reader reader(bytes.last(kTailBytes));
  const Bytes magic = reader.Raw(kMagic.size());
  if (std::memcmp(magic.data(), kMagic.data(), kMagic.size()) != 0) {
    return Bad("it does not end as a checkpoint of this container does: it is cut off or foreign");
  }
  Tail tail;
  tail.rounds_done = reader.Number();
  std::uint64_t left = bytes.size() - kTailBytes;
  for (std::uint64_t& size : tail.sizes) {
    size = reader.Number();
    if (size > left) return Bad("it is shorter than it says");
    left -= size;
  }
  if (left != 0) return Bad("it is longer than it says");
  if (reader.Number() != Checksum(bytes.first(bytes.size() - 8))) {
    return Bad("its bytes have changed since it was written: the checksum is wrong");
  }
  if (tail.rounds_done < 1 ||
      tail.rounds_done > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    return Bad("it says that " + std::to_string(tail.rounds_done) + " rounds are done");
  }
  return tail;
}

}  // namespace

void MetricHistory::Add(std::span<const MetricValue> metrics) {
  std::vector<Name> reported;
  for (const MetricValue& value : metrics) {
    reported.push_back({std::string(value.channel), std::string(value.metric)});
  }
  if (reported != names) {
    names = std::move(reported);
    values.clear();
  }
  for (const MetricValue& value : metrics) values.push_back(value.value);
}

std::vector<std::uint8_t> WriteCheckpoint(const Checkpoint& checkpoint) {
  const TrainingState& state = checkpoint.state;
  const std::array<std::vector<std::uint8_t>, kSectionCount> sections{
      WriteModel(state.model, ModelFormat::kUbjson),
      state.best_model ? WriteModel(*state.best_model, ModelFormat::kUbjson)
                       : std::vector<std::uint8_t>(),
      WriteTexts(checkpoint.hyperparameters), WriteHistory(checkpoint.history)};
  Writer writer;
  for (const auto& section : sections) writer.Raw(section);
  writer.Raw(kMagic);
  writer.Number(static_cast<std::uint64_t>(state.rounds_done));
  for (const auto& section : sections) writer.Number(section.size());
  writer.Number(Checksum(writer.bytes()));
  return writer.Take();
}

Result<Checkpoint> ReadCheckpoint(Bytes bytes) {
  BOOSTYARD_ASSIGN_OR_RETURN(const Tail tail, ReadTail(bytes));
  Reader reader(bytes);
  std::array<Bytes, kSectionCount> sections;
  for (std::size_t i = 0; i < kSectionCount; ++i) sections[i] = reader.Raw(tail.sizes[i]);
  Checkpoint checkpoint;
  checkpoint.state.rounds_done = static_cast<int>(tail.rounds_done);
  BOOSTYARD_ASSIGN_OR_RETURN(checkpoint.state.model, ReadModel(sections[0]));
  if (!sections[1].empty()) {
    BOOSTYARD_ASSIGN_OR_RETURN(checkpoint.state.best_model, ReadModel(sections[1]));
  }
  auto hyperparameters = ReadTexts(sections[2]);
  auto history = ReadHistory(sections[3]);
  if (!hyperparameters || !history) return Bad("its hyperparameters or metrics are damaged");
  checkpoint.hyperparameters = *std::move(hyperparameters);
  checkpoint.history = *std::move(history);
  return checkpoint;
}

}  // namespace boostyard::container
