#!/bin/bash
# Compares a folder of configurations with what AIDE noted, at the times that faketime sets.
# Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
hostname pbx
export TZ=Asia/Shanghai
mkdir -p /srv/asterisk /srv/aide evidence/aide broken/aide
echo "qualify=yes" >/srv/asterisk/sip.conf
cat >/srv/aide.conf <<'CONF'
database_in=file:/srv/aide/aide.db
database_out=file:/srv/aide/aide.db.new
report_format=json
report_url=stdout
/srv/asterisk p+u+g+s+sha256
CONF
aide --config /srv/aide.conf --init >/dev/null
mv /srv/aide/aide.db.new /srv/aide/aide.db

check() { # FOLDER DAY
    faketime "2026-03-$2 05:00:00" aide --config /srv/aide.conf --check >"$1/aide/2026-03-$2.json" || true
}

check evidence 02
check evidence 03
echo "srvlookup=no" >>/srv/asterisk/sip.conf
check broken 03
