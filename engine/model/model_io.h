// The model file: XGBoost's own format, JSON or UBJSON (FORMAT.md beside this file).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/model.h"

namespace boostyard {

enum class ModelFormat { kUbjson, kJson };

// Bytes that XGBoost 1.7.4 to the newest load. The same model gives the same bytes.
std::vector<std::uint8_t> WriteModel(const Model& model, ModelFormat format);

// Reads what WriteModel and XGBoost (1.7 to newest, JSON or UBJSON) write. Every index is checked:
// any bytes whatever give a model that predicts safely, or a kModelBad / kModelUnsupported error.
Result<Model> ReadModel(std::span<const std::uint8_t> bytes);

}  // namespace boostyard
