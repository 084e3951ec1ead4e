#!/usr/bin/env bash
# Runs fuzzers one after the other, each from what it found out before and from the repository's
# inputs, and says what they did. usage: fuzz.sh BINARIES WORK SECONDS TARGET...
#   WORK/TARGET/corpus     inputs that reached something new; kept for the next run
#   WORK/TARGET/findings   inputs that broke a property; exit code 1 if there are any
#   WORK/TARGET/log        all that libFuzzer said
set -euo pipefail
[ $# -ge 4 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
binaries=$1 work=$2 seconds=$3
shift 3
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# An allocation beyond all bounds is to be an exception, as it is without the sanitizer.
export ASAN_OPTIONS=${ASAN_OPTIONS:-allocator_may_return_null=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

# The files of tests/golden whose bytes are what the target reads.
add_golden_files() {
  local target=$1 seeds=$2 file
  [ "$target" = csv_fuzz ] || return 0
  for file in "$root"/tests/golden/csv_errors/*.csv; do
    { printf '\0\0'; cat "$file"; } >"$seeds/golden_$(basename "$file")"
  done
}

# The number that a line of libFuzzer's last status shows behind a word.
last_number() { grep -o "$1 [0-9]*" "$2" | tail -1 | grep -o '[0-9]*$' || echo 0; }

fuzz_one() {
  local target=$1 here=$work/$1 log runs edges findings
  mkdir -p "$here/corpus" "$here/findings" "$here/seeds"
  log=$here/log
  add_golden_files "$target" "$here/seeds"
  # A crash ends the run, but not those of the others.
  "$binaries/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$here/findings/" \
    "$here/corpus" "$root/tests/fuzz/corpus/$target" "$here/seeds" >"$log" 2>&1 || true
  runs=$(last_number stat::number_of_executed_units: "$log")
  edges=$(last_number cov: "$log")
  findings=$(find "$here/findings" -type f | wc -l)
  printf '%-20s %12s runs %8s edges %4s findings\n' "$target" "$runs" "$edges" "$findings"
  # Without this line it did not end by itself.
  grep -q '^Done ' "$log" && [ "$findings" -eq 0 ] && return 0
  tail -n 40 "$log" >&2
  return 1
}

failed=0
for target; do
  fuzz_one "$target" || failed=1
done
exit "$failed"
