#!/bin/bash
# Makes a certificate for each of two services, lets each serve it, and keeps what a client sees.
# Usage: ./capture.sh
set -euo pipefail
cd "$(dirname "$0")"
export TZ=Asia/Shanghai
out=$PWD work=$(mktemp -d)
mkdir -p evidence/certificates broken/certificates
cd "$work"

certificate() { # NAME FIRST-DAY DAYS
    faketime "$2 09:00:00" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -subj "/CN=$1.centre.example" -days "$3" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}

seen() { # NAME FOLDER
    openssl s_server -quiet -accept 127.0.0.1:4433 -cert "$1.pem" -key "$1.key" 2>/dev/null &
    sleep 1
    openssl s_client -connect 127.0.0.1:4433 -servername "$1.centre.example" </dev/null 2>/dev/null |
        openssl x509 -noout -subject -serial -dates -dateopt iso_8601 >"$out/$2/certificates/$1.txt"
    kill $!
    wait
}

certificate sip 2026-01-05 365
certificate portal 2026-02-01 90
seen sip evidence
seen portal evidence
# Nobody has renewed it.
certificate portal 2025-12-05 90
seen portal broken
