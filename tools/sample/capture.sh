#!/bin/bash
# Captures the backup listings of the sample centre from the real tools: restic and Borg make some
# 3,000 small backups, and what the two then list is kept as it comes in captured/.
#
# The tools and the format of their output are real; the clock is not. Each backup is made with the
# tool's own option for its time (`restic backup --time`, `borg create --timestamp`), since nobody
# waits eighteen months for a sample. So ids, trees and chunks are genuine and dates are not, and a
# second run gives other ids. Only the capture's own day stands in Borg's `last_modified`.
#
# Usage, as root (a scratch /srv is mounted in a namespace of its own; half an hour): capture.sh DIR
set -euo pipefail

readonly OUT=$(realpath "${1:?usage: capture.sh DIR}")
readonly FIRST=2025-05-31 LAST=2026-11-20

if [[ ${CAPTURE_INSIDE-} != yes ]]; then
    CAPTURE_INSIDE=yes exec unshare --mount "$0" "$OUT"
fi
mount -t tmpfs tmpfs /srv
chown backup: /srv
cd /srv

export TZ=Asia/Shanghai RESTIC_PASSWORD=sample BORG_BASE_DIR=/srv/.borg
export BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes

as_backup() { setpriv --reuid=backup --regid=backup --clear-groups "$@"; }

dump() { # SYSTEM TIME: what is backed up differs from day to day, as a database's dump does
    as_backup mkdir -p "/srv/$1"
    echo "-- dump of $1, $2" | as_backup tee "/srv/$1/dump.sql" >/dev/null
}

days() { # FIRST LAST
    local day=$1
    while [[ $day < $2 || $day == "$2" ]]; do
        echo "$day"
        day=$(date -d "$day + 1 day" +%F)
    done
}

# Restic reads from a snapshot that the storage takes every night on the second, and `--time` is its
# option for telling it that instant. Where a night is named below, the backup was missed and, if a
# time stands there, made by hand in the morning.
restic_system() { # SYSTEM TIME-OF-DAY [DAY=TIME-OF-DAY|DAY=]...
    local system=$1 usual=$2 day at exception
    shift 2
    as_backup restic --no-cache --repo "/srv/restic/$system" init >/dev/null
    for day in $(days "$FIRST" "$LAST"); do
        at=$usual
        for exception in "$@"; do
            [[ $exception == "$day="* ]] && at=${exception#*=}
        done
        [[ -n $at ]] || continue
        dump "$system" "$day $at"
        as_backup restic --no-cache --repo "/srv/restic/$system" --quiet backup \
            --host backup1 --time "$day $at" "/srv/$system"
        # The backup of the year's end is kept apart by a tag, which gives it a new id.
        [[ $day != 2025-12-31 ]] ||
            as_backup restic --no-cache --repo "/srv/restic/$system" --quiet tag \
                --add year-end latest
    done
    as_backup restic --no-cache --repo "/srv/restic/$system" snapshots --json \
        >"$OUT/restic_snapshots/$system.json"
}

# Borg starts when the cron job gets to it, some seconds past the minute.
borg_system() { # SYSTEM FIRST HOUR:MINUTE [MISSED-DAY]...
    local system=$1 first=$2 minute=$3 day at
    shift 3
    as_backup borg init --encryption none --make-parent-dirs "/srv/borg/$system"
    for day in $(days "$first" "$LAST"); do
        [[ " $* " == *" $day "* ]] && continue
        at=$(date -d "$day $minute:$(($(date -d "$day" +%s) / 86400 * 37 % 50 + 3))" +%s)
        dump "$system" "$day"
        as_backup borg create --timestamp "$(date -u -d "@$at" +%FT%T)" \
            "/srv/borg/$system::$system-$day" "/srv/$system"
    done
    as_backup borg list --json --format '{end}' "/srv/borg/$system" \
        >"$OUT/borg_archives/$system.json"
}

mkdir -p "$OUT/restic_snapshots" "$OUT/borg_archives"
(
    restic_system pbx 01:00:00
    restic_system ivr 01:15:00 2026-07-19=
) &
(
    restic_system crm 01:30:00 2026-03-14=09:12:36
    restic_system tickets 01:45:00 2025-09-07=10:20:11 2026-10-02=08:47:52
) &
wait -n
wait -n
borg_system recording "$FIRST" 02:10 2026-01-17 2026-01-18
borg_system wfm 2025-12-01 02:40
