#!/usr/bin/env bash
# kpol and gator over the same templates, constraints and manifests: the same violations, and the CPU time of both.
#
#   benches/gator.sh CORPORA
#
# CORPORA is the folder of the conformance corpora. Needs cargo (or KPOL, a kpol to measure), go (or GATOR) and jq.
set -euo pipefail
corpora=$(cd "${1:?the folder of the corpora}" && pwd)
cd "$(dirname "$0")/.."

version=v3.23.1
runs=${RUNS:-5}
work=${CARGO_TARGET_DIR:-$PWD/target}/gator
mkdir -p "$work"
if [ -z "${KPOL:-}" ]; then
    cargo build --release --quiet --package kpol-cli
    KPOL=${CARGO_TARGET_DIR:-$PWD/target}/release/kpol
fi
if [ -z "${GATOR:-}" ]; then
    GOBIN=$work go install "github.com/open-policy-agent/gatekeeper/v3/cmd/gator@$version"
    GATOR=$work/gator
fi
export KPOL_CACHE_DIR=$work/cache NO_COLOR=1 GOMAXPROCS=${GOMAXPROCS:-1}

cd "$corpora/manifests"
ours=(test -o json) theirs=(test -o json --filename=files)
while read -r file; do
    ours+=(-p "$corpora/$file")
    theirs+=("--filename=$corpora/$file")
done <gator/policies.txt

# Runs a command whose exit code 1 only says that it found something.
check() {
    local out=$1 status=0
    shift
    "$@" >"$out" 2>"$work/stderr" || status=$?
    if [ "$status" -gt 1 ]; then
        cat "$work/stderr" >&2
        echo "\`$1\` ended with $status" >&2
        exit 1
    fi
}

# The mean CPU time of a run, in milliseconds.
cpu() {
    local i used
    TIMEFORMAT='%3U %3S'
    used=$({ time for ((i = 0; i < runs; i++)); do check "$work/out" "$@"; done; } 2>&1)
    awk -v runs="$runs" '{ printf "%.0f", 1000 * ($1 + $2) / runs }' <<<"$used"
}

rm -rf "$KPOL_CACHE_DIR"
TIMEFORMAT='%3U %3S'
first=$({ time check "$work/kpol.json" "$KPOL" "${ours[@]}" files; } 2>&1 | awk '{ printf "%.0f", 1000 * ($1 + $2) }')
check "$work/gator.json" "$GATOR" "${theirs[@]}"
jq -r '.[] | (.failures // []) + (.warnings // []) | .[].msg' "$work/kpol.json" | sort >"$work/kpol.txt"
jq -r '.[].Msg // .[].msg' "$work/gator.json" | sort >"$work/gator.txt"
if diff "$work/kpol.txt" "$work/gator.txt" >"$work/diff"; then
    echo "$(wc -l <"$work/kpol.txt") violations, the same of both"
else
    echo "the violations differ: $work/diff" >&2
fi
kpol=$(cpu "$KPOL" "${ours[@]}" files)
gator=$(cpu "$GATOR" "${theirs[@]}")
awk -v first="$first" -v kpol="$kpol" -v gator="$gator" 'BEGIN {
    printf "CPU time: kpol %d ms (first run, which compiles: %d ms), gator %d ms: %.1f times\n", kpol, first, gator, gator / kpol
}'
