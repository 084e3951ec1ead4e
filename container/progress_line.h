// The line at the bottom of a terminal that says how far the rounds are.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "container/environment.h"
#include "engine/boost/round_observer.h"

namespace boostyard::container {

// Whether `stream` is a terminal that a person looks at. The service's and the SDK's are logs, even
// where they are made to look like terminals.
bool IsWatched(std::FILE* stream, const Variables& variables);

// Life: Update after a round draws it, Clear erases it before other text is printed.
class ProgressLine {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  // Borrows the stream. `round_count`: of one training.
  ProgressLine(
      std::FILE* stream, int round_count,
      Clock now = [] { return std::chrono::steady_clock::now(); });

  void Update(const RoundReport& report);
  void Clear();
  void Draw();

 private:
  std::FILE* stream_;
  int round_count_;
  Clock now_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_update_;
  int first_round_ = 0;
  int last_round_ = -1;
  std::string text_;
  bool is_drawn_ = false;
};

}  // namespace boostyard::container
