// Result<T>: a value or an Error, must be looked at. (std::expected is C++23.)
#pragma once

#include <memory>
#include <utility>
#include <variant>

#include "engine/base/error.h"

namespace boostyard {

// Holds either a T or an Error. The Error is boxed, so that the good path stays small.
template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result(T value)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<1>, std::make_unique<Error>(std::move(error))) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition of these four: ok().
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  // Precondition: !ok().
  const Error& error() const& { return **std::get_if<1>(&state_); }
  Error&& error() && { return std::move(**std::get_if<1>(&state_)); }

 private:
  std::variant<T, std::unique_ptr<Error>> state_;
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : error_(std::make_unique<Error>(std::move(error))) {}

  bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }

  // Precondition: !ok().
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::unique_ptr<Error> error_;
};

using Status = Result<void>;

}  // namespace boostyard

#define BOOSTYARD_CONCAT_INNER(a, b) a##b
#define BOOSTYARD_CONCAT(a, b) BOOSTYARD_CONCAT_INNER(a, b)

// Returns the error of `expression` from the enclosing function, if it has one.
#define BOOSTYARD_RETURN_IF_ERROR(expression)                         \
  do {                                                                \
    if (auto boostyard_status = (expression); !boostyard_status.ok()) \
      return std::move(boostyard_status).error();                     \
  } while (false)

// BOOSTYARD_ASSIGN_OR_RETURN(auto table, ReadTable(...)): declares `table`, or returns the error.
#define BOOSTYARD_ASSIGN_OR_RETURN(declaration, expression)                                   \
  BOOSTYARD_ASSIGN_OR_RETURN_IMPL(BOOSTYARD_CONCAT(boostyard_result_, __LINE__), declaration, \
                                  expression)
#define BOOSTYARD_ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                            \
  if (!result.ok()) return std::move(result).error();                    \
  declaration = std::move(result).value()
