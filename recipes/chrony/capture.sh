#!/bin/bash
# Lets one chronyd follow another on this machine for a minute and keeps its tracking log; neither
# touches the clock. Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
export TZ=UTC
mkdir -p /srv/server /srv/client evidence/tracking broken/tracking

cat >/srv/server.conf <<'CONF'
local stratum 3
allow 127.0.0.1
port 11123
cmdport 0
bindcmdaddress /srv/server/chronyd.sock
pidfile /srv/server/pid
CONF
cat >/srv/client.conf <<'CONF'
server 127.0.0.1 port 11123 minpoll 0 maxpoll 0 iburst
port 0
cmdport 0
bindcmdaddress /srv/client/chronyd.sock
pidfile /srv/client/pid
log tracking
logdir /srv/client
CONF

follow() { # FOLDER CONFIGURATION-OF-THE-SERVER
    chronyd -x -d -u root -f "$2" >/dev/null 2>&1 &
    chronyd -x -d -u root -f /srv/client.conf >/dev/null 2>&1 &
    sleep 15
    kill $(jobs -p)
    wait
    mv /srv/client/tracking.log "$1/tracking/pbx.log"
}

follow evidence /srv/server.conf
# A server that nobody has set to a time: it is not to be followed.
sed '/^local/d' /srv/server.conf >/srv/lost.conf
follow broken /srv/lost.conf
