// What the first bytes of a file give away.
#pragma once

#include <string>
#include <string_view>

#include "data/content_type.h"
#include "engine/base/result.h"

namespace boostyard {

inline constexpr std::string_view kUtf8Mark =
    "\xEF\xBB\xBF";  // a byte order mark that means nothing

inline constexpr std::string_view kParquetMagic = "PAR1";

// The format that `head` looks like: parquet and recordio by their magic bytes, libsvm if all of
// the first lines are a label and index:value tokens, else CSV.
DataFormat SniffFormat(std::string_view head);

// Whether the first line with data, of a text that is not libsvm, has cells and no colon.
bool LooksLikeCsv(std::string_view head);

// Refuses what no text reader can read: compressed files (kDataCompressed), UTF-16, UTF-32 and NUL
// bytes (kCsvEncoding), line ends of CR alone (kCsvEncoding).
Status CheckIsText(std::string_view head, const std::string& display_name);

}  // namespace boostyard
