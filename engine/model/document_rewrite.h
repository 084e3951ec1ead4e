// Writes a parsed file again, with the array types that XGBoost's UBJSON readers expect.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/model/document.h"
#include "engine/model/model_io.h"

namespace boostyard {

std::vector<std::uint8_t> WriteDocument(const DocumentValue& root, ModelFormat format);

}  // namespace boostyard
