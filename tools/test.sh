#!/bin/sh
# `make test`: the rules of the house and the documentation beside the tests, which take both cores. Every part runs, so that one
# run shows everything; the last lines name what failed and what was skipped. Branch coverage has a floor (COVERAGE_FLOOR, 92 % overall;
# every branch of matters, ledger, clock and scope), unless arguments select some of the tests.
set -u
cd "$(dirname "$0")/.."
PY=.venv/bin/python
BEGAN=$(date +%s)
OUT=$(mktemp -d)
trap 'exit 130' INT
trap 'exit 143' TERM
BESIDE=
RAN=$($PY -m tools.stop_test_cluster --running)
trap 'kill $BESIDE 2>/dev/null; [ -n "$RAN" ] || $PY -m tools.stop_test_cluster; rm -rf "$OUT"' EXIT

failed() { printf ' %s' "$1" >>"$OUT/failed"; }

part() {  # NAME COMMAND...: run it, show its words, remember when it failed
  name=$1; shift
  from=$(date +%s)
  if "$@" >"$OUT/$name" 2>&1 </dev/null; then verdict=ok; else verdict=FAILED; failed "$name"; fi
  if [ $verdict = FAILED ]; then cat "$OUT/$name"; else tail -n 1 "$OUT/$name"; fi
  printf '%-8s %s (%ss)\n' "$name" "$verdict" "$(($(date +%s) - from))"
}

{
  part house $PY -m tools.house
  part docs .venv/bin/mkdocs build --strict --quiet --site-dir "$OUT/site"
} &
BESIDE=$!

.venv/bin/coverage erase
from=$(date +%s)
# shellcheck disable=SC2086  # several words on purpose
if $PY -m pytest -q ${PYTEST_SPREAD:--n 2 --dist loadfile --no-loadscope-reorder} --cov --cov-report= -rs --no-fold-skipped --durations=8 "$@" </dev/null >"$OUT/tests" 2>&1
then :; else failed pytest; fi
wait $BESIDE
BESIDE=  # it is over: its number may be another's by the end
cat "$OUT/tests"
printf 'pytest   %ss\n' "$(($(date +%s) - from))"
.venv/bin/coverage report --skip-covered --skip-empty --precision=1 --fail-under=0 | tail -n "${COVERAGE_LINES:-12}"

covered() {  # NAME FILES FLOOR: print how much of the branches is covered; less than the floor fails the run
  found=$(.venv/bin/coverage report --precision=1 --format=total --fail-under=0 --include="$2")
  printf 'coverage: %s %s %% (floor %s)\n' "$1" "$found" "$3"
  awk -v found="$found" -v floor="$3" 'BEGIN { exit !(found ~ /^[0-9.]+$/ && found + 0 >= floor + 0) }' || failed "coverage:$1"
}
if [ $# -eq 0 ]; then
  covered overall 'tianping/*' "${COVERAGE_FLOOR:-92}"
  for kernel in kernel/matters kernel/ledger kernel/clock kernel/agencies; do covered $kernel "tianping/$kernel/*" 100; done
fi

if grep '^SKIPPED' "$OUT/tests" >"$OUT/skipped"; then echo "skipped:"; sed 's/^SKIPPED/ /' "$OUT/skipped"; else echo "skipped: none"; fi
grep -E '^=* ?[0-9]+ (passed|failed).* in ' "$OUT/tests" | tail -n 1
if [ -s "$OUT/failed" ]; then echo "test: failed:$(cat "$OUT/failed") ($(($(date +%s) - BEGAN))s)"; exit 1; fi
echo "test: ok ($(($(date +%s) - BEGAN))s)"
