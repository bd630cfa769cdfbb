#!/usr/bin/env bash
# Takes the pictures of docs/images from the running dashboard on sample data. From any folder:
#   scripts/screenshots.sh             all of them
#   scripts/screenshots.sh coverage    those whose name begins with this
# Needs Chromium, and looks best with the font Inter; installs both on Debian where it may.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
only=${1:-}
largest=$((300 * 1024))

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -q 'Inter' ||
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-inter fontconfig >/dev/null
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
dotnet build tests/GroqBatch.EndToEndTests --nologo -v quiet

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
GROQBATCH_SCREENSHOTS=$folder dotnet test --project tests/GroqBatch.EndToEndTests --no-build --no-progress --no-ansi --filter-trait Screenshots=yes

mkdir -p docs/images
for picture in "$folder/$only"*.png; do
    size=$(stat -c %s "$picture" 2>/dev/null || stat -f %z "$picture")
    if [ "$size" -gt "$largest" ]; then
        echo "$(basename "$picture") has $size bytes, more than $largest" >&2
        exit 1
    fi
    cp "$picture" docs/images/
    echo "docs/images/$(basename "$picture") $size bytes"
done
