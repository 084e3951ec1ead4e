#include "data/parquet/plan.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "data/escape.h"
#include "engine/base/error_table.h"

namespace boostyard::parquet {
namespace {

std::string_view CureFor(std::string_view type) {
  if (type == "string" || type == "enum" || type == "binary") {
    return "write categories as numbers, e.g. one column of 0 and 1 for each of them, and leave "
           "out "
           "columns that identify rows";
  }
  if (type == "timestamp" || type == "date" || type == "time" || type == "interval") {
    return "write it as a number, e.g. days or seconds since 1970";
  }
  if (type == "list" || type == "struct" || type == "map") {
    return "write each of its values as a column of its own";
  }
  return "leave the column out or write it as numbers";
}

std::string CountText(std::size_t columns) {
  return std::to_string(columns) + (columns == 1 ? " column" : " columns");
}

std::string PlaceOf(std::size_t column, const ColumnInfo& info) {
  return "column " + std::to_string(column + 1) + " " + QuoteText(info.name);
}

Status CheckTypes(const File& file) {
  constexpr std::size_t kNamed = 3;
  std::string message;
  std::string_view first_type;
  std::size_t found = 0;
  for (std::size_t i = 0; i < file.columns().size(); ++i) {
    const ColumnInfo& column = file.columns()[i];
    if (column.is_numeric || ++found > kNamed) continue;
    if (found == 1) first_type = column.type;
    message += (found == 1 ? "" : ", ") + PlaceOf(i, column) + " is of type " + column.type;
  }
  if (found == 0) return {};
  if (found > kNamed) message += " (and " + std::to_string(found - kNamed) + " more)";
  return MakeError(ErrorId::kParquetColumns, file.display_name() + ": " + message + ", not numbers",
                   std::string(CureFor(first_type)));
}

class Planner {
 public:
  Planner(const ReadRequest& request, const ReadOptions& options)
      : request_(request), options_(options) {}

  Status Add(Input input) {
    BOOSTYARD_ASSIGN_OR_RETURN(const std::unique_ptr<File> file,
                               File::Open(input, options_, request_.memory_limit_bytes));
    BOOSTYARD_RETURN_IF_ERROR(CheckTypes(*file));
    if (plan_.files.empty()) {
      BOOSTYARD_RETURN_IF_ERROR(DefineColumns(*file));
    } else {
      BOOSTYARD_RETURN_IF_ERROR(CompareColumns(*file));
    }
    PlannedFile planned{std::move(input), file->groups(), 0};
    for (const GroupInfo& group : planned.groups) {
      planned.row_count += group.row_count;
      plan_.page_bytes = std::max(plan_.page_bytes, PageBytes(group));
    }
    plan_.row_count += planned.row_count;
    plan_.files.push_back(std::move(planned));
    return {};
  }

  Result<Plan> Finish() {
    if (plan_.row_count == 0) {
      return MakeError(ErrorId::kChannelEmpty,
                       "the channel " + request_.channel + " holds no data: its files have no rows",
                       "supply at least one row");
    }
    if (request_.has_weights) {
      plan_.warnings.push_back("csv_weights is ignored: the channel " + request_.channel +
                               " is Parquet, its columns after the first are features");
    }
    return std::move(plan_);
  }

 private:
  // A page of each column, and its dictionary.
  std::uint64_t PageBytes(const GroupInfo& group) const {
    constexpr std::uint64_t kColumnBytes = 2U << 20;
    return std::min(group.bytes, plan_.layout.column_count * kColumnBytes);
  }

  Status DefineColumns(const File& file) {
    csv::Layout& layout = plan_.layout;
    layout.has_label = request_.has_label;
    layout.column_count = static_cast<std::uint32_t>(file.columns().size());
    layout.defined_by = file.display_name();
    for (const ColumnInfo& column : file.columns()) layout.names.push_back(column.name);
    if (layout.feature_count() == 0) {
      return MakeError(ErrorId::kParquetColumns,
                       file.display_name() + " has " + CountText(layout.column_count) +
                           ": no feature" + (layout.has_label ? " after the label" : ""),
                       "put the label into the first column and the features into the others");
    }
    WarnOfIndex();
    const FeatureIndex expected = request_.expected_features;
    if (expected == 0 || layout.feature_count() == expected) return {};
    return MakeError(ErrorId::kDataColumnMismatch,
                     file.display_name() + " has " + CountText(layout.column_count) +
                         ", expected " + std::to_string(expected + layout.first_feature()) + ": " +
                         std::to_string(expected) + " features" +
                         (layout.has_label ? " after the label" : ""),
                     "give every channel the same columns as the training data, in the same order");
  }

  // pandas writes its index as the last columns unless it is told not to.
  void WarnOfIndex() {
    for (const std::string& name : plan_.layout.names) {
      if (!name.starts_with("__index_level_")) continue;
      plan_.warnings.push_back("the column " + QuoteText(name) + " of " + plan_.layout.defined_by +
                               " is an index of pandas and is read as a feature: write the file "
                               "with to_parquet(..., index=False)");
    }
  }

  Status CompareColumns(const File& file) const {
    const std::vector<std::string>& names = plan_.layout.names;
    const auto& columns = file.columns();
    const std::string fix = "give all files of the channel the same columns in the same order";
    for (std::size_t i = 0; i < std::min(names.size(), columns.size()); ++i) {
      if (names[i] == columns[i].name) continue;
      return MakeError(ErrorId::kDataColumnMismatch,
                       plan_.layout.defined_by + " and " + file.display_name() +
                           " differ in column " + std::to_string(i + 1) + ": " +
                           QuoteText(names[i]) + " and " + QuoteText(columns[i].name),
                       fix);
    }
    if (names.size() == columns.size()) return {};
    return MakeError(ErrorId::kDataColumnMismatch,
                     file.display_name() + " has " + CountText(columns.size()) + ", expected " +
                         std::to_string(names.size()) + " as in " + plan_.layout.defined_by,
                     fix);
  }

  const ReadRequest& request_;
  const ReadOptions& options_;
  Plan plan_;
};

}  // namespace

Result<Plan> PlanFiles(const ReadRequest& request, const ReadOptions& options,
                       std::vector<Input> inputs) {
  Planner planner(request, options);
  for (Input& input : inputs) BOOSTYARD_RETURN_IF_ERROR(planner.Add(std::move(input)));
  return planner.Finish();
}

}  // namespace boostyard::parquet
