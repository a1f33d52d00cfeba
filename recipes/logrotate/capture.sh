#!/bin/bash
# Rotates two logs every night that faketime sets, and keeps logrotate's state file.
# Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs -o mode=755 tmpfs /var/log
mount -t tmpfs tmpfs /srv
export TZ=Asia/Shanghai
mkdir -p evidence/state broken/state

rotate() { # DAY
    date >>/var/log/queue_log
    date >>/var/log/cdr.csv
    chmod 644 /var/log/queue_log /var/log/cdr.csv
    faketime "2026-03-$1 00:05:00" logrotate --state /srv/status /srv/logrotate.conf
}

cat >/srv/logrotate.conf <<'CONF'
/var/log/queue_log /var/log/cdr.csv {
    daily
    rotate 30
    missingok
}
CONF
for day in 01 02 03; do rotate "$day"; done
# From 4 March on the call records are not in the configuration any more.
cp /srv/status /srv/until-3-march
sed 's| /var/log/cdr.csv||' -i.whole /srv/logrotate.conf
for day in 04 05; do rotate "$day"; done
cp /srv/status broken/state/pbx.status
cp /srv/until-3-march /srv/status
cp /srv/logrotate.conf.whole /srv/logrotate.conf
for day in 04 05; do rotate "$day"; done
cp /srv/status evidence/state/pbx.status
