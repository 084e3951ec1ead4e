// The readers of whole files that ./dev bench ingest compares, one process a run.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "bench/process.h"

namespace boostyard::bench {

struct LoaderPrograms {
  std::string ours;          // ingest_bench itself
  std::string file_loaders;  // bench/peers/file_loaders.cc
  std::string source;        // the checkout
};

// A command line, and the fastest of its runs.
struct Loader {
  std::string name;
  int threads = 1;
  std::vector<std::string> command = {};
  bool is_peer = false;
  std::size_t file_argument = 2;  // which word of the command is the file
  Variables variables = {};
  bool knows_cells = true;  // false: of the cells it can only tell the labels
  double best = std::numeric_limits<double>::infinity();  // CPU seconds from file to the end
  double peak_megabytes = 0.0;
  std::string line = {};         // what the fastest run printed
  std::vector<double> all = {};  // CPU seconds of every run
  double spent_seconds = 0.0;    // by the wall, start and imports included

  // A number of the fastest run's line; 0 if it is not there.
  double Of(const std::string& name) const;

  // False, and the reason on stderr, if the program fails or finds another number of rows.
  bool Run(std::size_t row_count);

  // False, and the reason on stderr, if it does not read what is in the text. Run with `path` in
  // place of the command's file, which holds that text. Nothing of it is counted.
  bool Check(const std::string& path, std::string_view text) const;
};

// Ours with every kernel tier of this machine and with little memory; with peers, these too.
// Throws PeerError where a peer is not there.
std::vector<Loader> LoadersOf(const LoaderPrograms& programs, bool has_peers,
                              const std::string& path, int threads);

struct GzipTiming {
  double decode_seconds = 0.0;  // the decoder alone, by the wall; 0: something failed
  double ingest_seconds = 0.0;  // reading the same file into columns on two threads
};

// Compresses a copy of the file with gzip and reads it.
GzipTiming TimeGzip(const LoaderPrograms& programs, const std::string& path, std::size_t row_count,
                    int runs);

}  // namespace boostyard::bench
