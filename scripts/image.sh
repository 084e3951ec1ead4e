#!/usr/bin/env bash
# usage: image.sh build [cpu|cuda|full]         build the image of that target (default: cpu)
#        image.sh check [cpu|cuda|full]         check the container contract on the image that is there
#        image.sh test [cpu|cuda|full]          build it and check it
#        image.sh run OPT_ML [ARGUMENT]    run it with the folder OPT_ML as /opt/ml
#
# The image is $BOOSTYARD_IMAGE, else boostyard:dev (cpu), boostyard:dev-cuda or boostyard:dev-full. The engine is
# $BOOSTYARD_CONTAINER_ENGINE (docker, podman, or a program that takes their arguments), else docker,
# else podman, each where it has or gets what it needs: Debian's image to build from, or our image to
# run. Else the scripts of ../shared/container, which make that base from Debian's packages.
set -euo pipefail
rehearsal=../shared/container
base=debian:bookworm-slim

die() { echo "image: $*" >&2; exit 1; }

# --- the engine -----------------------------------------------------------------------------------

# has ENGINE IMAGE
has() { "$1" image inspect "$2" >/dev/null 2>&1; }

# serves ENGINE VERB: whether it is here, answers, and can do the verb.
serves() {
  command -v "$1" >/dev/null && "$1" info >/dev/null 2>&1 || return 1
  case $2 in
    run | check) has "$1" "$image" ;;
    *) has "$1" "$base" || timeout 300 "$1" pull -q "$base" >/dev/null 2>&1 ;;
  esac
}

# find_engine VERB: sets `engine`; empty if there is none.
find_engine() {
  if [ -n "${BOOSTYARD_CONTAINER_ENGINE:-}" ]; then
    engine=$BOOSTYARD_CONTAINER_ENGINE
    command -v "$engine" >/dev/null ||
      die "BOOSTYARD_CONTAINER_ENGINE is '$engine', which is no program here: use docker or podman"
  elif serves docker "$1"; then
    engine=docker
  elif serves podman "$1"; then
    engine=podman
  elif [ -x "$rehearsal/engine" ]; then
    engine=$rehearsal/engine
  else
    engine=
  fi
}

# build TARGET: sets `revision`, which the image is labelled with.
build() {
  revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
  local flags=("--target=$1" "--build-arg=VERSION=$(cat VERSION)"
    "--label=org.opencontainers.image.revision=$revision")
  if [ "$engine" -ef "$rehearsal/engine" ]; then
    "$rehearsal/build-image" -t "$image" "${flags[@]/#/-f}" .
  else
    "$engine" build --network=host -t "$image" "${flags[@]}" .
  fi
}

# run_image OPT_ML [FLAG...] -- [ARGUMENT...]
run_image() {
  local opt_ml=$1 flags=()
  shift
  while [ "$1" != -- ]; do
    flags+=("$1")
    shift
  done
  shift
  "$engine" run --rm --network=none -v "$(realpath "$opt_ml"):/opt/ml" "${flags[@]}" "$image" "$@"
}

# --- verbs ----------------------------------------------------------------------------------------

verb=${1:-build}
[ $# -eq 0 ] || shift
target=cpu
case $verb in
  build | check | test)
    target=${1:-cpu}
    [ $# -le 1 ] || die "image $verb takes one target"
    ;;
  cpu | cuda | full) target=$verb verb=build ;;
  run) [ $# -ge 1 ] || die "usage: ./dev image run OPT_ML [ARGUMENT...]" ;;
  *) die "image knows build, check, test and run, not '$verb'" ;;
esac
case $target in
  cpu) image=${BOOSTYARD_IMAGE:-boostyard:dev} ;;
  cuda | full) image=${BOOSTYARD_IMAGE:-boostyard:dev-$target} ;;
  *) die "there is no target '$target': cpu, cuda or full" ;;
esac

find_engine "$verb"
if [ -z "$engine" ]; then
  echo "image: SKIPPED: no docker, podman or \$BOOSTYARD_CONTAINER_ENGINE here has or gets what it needs"
  exit 0
fi
case $verb in
  build | test) build "$target" ;;
  *) has "$engine" "$image" || die "$engine has no $image: ./dev image makes it" ;;
esac
case $verb in
  check | test)
    # shellcheck source=scripts/image_checks.sh
    . scripts/image_checks.sh
    run_checks "$target"
    ;;
  run)
    opt_ml=$1
    shift
    run_image "$opt_ml" -- "$@"
    ;;
esac
