#!/usr/bin/env bash
# usage: arm64_sysroot.sh DIRECTORY
# Unpacks into DIRECTORY the arm64 packages of Debian 12 that the build needs; nothing in it is run by
# this machine's processor. cmake/arm64_toolchain.cmake compiles against it, qemu-aarch64 -L runs what
# was built. Does nothing if it is there already. Needs mmdebstrap.
set -euo pipefail
directory=$1
packages=libc6-dev,libstdc++-12-dev,libgomp1,nlohmann-json3-dev,libfast-float-dev,libarchive-dev
packages+=,zlib1g-dev,libzstd-dev,libisal-dev,libprotobuf-dev,libcli11-dev,libgtest-dev

if [ -f "$directory/.complete" ] && [ "$(cat "$directory/.complete")" = "$packages" ]; then
  exit 0
fi
# This machine's own mirror and keys, where it is a Debian 12; else the default ones.
sources=()
for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
  if [ ${#sources[@]} -eq 0 ] && grep -q bookworm "$file" 2>/dev/null; then sources=("$file"); fi
done
rm -rf "$directory"
mkdir -p "$(dirname "$directory")"
mmdebstrap --quiet --arch=arm64 --variant=extract --include="$packages" bookworm "$directory" \
  "${sources[@]}"
# qemu-aarch64 -L takes whatever is in here before the system's own: only libraries shall be.
find "$directory" -mindepth 1 -maxdepth 1 ! -name usr ! -name 'lib*' -exec rm -rf {} +
echo "$packages" >"$directory/.complete"
