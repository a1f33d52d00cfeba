#!/bin/bash
# Lets NUT's dummy driver play a UPS, and upslog note its state on a clock that runs 150 times as
# fast. Usage, as root, with no other upsd running: ./capture.sh
set -euo pipefail
[[ ${INSIDE-} ]] || INSIDE=yes exec unshare --mount --uts "$(realpath "$0")"
cd "$(dirname "$0")"
mount -t tmpfs tmpfs /etc/nut
mkdir -p /run/nut
hostname monitor1
export TZ=Asia/Shanghai
cat >/etc/nut/ups.conf <<'CONF'
maxretry = 1
[ups1]
driver = dummy-ups
port = ups1.dev
CONF
echo 'LISTEN 127.0.0.1 3493' >/etc/nut/upsd.conf
touch /etc/nut/upsd.users
echo MODE=standalone >/etc/nut/nut.conf

log() { # FOLDER CHARGE-AT-THE-END STATUS-AT-THE-END
    mkdir -p "$1/ups"
    cat >/etc/nut/ups1.dev <<DEV
ups.status: OL
battery.charge: 100
ups.load: 31
TIMER 3
ups.status: $3
battery.charge: $2
TIMER 600
DEV
    /lib/nut/dummy-ups -u root -a ups1 >/dev/null 2>&1
    upsd -u root >/dev/null 2>&1
    sleep 1
    timeout 5 faketime -f "@2026-03-02 08:00:00 x150" upslog -F -s ups1@127.0.0.1 -i 60 \
        -l - -f '%TIME @Y-@m-@d @H:@M:@S% %HOST% %VAR ups.status% %VAR battery.charge% %VAR ups.load%' \
        >"$1/ups/ups1.log" || true
    upsd -c stop 2>/dev/null
    /lib/nut/dummy-ups -u root -a ups1 -c stop 2>/dev/null || kill "$(cat /run/nut/dummy-ups-ups1.pid)"
    sleep 1
}

log evidence 97 OL
log broken 12 "OB LB"
