#!/bin/bash
# Packs recordings with tar, notes their digests, and checks the copy; the day is in the name of the file.
# Usage: ./capture.sh
set -euo pipefail
cd "$(dirname "$0")"
out=$PWD work=$(mktemp -d)
mkdir -p evidence/checks broken/checks "$work/copy"
cd "$work"
for month in 2026-01 2026-02; do
    echo "calls of $month" >"$month.wav"
    tar --create --file "copy/$month.tar" --sort=name --mtime "$month-28" --owner 0 --group 0 --numeric-owner "$month.wav"
done
(cd copy && sha256sum *.tar >../SHA256SUMS)

check() { # FOLDER DAY
    (cd copy && sha256sum --check ../SHA256SUMS 2>/dev/null) >"$out/$1/checks/$2.txt" || true
}

check evidence 2026-03-01
check evidence 2026-03-08
# A byte has changed on the medium.
printf X | dd of=copy/2026-02.tar bs=1 seek=600 conv=notrunc status=none
check broken 2026-03-08
