// Trains on a table of its own and leaves the model beside the importances that its trees imply.
//
// usage: importance_tool FOLDER
// Writes FOLDER/model.ubj, and FOLDER/expected.txt: "KIND FEATURE VALUE" a line.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "engine/base/rng.h"
#include "engine/model/model_io.h"
#include "tests/parity/side_by_side.h"

namespace boostyard::testing {
namespace {

MemoryTable MakeTable() {
  MemoryTable table;
  table.row_count = 5000;
  table.feature_count = 8;
  for (std::size_t i = 0; i < table.row_count; ++i) {
    const std::uint64_t key = RandomKey(4, 7, i);
    for (std::uint64_t f = 0; f < table.feature_count; ++f) {
      table.values.push_back(static_cast<float>(RandomBits(key, f) >> 56));
    }
    const float* row = &table.values[i * table.feature_count];
    const bool is_one = row[0] + 0.5F * row[1] + (row[2] > 99.0F ? 60.0F : 0.0F) > 220.0F;
    table.labels.push_back(is_one != (RandomBits(key, 99) % 10 == 0) ? 1.0F : 0.0F);
  }
  return table;
}

struct Sums {
  double splits = 0.0;
  double gain = 0.0;
  double cover = 0.0;
};

int Run(const std::string& folder) {
  TrainParams params;
  params.num_round = 20;
  params.objective.name = "binary:logistic";
  MemoryStream stream(MakeTable());
  const Model model = TrainOurs(params, stream, 1);
  std::map<FeatureIndex, Sums> sums;
  for (const Tree& tree : model.forest.trees) {
    for (std::size_t node = 0; node < tree.node_count(); ++node) {
      if (tree.is_leaf(static_cast<NodeIndex>(node))) continue;
      Sums& sum = sums[tree.feature[node]];
      sum.splits += 1.0;
      sum.gain += static_cast<double>(tree.loss_change[node]);
      sum.cover += static_cast<double>(tree.sum_hessian[node]);
    }
  }
  std::ofstream expected(folder + "/expected.txt");
  expected.precision(17);
  for (const auto& [feature, sum] : sums) {
    expected << "weight " << feature << ' ' << sum.splits << '\n'
             << "total_gain " << feature << ' ' << sum.gain << '\n'
             << "total_cover " << feature << ' ' << sum.cover << '\n'
             << "gain " << feature << ' ' << sum.gain / sum.splits << '\n'
             << "cover " << feature << ' ' << sum.cover / sum.splits << '\n';
  }
  const std::vector<std::uint8_t> bytes = WriteModel(model, ModelFormat::kUbjson);
  std::ofstream file(folder + "/model.ubj", std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return file.flush() && expected.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace boostyard::testing

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  return boostyard::testing::Run(argv[1]);
}
