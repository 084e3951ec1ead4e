// The bytes of one input from its beginning to its end, decoded, whether it is a file or a pipe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "data/input_file.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard {

// Reads forward only, so that files that are fetched while they are read, and pipes, do well.
class ByteStream {
 public:
  // Takes over an opened input. Errors: kIoRead, kInputUnreadable.
  static Result<ByteStream> Open(InputFile input, const ReadOptions& options);

  // The bytes from offset() on: at least `wanted`, fewer only at the end of the input. Valid until
  // the next call. Errors: those of reading.
  Result<std::string_view> Peek(std::uint64_t wanted);

  // Goes forward. Precondition: the last Peek gave as many bytes.
  void Skip(std::uint64_t count);

  // Whether the last Peek showed all there is.
  bool is_at_end() const;

  std::uint64_t offset() const { return offset_; }
  const std::string& display_name() const { return input_.file.display_name; }

 private:
  ByteStream(InputFile input, std::unique_ptr<ByteSource> source)
      : input_(std::move(input)), source_(std::move(source)) {}

  InputFile input_;
  std::unique_ptr<ByteSource> source_;  // null: a pipe, or decoded
  std::string buffer_;                  // of a file: the bytes from offset_ on
  std::uint64_t offset_ = 0;
};

}  // namespace boostyard
