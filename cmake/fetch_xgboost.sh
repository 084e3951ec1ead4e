#!/usr/bin/env bash
# Puts the pinned XGBoost into DESTDIR (usually .deps): xgboost-3.2.0/lib/libxgboost.so from the
# CPU wheel, xgboost-3.2.0/include/xgboost/c_api.h from the sdist of the same version, both checked
# against their hashes. Does nothing if it is there already.
# usage: cmake/fetch_xgboost.sh DESTDIR [MACHINE]      needs: bash, python3 with pip, patchelf
# MACHINE is x86_64 or aarch64; without it, this one.
set -euo pipefail

readonly VERSION=3.2.0
readonly SDIST_SHA256=27f1b1642815c23ee73065d5702ad24c1c1649d63e4e2f498dc7e6a961012281

fail() {
  echo "fetch_xgboost: $1" >&2
  exit 1
}

[[ $# -eq 1 || $# -eq 2 ]] || fail "usage: $0 DESTDIR [MACHINE]"
readonly machine="${2:-$(uname -m)}"
case "$(uname -s) $machine" in
  "Linux x86_64") wheel_sha256=9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950 ;;
  "Linux aarch64") wheel_sha256=896b9e2bc52ec0921edf92ddd1cebedf47032e94992b7aca0293524d380ce6e9 ;;
  *) fail "there is no pinned library for $(uname -s) $machine; configure with -DBOOSTYARD_SYSTEM_XGBOOST=ON" ;;
esac
readonly wheel_sha256
mkdir -p "$1"
parent="$(cd "$1" && pwd)"  # absolute: pip changes the directory and must still find the shims below
readonly parent
readonly dest="$parent/xgboost-$VERSION"
readonly stamp="$dest/.complete"
# What makes the result: the files' hashes, and this script's way with them.
readonly recipe="$wheel_sha256 $SDIST_SHA256 1"
if [[ -f "$stamp" && "$(<"$stamp")" == "$recipe" ]]; then
  exit 0
fi

command -v python3 >/dev/null || fail "python3 is missing; install the package python3"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing; install the package python3-pip"
command -v patchelf >/dev/null || fail "patchelf is missing; install the package patchelf"

work="$(mktemp -d "$parent/.fetch_xgboost.XXXXXX")"  # on the same file system: the last step is a rename
trap 'rm -rf "$work"' EXIT

# download SHA256 LOGNAME PIP_OPTION...: one file of the pinned version into $work.
download() {
  local sha256="$1" name="$2"
  shift 2
  echo "xgboost-cpu==$VERSION --hash=sha256:$sha256" >"$work/$name.txt"
  python3 -m pip --disable-pip-version-check --quiet download --no-deps --require-hashes \
    --dest "$work" "$@" --requirement "$work/$name.txt" >"$work/$name.log" 2>&1 || {
    cat "$work/$name.log" >&2
    fail "pip could not fetch the $name of xgboost-cpu $VERSION (see above)"
  }
}

echo "fetching XGBoost $VERSION"
download "$wheel_sha256" wheel --only-binary :all: --platform "manylinux_2_28_$machine"

# To hand out an sdist, pip builds it: to learn its name. All we want is a header, so its build is given
# a cmake and a ninja that make an empty library at once.
mkdir "$work/shims"
printf '#!/bin/sh\nmkdir -p lib && : > lib/libxgboost.so\n' >"$work/shims/cmake"
printf '#!/bin/sh\nexit 0\n' >"$work/shims/ninja"
chmod +x "$work/shims/cmake" "$work/shims/ninja"
PATH="$work/shims:$PATH" download "$SDIST_SHA256" sdist --no-binary xgboost-cpu

python3 - "$work" "$VERSION" <<'PYTHON'
import glob, os, sys, tarfile, zipfile

work, version = sys.argv[1:]
os.makedirs(f"{work}/out/lib")
os.makedirs(f"{work}/out/include/xgboost")
members = [("lib", zipfile.ZipFile(glob.glob(f"{work}/*.whl")[0]).open("xgboost/lib/libxgboost.so")),
           ("include/xgboost", tarfile.open(f"{work}/xgboost_cpu-{version}.tar.gz").extractfile(
               f"xgboost_cpu-{version}/cpp_src/include/xgboost/c_api.h"))]
for (folder, source), name in zip(members, ("libxgboost.so", "c_api.h")):
    with open(f"{work}/out/{folder}/{name}", "wb") as out:
        out.write(source.read())
PYTHON

# The wheel brings a renamed copy of the OpenMP runtime; a process must have one only, the system's.
library="$work/out/lib/libxgboost.so"
renamed="$(patchelf --print-needed "$library" | grep '^libgomp-' || true)"
[[ -n "$renamed" ]] || fail "the wheel's library does not need a renamed libgomp: has the wheel changed?"
patchelf --replace-needed "$renamed" libgomp.so.1 "$library"
patchelf --remove-rpath "$library"
chmod 755 "$library"

echo "$recipe" >"$work/out/.complete"
rm -rf "$dest"
mv "$work/out" "$dest"
echo "XGBoost $VERSION is in $dest"
