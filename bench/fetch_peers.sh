#!/usr/bin/env bash
# Puts what Boostyard is compared with into DESTDIR (usually .deps), and does nothing about what is
# there already; XGBoost's library comes from cmake/fetch_xgboost.sh.
#   lightgbm-4.7.0/lib/lib_lightgbm.so   from its wheel, checked against its hash
#   python-peers/                        with the word "python": a virtual environment with the
#                                        packages of bench/peers/requirements.txt
# usage: bench/fetch_peers.sh DESTDIR [python]      needs: bash, python3 with pip
set -euo pipefail

readonly VERSION=4.7.0
readonly WHEEL_SHA256=d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7
readonly PLATFORM=manylinux_2_28_x86_64
requirements="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/peers/requirements.txt"
readonly requirements

fail() {
  echo "fetch_peers: $1" >&2
  exit 1
}

[[ $# -eq 1 || ($# -eq 2 && "$2" == python) ]] || fail "usage: $0 DESTDIR [python]"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing; install the package python3-pip"
mkdir -p "$1"
parent="$(cd "$1" && pwd)"
readonly parent
work="$(mktemp -d "$parent/.fetch_peers.XXXXXX")"  # on the same file system: the last step is a rename
trap 'rm -rf "$work"' EXIT

# is_complete FOLDER RECIPE: whether FOLDER was made of exactly that.
is_complete() {
  [[ -f "$1/.complete" && "$(<"$1/.complete")" == "$2" ]]
}

fetch_lightgbm() {
  local dest="$parent/lightgbm-$VERSION"
  is_complete "$dest" "$WHEEL_SHA256" && return
  echo "fetching LightGBM $VERSION" >&2
  echo "lightgbm==$VERSION --hash=sha256:$WHEEL_SHA256" >"$work/requirements.txt"
  python3 -m pip --disable-pip-version-check --quiet download --no-deps --require-hashes \
    --only-binary :all: --platform "$PLATFORM" --dest "$work" \
    --requirement "$work/requirements.txt" >"$work/pip.log" 2>&1 || {
    cat "$work/pip.log" >&2
    fail "pip could not fetch LightGBM $VERSION (see above)"
  }
  mkdir -p "$work/out/lib"
  python3 - "$work" <<'PYTHON'
import glob, sys, zipfile

work = sys.argv[1]
with zipfile.ZipFile(glob.glob(f"{work}/*.whl")[0]).open("lightgbm/lib/lib_lightgbm.so") as library:
    with open(f"{work}/out/lib/lib_lightgbm.so", "wb") as out:
        out.write(library.read())
PYTHON
  echo "$WHEEL_SHA256" >"$work/out/.complete"
  rm -rf "$dest"
  mv "$work/out" "$dest"
  echo "LightGBM $VERSION is in $dest" >&2
}

# Virtual environments do not survive a move: this one is made in its place, its stamp comes last.
fetch_python() {
  local dest="$parent/python-peers" recipe
  recipe="$(sha256sum "$requirements" | cut -d' ' -f1)"
  is_complete "$dest" "$recipe" && return
  echo "fetching the peers' Python packages (about 1.3 GB on disk)" >&2
  rm -rf "$dest"
  python3 -m venv --without-pip "$dest"
  python3 -m pip --disable-pip-version-check --quiet --python "$dest/bin/python" install \
    --no-deps --only-binary :all: --requirement "$requirements" >"$work/pip.log" 2>&1 || {
    cat "$work/pip.log" >&2
    fail "pip could not fetch the packages of $requirements (see above)"
  }
  echo "$recipe" >"$dest/.complete"
  echo "the peers' Python packages are in $dest" >&2
}

fetch_lightgbm
[[ $# -eq 1 ]] || fetch_python
