// What is known of a CSV channel before its rows are read: columns, delimiter, where each file's
// rows begin. Made file by file, because a pipe's head can be seen only when its turn comes.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "data/content_type.h"
#include "data/csv/layout.h"
#include "data/input_file.h"
#include "data/read_options.h"
#include "engine/base/result.h"

namespace boostyard::csv {

// One file, ready to be read.
struct PlannedFile {
  SourceFile file;
  std::unique_ptr<PipeText> pipe;  // null: a regular file
  std::uint64_t size = 0;          // of a regular file, as it lies there
  Compression compression = Compression::kNone;
  std::uint64_t text_bytes = 0;  // of a regular file, decoded: about
  std::uint64_t data_begin = 0;  // after byte order mark and header, in the text
  std::uint64_t newlines_before_data = 0;
};

class Planner {
 public:
  // `opened`: the first files of the request, already opened.
  Planner(const ReadRequest& request, const ReadOptions& options, const ContentType& type,
          std::vector<InputFile> opened);

  // The next file of the request. Precondition: fewer than request.files.size() calls so far.
  // Errors: those of opening, kCsvDelimiter, kCsvEncoding, kDataCompressed, kChannelContentType,
  // kCsvNoFeatures, kDataColumnMismatch, kCsvBadQuote (in a file's first line).
  Result<PlannedFile> Next();

  // Valid once a file with a line was planned; then it does not change.
  const Layout& layout() const { return layout_; }

  bool saw_header() const { return header_count_ > 0; }

  // The first file with a header and its columns. Precondition: saw_header().
  std::string DescribeHeader() const;

  // What should be said: appended to the two lists. Call it after the last file.
  void Report(std::vector<std::string>& notes, std::vector<std::string>& warnings) const;

 private:
  Result<InputFile> Open();
  Status GatherSniffLines(std::vector<std::string_view>& lines);
  Status ChooseDelimiter(const InputFile& first);
  Status PlanHead(const InputFile& input, PlannedFile& planned);
  Status DefineColumns(const InputFile& input, std::uint32_t column_count,
                       std::uint64_t line_number, std::string_view line);
  Status CompareColumns(const InputFile& input, std::uint32_t column_count,
                        std::uint64_t line_number) const;
  Status TakeHeader(const InputFile& input, std::vector<std::string> names);

  const ReadRequest& request_;
  const ReadOptions& options_;
  ContentType type_;
  std::deque<InputFile> opened_;  // opened but not yet planned
  std::size_t opened_count_;      // of the request's files
  Layout layout_;
  bool has_delimiter_ = false;
  bool has_layout_ = false;
  std::string header_file_;  // the first file with a header
  std::size_t header_count_ = 0;
  std::size_t mark_count_ = 0;  // files with a byte order mark
  std::vector<std::string> warnings_;
};

}  // namespace boostyard::csv
