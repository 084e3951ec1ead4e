// Runs one program and says what it took: the small parent that the drivers of bench/jobs measure
// through, because the peak of a child counts from the size of the process that forked it.
//
// usage: measure STDOUT_FILE STDERR_FILE PROGRAM [ARGUMENT...]
// Prints one line of JSON. Exit 0 whatever the program's exit code is.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "bench/process.h"

namespace {

bool Write(const char* path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  return static_cast<bool>(file.flush());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: measure STDOUT_FILE STDERR_FILE PROGRAM [ARGUMENT...]\n");
    return EXIT_FAILURE;
  }
  const boostyard::bench::ProcessRun run = boostyard::bench::RunProcess({argv + 3, argv + argc});
  if (!Write(argv[1], run.output) || !Write(argv[2], run.messages)) {
    std::fprintf(stderr, "measure: cannot write what the program printed\n");
    return EXIT_FAILURE;
  }
  std::printf(
      "{\"exit_code\": %d, \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_mb\": %.3f, "
      "\"first_output_seconds\": %.6f}\n",
      run.exit_code, run.seconds, run.cpu_seconds, run.peak_megabytes, run.first_output_seconds);
  return EXIT_SUCCESS;
}
