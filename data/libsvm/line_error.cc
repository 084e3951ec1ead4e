#include "data/libsvm/line_error.h"

#include <string_view>
#include <utility>

#include "data/escape.h"
#include "data/libsvm/parse.h"
#include "data/number.h"
#include "engine/base/error_table.h"

namespace boostyard::libsvm {
namespace {

struct Diagnosis {
  ErrorId id{};
  std::string problem;
  std::string fix;
};

constexpr const char* kCsvFix =
    "this looks like CSV: set the channel's ContentType to text/csv, or write label index:value "
    "...";

bool LooksLikeCsv(std::string_view line) {
  return line.find(':') == std::string_view::npos &&
         line.find_first_of(",;|\t ") != std::string_view::npos;
}

bool IsNotFinite(std::string_view text) {
  const CellKind kind = ReadCell(text).kind;
  return kind == CellKind::kInfinite || kind == CellKind::kOutOfRange;
}

Diagnosis DiagnoseLabel(std::string_view token, std::string_view line) {
  const std::string_view text = token.substr(0, token.find(':'));
  const std::string label = "the label " + QuoteText(text);
  if (LooksLikeCsv(line)) {
    return {ErrorId::kLibsvmBadLabel, label + " is not a number", kCsvFix};
  }
  if (text.empty()) {
    return {ErrorId::kLibsvmBadLabel, "the label is missing in front of " + QuoteText(token),
            "begin every line with a label, or label:weight"};
  }
  if (IsNotFinite(text)) {
    return {ErrorId::kLibsvmBadLabel, label + " is not finite in float32",
            "use labels within the range of float32 (about 3.4e38)"};
  }
  if (ReadCell(text).kind == CellKind::kMissing) {
    return {ErrorId::kLibsvmBadLabel, label + " is missing",
            "give every line a label, or drop the line"};
  }
  return {ErrorId::kLibsvmBadLabel, label + " is not a number",
          "map the labels to numbers: 0 and 1 for two classes, 0 to num_class-1 for more"};
}

Diagnosis DiagnoseWeight(std::string_view token) {
  const std::string_view text = token.substr(token.find(':') + 1);
  const CellValue value = ReadCell(text);
  std::string problem = "the weight " + QuoteText(text);
  if (IsNotFinite(text)) {
    problem += " is not finite in float32";
  } else if (value.kind == CellKind::kNumber) {
    problem += " is negative";
  } else {
    problem += " is not a number";
  }
  return {ErrorId::kLibsvmBadWeight, std::move(problem),
          "the number after the label's colon is the line's weight, at least 0"};
}

Diagnosis DiagnosePair(std::string_view token, std::string_view line) {
  std::string problem = QuoteText(token) + " is not index:value";
  if (LooksLikeCsv(line)) return {ErrorId::kLibsvmBadPair, std::move(problem), kCsvFix};
  return {ErrorId::kLibsvmBadPair, std::move(problem),
          "write each cell as index:value without blanks around the colon, e.g. 3:0.5"};
}

Diagnosis DiagnoseIndex(std::string_view token, FaultKind kind) {
  const std::string index = "the index " + QuoteText(token.substr(0, token.find(':')));
  if (kind == FaultKind::kDuplicate) {
    return {ErrorId::kLibsvmBadIndex, index + " comes twice in its line",
            "give each index one value a line"};
  }
  if (kind == FaultKind::kIndexRange) {
    return {ErrorId::kLibsvmBadIndex, index + " is beyond " + std::to_string(kMaxFeatureIndex),
            "number the features from 0 on, without large gaps"};
  }
  return {ErrorId::kLibsvmBadIndex, index + " is not an integer from 0 on",
          "replace feature names by their numbers"};
}

Diagnosis DiagnoseValue(std::string_view token) {
  const std::string_view text = token.substr(token.find(':') + 1);
  if (text.empty()) {
    return {ErrorId::kLibsvmBadValue, "there is no value after the colon of " + QuoteText(token),
            "write index:value without blanks, and leave missing cells out"};
  }
  if (IsNotFinite(text)) {
    const bool is_infinite = ReadCell(text).kind == CellKind::kInfinite;
    return {ErrorId::kLibsvmBadValue,
            "the value " + QuoteText(text) +
                (is_infinite ? " is infinite" : " is beyond the range of float32"),
            "scale the column, or leave the cell out (the largest float32 is about 3.4e38)"};
  }
  return {ErrorId::kLibsvmBadValue, "the value " + QuoteText(text) + " is not a number",
          "write a number, or leave the cell out if the value is missing"};
}

Diagnosis DiagnoseQuery(std::string_view token) {
  return {ErrorId::kLibsvmBadQuery, QuoteText(token) + " does not name a query",
          "write qid:N once, right after the label, with N an integer from 0 on"};
}

Diagnosis Diagnose(FaultKind kind, std::string_view token, std::string_view line) {
  switch (kind) {
    case FaultKind::kLabel:
      return DiagnoseLabel(token, line);
    case FaultKind::kWeight:
      return DiagnoseWeight(token);
    case FaultKind::kWeightMissing:
      return {ErrorId::kLibsvmBadWeight,
              "the line has no weight, and the first of the data has one",
              "write label:weight in every line, or in none"};
    case FaultKind::kWeightExtra:
      return {ErrorId::kLibsvmBadWeight,
              "the line has a weight, and the first of the data has none",
              "write label:weight in every line, or in none"};
    case FaultKind::kQuery:
      return DiagnoseQuery(token);
    case FaultKind::kQueryMissing:
      return {ErrorId::kLibsvmBadQuery, "the line has no qid, and the first of the data has one",
              "write qid:N after the label in every line, or in none"};
    case FaultKind::kQueryExtra:
      return {ErrorId::kLibsvmBadQuery, "the line has a qid, and the first of the data has none",
              "write qid:N after the label in every line, or in none"};
    case FaultKind::kPair:
      return DiagnosePair(token, line);
    case FaultKind::kIndex:
    case FaultKind::kIndexRange:
    case FaultKind::kDuplicate:
      return DiagnoseIndex(token, kind);
    case FaultKind::kValue:
    case FaultKind::kValueRange:
      break;
  }
  return DiagnoseValue(token);
}

}  // namespace

Error DescribeFault(const Fault& fault, const csv::FoundLine& line,
                    const std::string& display_name) {
  std::string_view rest = line.text;
  const std::string_view data = NextLine(rest);
  std::string_view from = data.substr(std::min(fault.offset - line.offset, data.size()));
  Diagnosis diagnosis = Diagnose(fault.kind, NextToken(from), data);
  return MakeErrorAt(diagnosis.id,
                     csv::PositionIn(line, display_name, fault.offset, fault.token + 1),
                     "token " + std::to_string(fault.token + 1) + ": " + diagnosis.problem,
                     std::move(diagnosis.fix));
}

}  // namespace boostyard::libsvm
