#!/usr/bin/env bash
# Puts what compiles CUDA into DESTDIR/cuda-13.0 (usually .deps): nvcc and the static runtime from
# NVIDIA's wheels on PyPI, each checked against its hash. Then CUDACXX=DESTDIR/cuda-13.0/bin/nvcc.
# Does nothing if it is there already. Debian's own toolkit is too old for C++20.
# usage: cmake/fetch_cuda.sh DESTDIR      needs: bash, python3 with pip
set -euo pipefail

readonly REQUIREMENTS='nvidia-cuda-nvcc==13.0.88 --hash=sha256:56fe502eb77625a12f25172caa3cdddb4e4c8ba2c8c17dba44b164761b380f03
nvidia-cuda-runtime==13.0.96 --hash=sha256:7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548
nvidia-nvvm==13.0.88 --hash=sha256:c5f41ffeb6466944a026dfa5317d7d85355c119bbec279205d22f1869d1054e0
nvidia-cuda-crt==13.0.88 --hash=sha256:2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4
nvidia-cuda-cccl==13.0.85 --hash=sha256:e0da7ad981f3a8aff08241b5bfc1af868742a63e2762f53a5171c492ef242649'

[[ $# -eq 1 ]] || { echo "usage: $0 DESTDIR" >&2; exit 1; }
mkdir -p "$1"
parent="$(cd "$1" && pwd)"
readonly parent dest="$parent/cuda-13.0"
# What makes the result: the wheels, and this script's way with them.
readonly recipe="$REQUIREMENTS 1"
if [[ -f "$dest/.complete" && "$(<"$dest/.complete")" == "$recipe" ]]; then
  exit 0
fi

work="$(mktemp -d "$parent/.fetch_cuda.XXXXXX")"
trap 'rm -rf "$work"' EXIT
echo "fetching the CUDA compiler"
printf '%s\n' "$REQUIREMENTS" >"$work/requirements.txt"
python3 -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes \
  --only-binary :all: --platform manylinux_2_17_x86_64 --platform manylinux_2_12_x86_64 \
  --platform manylinux2014_x86_64 --platform manylinux2010_x86_64 \
  --target "$work/wheels" --requirement "$work/requirements.txt" >"$work/pip.log" 2>&1 || {
  cat "$work/pip.log" >&2
  echo "fetch_cuda: pip could not fetch the CUDA compiler (see above)" >&2
  exit 1
}
toolkit="$work/wheels/nvidia/cu13"
chmod +x "$toolkit"/bin/* "$toolkit"/nvvm/bin/*
# The names by which nvcc and CMake look for the runtime.
ln -s lib "$toolkit/lib64"
ln -s libcudart.so.13 "$toolkit/lib/libcudart.so"
printf '%s\n' "$recipe" >"$toolkit/.complete"
rm -rf "$dest"
mv "$toolkit" "$dest"
