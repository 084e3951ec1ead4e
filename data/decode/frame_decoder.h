// One step of a decoder.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace boostyard {

struct DecodeStep {
  std::size_t read = 0;       // bytes taken from the input
  std::size_t written = 0;    // bytes of text
  bool is_frame_end = false;  // a member or frame is complete, its checksum right
  std::string problem;        // not empty: the input is damaged, and this is why
};

// Decodes one member or frame after the other.
class FrameDecoder {
 public:
  virtual ~FrameDecoder() = default;

  // Goes on where the last step ended. A step that neither reads nor writes needs more input.
  // After a problem there are no more steps.
  virtual DecodeStep Decode(std::span<const char> in, std::span<char> out) = 0;
};

// Both throw std::bad_alloc.
std::unique_ptr<FrameDecoder> MakeGzipDecoder();
std::unique_ptr<FrameDecoder> MakeZstdDecoder();

}  // namespace boostyard
