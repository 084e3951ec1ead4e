#include "data/open.h"

#include <string>
#include <utility>
#include <vector>

#include "data/csv/read.h"
#include "data/format_list.h"
#include "data/input_file.h"
#include "data/libsvm/read.h"
#include "data/magic.h"
#include "data/parquet/read.h"
#include "data/read_options.h"
#include "data/recordio/read.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

bool IsText(DataFormat format) {
  return format == DataFormat::kCsv || format == DataFormat::kLibsvm;
}

// Whether a head that looks like `seen` may nevertheless be of the declared format: what is called
// libsvm or recordio and is only not good libsvm or recordio is better told where it goes wrong.
bool MayBe(DataFormat declared, DataFormat seen, std::string_view head) {
  if (seen != DataFormat::kCsv) return false;
  if (declared == DataFormat::kRecordio) {
    const Status text = CheckIsText(head, {});
    return !text.ok() && text.error().id == ErrorId::kCsvEncoding;
  }
  return declared == DataFormat::kLibsvm && !LooksLikeCsv(head);
}

// The declared type, or what the first bytes look like.
Result<ContentType> ChooseType(const ReadRequest& request, const InputFile& first,
                               std::vector<std::string>& notes) {
  const std::string& name = first.file.display_name;
  const DataFormat seen = SniffFormat(first.head);
  ContentType type;
  if (request.content_type) {
    type = *request.content_type;
  } else {
    type.format = seen;
    notes.push_back("the channel " + request.channel + " has no content type: " + name +
                    " looks like " + std::string(NameOf(seen)));
  }
  const bool may_be = seen == type.format || MayBe(type.format, seen, first.head);
  if (IsText(seen) && !(may_be && !IsText(type.format))) {
    BOOSTYARD_RETURN_IF_ERROR(CheckIsText(first.head, name));
  }
  if (!may_be) {
    return MakeError(
        ErrorId::kChannelContentType,
        name + " looks like " + std::string(NameOf(seen)) + ", but its content type is " +
            std::string(NameOf(type.format)),
        "set the channel's ContentType to " + std::string(RowOf(seen).content_types.front()));
  }
  return type;
}

Result<OpenedData> ReadAs(const ContentType& type, const ReadRequest& request,
                          const ReadOptions& options, std::vector<InputFile> opened) {
  switch (type.format) {
    case DataFormat::kLibsvm:
      return libsvm::Read(request, options, std::move(opened));
    case DataFormat::kRecordio:
      return recordio::Read(request, options, std::move(opened));
    case DataFormat::kParquet:
      return parquet::Read(request, options, std::move(opened));
    case DataFormat::kCsv:
      break;
  }
  return csv::Read(request, options, type, std::move(opened));
}

}  // namespace

Result<OpenedData> OpenDataWith(const ReadRequest& request, const ReadOptions& options) {
  std::vector<InputFile> opened;
  for (const SourceFile& file : request.files) {
    BOOSTYARD_ASSIGN_OR_RETURN(InputFile input, OpenInput(file, request, options));
    opened.push_back(std::move(input));
    if (!opened.back().is_empty()) break;
  }
  if (opened.empty() || opened.back().is_empty()) {
    return MakeError(ErrorId::kChannelEmpty,
                     "the channel " + request.channel + " holds no data: all its files are empty",
                     "supply at least one row");
  }
  std::vector<std::string> notes;
  BOOSTYARD_ASSIGN_OR_RETURN(const ContentType type, ChooseType(request, opened.back(), notes));
  BOOSTYARD_ASSIGN_OR_RETURN(OpenedData data, ReadAs(type, request, options, std::move(opened)));
  data.notes.insert(data.notes.begin(), notes.begin(), notes.end());
  return data;
}

Result<OpenedData> OpenData(const ReadRequest& request) {
  return OpenDataWith(request, ReadOptions{});
}

}  // namespace boostyard
