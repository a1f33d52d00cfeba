#!/bin/bash
# Makes snapshots of two systems at the times that `--time` tells restic, and keeps the listings.
# Usage, as root: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /srv
hostname backup1
export TZ=Asia/Shanghai RESTIC_PASSWORD=recipe

snapshots() { # SYSTEM FOLDER DAY...
    local system=$1 folder=$2 repository=/srv/repository/$1-$2
    shift 2
    restic --no-cache --repo "$repository" --quiet init
    for day in "$@"; do
        mkdir -p "/srv/$system"
        echo "dump of $system, $day" >"/srv/$system/dump.sql"
        restic --no-cache --repo "$repository" --quiet backup \
            --host backup1 --time "2026-03-$day 01:15:00" "/srv/$system"
    done
    mkdir -p "$folder/snapshots"
    restic --no-cache --repo "$repository" snapshots --json >"$folder/snapshots/$system.json"
}

snapshots pbx evidence 01 02 03 04 05 06 07
snapshots crm evidence 01 02 03 04 05 06 07
snapshots crm broken 01 02 03 04 05
