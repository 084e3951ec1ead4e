#include "data/csv/plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "data/csv/cell_error.h"
#include "data/csv/sniff.h"
#include "data/escape.h"
#include "data/magic.h"
#include "engine/base/error_table.h"

namespace boostyard::csv {
namespace {

constexpr std::size_t kSniffLines = 32;

std::string CountText(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::size_t MarkBytes(const InputFile& input) {
  return std::string_view(input.head).starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0;
}

Status CheckContent(const InputFile& input) {
  BOOSTYARD_RETURN_IF_ERROR(CheckIsText(input.head, input.file.display_name));
  const DataFormat format = SniffFormat(input.head);
  if (format == DataFormat::kCsv) return {};
  const std::string name(NameOf(format));
  return MakeError(ErrorId::kChannelContentType,
                   input.file.display_name + " looks like " + name + ", but is read as CSV",
                   "set the channel's ContentType to that of " + name + ", or supply CSV");
}

std::vector<std::string> Names(const SplitLine& line) {
  std::vector<std::string> names;
  for (const CellSpan& cell : line.cells) names.push_back(CellText(cell));
  return names;
}

// A fault of quotes in a line of the head, if there is one.
Status CheckQuotes(const InputFile& input, const HeadLine& line, const SplitLine& split,
                   const Layout& layout) {
  const CellSpan& last = split.cells.back();
  if (last.form <= CellForm::kQuoted) return {};
  const auto offset = static_cast<std::uint64_t>(last.text.data() - 1 - input.head.data());
  const Fault fault{offset, static_cast<std::uint32_t>(split.cells.size() - 1), FaultKind::kQuote};
  FoundLine found = FindLine(input.head, 0, 0, line.offset);
  return DescribeFault(fault, found, input.file.display_name, layout);
}

std::string QuoteNames(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) {
    text += (i == 0 ? "" : ", ") + QuoteText(names[i]);
  }
  if (names.size() > kShown) text += " and " + CountText(names.size() - kShown, "other");
  return text;
}

}  // namespace

Planner::Planner(const ReadRequest& request, const ReadOptions& options, const ContentType& type,
                 std::vector<InputFile> opened)
    : request_(request),
      options_(options),
      type_(type),
      opened_(std::make_move_iterator(opened.begin()), std::make_move_iterator(opened.end())),
      opened_count_(opened_.size()) {
  layout_.has_label = request.has_label;
  layout_.has_weights = request.has_weights;
}

Result<InputFile> Planner::Open() {
  if (opened_.empty()) return OpenInput(request_.files[opened_count_++], request_, options_);
  InputFile input = std::move(opened_.front());
  opened_.pop_front();
  return input;
}

Result<PlannedFile> Planner::Next() {
  BOOSTYARD_ASSIGN_OR_RETURN(InputFile input, Open());
  PlannedFile planned;
  planned.file = input.file;
  planned.size = input.size;
  planned.compression = input.compression;
  planned.text_bytes = input.compression == Compression::kNone ? input.size : input.text_bytes;
  if (!input.is_empty()) {
    BOOSTYARD_RETURN_IF_ERROR(CheckContent(input));
    if (!has_delimiter_) BOOSTYARD_RETURN_IF_ERROR(ChooseDelimiter(input));
    BOOSTYARD_RETURN_IF_ERROR(PlanHead(input, planned));
  }
  planned.pipe = std::move(input.pipe);
  return planned;
}

// Looks at the files after the first one until there are lines enough, but never at a pipe: its
// writer may wait for us to finish the one before.
Status Planner::GatherSniffLines(std::vector<std::string_view>& lines) {
  const auto add = [&](const InputFile& input) {
    for (const HeadLine& line :
         FirstLines(input.head, MarkBytes(input), kSniffLines - lines.size(), '\0')) {
      lines.push_back(line.text);
    }
  };
  for (const InputFile& input : opened_) add(input);
  while (lines.size() < kSniffLines && opened_count_ < request_.files.size() &&
         !IsPipe(request_.files[opened_count_])) {
    BOOSTYARD_ASSIGN_OR_RETURN(InputFile input,
                               OpenInput(request_.files[opened_count_], request_, options_));
    ++opened_count_;
    opened_.push_back(std::move(input));
    add(opened_.back());
  }
  return {};
}

Status Planner::ChooseDelimiter(const InputFile& first) {
  if (type_.delimiter) {
    layout_.delimiter = *type_.delimiter;
    has_delimiter_ = true;
    return {};
  }
  std::vector<std::string_view> lines;
  for (const HeadLine& line : FirstLines(first.head, MarkBytes(first), kSniffLines, '\0')) {
    lines.push_back(line.text);
  }
  if (lines.size() < kSniffLines) BOOSTYARD_RETURN_IF_ERROR(GatherSniffLines(lines));
  if (lines.empty()) return {};
  Result<char> delimiter = SniffDelimiter(lines, layout_.has_label);
  if (!delimiter.ok()) {
    Error error = std::move(delimiter).error();
    error.message = first.file.display_name + ": " + error.message;
    return error;
  }
  layout_.delimiter = *delimiter == '\0' ? ',' : *delimiter;
  has_delimiter_ = true;
  return {};
}

Status Planner::PlanHead(const InputFile& input, PlannedFile& planned) {
  const std::size_t mark = MarkBytes(input);
  if (mark > 0) ++mark_count_;
  planned.data_begin = mark;
  const std::vector<HeadLine> lines =
      FirstLines(input.head, mark, 2, layout_.blank_row_delimiter());
  if (lines.empty()) return {};
  const SplitLine first = Split(lines[0].text, layout_.delimiter, layout_.has_label);
  BOOSTYARD_RETURN_IF_ERROR(CheckQuotes(input, lines[0], first, layout_));
  const auto column_count = static_cast<std::uint32_t>(first.cells.size());
  if (has_layout_) {
    BOOSTYARD_RETURN_IF_ERROR(CompareColumns(input, column_count, lines[0].number));
  } else {
    BOOSTYARD_RETURN_IF_ERROR(DefineColumns(input, column_count, lines[0].number, lines[0].text));
  }
  std::optional<SplitLine> second;
  if (lines.size() > 1) second = Split(lines[1].text, layout_.delimiter, layout_.has_label);
  const bool is_header =
      type_.has_header.value_or(IsHeader(first, second ? &*second : nullptr, request_.has_label));
  if (!is_header) return {};
  planned.data_begin = lines[0].offset + lines[0].text.size();
  planned.newlines_before_data = lines[0].number;
  return TakeHeader(input, Names(first));
}

Status Planner::DefineColumns(const InputFile& input, std::uint32_t column_count,
                              std::uint64_t line_number, std::string_view line) {
  layout_.column_count = column_count;
  layout_.defined_by = input.file.display_name + " line " + std::to_string(line_number);
  has_layout_ = true;
  const std::uint32_t expected = request_.expected_features;
  if (layout_.has_weights && layout_.has_label && expected > 0 && column_count == expected + 1) {
    layout_.has_weights = false;
    warnings_.push_back("the channel " + request_.channel +
                        " has no weight column (one column fewer than the training data): its rows "
                        "are not weighted");
  }
  if (layout_.feature_count() == 0) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    return MakeError(
        ErrorId::kCsvNoFeatures,
        input.file.display_name + " has a label " + (layout_.has_weights ? "and a weight " : "") +
            "but no features: its first row is " + QuoteText(line),
        type_.delimiter ? "put the features after the label, separated by " +
                              NameOfDelimiter(*type_.delimiter) + " as the content type says"
                        : std::string("put the features after the label, separated by commas"));
  }
  if (expected == 0 || layout_.feature_count() == expected) return {};
  const std::uint32_t target_count = layout_.first_feature();
  return MakeError(ErrorId::kDataColumnMismatch,
                   input.file.display_name + " has " + CountText(column_count, "column") +
                       ", expected " + std::to_string(expected + target_count) + ": " +
                       CountText(expected, "feature") +
                       (layout_.has_label ? " after the label" : "") +
                       (layout_.has_weights ? " and the weight" : ""),
                   "give every channel the same columns as the training data, in the same order");
}

Status Planner::CompareColumns(const InputFile& input, std::uint32_t column_count,
                               std::uint64_t line_number) const {
  if (column_count == layout_.column_count) return {};
  return MakeError(ErrorId::kDataColumnMismatch,
                   input.file.display_name + " line " + std::to_string(line_number) + " has " +
                       CountText(column_count, "column") + ", expected " +
                       std::to_string(layout_.column_count) + " as in " + layout_.defined_by,
                   "give all files of the channel the same columns and the same delimiter (" +
                       NameOfDelimiter(layout_.delimiter) + ")");
}

Status Planner::TakeHeader(const InputFile& input, std::vector<std::string> names) {
  if (++header_count_ == 1) {
    header_file_ = input.file.display_name;
    layout_.names = std::move(names);
    return {};
  }
  if (names == layout_.names) return {};
  const auto place = std::mismatch(names.begin(), names.end(), layout_.names.begin());
  return MakeError(ErrorId::kDataColumnMismatch,
                   "the headers of " + header_file_ + " and " + input.file.display_name +
                       " differ in column " + std::to_string(place.first - names.begin() + 1) +
                       ": " + QuoteText(*place.second) + " and " + QuoteText(*place.first),
                   "give all files of the channel the same columns in the same order");
}

std::string Planner::DescribeHeader() const {
  return header_file_ + " begins with the columns " + QuoteNames(layout_.names);
}

void Planner::Report(std::vector<std::string>& notes, std::vector<std::string>& warnings) const {
  warnings.insert(warnings.end(), warnings_.begin(), warnings_.end());
  if (header_count_ > 0) {
    warnings.push_back(
        "the first line of " + header_file_ +
        (header_count_ > 1 ? " and of " + CountText(header_count_ - 1, "other file") : "") +
        " is a header and was skipped: columns " + QuoteNames(layout_.names));
  }
  if (layout_.delimiter != ',') {
    notes.push_back("the delimiter of the channel " + request_.channel + " is " +
                    NameOfDelimiter(layout_.delimiter));
  }
  if (mark_count_ > 0) {
    notes.push_back("ignored the UTF-8 byte order mark of " + CountText(mark_count_, "file"));
  }
}

}  // namespace boostyard::csv
