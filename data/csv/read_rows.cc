#include "data/csv/read_rows.h"

#include <utility>

namespace boostyard::csv {

ChunkResult ReadRows(const RowText& rows, const Layout& layout, Worker& worker) {
  ChunkResult result;
  ParseOutcome outcome = ParseRows(rows.text, rows.offset, layout, worker.table, &worker.blocks);
  result.saw_question_mark = outcome.saw_question_mark;
  result.newlines = outcome.newlines;
  for (const Fault& fault : outcome.faults) {
    result.fault_lines.push_back(FindLine(rows.text, rows.offset, 0, fault.offset));
  }
  result.faults = std::move(outcome.faults);
  if (result.faults.empty() && worker.table.row_count > 0) {
    result.stored = worker.encoder.Encode(worker.table, layout);
  }
  return result;
}

}  // namespace boostyard::csv
