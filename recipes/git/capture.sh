#!/bin/bash
# Makes a small repository of configurations, and keeps its log as a table.
# Usage: ./capture.sh
set -euo pipefail
cd "$(dirname "$0")"
export TZ=Asia/Shanghai GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
work=$(mktemp -d)
mkdir -p evidence/changes broken/changes
git -C "$work" init --quiet --initial-branch main

change() { # DAY AUTHOR FILE TEXT MESSAGE...
    echo "$4" >>"$work/$3"
    git -C "$work" add "$3"
    export GIT_AUTHOR_DATE="2026-03-$1T10:00:00+08:00" GIT_COMMITTER_DATE="2026-03-$1T10:30:00+08:00"
    git -C "$work" -c user.name="$2" -c user.email="$2@centre.example" \
        commit --quiet "${@:5}"
}

keep() { # FOLDER
    git -C "$work" log --reverse --date=iso-strict --format='%H%x09%ae%x09%cd%x09%(trailers:key=Reviewed-by,valueonly,separator=%x3B)%x09%s' \
        >"$1/changes/config.tsv"
}

change 02 chen sip.conf "qualify=yes" -m "Watch the trunks" -m "Reviewed-by: lin@centre.example"
change 04 lin queues.conf "timeout=20" -m "Ring for 20 seconds" -m "Reviewed-by: chen@centre.example"
change 05 chen queues.conf "retry=5" -m "Try again after 5 seconds" -m "Reviewed-by: lin@centre.example"
keep evidence
change 06 lin sip.conf "srvlookup=no" -m "No lookups"
keep broken
