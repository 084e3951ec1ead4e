// A text that is read once, a window of chunks at a time. The chunks are those that a plain file of
// the same text would have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/csv/chunk_text.h"
#include "data/input_file.h"

namespace boostyard::csv {

class TextWindows {
 public:
  // `text` outlives this and has nothing dropped.
  TextWindows(PipeText& text, std::string display_name, std::uint64_t data_begin,
              std::uint64_t chunk_bytes)
      : text_(text),
        display_name_(std::move(display_name)),
        data_begin_(data_begin),
        chunk_bytes_(chunk_bytes),
        next_(data_begin) {}

  // The next `chunk_count` chunks, fewer at the end, none behind it; forgets those before. If the
  // text is damaged, first what comes before: damage() then says so, and nothing follows.
  // Errors: those of the text but for damage; kDataTooLarge.
  Result<std::vector<ByteRange>> Next(std::size_t chunk_count);

  // The rows of a range of the last window.
  RowText Rows(const ByteRange& range) const {
    return RowsStartingIn(text_.text(), text_.offset(), range);
  }

  const std::optional<Error>& damage() const { return damage_; }

 private:
  PipeText& text_;
  std::string display_name_;
  std::uint64_t data_begin_;
  std::uint64_t chunk_bytes_;
  std::uint64_t next_;
  bool is_done_ = false;
  std::optional<Error> damage_;
};

}  // namespace boostyard::csv
