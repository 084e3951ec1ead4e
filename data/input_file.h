// One file of a channel while it is being read: its first bytes, then its text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.h"
#include "data/decode/compression.h"
#include "data/read_options.h"

namespace boostyard {

// A source that is read once, with the bytes that were read from it and are still needed.
class PipeText {
 public:
  explicit PipeText(std::unique_ptr<TextSource> source) : source_(std::move(source)) {}

  // Reads until byte `end` of the text is there, or the text ends. After an error what was read
  // before is there.
  Status FillTo(std::uint64_t end);
  // Reads until there is a newline at or after byte `from`, or the pipe ends.
  Status FillToNewline(std::uint64_t from);
  // At the pipe's end: gives the last line a newline if it has none. Else nothing.
  void EndLastLine();
  // Forgets what follows the last newline.
  void DropLastLine();
  // All of the text from offset() on, as a source; nothing is left here.
  std::unique_ptr<TextSource> TakeRest();
  // Forgets what lies before byte `offset`, but counts its newlines.
  void Drop(std::uint64_t offset);

  std::string_view text() const { return buffer_; }
  std::uint64_t offset() const { return offset_; }  // place of text() in all of it
  std::uint64_t end() const { return offset_ + buffer_.size(); }
  std::uint64_t newlines_before() const { return newlines_before_; }  // before offset()
  bool is_at_end() const { return is_at_end_; }

 private:
  Status FillSome();

  std::unique_ptr<TextSource> source_;
  std::string buffer_;
  std::uint64_t offset_ = 0;
  std::uint64_t newlines_before_ = 0;
  bool is_at_end_ = false;
};

// Holds the head of a file: enough to tell its format, delimiter and header.
struct InputFile {
  SourceFile file;
  std::unique_ptr<PipeText> pipe;  // null: a regular file
  std::uint64_t size = 0;          // of a regular file, as it lies there
  Compression compression = Compression::kNone;
  std::uint64_t text_bytes = 0;  // of a compressed regular file, decoded: about
  // The first lines: at least two that are not blank, unless the file ends before. Cut at its last
  // newline; a file that ends without one gets one.
  std::string head;

  bool is_empty() const { return head.empty(); }
};

// Opens a file and reads its head. Errors: kIoRead, kChannelPipe, kDataFormat (no line ends).
Result<InputFile> OpenInput(const SourceFile& file, const ReadRequest& request,
                            const ReadOptions& options);

// File `index` of the request: out of `opened`, which holds the first ones, or opened now.
Result<InputFile> TakeInput(std::vector<InputFile>& opened, std::size_t index,
                            const ReadRequest& request, const ReadOptions& options);

// The text of a compressed regular file, from its beginning. Errors: kIoRead.
Result<std::unique_ptr<DecodedText>> OpenDecoded(const SourceFile& file, Compression compression,
                                                 const FileOpener& open_file);

// No row is longer: what has no newline for so long is not text.
inline constexpr std::uint64_t kMaxRowBytes = 64U << 20;

}  // namespace boostyard
