#include "engine/base/error.h"

#include <utility>

#include "engine/base/error_table.h"

namespace boostyard {
namespace {

const ErrorRow& RowOf(ErrorId id) { return kErrorTable[static_cast<std::size_t>(id)]; }

}  // namespace

Error MakeError(ErrorId id, std::string message, std::string fix, std::source_location raised_at) {
  return Error{.id = id,
               .message = std::move(message),
               .fix = std::move(fix),
               .at = std::nullopt,
               .also = {},
               .raised_at = raised_at};
}

Error MakeErrorAt(ErrorId id, SourcePosition at, std::string message, std::string fix,
                  std::source_location raised_at) {
  Error error = MakeError(id, std::move(message), std::move(fix), raised_at);
  error.at = std::move(at);
  return error;
}

ErrorKind KindOf(const Error& error) { return RowOf(error.id).kind; }

std::string_view NameOf(ErrorId id) { return RowOf(id).name; }

Error Combine(std::vector<Error> errors) {
  Error first = std::move(errors.front());
  for (std::size_t i = 1; i < errors.size(); ++i) first.also.push_back(std::move(errors[i]));
  return first;
}

}  // namespace boostyard
