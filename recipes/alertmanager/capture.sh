#!/bin/bash
# Starts an Alertmanager, sends it two alerts, and keeps what its API lists.
# Usage: ./capture.sh
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
mkdir -p evidence/alerts broken/alerts
echo '{"route": {"receiver": "desk"}, "receivers": [{"name": "desk"}]}' >"$work/config.yml"
prometheus-alertmanager --config.file "$work/config.yml" --storage.path "$work/data" \
    --web.listen-address 127.0.0.1:9193 --cluster.listen-address= >/dev/null 2>&1 &
trap 'kill $!' EXIT
sleep 2
api=http://127.0.0.1:9193/api/v2/alerts

alert() { # NAME SEVERITY STARTS ENDS
    curl --silent --fail --header 'Content-Type: application/json' --data \
        "[{\"labels\": {\"alertname\": \"$1\", \"site\": \"SHA\", \"severity\": \"$2\"}, \"startsAt\": \"$3\", \"endsAt\": \"$4\"}]" "$api"
}

alert TrunkLoad warning 2026-12-01T04:00:00Z 2026-12-02T04:00:00Z
curl --silent --fail "$api" >evidence/alerts/2026-12-01.json
alert PbxDown critical 2026-12-01T04:10:00Z 2026-12-02T04:00:00Z
curl --silent --fail "$api" >broken/alerts/2026-12-01.json
