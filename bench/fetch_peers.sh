#!/usr/bin/env bash
# Puts the pinned LightGBM into DESTDIR (usually .deps): lightgbm-4.7.0/lib/lib_lightgbm.so from its
# wheel, checked against its hash. Does nothing if it is there already. XGBoost comes from
# cmake/fetch_xgboost.sh.
# usage: bench/fetch_peers.sh DESTDIR      needs: bash, python3 with pip
set -euo pipefail

readonly VERSION=4.7.0
readonly WHEEL_SHA256=d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7
readonly PLATFORM=manylinux_2_28_x86_64

fail() {
  echo "fetch_peers: $1" >&2
  exit 1
}

[[ $# -eq 1 ]] || fail "usage: $0 DESTDIR"
mkdir -p "$1"
readonly dest="$1/lightgbm-$VERSION"
readonly stamp="$dest/.complete"
if [[ -f "$stamp" && "$(<"$stamp")" == "$WHEEL_SHA256" ]]; then
  exit 0
fi
python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing; install the package python3-pip"

work="$(mktemp -d "$1/.fetch_peers.XXXXXX")"  # on the same file system: the last step is a rename
trap 'rm -rf "$work"' EXIT
echo "fetching LightGBM $VERSION"
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
echo "LightGBM $VERSION is in $dest"
