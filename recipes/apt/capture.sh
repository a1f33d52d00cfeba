#!/bin/bash
# Upgrades packages of this machine at the times that faketime sets, and keeps the log of apt.
# Usage, as root, on a Debian whose packages named below have upgrades: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
hostname pbx
export TZ=Asia/Shanghai DEBIAN_FRONTEND=noninteractive
log=$(mktemp -d)
mkdir -p evidence/apt broken/apt

upgrade() { # TIME PACKAGE OPTION...
    faketime "$1" apt-get -qq -y -o "Dir::Log=$log" "${@:3}" install --only-upgrade "$2" >/dev/null
}

upgrade "2026-03-02 06:10:00" jq
cp "$log/history.log" broken/apt/history.log
upgrade "2026-03-09 06:10:00" distro-info-data
cp "$log/history.log" evidence/apt/history.log

# On 9 March dpkg fails, here by an option that it does not know.
cp broken/apt/history.log "$log/history.log"
upgrade "2026-03-09 06:10:00" libgif7 -o DPkg::Options::=--unknown || true
cp "$log/history.log" broken/apt/history.log
