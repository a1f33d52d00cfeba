#!/bin/bash
# Backs up a small database with sqlite3, restores it, and lets SQLite check what came back, at the
# times that faketime sets. Usage: ./capture.sh
set -euo pipefail
cd "$(dirname "$0")"
export TZ=UTC
work=$(mktemp -d)
mkdir -p evidence/restores broken/restores
sqlite3 "$work/tickets.db" "CREATE TABLE ticket(id INTEGER PRIMARY KEY, subject TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO ticket SELECT i, 'call ' || i FROM n;
    CREATE INDEX by_subject ON ticket(subject)"

check() { # FOLDER DAY
    faketime "$2 02:30:00" sqlite3 -json "$work/restored.db" "
        SELECT strftime('%Y-%m-%dT%H:%M:%SZ') AS checked_at, 'tickets' AS database,
               (SELECT count(*) FROM ticket NOT INDEXED) AS tickets,
               (SELECT group_concat(integrity_check, '; ') FROM pragma_integrity_check) AS integrity
    " >"$1/restores/$2.json"
}

for day in 2026-01-10 2026-02-10 2026-03-10; do
    sqlite3 "$work/tickets.db" ".backup $work/backup.db"
    cp "$work/backup.db" "$work/restored.db"
    check evidence "$day"
done
# A byte of the index has changed on the medium.
printf X | dd of="$work/restored.db" bs=1 seek=63440 conv=notrunc status=none
check broken 2026-03-10
