#!/bin/bash
# Makes archives at the times that `--timestamp` tells Borg, and keeps what it says of them.
# Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
hostname backup1
export TZ=Asia/Shanghai BORG_BASE_DIR=/srv/.borg BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes

archives() { # FOLDER LAST-DAY-WITH-FILES
    local repository=/srv/repository-$1 day
    borg init --encryption none "$repository"
    for day in 02 03 04 05 06; do
        mkdir -p /srv/recordings
        rm -f /srv/recordings/*
        [[ $day > $2 ]] || echo "calls of $day March" >"/srv/recordings/$day.wav"
        # Borg takes the time in UTC: 02:10 in Shanghai.
        borg create --timestamp "$(date -u -d "2026-03-$day 02:10:04 +0800" +%FT%T)" \
            "$repository::recording-2026-03-$day" /srv/recordings
    done
    mkdir -p "$1/archives"
    borg info --json --glob-archives '*' "$repository" >"$1/archives/recording.json"
}

archives evidence 06
archives broken 03
