#!/usr/bin/env bash
# usage: gpu_check.sh [--quick]
#
# On a machine with a GPU and a CUDA 13 toolkit: builds the preset `cuda`, compares every model of the
# parity grid with the CPU's, runs compute-sanitizer's four tools on a small grid, and times training
# beside XGBoost's device=cuda. At most nine minutes. Leaves in build/gpu-check: summary.txt, a log per
# step, parity.xml, gpu_bench.txt, gpu_bench.json. Exit 0: all that could run is well.
#
# BOOSTYARD_XGBOOST_CUDA_LIBRARY names an XGBoost library with CUDA; else pip is asked for the wheel.
# BOOSTYARD_GPU_CHECK_BUILD=off takes build/cuda as it is: built elsewhere, brought here.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
out=build/gpu-check
limit_s=540
quick=()
[ "${1:-}" = --quick ] && quick=(--quick)
mkdir -p "$out"
rm -f "$out"/*
failed=0

note() { printf '%s\n' "$*" | tee -a "$out/summary.txt"; }
left() { echo $((limit_s - SECONDS)); }

# step NAME SECONDS COMMAND...: runs it, its output in NAME.log, for at most so many seconds.
step() {
  local name=$1 seconds=$2 began=$SECONDS
  shift 2
  [ "$(left)" -lt "$seconds" ] && seconds=$(left)
  if [ "$seconds" -le 5 ]; then
    note "$name: no time left"
    failed=1
    return 1
  fi
  if timeout "$seconds" "$@" >"$out/$name.log" 2>&1; then
    note "$name: ok, $((SECONDS - began)) s"
  else
    note "$name: FAILED (exit $?), $((SECONDS - began)) s; of $out/$name.log:"
    {
      grep -m1 -A4 -E 'Failure$|[Ee]rror' "$out/$name.log"  # what went wrong first
      tail -4 "$out/$name.log"
    } | tee -a "$out/summary.txt"
    failed=1
    return 1
  fi
}

# shellcheck disable=SC2016  # the shell that builds expands it
build_command='command -v nvcc >/dev/null || {
  echo "no nvcc: install the CUDA 13 toolkit and put its bin into PATH"
  exit 1
}
cmake --preset cuda && cmake --build --preset cuda -j "$(nproc)" --target boostyard cuda_test gpu_bench'

# Prints the path of an XGBoost library with CUDA, or nothing.
find_peer() {
  local folder=.deps/xgboost-cuda library
  if [ -n "${BOOSTYARD_XGBOOST_CUDA_LIBRARY:-}" ]; then
    echo "$BOOSTYARD_XGBOOST_CUDA_LIBRARY"
    return
  fi
  library=$folder/xgboost/lib/libxgboost.so
  [ -e "$library" ] || timeout 90 python3 -m pip install --quiet --no-deps --target "$folder" \
    xgboost==3.2.0 >"$out/peer.log" 2>&1
  [ -e "$library" ] && echo "$library"
}

tests=build/cuda/tests/parity/cuda_test
bench=build/cuda/bench/gpu_bench

if [ "${BOOSTYARD_GPU_CHECK_BUILD:-on}" = off ]; then
  note "build: taken as it is"
else
  step build 300 bash -c "$build_command" || exit 1
fi
if ! nvidia-smi -L >"$out/gpu.log" 2>&1; then
  note "no GPU: nvidia-smi finds none here. The build stands; the parity grid, the sanitizers and the" \
    "benchmark are left: run ./dev gpu-check on a machine with a GPU of compute capability 8.0 or newer"
  exit 1
fi
note "$(cat "$out/gpu.log")"

step parity 180 env BOOSTYARD_REQUIRE_GPU=1 "$tests" --gtest_output=xml:"$out/parity.xml"
gpu_count=$(grep -c '^GPU ' "$out/gpu.log")
if [ "$gpu_count" -gt 1 ]; then
  note "several GPUs: $gpu_count here, part of the parity test (CudaShares)"
else
  note "several GPUs: SKIPPED, there is one; it was tested taking the parts of two"
fi
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do
    step "$tool" 45 env BOOSTYARD_REQUIRE_GPU=1 compute-sanitizer --tool "$tool" --error-exitcode 9 \
      "$tests" --gtest_filter='Cases/CudaGrid.*/0:Cases/CudaGrid.*/1:Cases/CudaGrid.*/2:CudaShares.OfFewRows'
  done
else
  note "sanitizers: SKIPPED, no compute-sanitizer in PATH"
fi
peer=$(find_peer)
[ -n "$peer" ] || note "XGBoost with CUDA: SKIPPED, no library and no wheel to be had; only ours is timed"
step bench "$(left)" "$bench" --out "$out" --seconds "$(($(left) - 60))" ${peer:+--peer "$peer"} \
  "${quick[@]}"
[ -e "$out/gpu_bench.txt" ] && note "$(cat "$out/gpu_bench.txt")"
note "all: $([ "$failed" = 0 ] && echo ok || echo FAILED), $SECONDS s"
exit "$failed"
