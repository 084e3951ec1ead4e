// Any bytes give an error or a model that predicts safely and that comes back from both formats as
// it was; cutting a written model short gives an error.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "engine/model/model_io.h"
#include "engine/model/predict.h"

namespace {

using boostyard::Model;
using boostyard::ModelFormat;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "model_fuzz: %s\n", what);
  std::abort();
}

std::vector<float> PredictSomeRows(const Model& model) {
  const std::vector<float> column{0.0F, std::nanf(""), -1e30F, 1e30F};
  std::vector<boostyard::ColumnPiece> pieces(model.feature_count);
  for (auto& piece : pieces) piece.floats = column;
  boostyard::ColumnChunk chunk;
  chunk.row_count = static_cast<std::uint32_t>(column.size());
  chunk.features = pieces;
  return TransformMargins(model, PredictMargins(model, chunk));
}

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = boostyard::ReadModel({data, size});
  if (!model.ok()) {
    Require(!model.error().message.empty(), "an error without a message");
    return 0;
  }
  if (model->feature_count > 4096 || model->output_count() > 4096) return 0;
  const std::vector<float> predictions = PredictSomeRows(*model);
  for (const ModelFormat format : {ModelFormat::kUbjson, ModelFormat::kJson}) {
    const std::vector<std::uint8_t> bytes = boostyard::WriteModel(*model, format);
    const auto back = boostyard::ReadModel(bytes);
    Require(back.ok(), back.ok() ? "" : back.error().message.c_str());
    Require(boostyard::WriteModel(*back, format) == bytes, "written again, it differs");
    Require(SameBits(PredictSomeRows(*back), predictions), "read again, it predicts differently");
    const std::size_t cut = size % bytes.size();
    Require(!boostyard::ReadModel(std::span(bytes).first(cut)).ok(), "half a model was read");
  }
  return 0;
}
