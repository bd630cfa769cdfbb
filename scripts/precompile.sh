#!/usr/bin/env bash
# Compiles what a build has put out ahead of time (ReadyToRun), in place, so that processes start on machine code instead of on a compiler:
#   scripts/precompile.sh [Release]
# Tests start some hundred processes that live for seconds, and most of those seconds went into the compiler. Each library is compiled once for
# all folders it lies in, and kept by its content: the next time only what has changed is compiled. Without the compiler's package all works
# as before, only slower; that is said, and is no failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3

configuration=${1:-Release}
kept=artifacts/precompiled
found=$(dotnet msbuild scripts/crossgen/crossgen.csproj -restore -nologo -target:FindCompiler -getItem:ResolvedCrossgen2Pack 2>&1)
package=$(sed -n 's/.*"PackageDirectory": "\(.*\)".*/\1/p' <<<"$found")
compiler=$package/tools/crossgen2
if [ ! -x "$compiler" ]; then
    echo "No ahead-of-time compiler to be had; code is compiled while it runs: $(tail -n 1 <<<"$found")"
    exit 0
fi
frameworks=$(dotnet --list-runtimes | awk '$1 ~ /^Microsoft\.(NETCore|AspNetCore)\.App$/ && $2 ~ /^10\./ { path = substr($0, index($0, "[") + 1); sub(/\]$/, "", path); last[$1] = path "/" $2 } END { for (name in last) print last[name] }')
mkdir -p "$kept"

# compile LIBRARY RESULT: a result that is empty says that there is nothing to compile in it (no code, or machine code already).
compile() {
    local library=$1 result=$2 references=() framework
    for framework in $frameworks; do
        references+=(-r "$framework/*.dll")
    done
    "$compiler" "$library" -o "$result.new" "${references[@]}" -r "$(dirname "$library")/*.dll" -O --parallelism 1 >"$result.log" 2>&1 || : >"$result.new"
    mv "$result.new" "$result"
}
export -f compile
export compiler frameworks

# One line for each library of each program: its content's name in the store, and where it lies.
libraries=$(mktemp)
trap 'rm -f "$libraries"' EXIT
for program in {src,tests}/*/bin/"$configuration"/*/*.runtimeconfig.json; do
    [ -e "$program" ] && find "$(dirname "$program")" -maxdepth 1 -name '*.dll' -print0
done | sort -zu | xargs -0r sha256sum | awk -v kept="$kept" '{ sum = $1; sub(/^[^ ]+ +/, ""); print kept "/" sum ".dll\t" $0 }' >"$libraries"

# Machine code that is there already is not compiled again; the large ones first, so that the last one is not waited for alone.
sort -u -k1,1 "$libraries" | while IFS=$'\t' read -r result library; do
    [ -e "$result" ] || [ -e "$kept/made-$(basename "$result")" ] || printf '%s %s %s\n' "$(stat -c %s "$library")" "$library" "$result"
done | sort -rn | cut -d ' ' -f 2- | xargs -r -L 1 -P "$(getconf _NPROCESSORS_ONLN)" bash -c 'compile "$@"' compile

count=0
while IFS=$'\t' read -r result library; do
    if [ -s "$result" ]; then
        cp "$result" "$library"
        : >"$kept/made-$(sha256sum "$result" | cut -d ' ' -f 1).dll"
        count=$((count + 1))
    fi
done <"$libraries"
echo "$count files are machine code now, $(find "$kept" -name '*.dll' -size +0 ! -name 'made-*' | wc -l) libraries."
