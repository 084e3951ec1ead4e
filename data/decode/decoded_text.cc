#include <algorithm>
#include <optional>
#include <utility>

#include "data/decode/compression.h"
#include "data/decode/frame_decoder.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kInputBytes = 128U << 10;

class Decoded final : public DecodedText {
 public:
  Decoded(Compression compression, std::unique_ptr<TextSource> bytes, std::string display_name)
      : compression_(compression),
        bytes_(std::move(bytes)),
        display_name_(std::move(display_name)),
        decoder_(compression == Compression::kGzip ? MakeGzipDecoder() : MakeZstdDecoder()) {
    input_.resize(kInputBytes);
  }

  Result<std::size_t> ReadSome(std::span<char> out) override {
    for (;;) {
      if (failure_) return *failure_;
      if (!is_in_frame_) {
        BOOSTYARD_ASSIGN_OR_RETURN(const bool has_more, StartFrame());
        if (!has_more) return std::size_t{0};
      }
      const DecodeStep step = decoder_->Decode(std::span(input_).subspan(begin_, left()), out);
      begin_ += step.read;
      if (!step.problem.empty()) {
        failure_ = Damage(step.problem);
      } else if (step.is_frame_end) {
        is_in_frame_ = false;
      } else if (step.written == 0 && left() > 0 && step.read == 0) {
        failure_ = Damage("impossible compressed data");
      }
      if (step.written > 0) return step.written;
      if (is_in_frame_ && !failure_ && left() == 0) {
        BOOSTYARD_RETURN_IF_ERROR(Refill());
        if (left() == 0) failure_ = EndsEarly();
      }
    }
  }

  std::uint64_t bytes_read() const override { return input_offset_ + begin_; }

 private:
  std::size_t left() const { return end_ - begin_; }

  // Keeps what is left. At the end of the bytes nothing is added.
  Status Refill() {
    std::copy(input_.begin() + static_cast<std::ptrdiff_t>(begin_),
              input_.begin() + static_cast<std::ptrdiff_t>(end_), input_.begin());
    end_ -= begin_;
    input_offset_ += std::exchange(begin_, 0);
    BOOSTYARD_ASSIGN_OR_RETURN(const std::size_t got,
                               bytes_->ReadSome(std::span(input_).subspan(end_)));
    end_ += got;
    return {};
  }

  // Whether another member or frame follows. Zeros are padding, as tapes and disks leave them.
  Result<bool> StartFrame() {
    for (;;) {
      if (left() == 0) BOOSTYARD_RETURN_IF_ERROR(Refill());
      if (left() == 0) return false;
      if (!is_first_ && compression_ == Compression::kGzip && input_[begin_] == '\0') {
        ++begin_;
        is_padded_ = true;
        continue;
      }
      if (!is_first_ && compression_ == Compression::kGzip &&
          (is_padded_ || input_[begin_] != '\x1F')) {
        failure_ = Damage("bytes after the end of the gzip data");
        return *failure_;
      }
      is_first_ = false;
      is_in_frame_ = true;
      return true;
    }
  }

  Error Damage(const std::string& problem) const {
    return MakeError(ErrorId::kDataDamaged,
                     display_name_ + " is damaged near byte " + std::to_string(bytes_read()) +
                         " of " + std::string(NameOf(compression_)) + ": " + problem,
                     "compress the file again and copy it in binary mode");
  }

  Error EndsEarly() const {
    return MakeError(ErrorId::kDataDamaged,
                     display_name_ + " ends too early: after its last byte, " +
                         std::to_string(bytes_read()) + ", more of " +
                         std::string(NameOf(compression_)) + " is expected",
                     "copy the whole file, or compress it again");
  }

  Compression compression_;
  std::unique_ptr<TextSource> bytes_;
  std::string display_name_;
  std::unique_ptr<FrameDecoder> decoder_;
  std::string input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t input_offset_ = 0;  // of input_ among all bytes
  bool is_in_frame_ = false;
  bool is_first_ = true;
  bool is_padded_ = false;
  std::optional<Error> failure_;
};

}  // namespace

Compression SniffCompression(std::string_view head) {
  if (head.starts_with("\x1F\x8B"sv)) return Compression::kGzip;
  if (head.starts_with("\x28\xB5\x2F\xFD"sv)) return Compression::kZstd;
  const bool is_skippable_zstd =
      head.size() >= 4 && (head[0] & '\xF0') == '\x50' && head.substr(1, 3) == "\x2A\x4D\x18"sv;
  return is_skippable_zstd ? Compression::kZstd : Compression::kNone;
}

std::string_view NameOf(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    default:
      return "nothing";
  }
}

std::unique_ptr<DecodedText> DecodedText::Make(Compression compression,
                                               std::unique_ptr<TextSource> bytes,
                                               std::string display_name) {
  return std::make_unique<Decoded>(compression, std::move(bytes), std::move(display_name));
}

}  // namespace boostyard
