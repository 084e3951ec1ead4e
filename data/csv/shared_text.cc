#include "data/csv/shared_text.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "data/input_file.h"
#include "engine/base/error_table.h"
#include "engine/base/pause.h"

namespace boostyard::csv {
namespace {

constexpr std::size_t kSlack = 16U << 10;  // what is read besides, for the chunk's last row

}  // namespace

SharedText::SharedText(TextOpener open, std::string display_name, std::uint64_t data_begin,
                       std::uint64_t chunk_bytes)
    : open_(std::move(open)),
      display_name_(std::move(display_name)),
      data_begin_(data_begin),
      chunk_bytes_(chunk_bytes) {}

// Most waits are about as long as it takes to fall asleep and to be woken again.
void SharedText::AwaitReader() const {
  for (int spins = 0; spins < kBriefSpins && is_being_read_.load(std::memory_order_relaxed);
       ++spins) {
    PauseProcessor();
  }
}

Result<std::optional<TextChunk>> SharedText::Next() {
  AwaitReader();
  const std::lock_guard lock(reading_);
  if (is_done_.load()) return std::optional<TextChunk>();
  is_being_read_.store(true, std::memory_order_relaxed);
  struct AtEnd {
    SharedText& text;
    bool is_last = true;
    ~AtEnd() {
      if (is_last) text.Stop();
      text.is_being_read_.store(false, std::memory_order_relaxed);
    }
  } at_end{*this};
  Result<std::optional<TextChunk>> chunk = ReadChunk(TakeSpare());
  // Whoever has stopped the text wants no error of it either.
  if (is_done_.load()) return std::optional<TextChunk>();
  at_end.is_last = !chunk.ok() || !chunk->has_value();
  return chunk;
}

HugeBuffer<char> SharedText::TakeSpare() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  HugeBuffer<char> buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void SharedText::Recycle(TextChunk chunk) {
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(chunk.buffer));
}

Result<std::optional<TextChunk>> SharedText::ReadChunk(HugeBuffer<char> buffer) {
  if (is_read_) return std::optional<TextChunk>();
  if (source_ == nullptr) {
    BOOSTYARD_ASSIGN_OR_RETURN(source_, open_());
  }
  TextChunk chunk;
  chunk.index = next_index_++;
  chunk.range.begin = data_begin_ + chunk.index * chunk_bytes_;
  chunk.range.end = chunk.range.begin + chunk_bytes_;
  chunk.range.is_first = chunk.index == 0;
  const std::uint64_t offset = rest_offset_;
  const std::size_t wanted = chunk.range.end - offset;
  buffer_ = std::move(buffer);
  size_ = 0;
  Grow(std::max(wanted, rest_.size()) + kSlack);
  std::copy(rest_.begin(), rest_.end(), buffer_.data());
  size_ = rest_.size();
  FillTo(wanted + kSlack - 1);
  BOOSTYARD_RETURN_IF_ERROR(FillToNewline(wanted - 1, chunk.range.end));
  if (is_at_end_) EndText(offset);
  if (is_at_end_ && text_end_ <= chunk.range.end) {
    is_read_ = true;
    chunk.range.end = text_end_;
    if (chunk.range.end <= chunk.range.begin) return std::optional<TextChunk>();
  }
  // The next chunk sees the byte before its first one.
  rest_offset_ = chunk.range.end - 1;
  rest_.assign(buffer_.data() + (rest_offset_ - offset), buffer_.data() + size_);
  chunk.rows = RowsStartingIn({buffer_.data(), size_}, offset, chunk.range);
  chunk.buffer = std::move(buffer_);
  return std::optional<TextChunk>(std::move(chunk));
}

// Or up to an error, which matters only to a chunk that is not whole before it.
void SharedText::FillTo(std::size_t size) {
  while (!is_at_end_ && !error_ && size_ < size) FillSome(size - size_);
}

// Until there is a newline at or after byte `from` of the buffer, or the text ends.
Status SharedText::FillToNewline(std::size_t from, std::uint64_t range_end) {
  for (std::size_t searched = from;;) {
    const std::string_view text(buffer_.data(), size_);
    if (searched < size_ && text.find('\n', searched) != std::string_view::npos) return {};
    if (is_at_end_) return {};
    searched = std::max(searched, size_);
    if (size_ > from + kMaxRowBytes) return RowTooLongError(display_name_, range_end);
    if (buffer_.size() < size_ + kSlack) Grow(2 * (size_ + kSlack));
    if (!error_) FillSome(kSlack - 1);
    if (error_) return *error_;
  }
}

// Reads up to `most` bytes more. Damage ends the text with the last whole line before it.
void SharedText::FillSome(std::size_t most) {
  Result<std::size_t> got = source_->ReadSome({buffer_.data() + size_, most});
  if (got.ok()) {
    size_ += *got;
    is_at_end_ = *got == 0;
    return;
  }
  if (got.error().id != ErrorId::kDataDamaged) {
    error_ = std::move(got).error();
    return;
  }
  damage_ = std::move(got).error();
  is_at_end_ = true;
  size_ = std::string_view(buffer_.data(), size_).rfind('\n') + 1;
}

// The last line gets a newline, if it has none; there is room for one more byte.
void SharedText::EndText(std::uint64_t offset) {
  if (text_end_ > 0) return;
  text_end_ = offset + size_;
  if (size_ > 0 && buffer_[size_ - 1] != '\n') buffer_[size_++] = '\n';
}

// Makes room for `size` bytes and keeps those that are there.
void SharedText::Grow(std::size_t size) {
  if (buffer_.size() >= size) return;
  HugeBuffer<char> larger(size);
  if (size_ > 0) std::memcpy(larger.data(), buffer_.data(), size_);
  buffer_ = std::move(larger);
}

}  // namespace boostyard::csv
