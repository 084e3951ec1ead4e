#!/usr/bin/env bash
# Runs docs/sagemaker.md: see README.md.
# usage: tests/sagemaker/run.sh BOOSTYARD DEPS WORK      needs: bash, python3 with venv
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
readonly here boostyard=$1 venvs=$2/sagemaker work=$3
readonly kinds=(bash v2 v3)

# venv NAME: an environment with exactly requirements/NAME.txt. Every package is pinned there: left to
# itself, pip tries many versions of the SDK's dependencies, and others tomorrow.
venv() {
  local requirements=$here/requirements/$1.txt stamp=$venvs/$1/.complete
  cmp -s "$requirements" "$stamp" && return
  echo "sagemaker: installing the environment $1"
  rm -rf "${venvs:?}/$1"
  python3 -m venv "$venvs/$1"
  "$venvs/$1/bin/pip" --disable-pip-version-check --quiet install --no-compile --no-deps \
    -r "$requirements"
  cp "$requirements" "$stamp"
}

mkdir -p "$venvs" "$work"
for name in stand-in v2 v3; do venv "$name"; done
failed=0
for kind in "${kinds[@]}"; do
  log=$work/$kind.log
  if python3 -B "$here/sagemaker_test.py" "$kind" --boostyard "$boostyard" --venvs "$venvs" \
    --work "$work" >"$log" 2>&1; then
    tail -1 "$log"
  else
    tail -40 "$log"
    echo "sagemaker: the blocks of $kind failed; all of it is in $log"
    failed=$((failed + 1))
  fi
done
echo "sagemaker: $failed of ${#kinds[@]} checks failed"
[ "$failed" -eq 0 ]
