// One child process, measured from start to exit.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace boostyard::bench {

struct ProcessRun {
  int exit_code = 0;                  // 128 + signal if it was killed
  double seconds = 0.0;               // from before fork to after wait
  double cpu_seconds = 0.0;           // user and system, children included
  double peak_megabytes = 0.0;        // largest resident set
  double first_output_seconds = 0.0;  // until the first bytes on stdout; 0: there were none
  std::string output;                 // stdout
  std::string messages;               // stderr
};

// Environment variables that are set for the child in addition to ours.
using Variables = std::vector<std::pair<std::string, std::string>>;

// Runs `arguments` (the first is the program's path) and waits. A program that cannot be started
// ends with 127.
ProcessRun RunProcess(const std::vector<std::string>& arguments, const Variables& variables = {});

}  // namespace boostyard::bench
