#include "hyperparams/spec.h"

#include <algorithm>

namespace boostyard::hyperparams {
namespace {

std::vector<HyperparamSpec> MakeAll() {
  std::vector<HyperparamSpec> specs = BoostSpecs();
  for (const auto& more : {TreeSpecs(), ObjectiveSpecs(), ServiceSpecs()}) {
    specs.insert(specs.end(), more.begin(), more.end());
  }
  return specs;
}

}  // namespace

const std::vector<HyperparamSpec>& AllSpecs() {
  static const std::vector<HyperparamSpec> specs = MakeAll();
  return specs;
}

const HyperparamSpec* FindSpec(std::string_view name_or_alias) {
  for (const HyperparamSpec& spec : AllSpecs()) {
    if (spec.name == name_or_alias) return &spec;
    if (std::find(spec.aliases.begin(), spec.aliases.end(), name_or_alias) != spec.aliases.end()) {
      return &spec;
    }
  }
  return nullptr;
}

}  // namespace boostyard::hyperparams
