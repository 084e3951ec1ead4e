#include "data/input_file.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "data/magic.h"
#include "data/number.h"
#include "data/text_source.h"
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

Status ReadFileHead(InputFile& input, const ByteSource& source) {
  for (std::uint64_t wanted = kHeadBytes;; wanted *= 2) {
    const std::size_t have = input.head.size();
    input.head.resize(std::min(wanted, input.size));
    BOOSTYARD_RETURN_IF_ERROR(
        ReadFully(source, input.file.display_name, have, std::span(input.head).subspan(have)));
    const bool is_whole_file = input.head.size() == input.size;
    if (have == 0 && SniffCompression(input.head) != Compression::kNone) return {};
    if (have == 0 && input.head.starts_with(kParquetMagic)) return {};  // it has no lines
    if (is_whole_file || CountFilledLines(input.head) >= kHeadLines) {
      CutAtLineEnd(input.head, is_whole_file);
      return {};
    }
    if (wanted >= kMaxRowBytes && input.head.find('\n') == std::string::npos) {
      return NoLineEndError(input.file);
    }
  }
}

// Of a text that is read once. What comes before damage is looked at first.
Status ReadTextHead(InputFile& input, PipeText& text) {
  for (std::uint64_t wanted = kHeadBytes;; wanted *= 2) {
    Status filled = text.FillTo(wanted);
    if (text.text().starts_with(kParquetMagic)) {
      input.head = kParquetMagic;  // it has no lines
      return {};
    }
    if (text.is_at_end() || CountFilledLines(text.text()) >= kHeadLines) break;
    if (!filled.ok()) return std::move(filled).error();
    if (wanted >= kMaxRowBytes && text.text().find('\n') == std::string_view::npos) {
      return NoLineEndError(input.file);
    }
  }
  input.head = text.text();
  CutAtLineEnd(input.head, text.is_at_end());
  return {};
}

Status OpenRegularFile(InputFile& input, const ReadOptions& options) {
  BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                             options.open_file(input.file));
  input.size = source->size();
  BOOSTYARD_RETURN_IF_ERROR(ReadFileHead(input, *source));
  input.compression = SniffCompression(input.head);
  if (input.compression == Compression::kNone) return {};
  input.head.clear();
  BOOSTYARD_ASSIGN_OR_RETURN(std::unique_ptr<DecodedText> decoded,
                             OpenDecoded(input.file, input.compression, options.open_file));
  const DecodedText& decoder = *decoded;
  PipeText text(std::move(decoded));
  BOOSTYARD_RETURN_IF_ERROR(ReadTextHead(input, text));
  // As if all of the file were as dense as its beginning; known to the byte if that is all.
  input.text_bytes = text.is_at_end()
                         ? text.end()
                         : static_cast<std::uint64_t>(static_cast<double>(input.size) *
                                                      static_cast<double>(text.end()) /
                                                      static_cast<double>(decoder.bytes_read()));
  return {};
}

// A pipe tells by its first bytes whether they are compressed.
Status OpenPipe(InputFile& input, const ReadRequest& request, const ReadOptions& options) {
  constexpr std::size_t kMagicBytes = 4;
  const auto may_stop = std::make_shared<std::atomic<bool>>(false);
  const auto stop_requested = [may_stop, asked = request.stop_requested] {
    return may_stop->load() || (asked && asked());
  };
  BOOSTYARD_ASSIGN_OR_RETURN(
      std::unique_ptr<TextSource> source,
      PipeSource::Open(input.file, options.writer_timeout_ms, stop_requested));
  std::string first(kMagicBytes, '\0');
  std::size_t have = 0;
  while (have < kMagicBytes) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::size_t got,
                               source->ReadSome(std::span(first).subspan(have)));
    if (got == 0) break;
    have += got;
  }
  first.resize(have);
  input.compression = SniffCompression(first);
  source = std::make_unique<PrefixedText>(std::move(first), std::move(source));
  if (input.compression != Compression::kNone) {
    source = MakeReadAhead(
        DecodedText::Make(input.compression, std::move(source), input.file.display_name), may_stop);
  }
  input.pipe = std::make_unique<PipeText>(std::move(source));
  return ReadTextHead(input, *input.pipe);
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

void PipeText::DropLastLine() { buffer_.resize(buffer_.rfind('\n') + 1); }

std::unique_ptr<TextSource> PipeText::TakeRest() {
  return std::make_unique<PrefixedText>(std::exchange(buffer_, {}),
                                        is_at_end_ ? nullptr : std::move(source_));
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
    BOOSTYARD_RETURN_IF_ERROR(OpenPipe(input, request, options));
  } else {
    BOOSTYARD_RETURN_IF_ERROR(OpenRegularFile(input, options));
  }
  return input;
}

Result<InputFile> TakeInput(std::vector<InputFile>& opened, std::size_t index,
                            const ReadRequest& request, const ReadOptions& options) {
  if (index < opened.size()) return std::move(opened[index]);
  return OpenInput(request.files[index], request, options);
}

Result<std::unique_ptr<DecodedText>> OpenDecoded(const SourceFile& file, Compression compression,
                                                 const FileOpener& open_file) {
  BOOSTYARD_ASSIGN_OR_RETURN(std::shared_ptr<ByteSource> source, open_file(file));
  return DecodedText::Make(compression, std::make_unique<FileText>(std::move(source)),
                           file.display_name);
}

}  // namespace boostyard
