// Setters for stanzas: Store<path of members> puts a value into the field at the end of the path.
#pragma once

#include <type_traits>

#include "hyperparams/spec.h"

namespace boostyard::hyperparams {

template <class T>
struct RemoveOptional {
  using type = T;
};
template <class T>
struct RemoveOptional<std::optional<T>> {
  using type = T;
};

// Precondition: `value` holds the type of the field; a whole number fits it.
template <auto... kPath>
void Store(JobSettings& job, const Value& value) {
  auto& field = (job.*....*kPath);
  using Field = typename RemoveOptional<std::remove_reference_t<decltype(field)>>::type;
  if constexpr (std::is_integral_v<Field> && !std::is_same_v<Field, bool>) {
    field = static_cast<Field>(std::get<std::int64_t>(value));
  } else {
    field = std::get<Field>(value);
  }
}

template <auto kField>
inline constexpr auto kStoreTrain = &Store<&JobSettings::train, kField>;
template <auto kField>
inline constexpr auto kStoreTree = &Store<&JobSettings::train, &TrainParams::tree, kField>;
template <auto kField>
inline constexpr auto kStoreSample = &Store<&JobSettings::train, &TrainParams::sample, kField>;
template <auto kField>
inline constexpr auto kStoreObjective =
    &Store<&JobSettings::train, &TrainParams::objective, kField>;

// The word of a category; precondition: it is one.
inline const std::string& Word(const Value& value) { return std::get<std::string>(value); }

}  // namespace boostyard::hyperparams
