// model.tar.gz: ustar in gzip, whose bytes depend on nothing but its members.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "container/file_io.h"
#include "engine/base/result.h"

namespace boostyard::container {

inline constexpr const char* kModelFileName = "xgboost-model";

using ArchiveMember = NamedBytes;

// No time, no owner, mode 0644, a fixed compression level: equal members give equal bytes.
Result<std::vector<std::uint8_t>> WriteTarGz(std::span<const ArchiveMember> members);

// The model files (IsModelFileName) of a .tar.gz, in the archive's order. kModelBad for what is no
// such archive or holds no model.
Result<std::vector<ArchiveMember>> ReadModelTarGz(std::span<const std::uint8_t> bytes,
                                                  const std::string& file);

// xgboost-model, and xgboost-model-0, -1, ... of a cross-validation.
bool IsModelFileName(std::string_view name);

}  // namespace boostyard::container
