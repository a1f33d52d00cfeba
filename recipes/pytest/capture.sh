#!/bin/bash
# Runs the tests of a failover every week that faketime sets, and keeps pytest's JUnit XML.
# Usage, with pytest on the path: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --uts --map-root-user "$(realpath "$0")"
cd "$(dirname "$0")"
hostname ci1
export TZ=Asia/Shanghai
work=$(mktemp -d)
mkdir -p evidence/runs broken/runs
cat >"$work/test_failover.py" <<'TESTS'
from pathlib import Path


def test_standby_answers():
    assert True


def test_switch_takes_less_than_a_minute():
    seconds = int(Path(__file__).with_name("seconds").read_text())
    assert seconds < 60
TESTS

run() { # FOLDER DAY SECONDS
    echo "$3" >"$work/seconds"
    local out=$PWD/$1/runs/2026-03-$2.xml
    (cd "$work" && env -i PATH="$PATH" TZ="$TZ" faketime "2026-03-$2 05:00:00" python3 -m pytest -q -p no:cacheprovider \
        --junitxml "$out" >/dev/null) || true
}

run evidence 02 41
run evidence 09 38
run broken 09 75
