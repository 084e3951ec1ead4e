// Compressed text: recognised by its first bytes, decoded as it is read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "data/byte_source.h"
#include "engine/base/result.h"

namespace boostyard {

enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

// By magic bytes; names of files mean nothing.
Compression SniffCompression(std::string_view head);

std::string_view NameOf(Compression compression);

// The text of compressed bytes: members of gzip or frames of zstd, one after the other, as one
// text. Zeros after the last member are padding. Nothing is ever decoded as a whole: the memory is
// that of the decoder's window (gzip 32 KiB; zstd as the file says, up to 128 MiB).
class DecodedText : public TextSource {
 public:
  // `compression` is not kNone. Throws std::bad_alloc.
  static std::unique_ptr<DecodedText> Make(Compression compression,
                                           std::unique_ptr<TextSource> bytes,
                                           std::string display_name);

  // Compressed bytes that were read so far.
  virtual std::uint64_t bytes_read() const = 0;

  // ReadSome errors: those of `bytes`; kDataDamaged for bytes that are no such stream, for wrong
  // checksums and for streams that end too early. It names the byte, from 0.
};

// Reads `text` on a thread of its own, a little ahead. `may_stop`, if given, is set when what is
// read is not wanted any more, so that a source that waits can give up. ReadSome gives the same
// bytes and errors as `text`.
std::unique_ptr<TextSource> MakeReadAhead(std::unique_ptr<TextSource> text,
                                          std::shared_ptr<std::atomic<bool>> may_stop = nullptr);

}  // namespace boostyard
