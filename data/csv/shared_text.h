// A text that is read once (a pipe, what a decoder gives), shared out among threads in the chunks
// that a plain file of the same text would have.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "data/byte_source.h"
#include "data/csv/chunk_text.h"
#include "engine/base/huge_buffer.h"
#include "engine/base/result.h"

namespace boostyard::csv {

using TextOpener = std::function<Result<std::unique_ptr<TextSource>>()>;

// One chunk, with the memory of its text.
struct TextChunk {
  std::size_t index = 0;
  ByteRange range;
  RowText rows;
  HugeBuffer<char> buffer;
};

// Any thread may ask for the next chunk, and reads (and decodes) it himself, one after the other:
// so the text is read all the time while there are threads without a chunk, and what a thread works
// with stays in the cache of its processor. Chunks that one thread reads for others cost the
// decoder up to half of its speed, where processors are far from each other.
class SharedText {
 public:
  // `open` is called once, by the first who reads.
  SharedText(TextOpener open, std::string display_name, std::uint64_t data_begin,
             std::uint64_t chunk_bytes);

  // The next chunk in the order of the text, which is given back by Recycle; none at its end. If
  // the text is damaged, first what comes before; damage() then says so. Errors, which one of the
  // callers gets, after all chunks before: those of the text but for damage; kDataTooLarge. Throws
  // std::bad_alloc. Either ends the text.
  Result<std::optional<TextChunk>> Next();

  // Takes the memory of a chunk, for another one.
  void Recycle(TextChunk chunk);

  // Nobody wants more: Next gives none.
  void Stop() { is_done_.store(true); }

  // When Next has given none to everybody.
  const std::optional<Error>& damage() const { return damage_; }

 private:
  void AwaitReader() const;
  HugeBuffer<char> TakeSpare();
  // The steps of the one who reads.
  Result<std::optional<TextChunk>> ReadChunk(HugeBuffer<char> buffer);
  void FillTo(std::size_t size);
  Status FillToNewline(std::size_t from, std::uint64_t range_end);
  void FillSome(std::size_t most);
  void Grow(std::size_t size);
  void EndText(std::uint64_t offset);

  // Set before anybody reads
  TextOpener open_;
  std::string display_name_;
  std::uint64_t data_begin_;
  std::uint64_t chunk_bytes_;

  // Of whoever reads, and has the lock
  std::mutex reading_;
  std::unique_ptr<TextSource> source_;
  HugeBuffer<char> buffer_;        // of the chunk that is being read
  std::size_t size_ = 0;           // of the text in it
  std::vector<char> rest_;         // read, and belongs to the next chunk
  std::uint64_t rest_offset_ = 0;  // in the text
  std::size_t next_index_ = 0;
  bool is_at_end_ = false;      // of the source
  std::uint64_t text_end_ = 0;  // if so: without a newline that is added
  bool is_read_ = false;        // the last chunk was read
  std::optional<Error> damage_;
  std::optional<Error> error_;

  std::atomic<bool> is_being_read_{false};  // a hint for those who wait
  std::atomic<bool> is_done_{false};
  std::mutex mutex_;
  std::vector<HugeBuffer<char>> spare_;  // under mutex_
};

}  // namespace boostyard::csv
