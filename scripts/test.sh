#!/usr/bin/env bash
# Installs what the tests need where it is missing, builds, checks and runs every test. From any folder:
#   scripts/test.sh                                   everything
#   scripts/test.sh --filter-class '*ClusterSharingTests'    arguments go to the test run
# The last line is "N passed, N failed, N skipped"; a check that fails (build, formatting, ...) counts as one failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MSBUILDDISABLENODEREUSE=1 # leaves no build servers behind
# The runtime maps each piece of new code twice, against attackers: a seventh of what a dashboard's start costs, and nobody attacks a test.
export DOTNET_EnableWriteXorExecute=0
# Nor is any of it profiled before it is compiled for good, which pays for who lives for hours.
export DOTNET_TieredPGO=0
# Two processors and a dozen processes: a thread that waits for work is not to spin on what another needs.
export DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0
results=artifacts/test-results
checks_failed=0

say() { printf '\n== %s\n' "$*"; }

# The one way out: the closing line, and an exit code that agrees with it.
finish() {
    local passed=$1 failed=$(($2 + checks_failed)) skipped=$3
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ]
    exit
}

# check WHAT COMMAND...: runs it and remembers a failure.
check() {
    local what=$1
    shift
    say "$what"
    "$@" && return
    echo "FAILED: $what"
    checks_failed=$((checks_failed + 1))
    return 1
}

has_postgresql() {
    command -v initdb >/dev/null 2>&1 && return
    local bin
    for bin in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        [ -x "$bin/initdb" ] && return
    done
    return 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }

say "What the tests need"
if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET SDK 10 is missing: https://dotnet.microsoft.com/download"
    checks_failed=1
    finish 0 0 0
fi
if ! has_postgresql && command -v apt-get >/dev/null 2>&1 && can_be_root; then
    echo "Installing the PostgreSQL server package"
    as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
has_chromium() {
    [ -n "${GROQBATCH_CHROMIUM:-}" ] && return
    command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1
}
if ! has_chromium && command -v apt-get >/dev/null 2>&1 && can_be_root; then
    echo "Installing a headless Chromium"
    as_root apt-get update -qq &&
        for package in chromium-headless-shell chromium; do
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null && break
        done
fi
has_chromium || echo "No Chromium here: tests in a browser will be skipped."
has_postgresql || echo "No PostgreSQL server package here: the tests will try to download one."
command -v npm >/dev/null 2>&1 || echo "No npm here: tests of the provider's npm clients will be skipped."

check "Restore" sh -c 'dotnet tool restore && dotnet restore GroqBatch.sln' || finish 0 0 0
# One compiler for all projects, warm from the second one on; it is sent away at once, for it would hold its memory and this script's output.
check "Build, warnings are errors" dotnet build GroqBatch.sln --no-restore --nologo -v quiet -p:UseSharedCompilation=true
built=$?
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1
[ "$built" -eq 0 ] || finish 0 0 0
check "Formatting" dotnet csharpier check .
if [ -n "$(find src/GroqBatch.Data -path '*/Migrations/*.cs' -print -quit)" ]; then
    check "Migrations match the model" dotnet ef migrations has-pending-model-changes --no-build --project src/GroqBatch.Data
fi

# Hundreds of databases are made, each of some hundred files, and nothing of them is to be kept: in memory, where there is plenty of it, that takes
# a third of the time. Gone with this script, however it ends.
in_memory() {
    [ -z "${TMPDIR:-}" ] && [ -d /dev/shm ] && [ -w /dev/shm ] || return 1
    local room memory
    room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
    memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
    [ "${room:-0}" -gt 6000000 ] && [ "${memory:-0}" -gt 10000000 ]
}
if in_memory && scratch=$(mktemp -d /dev/shm/groqbatch-tests.XXXXXX); then
    trap 'rm -rf "$scratch"' EXIT
    chmod 755 "$scratch" # the server's account passes through
    export TMPDIR=$scratch
fi

say "Tests"
rm -rf "$results"
mkdir -p "$results"
log=$results/output.log
dotnet test --solution GroqBatch.sln --no-build --no-progress --no-ansi --report-xunit-junit --results-directory "$results" "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}

# Only below the summary's heading: a test's own output may hold such lines too.
number() { awk -v key="$1:" '/^Test run summary:/ { n = 0; on = 1 } on && $1 == key { n = $2 } END { print n + 0 }' "$log"; }
passed=$(number succeeded) failed=$(($(number failed) + $(number error))) skipped=$(number skipped)

unreasoned=$(cat "$results"/*.xml 2>/dev/null | grep -oE '<skipped>[[:space:]]*</skipped>|<skipped */>' | wc -l)
if [ "$unreasoned" -gt 0 ]; then
    echo "FAILED: $unreasoned skipped without a stated reason"
    checks_failed=$((checks_failed + 1))
fi
if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "FAILED: the test run ended with code $code"
    failed=1
fi
finish "$passed" "$failed" "$skipped"
