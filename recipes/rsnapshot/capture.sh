#!/bin/bash
# Runs rsnapshot every night that faketime sets, and keeps its log.
# Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
hostname backup1
export TZ=Asia/Shanghai
mkdir -p /srv/tickets evidence/rsnapshot broken/rsnapshot
tr '|' '\t' >/srv/rsnapshot.conf <<'CONF'
config_version|1.2
snapshot_root|/srv/snapshots/
cmd_cp|/bin/cp
cmd_rm|/bin/rm
cmd_rsync|/usr/bin/rsync
cmd_logger|/bin/true
retain|daily|7
verbose|2
loglevel|3
logfile|/srv/rsnapshot.log
lockfile|/srv/rsnapshot.pid
backup|/srv/tickets/|tickets/
CONF

night() { # DAY
    echo "tickets of $1 March" >/srv/tickets/dump.sql
    faketime "2026-03-$1 03:00:00" rsnapshot -c /srv/rsnapshot.conf daily || true
}

for day in 02 03 04; do night "$day"; done
cp /srv/rsnapshot.log /srv/until-4-march.log
for day in 05 06; do night "$day"; done
cp /srv/rsnapshot.log evidence/rsnapshot/rsnapshot.log

# The same, but from 5 March on the folder is gone.
rm -r /srv/tickets /srv/rsnapshot.log
cp /srv/until-4-march.log /srv/rsnapshot.log
for day in 05 06; do
    faketime "2026-03-$day 03:00:00" rsnapshot -c /srv/rsnapshot.conf daily || true
done
cp /srv/rsnapshot.log broken/rsnapshot/rsnapshot.log
