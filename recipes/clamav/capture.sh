#!/bin/bash
# Scans uploads with clamscan every day that faketime sets, by a signature of its own, and keeps
# the log. Usage: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
export TZ=Asia/Shanghai
mkdir -p /srv/uploads /srv/signatures evidence/scans broken/scans
rm -f evidence/scans/* broken/scans/*
echo "a harmless letter" >/srv/uploads/letter.txt
echo "what counts as a virus here" >/srv/virus
printf '%s:%s:Recipe.Test\n' "$(md5sum </srv/virus | cut -d ' ' -f 1)" "$(stat -c %s /srv/virus)" >/srv/signatures/own.hdb

scan() { # FOLDER DAY
    faketime "2026-03-$2 04:00:00" clamscan --database /srv/signatures --log "$PWD/$1/scans/uploads.log" \
        --recursive /srv/uploads >/dev/null || true
}

for day in 02 03; do scan evidence "$day"; done
cp evidence/scans/uploads.log broken/scans/uploads.log
scan evidence 04
cp /srv/virus /srv/uploads/invoice.pdf
scan broken 04
