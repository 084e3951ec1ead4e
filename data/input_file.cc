#include "data/input_file.h"

#include <algorithm>
#include <utility>

#include "data/number.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

constexpr std::uint64_t kHeadBytes = 64U << 10;
constexpr int kHeadLines = 2;  // a header and a row

// Lines of `text` that end with a newline and hold more than blanks.
int CountFilledLines(std::string_view text) {
  int lines = 0;
  while (lines < kHeadLines) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) return lines;
    std::string_view line = text.substr(0, newline);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!TrimBlanks(line).empty()) ++lines;
    text.remove_prefix(newline + 1);
  }
  return lines;
}

Error NoLineEndError(const SourceFile& file) {
  return MakeError(ErrorId::kDataFormat,
                   file.display_name + " has no line end in its first " +
                       std::to_string(kMaxRowBytes >> 20) + " MiB: it is not CSV text",
                   "check the file and the channel's content type");
}

// Drops what follows the last newline; at the end of the file the last line is whole.
void CutAtLineEnd(std::string& head, bool is_whole_file) {
  if (is_whole_file) {
    if (!head.empty() && head.back() != '\n') head.push_back('\n');
    return;
  }
  const std::size_t newline = head.rfind('\n');
  head.resize(newline == std::string::npos ? 0 : newline + 1);
}

Status ReadFileHead(InputFile& input, const ReadOptions& options) {
  BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                             options.open_file(input.file));
  input.size = source->size();
  for (std::uint64_t wanted = kHeadBytes;; wanted *= 2) {
    const std::size_t have = input.head.size();
    input.head.resize(std::min(wanted, input.size));
    BOOSTYARD_RETURN_IF_ERROR(
        ReadFully(*source, input.file.display_name, have, std::span(input.head).subspan(have)));
    const bool is_whole_file = input.head.size() == input.size;
    if (is_whole_file || CountFilledLines(input.head) >= kHeadLines) {
      CutAtLineEnd(input.head, is_whole_file);
      return {};
    }
    if (wanted >= kMaxRowBytes && input.head.find('\n') == std::string::npos) {
      return NoLineEndError(input.file);
    }
  }
}

Status ReadPipeHead(InputFile& input) {
  PipeText& pipe = *input.pipe;
  for (std::uint64_t wanted = kHeadBytes;; wanted *= 2) {
    BOOSTYARD_RETURN_IF_ERROR(pipe.FillTo(wanted));
    if (pipe.is_at_end() || CountFilledLines(pipe.text()) >= kHeadLines) break;
    if (wanted >= kMaxRowBytes && pipe.text().find('\n') == std::string_view::npos) {
      return NoLineEndError(input.file);
    }
  }
  input.head = pipe.text();
  CutAtLineEnd(input.head, pipe.is_at_end());
  return {};
}

}  // namespace

Status PipeText::FillSome() {
  constexpr std::size_t kReadBytes = 256U << 10;
  const std::size_t have = buffer_.size();
  buffer_.resize(have + kReadBytes);
  const Result<std::size_t> got = source_->ReadSome(std::span(buffer_).subspan(have));
  buffer_.resize(have + (got.ok() ? *got : 0));
  if (!got.ok()) return got.error();
  is_at_end_ = *got == 0;
  return {};
}

Status PipeText::FillTo(std::uint64_t end_offset) {
  while (!is_at_end_ && end() < end_offset) BOOSTYARD_RETURN_IF_ERROR(FillSome());
  return {};
}

Status PipeText::FillToNewline(std::uint64_t from) {
  std::uint64_t searched = std::max(from, offset_);
  while (!is_at_end_) {
    if (searched < end() && text().find('\n', searched - offset_) != std::string_view::npos) break;
    searched = std::max(searched, end());
    if (end() > from && end() - from > kMaxRowBytes) break;
    BOOSTYARD_RETURN_IF_ERROR(FillSome());
  }
  return {};
}

void PipeText::EndLastLine() {
  if (is_at_end_ && !buffer_.empty() && buffer_.back() != '\n') buffer_.push_back('\n');
}

void PipeText::Drop(std::uint64_t new_offset) {
  const std::size_t bytes = new_offset - offset_;
  newlines_before_ += static_cast<std::uint64_t>(
      std::count(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes), '\n'));
  buffer_.erase(0, bytes);
  offset_ = new_offset;
}

Result<InputFile> OpenInput(const SourceFile& file, const ReadRequest& request,
                            const ReadOptions& options) {
  InputFile input;
  input.file = file;
  if (IsPipe(file)) {
    BOOSTYARD_ASSIGN_OR_RETURN(
        std::unique_ptr<PipeSource> source,
        PipeSource::Open(file, options.writer_timeout_ms, request.stop_requested));
    input.pipe = std::make_unique<PipeText>(std::move(source));
    BOOSTYARD_RETURN_IF_ERROR(ReadPipeHead(input));
  } else {
    BOOSTYARD_RETURN_IF_ERROR(ReadFileHead(input, options));
  }
  return input;
}

}  // namespace boostyard
