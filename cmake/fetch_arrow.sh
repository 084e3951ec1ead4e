#!/usr/bin/env bash
# Puts the pinned Arrow into DESTDIR (usually .deps): arrow-26.0.1/pyarrow with the libraries, their
# headers and the Python package of the pyarrow wheel, checked against its hash, without what reading
# Parquet does not need. Does nothing if it is there already.
# usage: cmake/fetch_arrow.sh DESTDIR      needs: bash, python3 with pip
set -euo pipefail

readonly VERSION=26.0.1
readonly WHEEL_SHA256=39cb0f2418282c24bea6ceda77b03e5a8f0a5766b63a8bf194d4e2a2c423548c
readonly PLATFORM=manylinux_2_28_x86_64
readonly PYTHON_VERSION=311  # Debian 12's; the libraries are the same in every wheel

fail() {
  echo "fetch_arrow: $1" >&2
  exit 1
}

[[ $# -eq 1 ]] || fail "usage: $0 DESTDIR"
mkdir -p "$1"
parent="$(cd "$1" && pwd)"
readonly parent
readonly dest="$parent/arrow-$VERSION"
readonly stamp="$dest/.complete"
# What makes the result: the wheel's hash, and this script's way with it.
readonly recipe="$WHEEL_SHA256 1"
if [[ -f "$stamp" && "$(<"$stamp")" == "$recipe" ]]; then
  exit 0
fi

[[ "$(uname -s) $(uname -m)" == "Linux x86_64" ]] ||
  fail "there is no pinned library for $(uname -s) $(uname -m)"
command -v python3 >/dev/null || fail "python3 is missing; install the package python3"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing; install the package python3-pip"

work="$(mktemp -d "$parent/.fetch_arrow.XXXXXX")"  # on the same file system: the last step is a rename
trap 'rm -rf "$work"' EXIT

echo "fetching Arrow $VERSION"
echo "pyarrow==$VERSION --hash=sha256:$WHEEL_SHA256" >"$work/wheel.txt"
python3 -m pip --disable-pip-version-check --quiet download --no-deps --require-hashes \
  --dest "$work" --only-binary :all: --platform "$PLATFORM" --python-version "$PYTHON_VERSION" \
  --requirement "$work/wheel.txt" >"$work/wheel.log" 2>&1 || {
  cat "$work/wheel.log" >&2
  fail "pip could not fetch the wheel of pyarrow $VERSION (see above)"
}

python3 - "$work" <<'PYTHON'
import glob, re, sys, zipfile

work = sys.argv[1]
# Services, other file formats, tests; the Python package does without them.
unneeded = re.compile(r"flight|gandiva|_orc|_s3fs|arrow_s3|_gcsfs|_azurefs|_hdfs|/tests/|/src/|\.pyx$|\.pxi$|\.pxd$")
with zipfile.ZipFile(glob.glob(f"{work}/*.whl")[0]) as wheel:
    for name in wheel.namelist():
        licence = re.search(r"dist-info/licenses/(LICENSE|NOTICE)\.txt$", name)
        if licence:
            with open(f"{work}/{licence[1]}", "wb") as out:
                out.write(wheel.read(name))
        elif name.startswith("pyarrow/") and not unneeded.search(name):
            wheel.extract(name, f"{work}/out")
PYTHON

mv "$work/LICENSE" "$work/NOTICE" "$work/out/"
echo "$recipe" >"$work/out/.complete"
rm -rf "$dest"
mv "$work/out" "$dest"
echo "Arrow $VERSION is in $dest"
