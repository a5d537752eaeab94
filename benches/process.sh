#!/usr/bin/env bash
# kpol and conftest as whole processes: CPU time (user and system, of all threads) and peak memory.
#
#   benches/process.sh [WORK-FOLDER]
#
# Needs cargo, go and GNU time. conftest is built at the version that benches/peers/go.mod pins.
set -euo pipefail
cd "$(dirname "$0")/.."

work=${1:-target/process}
runs=${RUNS:-20}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
bin=$CARGO_TARGET_DIR/release
mkdir -p "$work"
work=$(cd "$work" && pwd)

cargo build --release --quiet --package kpol-cli
(cd benches && cargo build --release --quiet --bin workloads)
GOBIN=$work/bin go install -C benches/peers tool
"$bin/workloads" "$work" 2000

kpol=$(cd "$bin" && pwd)/kpol
conftest=$work/bin/conftest
export KPOL_CACHE_DIR=$work/cache NO_COLOR=1
cd "$work"

# Runs a check; 1 only says that it found something.
check() {
    local status=0
    "$@" >/dev/null 2>"$work/stderr" || status=$?
    if [ "$status" -gt 1 ]; then
        cat "$work/stderr" >&2
        echo "\`$*\` ended with $status" >&2
        return "$status"
    fi
}

# The mean CPU time of a run, in milliseconds: cpu RUNS COMMAND...
cpu() {
    local count=$1 i used
    shift
    TIMEFORMAT='%3U %3S'
    # Only the loop's own times reach the substitution.
    used=$({ time for ((i = 0; i < count; i++)); do "$@"; done; } 2>&1)
    awk -v runs="$count" '{ printf "%.1f", 1000 * ($1 + $2) / runs }' <<<"$used"
}

# The peak memory of a run, in MiB.
memory() {
    local status=0
    command time -f %M -o "$work/peak" "$@" >/dev/null 2>&1 || status=$?
    [ "$status" -le 1 ] || return "$status"
    tail -n 1 "$work/peak" | awk '{ printf "%.0f", $1 / 1024 }'
}

cold() {
    rm -rf "$KPOL_CACHE_DIR"
    check "$kpol" test -p policy one.yaml
}

row() {
    printf '%-46s %10s ms %8s MiB\n' "$@"
}

# Both find the same number of things, or the comparison means nothing.
failures() {
    { "$@" -o json || true; } | grep -o '"msg"' | wc -l
}
ours=$(failures "$kpol" test -p policy many.yaml)
theirs=$(failures "$conftest" test -p policy many.yaml)
if [ "$ours" != "$theirs" ]; then
    echo "kpol finds $ours, conftest $theirs" >&2
    exit 1
fi

# The time that starting and ending any process takes is part of each row; `true` shows how much that is.
row 'an empty process' "$(cpu "$runs" check "$(type -P true)")" "$(memory "$(type -P true)")"
row 'kpol, one manifest, empty cache' "$(cpu "$runs" cold)" "$(rm -rf cache && memory "$kpol" test -p policy one.yaml)"
check "$kpol" test -p policy one.yaml
row 'kpol, one manifest, warm cache' "$(cpu "$runs" check "$kpol" test -p policy one.yaml)" \
    "$(memory "$kpol" test -p policy one.yaml)"
# Elsewhere, for `policy` here would be taken for the policies.
cd workloads
row 'kpol, one manifest, built-in policies, warm' "$(cpu "$runs" check "$kpol" test ../one.yaml)" \
    "$(memory "$kpol" test ../one.yaml)"
cd ..
row 'conftest, one manifest' "$(cpu "$runs" check "$conftest" test -p policy one.yaml)" \
    "$(memory "$conftest" test -p policy one.yaml)"

kpol_cpu=$(cpu 3 check "$kpol" test -p policy many.yaml)
kpol_memory=$(memory "$kpol" test -p policy many.yaml)
conftest_cpu=$(cpu 3 check "$conftest" test -p policy many.yaml)
conftest_memory=$(memory "$conftest" test -p policy many.yaml)
row "kpol, 2,000 Deployments ($ours findings)" "$kpol_cpu" "$kpol_memory"
row 'conftest, 2,000 Deployments' "$conftest_cpu" "$conftest_memory"
awk -v a="$conftest_cpu" -v b="$kpol_cpu" -v c="$conftest_memory" -v d="$kpol_memory" \
    'BEGIN { printf "conftest takes %.1f times the CPU time and %.1f times the memory\n", a / b, c / d }'
