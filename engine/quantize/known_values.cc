#include "engine/quantize/known_values.h"

#include <algorithm>
#include <cstring>

namespace boostyard {

std::size_t KnownValues::Count(const float* values, std::size_t count) {
  std::size_t done = 0;
  for (;;) {
    done += kernels_->count_known(values + done, count - done, bits_, size_, masses_);
    // What is left begins with a block that holds a stranger, or is no whole block.
    const std::size_t end = std::min(count, done + kKnownBlock);
    for (; done < end; ++done) {
      if (!CountOne(values[done])) return done;
    }
    if (done == count) return count;
  }
}

bool KnownValues::CountOne(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const std::size_t place = static_cast<std::size_t>(std::find(bits_, bits_ + size_, bits) - bits_);
  if (place == size_) {
    if (size_ == kMostKnownValues) return false;
    bits_[size_] = bits;
    masses_[size_] = 0;
    ++size_;
  }
  ++masses_[place];
  return true;
}

}  // namespace boostyard
