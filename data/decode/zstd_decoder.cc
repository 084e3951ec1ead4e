#include <zstd.h>

#include <new>

#include "data/decode/frame_decoder.h"

namespace boostyard {
namespace {

class ZstdDecoder final : public FrameDecoder {
 public:
  ZstdDecoder() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  DecodeStep Decode(std::span<const char> in, std::span<char> out) override {
    ZSTD_inBuffer input = {in.data(), in.size(), 0};
    ZSTD_outBuffer output = {out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(stream_, &output, &input);
    DecodeStep step;
    step.read = input.pos;
    step.written = output.pos;
    if (ZSTD_isError(left) != 0) {
      step.problem = std::string("libzstd: ") + ZSTD_getErrorName(left);
    } else {
      step.is_frame_end = left == 0;
    }
    return step;
  }

 private:
  ZSTD_DStream* stream_;
};

}  // namespace

std::unique_ptr<FrameDecoder> MakeZstdDecoder() { return std::make_unique<ZstdDecoder>(); }

}  // namespace boostyard
