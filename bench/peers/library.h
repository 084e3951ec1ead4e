// A peer's shared library, opened at run time, and what its wrappers share.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace boostyard::bench {

// What a peer's call went wrong with; the message is the peer's.
class PeerError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Names and values of a peer's parameters, in order.
using Settings = std::vector<std::pair<std::string, std::string>>;

// Rows in memory, borrowed: `values` is row-major, missing is NaN; `labels` may be null.
struct DenseRows {
  const float* values = nullptr;
  const float* labels = nullptr;
  std::size_t row_count = 0;
  std::size_t feature_count = 0;
};

// Stays open until the process ends: its threads do.
class SharedLibrary {
 public:
  // Throws PeerError.
  explicit SharedLibrary(const std::string& path);

  template <class Function>
  void Find(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(Symbol(name));
  }

 private:
  void* Symbol(const char* name) const;

  void* handle_;
};

// The file `name` below `folder`/.deps. Throws PeerError that says what to run.
std::string FindPeerLibrary(const std::string& source_folder, const std::string& name);

}  // namespace boostyard::bench
