#!/bin/bash
# Scans this machine under two addresses, behind which two programs listen.
# Usage, as root (in a network of its own): ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts --net "$(realpath "$0")"
cd "$(dirname "$0")"
hostname scanner
export TZ=Asia/Shanghai
ip link set lo up
ip address add 192.0.2.10/32 dev lo
ip address add 192.0.2.11/32 dev lo

listen() { # ADDRESS PORT
    python3 -m http.server --bind "$1" "$2" >/dev/null 2>&1 &
}

scan() { # FOLDER TIME
    mkdir -p "$1/scans"
    faketime "$2" nmap -n -sT -p 1-9000 -oX "$1/scans/${2%% *}.xml" 192.0.2.10 192.0.2.11 >/dev/null
}

trap 'kill $(jobs -p)' EXIT
listen 192.0.2.10 443
listen 192.0.2.11 5060
sleep 2
scan evidence "2026-03-02 04:00:00"
scan evidence "2026-03-09 04:00:00"
listen 192.0.2.11 8080
sleep 2
scan broken "2026-03-09 04:00:00"
