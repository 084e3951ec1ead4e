#include "bench/ingest/files.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "bench/row_random.h"

namespace boostyard::bench {
namespace {

constexpr std::uint64_t kSeed = 4;

double FeatureValue(DrawsOfRow& draws, std::size_t feature) {
  constexpr double kLevels[] = {0.0, 1.0865380764, 2.1730761528, 3.1019613743};
  if (feature >= 8 && feature <= 20 && feature % 4 == 0) {
    return kLevels[static_cast<std::size_t>(4.0 * draws.Uniform())];
  }
  if (feature % 3 == 0) return std::exp(0.5 * draws.Gaussian());
  if (feature % 3 == 1) return draws.Gaussian();
  return 3.48 * (draws.Uniform() - 0.5);
}

void AppendFloats(std::string_view kind, DrawsOfRow& draws, std::size_t features,
                  std::string& text) {
  char cell[64];
  const bool is_one = draws.Uniform() < 0.5;
  if (kind == "e18") {
    text += is_one ? "1.000000000000000000e+00" : "0.000000000000000000e+00";
  } else {
    text += is_one ? '1' : '0';
  }
  for (std::size_t feature = 0; feature < features; ++feature) {
    const double value = FeatureValue(draws, feature);
    const int size = kind == "g6" ? std::snprintf(cell, sizeof cell, ",%.6g", value)
                     : kind == "g17"
                         ? std::snprintf(cell, sizeof cell, ",%.17g", value)
                         : std::snprintf(cell, sizeof cell, ",%.18e",
                                         static_cast<double>(static_cast<float>(value)));
    text.append(cell, static_cast<std::size_t>(size));
  }
  text += '\n';
}

// The shape of the bank marketing data after one-hot encoding.
void AppendBank(DrawsOfRow& draws, std::size_t features, std::string& text) {
  text += draws.Uniform() < 0.11 ? '1' : '0';
  for (std::size_t feature = 0; feature < features; ++feature) {
    text += ',';
    if (feature == 0) {
      text += std::to_string(18 + static_cast<int>(70.0 * draws.Uniform()));
    } else if (feature == 1) {
      text += std::to_string(1 + static_cast<int>(2.0 * draws.Exponential()));
    } else if (feature == 2) {
      text +=
          draws.Uniform() < 0.96 ? "999" : std::to_string(static_cast<int>(27.0 * draws.Uniform()));
    } else if (feature == 3) {
      text += std::to_string(static_cast<int>(0.2 * draws.Exponential()));
    } else {
      text += draws.Uniform() < 0.2 ? '1' : '0';
    }
  }
  text += '\n';
}

}  // namespace

std::string MakeCsvRows(const CsvKind& kind, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t row = begin; row < end; ++row) {
    DrawsOfRow draws(RandomKey(kSeed, kind.column_count, row));
    if (kind.column_count == 60) {
      AppendBank(draws, kind.column_count - 1, text);
    } else {
      AppendFloats(kind.name, draws, kind.column_count - 1, text);
    }
  }
  return text;
}

bool WriteCsvFile(const CsvKind& kind, std::size_t row_count, const std::filesystem::path& path) {
  constexpr std::size_t kRowsAtOnce = 10'000;
  std::ofstream file(path, std::ios::binary);
  for (std::size_t row = 0; row < row_count; row += kRowsAtOnce) {
    const std::string text = MakeCsvRows(kind, row, std::min(row + kRowsAtOnce, row_count));
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  return static_cast<bool>(file.flush());
}

}  // namespace boostyard::bench
