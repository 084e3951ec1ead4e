// What a job gave, setting by setting: between the text and the typed values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hyperparams/spec.h"

namespace boostyard::hyperparams {

struct Setting {
  const HyperparamSpec* spec = nullptr;
  std::optional<Value> value;  // nothing: the text was not legal, which is reported already
};

// The settings of a job, in the order of the table, each stanza at most once.
class Settings {
 public:
  void Add(Setting setting);

  const Setting* Find(std::string_view name) const;

  // The word of a category: as given, else the stanza's default; nothing if what was given is bad.
  // Precondition: `name` is a category with a default.
  std::optional<std::string> WordOf(std::string_view name) const;

  // The value, if it was given and is good.
  template <class T>
  const T* ValueOf(std::string_view name) const {
    const Setting* setting = Find(name);
    if (setting == nullptr || !setting->value) return nullptr;
    return std::get_if<T>(&*setting->value);
  }

  // Gives a setting another value, as if the user had said so.
  void Put(std::string_view name, Value value);
  void Remove(std::string_view name);

  const std::vector<Setting>& all() const { return settings_; }

 private:
  std::vector<Setting> settings_;
};

}  // namespace boostyard::hyperparams
