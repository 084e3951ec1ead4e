#!/usr/bin/env bash
# usage: image.sh build                   build the image (BOOSTYARD_IMAGE, default boostyard:dev)
#        image.sh run OPT_ML [ARGUMENT]   run it with the folder OPT_ML as /opt/ml
#        image.sh test                    build it and check the container contract on it
#
# The engine is $BOOSTYARD_CONTAINER_ENGINE, else docker where its daemon answers, else the scripts
# of ../shared/container (podman with a base image made from Debian's packages), else podman.
set -euo pipefail
image=${BOOSTYARD_IMAGE:-boostyard:dev}
rehearsal=../shared/container

die() { echo "image: $*" >&2; exit 1; }

# Sets `engine`; empty if there is none.
find_engine() {
  if [ -n "${BOOSTYARD_CONTAINER_ENGINE:-}" ]; then
    engine=$BOOSTYARD_CONTAINER_ENGINE
  elif command -v docker >/dev/null && docker info >/dev/null 2>&1; then
    engine=docker
  elif [ -x "$rehearsal/engine" ]; then
    engine=$rehearsal/engine
  elif command -v podman >/dev/null; then
    engine=podman
  else
    engine=
  fi
}

build() {
  if [ "$engine" = "$rehearsal/engine" ]; then
    "$rehearsal/build-image" -t "$image" .
  else
    "$engine" build -t "$image" .
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

# --- checks -------------------------------------------------------------------------------------

checks=0
failures=0
# check WHAT STATUS: counts one check that passed if STATUS is 0.
check() {
  checks=$((checks + 1))
  if [ "$2" -eq 0 ]; then
    echo "  ok      $1"
  else
    echo "  FAILED  $1"
    failures=$((failures + 1))
  fi
}

# job NAME ROWS ROUNDS: a fresh /opt/ml below $work with a small training job.
job() {
  local root=$work/$1
  mkdir -p "$root/input/config" "$root/input/data/train" "$root/model" "$root/output"
  awk -v rows="$2" 'BEGIN {
    for (i = 0; i < rows; ++i) {
      a = (i * 7919) % 1009; b = (i * 104729) % 997; c = (i * 31) % 13
      printf "%d,%d,%d,%d\n", (a + 40 * c > b + 200), a, b, c
    }
  }' >"$root/input/data/train/rows.csv"
  printf '{"num_round": "%d", "objective": "binary:logistic"}' "$3" \
    >"$root/input/config/hyperparameters.json"
  chmod -R a+rwX "$root"
  echo "$root"
}

# Runs the image and leaves its output in $work/log and its exit code in $status.
attempt() {
  status=0
  run_image "$@" >"$work/log" 2>&1 || status=$?
}

check_training() {
  local root strict
  root=$(job plain 2000 5)
  attempt "$root" --
  check "no command trains: exit 0" "$status"
  check "exactly model/model.tar.gz" "$(is "$(ls -A "$root/model")" model.tar.gz)"
  check "the archive holds exactly xgboost-model" \
    "$(is "$(tar tzf "$root/model/model.tar.gz")" xgboost-model)"
  check "one metric line a round" "$(is "$(grep -cP '^\[\d+\]\ttrain-' "$work/log")" 5)"

  root=$(job managed 2000 5)
  attempt "$root" -e TRAINING_JOB_NAME=job -- train
  check "the service's command: exit 0" "$status"
  check "a bare model where the service packs it" "$(is "$(ls -A "$root/model")" xgboost-model)"

  root=$(job strict 2000 5)
  strict=(--read-only --cap-drop=all --security-opt=no-new-privileges --user=1234:1234)
  attempt "$root" "${strict[@]}" --memory=256m -- train
  check "read-only, no capabilities, another user, 256 MB: exit 0" "$status"

  root=$(job xgboost 2000 5)
  attempt "$root" "${strict[@]}" -e BOOSTYARD_ENGINE=xgboost -- train
  check "XGBoost's library loads: exit 0" "$status"
}

check_failures() {
  local root
  root=$(job bad 200 5)
  echo '1,2,oops,3' >>"$root/input/data/train/rows.csv"
  attempt "$root" -- train
  check "a bad cell: exit 1" "$(is "$status" 1)"
  check "the failure file begins with the cause" \
    "$(is "$(head -c 10 "$root/output/failure")" 'UserError:')"
  check "no model" "$(is "$(ls -A "$root/model")" '')"
  attempt "$root" -- serve
  check "serve: exit 1, one line" "$(is "$status $(wc -l <"$work/log")" '1 1')"

  root=$(job stop 100000 100000)
  local name=boostyard-stop-$$
  run_image "$root" --name "$name" -- train >"$work/log" 2>&1 &
  local client=$! waited=0
  until grep -q '^\[3\]' "$work/log" || [ $((waited += 1)) -gt 300 ]; do sleep 0.1; done
  local start=$SECONDS
  "$engine" kill --signal TERM "$name" >/dev/null
  status=0
  wait "$client" || status=$?
  check "SIGTERM reaches PID 1: exit 143" "$(is "$status" 143)"
  check "within 10 s" "$(is $((SECONDS - start <= 10)) 1)"
}

check_contents() {
  local root size container
  root=$(job tidy 10 1)
  mkdir "$root/inner"
  chmod 700 "$root/inner"
  attempt "$root" -v "$root:/delete" -- chmod -R 777 /delete
  check "chmod -R 777 /delete" "$(is "$status $(stat -c %a "$root/inner")" '0 777')"
  attempt "$root" -- boostyard --version
  check "it tells its version" "$(is "$(grep -c "$(cat VERSION)" "$work/log")" 1)"
  size=$("$engine" image inspect -f '{{.Size}}' "$image")
  echo "  size    $((size / 1000000)) MB"
  # P0_15_: an image of tens of megabytes.
  check "at most 60 MB" "$(is $((size <= 60000000)) 1)"

  container=$("$engine" create "$image")
  "$engine" export "$container" | tar t | grep -v '/$' | sed 's,^/*,/,' |
    grep -vE '^/(\.dockerenv|dev/|etc/|proc/|sys/|run/)' | sort >"$work/files"
  "$engine" rm "$container" >/dev/null
  sed -nE 's,^    (/[^ ]+).*,\1,p' NOTICE | sort >"$work/noticed"
  check "NOTICE names every file" "$(diff "$work/noticed" "$work/files" >&2; echo $?)"
}

# Prints 0 if both texts are equal, else 1 (and what was found, on stderr).
is() {
  if [ "$1" = "$2" ]; then echo 0; else echo "found '$1', expected '$2'" >&2; echo 1; fi
}

run_checks() {
  build
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  check_training
  check_failures
  check_contents
  echo "image: $failures of $checks checks failed"
  [ "$failures" -eq 0 ]
}

find_engine
if [ -z "$engine" ]; then
  echo "image: SKIPPED: neither docker, podman nor \$BOOSTYARD_CONTAINER_ENGINE is here"
  exit 0
fi
verb=${1:-build}
[ $# -eq 0 ] || shift
case $verb in
  build) build ;;
  test) run_checks ;;
  run)
    [ $# -ge 1 ] || die "usage: ./dev image run OPT_ML [ARGUMENT...]"
    opt_ml=$1
    shift
    run_image "$opt_ml" -- "$@"
    ;;
  *) die "image knows build, test and run, not '$verb'" ;;
esac
