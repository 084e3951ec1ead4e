#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "data/decode/frame_decoder.h"
#include "data/decode/gzip_header.h"

namespace boostyard {
namespace {

std::string Problem(int code) {
  switch (code) {
    case ISAL_INCORRECT_CHECKSUM:
      return "a wrong checksum";
    default:
      return "impossible compressed data";
  }
}

std::uint32_t Clamp(std::size_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::size_t>(count, std::numeric_limits<std::int32_t>::max()));
}

class GzipDecoder final : public FrameDecoder {
 public:
  GzipDecoder() { Start(); }

  DecodeStep Decode(std::span<const char> in, std::span<char> out) override {
    if (!header_.is_whole()) {
      DecodeStep step;
      step.read = header_.Take(in);
      step.problem = header_.problem();
      return step;
    }
    const std::uint32_t given = Clamp(in.size());
    const std::uint32_t room = Clamp(out.size());
    // The library does not write to its input.
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(in.data()));
    state_->avail_in = given;
    state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_->avail_out = room;
    const int code = isal_inflate(state_.get());
    DecodeStep step;
    step.read = given - state_->avail_in;
    step.written = room - state_->avail_out;
    if (code < 0) {
      step.problem = Problem(code);
    } else if (state_->block_state == ISAL_BLOCK_FINISH) {
      step.is_frame_end = true;
      Start();
    }
    return step;
  }

 private:
  void Start() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP_NO_HDR_VER;
    header_ = {};
  }

  GzipHeader header_;
  std::unique_ptr<inflate_state> state_ = std::make_unique<inflate_state>();
};

}  // namespace

std::unique_ptr<FrameDecoder> MakeGzipDecoder() { return std::make_unique<GzipDecoder>(); }

}  // namespace boostyard
