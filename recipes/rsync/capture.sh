#!/bin/bash
# Copies backups to a second site with rsync, at the times that faketime sets, and keeps its log.
# Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
export TZ=Asia/Shanghai
mkdir -p /srv/backups /srv/ctu evidence/copies broken/copies

copy() { # LOG DAY TARGET
    echo "backup of $2 March" >"/srv/backups/2026-03-$2.dump"
    faketime "2026-03-$2 06:10:00" rsync --archive --log-file "$1" /srv/backups/ "$3" 2>/dev/null || true
}

rm -f evidence/copies/* broken/copies/*
for day in 02 03; do
    copy "$PWD/evidence/copies/ctu.log" "$day" /srv/ctu/
done
cp evidence/copies/ctu.log broken/copies/ctu.log
copy "$PWD/evidence/copies/ctu.log" 04 /srv/ctu/
# On 4 March the disk of the other site is full.
mount -t tmpfs -o size=4k tmpfs /srv/ctu
head -c 100000 /dev/zero >/srv/backups/big.dump
copy "$PWD/broken/copies/ctu.log" 04 /srv/ctu/
