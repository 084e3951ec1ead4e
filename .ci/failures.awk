# usage: awk -v leg=NAME -f failures.awk LOG
# What failed in the output of one leg of .ci/run, in about 30 lines: the names of ctest's failed tests
# or of the leg's own failed checks, then the last lines that each of them said. A leg that failed
# without either (a build, say) shows its first errors and its own last lines.

# Lines of a test program's report that tell nothing about a failure, or tell it again in its summary.
function is_chatter(line) {
  return line ~ /^\[( RUN  |       OK|-----|=====|  PASSED|  SKIPPED)/ || line ~ /^\[  FAILED  \] [^(]*$/ ||
    line ~ /^ *[0-9]+ FAILED TESTS?$/ || line ~ /^[ \t]*$/ || line ~ /^(Note: Google Test|Running main)/
}

# Opens a section, to which the lines that follow belong.
function open(name) { names[++count] = name; current = count }

function add(section, line) { said[section, ++lengths[section]] = substr(line, 1, 300) }

{ sub(/\r$/, ""); last[NR % 18] = substr($0, 1, 300) }

/(^|[^a-z])error: |^FAILED: |^E: / {
  if (errors < 6) { error[++errors] = NR; text[NR] = substr($0, 1, 300) }
}

# ctest: a failed test's line, then what the test said, up to the next line of ctest's own.
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
  current = 0
  if ($0 ~ /\*\*\*(Failed|Timeout|Exception|Not Run)/ && $0 !~ /\(Disabled\)/) {
    sub(/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /, "")
    sub(/ ?\.*\*\*\*/, ": ")
    sub(/ +[0-9.]+ sec.*/, "")
    open($0)
  }
  next
}
/^ +Start +[0-9]+: / || /^[0-9]+% tests passed, / { current = 0; next }

# The image's checks: what they found comes before the line that fails.
/^  (ok|FAILED)  / {
  if ($1 == "FAILED") {
    sub(/^  FAILED  /, "")
    open($0)
    for (i = 1; i <= pending; ++i) add(count, before[i])
  }
  pending = current = 0
  next
}

# Which test a program was in, should it end there.
current && /^\[ RUN  / { within[current] = $0 }
current && /^\[( +OK|  FAILED|  SKIPPED)/ { within[current] = "" }

!is_chatter($0) {
  if (current) add(current, $0)
  else before[++pending] = $0
}

END {
  print "--- " leg ": " (count ? count " failed" : "failed; its first errors and last lines:")
  if (!count) {
    tail = NR > 18 ? NR - 17 : 1
    for (i = 1; i <= errors; ++i) if (error[i] < tail) print "  " text[error[i]]
    for (i = tail; i <= NR; ++i) print "  " last[i % 18]
    exit
  }
  room = int(20 / count)
  if (room < 4) room = 4
  for (i = 1; i <= count; ++i) if (within[i] != "") add(i, within[i])
  for (i = 1; i <= count && shown + room < 28; ++i) {
    print "  " names[i]
    first = lengths[i] > room ? lengths[i] - room + 1 : 1
    for (j = first; j <= lengths[i]; ++j) print "    " said[i, j]
    shown += 1 + lengths[i] - first + 1
  }
  for (; i <= count; ++i) rest = rest (rest == "" ? "  and " : ", ") names[i]
  if (rest != "") print substr(rest, 1, 2000)
}
