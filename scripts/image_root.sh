#!/usr/bin/env bash
# usage: image_root.sh BOOSTYARD XGBOOST ROOT [PARQUET ARROW]
# Lays out the root of the image in ROOT: the program under its four names, XGBoost's library, the
# shared libraries that the dynamic loader resolves for both, and the list of their packages. NOTICE
# names each of these files; `./dev image test` compares. PARQUET is the module that reads Parquet, ARROW
# the folder that cmake/fetch_arrow.sh made: both come along if they are given.
set -euo pipefail
boostyard=$1
xgboost=$2
root=$3
parquet=${4:-}
arrow=${5:-}
doc=$root/usr/share/doc/boostyard
mkdir -p "$root/usr/bin" "$root/usr/lib" "$doc" "$root/opt/ml"
install -m 755 -s "$boostyard" "$root/usr/bin/boostyard"
for name in train serve chmod; do
  ln "$root/usr/bin/boostyard" "$root/usr/bin/$name"
done
install -m 644 LICENSE NOTICE "$doc/"
install -m 755 "$xgboost" "$root/usr/lib/libxgboost.so"

if [ -n "$parquet" ]; then
  install -m 755 -s "$parquet" "$root/usr/lib/libboostyard_parquet.so"
  patchelf --remove-rpath "$root/usr/lib/libboostyard_parquet.so"
  for text in LICENSE NOTICE; do
    install -m 644 "$arrow/$text" "$doc/$text.arrow"
  done
fi

# What the loader finds on this system goes where the loader of the image looks for it.
libraries=$(for file in "$boostyard" "$xgboost" ${parquet:+"$parquet"}; do ldd "$file"; done |
  awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*ld-linux/ { print $1 }' | sort -u)
for library in $libraries; do
  case $library in
    *ld-linux*) install -D -m 755 "$library" "$root$library" ;;
    *) install -m 644 "$library" "$root/usr/lib/" ;;
  esac
done
# shellcheck disable=SC2086
python3 -B scripts/image_packages.py "$boostyard" $libraries >"$doc/packages.cdx.json"
