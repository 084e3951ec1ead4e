#!/usr/bin/env bash
# usage: image_root.sh BOOSTYARD DEPS ROOT
# Lays out the root of the image in ROOT: the program under its four names, XGBoost's library from
# DEPS, and the shared libraries that the dynamic loader resolves for them. NOTICE names each of
# these files; `./dev image test` compares.
set -euo pipefail
boostyard=$1
deps=$2
root=$3

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/share/doc/boostyard" "$root/opt/ml"
install -m 755 -s "$boostyard" "$root/usr/bin/boostyard"
for name in train serve chmod; do
  ln "$root/usr/bin/boostyard" "$root/usr/bin/$name"
done
install -m 644 LICENSE NOTICE "$root/usr/share/doc/boostyard/"

xgboost=$(find "$deps"/xgboost-*/lib -name libxgboost.so -type f | head -1)
[ -n "$xgboost" ] || { echo "image_root: no libxgboost.so in $deps" >&2; exit 1; }
install -m 755 "$xgboost" "$root/usr/lib/libxgboost.so"

# What the loader finds on this system goes where the loader of the image looks for it.
mkdir -p "$root/lib64"
{ ldd "$boostyard"; ldd "$xgboost"; } |
  awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*ld-linux/ { print $1 }' | sort -u |
  while read -r library; do
    case $library in
      *ld-linux*) install -m 755 "$library" "$root/lib64/" ;;
      *) install -m 644 "$library" "$root/usr/lib/" ;;
    esac
  done
