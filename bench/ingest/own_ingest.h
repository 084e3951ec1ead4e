// One ingest of ours in a process of its own: what ingest_bench runs itself for each measurement.
#pragma once

namespace boostyard::bench {

// ingest_bench --one FILE THREADS LIMIT_BYTES [check]   from file to bins; the sum of the cells
// ingest_bench --decode FILE                            gzip's decoder alone
bool IsOwnIngest(int argc, char** argv);

// Prints one line of `name:value`; the exit code.
int RunOwnIngest(int argc, char** argv);

}  // namespace boostyard::bench
