// Any bytes give an error or a checkpoint that comes back as it was when it is written again; a
// written one with a byte changed or cut off gives an error. So that the parts behind the checksum
// are reached too, each input is also tried with a tail that claims it to be whole.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "container/checkpoint.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using boostyard::container::ReadCheckpoint;
using boostyard::container::WriteCheckpoint;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "checkpoint_fuzz: %s\n", what);
  std::abort();
}

void Put(Bytes& bytes, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

// The format of container/checkpoint.h, written down a second time.
void Seal(Bytes& bytes) {
  constexpr std::size_t kTailBytes = 56;
  constexpr std::string_view kMagic = "BYCKPT01";
  if (bytes.size() < kTailBytes) return;
  std::copy(kMagic.begin(), kMagic.end(), bytes.end() - kTailBytes);
  bytes.resize(bytes.size() - 8);
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const std::uint8_t byte : bytes) {
    hash ^= byte;
    hash *= 1099511628211U;
  }
  Put(bytes, hash);
}

void Check(const Bytes& bytes) {
  const auto checkpoint = ReadCheckpoint(bytes);
  if (!checkpoint.ok()) {
    Require(!checkpoint.error().message.empty(), "an error without a message");
    return;
  }
  const Bytes written = WriteCheckpoint(*checkpoint);
  const auto back = ReadCheckpoint(written);
  Require(back.ok(), "what was written is not read");
  Require(WriteCheckpoint(*back) == written, "written again, it differs");
  Require(back->hyperparameters == checkpoint->hyperparameters, "other hyperparameters");
  Require(back->history.names == checkpoint->history.names, "other metrics");
  Require(back->state.rounds_done == checkpoint->state.rounds_done, "other rounds");
  Bytes damaged = written;
  damaged[bytes.size() % damaged.size()] ^= 1;
  Require(!ReadCheckpoint(damaged).ok(), "a changed byte was not noticed");
  damaged = written;
  damaged.resize(bytes.size() % written.size());
  Require(!ReadCheckpoint(damaged).ok(), "half a checkpoint was read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, data + size);
  Check(bytes);
  Seal(bytes);
  Check(bytes);
  return 0;
}
