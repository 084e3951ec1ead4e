#!/usr/bin/env bash
# usage: demo.sh BOOSTYARD DEMO_DATA
# A training job as a user sees it: data of our own making, the tutorial's hyperparameters, the
# log, the model, and how well it does on rows it has not seen.
set -euo pipefail
boostyard=$(realpath "$1")
demo_data=$(realpath "$2")

# The job must see what a bare `docker run` gives it, not what this shell happens to have.
unset TRAINING_JOB_NAME TRAINING_JOB_ARN SAGEMAKER_BASE_DIR SM_MODEL_DIR SM_OUTPUT_DATA_DIR
root=$(mktemp -d "${TMPDIR:-/tmp}/boostyard-demo-XXXXXX")
shown=5 # metric lines at the beginning and at the end of the log

# Shortens the run of metric lines; every other line is shown as it came.
shorten() {
  awk -v shown="$shown" '
    /^\[[0-9]+\]\t/ { metrics[++count] = $0; if (count <= shown) print; next }
    { flush_metrics(); print }
    END { flush_metrics() }
    function flush_metrics(   i, first) {
      if (count <= shown) return
      first = count - shown + 1
      if (first <= shown) first = shown + 1
      if (first > shown + 1) printf "… %d more lines\n", first - shown - 1
      for (i = first; i <= count; ++i) print metrics[i]
      count = 0
    }'
}

mkdir -p "$root/input/config" "$root/input/data/train" "$root/model" "$root/output"
"$demo_data" --train "$root/input/data/train/train.csv" --test "$root/test.csv"
cat >"$root/input/config/hyperparameters.json" <<'JSON'
{"max_depth": "5", "eta": "0.2", "gamma": "4", "min_child_weight": "6", "subsample": "0.8",
 "silent": "0", "objective": "binary:logistic", "num_round": "100"}
JSON
cat >"$root/input/config/inputdataconfig.json" <<'JSON'
{"train": {"ContentType": "csv", "TrainingInputMode": "File"}}
JSON

echo
echo "\$ boostyard train --root $root"
"$boostyard" train --root "$root" 2>&1 | shorten

echo
echo "The model:"
(cd "$root/model" && ls -l -- *)

echo
echo "On the 30 % of the rows that were held out:"
echo "\$ boostyard predict --model $root/model/model.tar.gz --labels --threshold 0.5 $root/test.csv"
"$boostyard" predict --model "$root/model/model.tar.gz" --labels --threshold 0.5 \
  "$root/test.csv" >"$root/predictions.txt" 2>"$root/report.txt" ||
  { cat "$root/report.txt" >&2; exit 1; }
cat "$root/report.txt"
if grep -q '[a-zA-Z]' "$root/predictions.txt"; then
  cat "$root/predictions.txt"
else
  echo "$(wc -l <"$root/predictions.txt") predictions are in $root/predictions.txt"
fi
