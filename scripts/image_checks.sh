# shellcheck shell=bash disable=SC2154
# Sourced by image.sh: what `./dev image test` checks on the image that it has built. Uses run_image,
# $engine and $image; $revision is the commit that it was built from, if it was built just now.

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

# Prints 0 if both texts are equal, else 1 (and what was found, on stderr).
is() {
  if [ "$1" = "$2" ]; then echo 0; else echo "found '$1', expected '$2'" >&2; echo 1; fi
}

# logged TEXT: prints 0 if the last attempt's output holds it.
logged() {
  if grep -qF -- "$1" "$work/log"; then echo 0; else cat "$work/log" >&2; echo 1; fi
}

# job NAME ROWS ROUNDS [SETTING]: a fresh /opt/ml below $work with a small training job; SETTING is
# more of its hyperparameters, as JSON.
job() {
  local root=$work/$1
  mkdir -p "$root/input/config" "$root/input/data/train" "$root/model" "$root/output"
  awk -v rows="$2" 'BEGIN {
    for (i = 0; i < rows; ++i) {
      a = (i * 7919) % 1009; b = (i * 104729) % 997; c = (i * 31) % 13
      printf "%d,%d,%d,%d\n", (a + 40 * c > b + 200), a, b, c
    }
  }' >"$root/input/data/train/rows.csv"
  printf '{"num_round": "%d", "objective": "binary:logistic"%s}' "$3" "${4:+, $4}" \
    >"$root/input/config/hyperparameters.json"
  chmod -R a+rwX "$root"
  echo "$root"
}

# Runs the image and leaves its output in $work/log and its exit code in $status.
attempt() {
  status=0
  run_image "$@" >"$work/log" 2>&1 || status=$?
}

# --- the contract ---------------------------------------------------------------------------------

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
  attempt "$root" "${strict[@]}" --memory=256m --cpus=1 -- train
  check "read-only, no capabilities, another user, 256 MB, one CPU: exit 0" "$status"
  check "one CPU is one thread" "$(logged ' on cpu, 1 thread (')"

  root=$(job xgboost 2000 5)
  attempt "$root" "${strict[@]}" -e BOOSTYARD_ENGINE=xgboost -- train
  check "XGBoost's library loads: exit 0" "$status"
}

# The line that README shows, with this engine and image.
check_readme() {
  local line words
  job job 200 2 >"$work/log"
  line=$(sed -nE 's/^ *docker run (.*) boostyard:dev +#.*/\1/p' README.md)
  check "README shows how to run it" "$(is "$line" "--rm -v \$PWD/job:/opt/ml")"
  read -ra words <<<"${line//\$PWD/$work}"
  status=0
  "$engine" run --network=none "${words[@]}" "$image" >"$work/log" 2>&1 || status=$?
  check "README's line trains: exit 0" "$status"
}

# check_devices TARGET: without --gpus no image has a device, however it was built.
check_devices() {
  local root cause='built without CUDA'
  [ "$1" != cuda ] || cause='driver'
  root=$(job no-device 200 2 '"device": "cuda"')
  attempt "$root" -- train
  check "device=cuda without one: exit 1" "$(is "$status" 1)"
  check "its failure is the user's" "$(is "$(head -c 22 "$root/output/failure")" 'UserError: device=cuda')"
  check "names the cause ($cause)" "$(is "$(grep -c "$cause" "$root/output/failure")" 1)"
  check "and the cure" "$(is "$(grep -c 'Fix: .*device.*\[device-unavailable\]' "$root/output/failure")" 1)"
  root=$(job any-device 200 2 '"device": "auto"')
  attempt "$root" -- train
  check "device=auto: exit 0" "$status"
  check "on the CPU, and says why" "$(logged 'engine: native on cpu')"
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

# --- what is inside -------------------------------------------------------------------------------

# check_contents MEGABYTES
check_contents() {
  local root size
  root=$(job tidy 10 1)
  mkdir "$root/inner"
  chmod 700 "$root/inner"
  attempt "$root" -v "$root:/delete" -- chmod -R 777 /delete
  check "chmod -R 777 /delete" "$(is "$status $(stat -c %a "$root/inner")" '0 777')"
  attempt "$root" -- boostyard --version
  check "it tells its version" "$(is "$(grep -c "$(cat VERSION)" "$work/log")" 1)"
  size=$("$engine" image inspect -f '{{.Size}}' "$image")
  echo "  size    $((size / 1000000)) MB"
  check "at most $1 MB" "$(is $((size <= $1 * 1000000)) 1)"
}

# label NAME: that of the image, by its OCI name.
label() {
  "$engine" image inspect -f "{{index .Config.Labels \"org.opencontainers.image.$1\"}}" "$image"
}

# check_papers TARGET: labels, NOTICE and the list of packages against the files.
check_papers() {
  local container title=boostyard
  [ "$1" = cpu ] || title=boostyard-$1
  check "labels: title, licence, version" \
    "$(is "$(label title) $(label licenses) $(label version)" "$title Apache-2.0 $(cat VERSION)")"
  # An image that was here before can be of any commit.
  check "labels: the commit it was built from" \
    "$(is "$(label revision)" "${revision:-$(label revision | grep -xE '[0-9a-f]{40}|unknown')}")"

  container=$("$engine" create "$image")
  "$engine" export "$container" >"$work/root.tar"
  "$engine" rm "$container" >/dev/null
  tar tf "$work/root.tar" | grep -v '/$' | sed 's,^/*,/,' |
    grep -vE '^/(\.dockerenv|dev/|etc/|proc/|sys/|run/)' | sort >"$work/files"
  sed -nE "s,^    ($1: )?(/[^ ]+).*,\2,p" NOTICE | sort >"$work/noticed"
  check "NOTICE names every file" "$(diff "$work/noticed" "$work/files" >&2; echo $?)"

  tar xOf "$work/root.tar" usr/share/doc/boostyard/packages.cdx.json >"$work/packages.json" || :
  sed -nE 's/.*"value": "([^"]+)".*/\1/p' "$work/packages.json" | sort >"$work/listed"
  sed -nE '/\.so(\.|$)/p' "$work/files" >"$work/libraries"
  check "packages.cdx.json has the package of every library" \
    "$(diff "$work/listed" "$work/libraries" >&2; echo $?)"
  check "and a version of each" \
    "$(is "$(grep -cP '"purl": "pkg:.*@[0-9]' "$work/packages.json")" "$(grep -c '"purl"' "$work/packages.json")")"
}

# check_parquet TARGET: `full` trains on Parquet, the others name it.
check_parquet() {
  local root
  root=$(job parquet 10 2)
  rm "$root/input/data/train/rows.csv"
  cp tests/golden/parquet/zstd.parquet "$root/input/data/train/"
  attempt "$root" -- train
  if [ "$1" = full ]; then
    check "Parquet: exit 0" "$status"
    check "Parquet: a model" "$(is "$(ls -A "$root/model")" model.tar.gz)"
  else
    check "Parquet: exit 1" "$(is "$status" 1)"
    check "Parquet: the failure names the target" "$(is "$(grep -c 'target full' "$root/output/failure")" 1)"
  fi
}

# run_checks TARGET
run_checks() {
  local megabytes=60
  [ "$1" != cuda ] || megabytes=400
  [ "$1" != full ] || megabytes=120
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  check_training
  check_readme
  check_devices "$1"
  check_parquet "$1"
  check_failures
  check_contents "$megabytes"
  check_papers "$1"
  echo "image: $failures of $checks checks failed"
  [ "$failures" -eq 0 ]
}
