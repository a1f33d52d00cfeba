#!/bin/bash
# Captures the backup listings of the sample centre from the real tools: restic and Borg make some
# 3,000 small backups, and what the two then list is kept as it comes in captured/.
#
# The tools and the format of their output are real; the clock is not, since nobody waits eighteen
# months for a sample. Restic is told its time by its own option (`restic backup --time`). Borg's
# option would give every archive the same start and end, so Borg runs by libfaketime's clock, which
# is set to each night and goes faster than the real one. So ids, trees and chunks are genuine and
# dates are not, and a second run gives other ids.
#
# Usage, as root (a scratch /srv is mounted in a namespace of its own; half an hour):
# capture.sh DIR [restic|borg]
set -euo pipefail

readonly OUT=$(realpath "${1:?usage: capture.sh DIR [restic|borg]}") TOOL=${2-both}
readonly FIRST=2025-05-31 LAST=2026-11-20
readonly FAKETIME=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1

if [[ ${CAPTURE_INSIDE-} != yes ]]; then
    CAPTURE_INSIDE=yes exec unshare --mount "$0" "$OUT" "$TOOL"
fi
mount -t tmpfs tmpfs /srv
chown backup: /srv
cd /srv

export TZ=Asia/Shanghai RESTIC_PASSWORD=sample BORG_BASE_DIR=/srv/.borg BORG_PASSPHRASE=sample

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

# The passphrase of a Borg repository is the server's, and its key is kept in the repository. The
# program is loaded once for all nights; each night has a new dump.
borg_system() { # SYSTEM FIRST HOUR:MINUTE SPEED [MISSED-DAY]...
    local system=$1 first=$2 minute=$3 speed=$4
    shift 4
    echo "@$first 00:00:00" | as_backup tee "/srv/$system.clock" >/dev/null
    as_backup mkdir -p "/srv/$system"
    days "$first" "$LAST" | grep -vxF "$(printf '%s\n' none "$@")" |
        as_backup env LD_PRELOAD="$FAKETIME" FAKETIME_NO_CACHE=1 \
            FAKETIME_TIMESTAMP_FILE="/srv/$system.clock" \
            /usr/bin/python3 -c "$NIGHTS" "$system" "$minute" "$speed" >/dev/null
    as_backup borg list --json --format '{end}' "/srv/borg/$system" \
        >"$OUT/borg_archives/$system.json"
}

readonly NIGHTS='
import sys
from pathlib import Path
from borg.archiver import Archiver

system, minute, speed = sys.argv[1:]
repository = f"/srv/borg/{system}"

def borg(*arguments):
    archiver = Archiver()
    if archiver.run(archiver.parse_args(list(arguments))):
        sys.exit(f"borg {arguments[0]} failed")

borg("init", "--encryption", "repokey-blake2", "--make-parent-dirs", repository)
for number, day in enumerate(sys.stdin.read().split()):
    Path(f"/srv/{system}/dump.sql").write_text(f"-- dump of {system}, {day}\n")
    # Cron gets to it some seconds past the minute.
    Path(f"/srv/{system}.clock").write_text(f"@{day} {minute}:{number * 37 % 50 + 3:02} x{speed}\n")
    borg("create", f"{repository}::{system}-{day}", f"/srv/{system}")
'

mkdir -p "$OUT/restic_snapshots" "$OUT/borg_archives"
if [[ $TOOL != borg ]]; then
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
fi
if [[ $TOOL != restic ]]; then
    borg_system recording "$FIRST" 02:10 100 2026-01-17 2026-01-18 &
    borg_system wfm 2025-12-01 02:40 20 &
    wait -n
    wait -n
fi
