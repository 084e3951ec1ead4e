// The fast way through rows: blocks of whole rows that hold nothing but good cells.
#pragma once

#include <cstdint>
#include <vector>

#include "data/csv/kernels/kernels.h"
#include "data/csv/layout.h"
#include "engine/base/huge_buffer.h"

namespace boostyard::csv {

struct CellTable;

// Which kernel reads blocks. kAdaptive: chosen by what the last block was like; a wrong guess is
// slow, never wrong.
enum class BlockKernel : std::uint8_t { kAdaptive, kSmallInts, kShort, kLong };

// Reads blocks with the kernels of the active tier. Its scratch memory is reused. One per thread.
class BlockReader {
 public:
  // Another `kernel` than kAdaptive is for tests and measurements.
  explicit BlockReader(BlockKernel kernel = BlockKernel::kAdaptive)
      : is_adaptive_(kernel == BlockKernel::kAdaptive),
        kernel_(is_adaptive_ ? BlockKernel::kShort : kernel) {}

  // The end of the block that begins at `p`: a row's end about kBlockBytes further on. [p, end)
  // holds whole rows.
  static const char* BlockEnd(const char* p, const char* end);

  // Appends the rows of `text` to `table`, which has room for them. False, and `table` as before,
  // if any row is not as it should be (a fault, a blank line) or cannot be read this way: then the
  // caller must read the block cell by cell. `saw_question_mark` is set if a cell held "?".
  bool Read(const BlockText& text, const Layout& layout, CellTable& table, bool& saw_question_mark);

 private:
  void Reserve(std::size_t block_bytes);
  bool ReadOddCells(const BlockText& text, std::size_t odd_count, const Layout& layout,
                    bool& saw_question_mark);
  void ChooseNext(std::size_t block_bytes, const BlockCount& count);

  HugeBuffer<float> values_;
  HugeBuffer<std::uint32_t> odd_;
  HugeBuffer<std::uint32_t> ends_;  // the cells' from element kEndsMargin on
  bool is_adaptive_;
  BlockKernel kernel_;           // for the next block
  int blocks_without_ints_ = 0;  // so many blocks are not tried as small integers
};

}  // namespace boostyard::csv
