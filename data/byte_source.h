// Where bytes come from: files that can be read again at any place, and pipes that cannot.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "data/open.h"
#include "engine/base/result.h"

namespace boostyard {

// A file whose bytes may be read at any place, by several threads at once. Tests have doubles of
// it.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual std::uint64_t size() const = 0;

  // Reads at least one byte at `offset` unless the file ends there; may read fewer than asked for.
  // Errors: kIoRead.
  virtual Result<std::size_t> ReadSome(std::uint64_t offset, std::span<char> out) const = 0;
};

using FileOpener = std::function<Result<std::unique_ptr<ByteSource>>(const SourceFile&)>;

// Opens a regular file. Errors: kIoRead.
Result<std::unique_ptr<ByteSource>> OpenFileSource(const SourceFile& file);

// Fills `out` from `offset` on, however short the reads are. A file that ends before is a kIoRead
// error: it was longer when it was opened.
Status ReadFully(const ByteSource& source, const std::string& display_name, std::uint64_t offset,
                 std::span<char> out);

// Whether the path is a pipe that must be read once and in order.
bool IsPipe(const SourceFile& file);

// Bytes that come once and in order: from a pipe, a decoder, a file read from its beginning.
class TextSource {
 public:
  virtual ~TextSource() = default;

  // Reads at least one byte, or returns 0 at the end. `out` is not empty.
  virtual Result<std::size_t> ReadSome(std::span<char> out) = 0;
};

// A named pipe, read once from its beginning to its end. Never blocks for ever: it gives up when no
// writer comes, and asks `stop_requested` several times a second.
class PipeSource final : public TextSource {
 public:
  // `writer_timeout_ms`: how long to wait for a writer. Errors: kChannelPipe.
  static Result<std::unique_ptr<PipeSource>> Open(const SourceFile& file, int writer_timeout_ms,
                                                  std::function<bool()> stop_requested);
  ~PipeSource() override;
  PipeSource(const PipeSource&) = delete;
  PipeSource& operator=(const PipeSource&) = delete;

  // Errors: kIoRead, kChannelPipe (no writer), kInternal (a stop was requested).
  Result<std::size_t> ReadSome(std::span<char> out) override;

 private:
  PipeSource(int descriptor, std::string display_name, int writer_timeout_ms,
             std::function<bool()> stop_requested);

  int descriptor_;
  std::string display_name_;
  int writer_timeout_ms_;
  std::function<bool()> stop_requested_;
  bool has_seen_writer_ = false;
};

// The error that ends reading when the caller asked for it; he does not report it.
Error StoppedError();

}  // namespace boostyard
