#!/bin/bash
# Backs up a scratch cluster of PostgreSQL with pgBackRest, at the times that faketime sets.
# Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
chown postgres: /srv
hostname db1
export TZ=Asia/Shanghai LC_ALL=C.UTF-8 PGBACKREST_CONFIG=/srv/pgbackrest.conf
faketime=$(ls /usr/lib/*/faketime/libfaketime.so.1)
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
cat >/srv/pgbackrest.conf <<'CONF'
[global]
repo1-path=/srv/repository
log-path=/srv
lock-path=/srv
spool-path=/srv
repo1-retention-full=2
start-fast=y
[crm]
pg1-path=/srv/crm
pg1-port=5499
pg1-socket-path=/srv
CONF
as() { (cd /srv && setpriv --reuid=postgres --regid=postgres --clear-groups "$@"); }

as "$bin/initdb" --auth trust /srv/crm >/dev/null
as tee -a /srv/crm/postgresql.conf >/dev/null <<'CONF'
port = 5499
listen_addresses = ''
unix_socket_directories = '/srv'
archive_mode = on
archive_command = 'pgbackrest --config=/srv/pgbackrest.conf --stanza=crm archive-push %p'
CONF

# pgBackRest takes the time from the database, so that is what runs at another time.
server_at() { # TIME
    as env LD_PRELOAD="$faketime" FAKETIME="@$1" "$bin/pg_ctl" --pgdata /srv/crm --wait --log /srv/log start >/dev/null
}

stop() {
    as "$bin/pg_ctl" --pgdata /srv/crm --mode fast stop >/dev/null
}

backup() { # TYPE TIME
    server_at "$2"
    [[ -d /srv/repository ]] || as pgbackrest --stanza=crm stanza-create
    as env LD_PRELOAD="$faketime" FAKETIME="@$2" pgbackrest --stanza=crm --type="$1" backup
    stop
}

keep() { # FOLDER
    mkdir -p "$1/pgbackrest"
    as pgbackrest --output=json info >"$1/pgbackrest/crm.json"
}

backup full "2026-03-01 03:00:00"
backup diff "2026-03-02 03:00:00"
keep broken
backup diff "2026-03-03 03:00:00"
backup diff "2026-03-04 03:00:00"
keep evidence
