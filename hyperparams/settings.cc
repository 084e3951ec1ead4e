#include "hyperparams/settings.h"

#include <algorithm>
#include <utility>

namespace boostyard::hyperparams {

void Settings::Add(Setting setting) {
  // All stanzas lie in one vector: their order is that of the table.
  const auto at = std::find_if(settings_.begin(), settings_.end(),
                               [&](const Setting& other) { return other.spec > setting.spec; });
  settings_.insert(at, std::move(setting));
}

const Setting* Settings::Find(std::string_view name) const {
  for (const Setting& setting : settings_) {
    if (setting.spec->name == name) return &setting;
  }
  return nullptr;
}

std::optional<std::string> Settings::WordOf(std::string_view name) const {
  const Setting* setting = Find(name);
  if (setting == nullptr) return std::string(FindSpec(name)->default_value);
  if (!setting->value) return std::nullopt;
  return std::get<std::string>(*setting->value);
}

void Settings::Put(std::string_view name, Value value) {
  Remove(name);
  Add({.spec = FindSpec(name), .value = std::move(value)});
}

void Settings::Remove(std::string_view name) {
  std::erase_if(settings_, [&](const Setting& setting) { return setting.spec->name == name; });
}

}  // namespace boostyard::hyperparams
