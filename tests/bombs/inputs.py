"""The hostile inputs: each spoils a small office that is in order.

A generator gets the folder of a new copy of the office, changes files in it, and yields nothing:
the table `BOMBS` says what is run on it, and how that must end.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import xlsxwriter

from bad_input.conftest import CONTROLS, EVENTS, EVENTS_POLICY, FILES

PLAN, SETTINGS = "policy/plan.yaml", "ccpolicy.toml"
PASSING = "\"result = 'pass'\""
NOTE = "note: {type: string}"
EVERY = "every: {value: 40 days, norm: monthly}"


@dataclass(frozen=True)
class Bomb:
    """One input, and how a command must end on it."""

    name: str
    make: Callable[[Path], None]
    code: str
    """Code of the message that must be said, or how it begins, as a regular expression."""
    exit_code: int = 2
    command: tuple[str, ...] = ("check", "-v")


def value(text: str) -> Callable[[Path], None]:
    """Have the control ask for so many events."""
    return change(CONTROLS, EVERY, f"every: {{value: 40 days}}\n      at_least: {{value: {text}}}")


def limit(text: str) -> Callable[[Path], None]:
    """Limit notes by a keyword."""
    return change(EVENTS_POLICY, NOTE, f"note: {{type: string, {text}}}")


def setting(text: str) -> Callable[[Path], None]:
    """Add a line to the settings."""
    return change(SETTINGS, "as_of", f"{text}\nas_of")


def change(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Replace what stands in a file."""

    def make(root: Path) -> None:
        text = (root / file).read_text("utf-8")
        assert old in text, (file, old)
        (root / file).write_text(text.replace(old, new), "utf-8")

    return make


def where(predicate: str) -> Callable[[Path], None]:
    """Have the control select its events by a predicate."""
    return change(CONTROLS, PASSING, json.dumps(predicate))


def pattern(text: str) -> Callable[[Path], None]:
    """Have notes match a pattern, and write one that nearly does."""

    def make(root: Path) -> None:
        change(EVENTS_POLICY, NOTE, f"note: {{type: string, pattern: {json.dumps(text)}}}")(root)
        change(EVENTS, "pass,\nE2", f"pass,{'a' * 40}!\nE2")(root)

    return make


def csv(content: str) -> Callable[[Path], None]:
    """Write the events."""

    def make(root: Path) -> None:
        (root / EVENTS).write_text(content, "utf-8")

    return make


def events(format_: str, content: bytes) -> Callable[[Path], None]:
    """Write the events in another format."""

    def make(root: Path) -> None:
        (root / EVENTS).unlink()
        (root / EVENTS).with_suffix(f".{format_}").write_bytes(content)
        change(
            EVENTS_POLICY,
            "inspections.csv\nformat: csv",
            f"inspections.{format_}\nformat: {format_}",
        )(root)

    return make


def kind(query: str) -> Callable[[Path], None]:
    """Have the control use a check kind of its own."""

    def make(root: Path) -> None:
        (root / "checks").mkdir()
        (root / "checks/own.sql").write_text(
            "/*\nsummary: {en: Own, zh: 自有}\ninputs:\n  subjects:\n"
            "    label: {en: who, zh: 对象}\n    holds: state\n"
            "    effect: harm\n    population: true\n    needs: [starts]\n*/\n"
            f"{query}\n",
            "utf-8",
        )
        text = FILES[CONTROLS].partition("      events:")[0].replace("recurrence", "own")
        (root / CONTROLS).write_text(text, "utf-8")
        (root / EVENTS_POLICY).unlink()
        (root / EVENTS).unlink()

    return make


def workbook(place: str) -> bytes:
    """Return a workbook with a heading and one cell far away."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["unit", "inspected_at", "result", "note"])
    sheet.write_row(1, 0, ["E1", "2026-03-02T09:00:00+08:00", "pass"])
    book.close()
    packed = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(packed, "w", 8) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b'r="C2"', f'r="{place}"'.encode())
            new.writestr(entry.filename, data)
    return packed.getvalue()


def zeros() -> bytes:
    """Return a workbook that is small and unpacks to a gigabyte."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(1024):
            entry.write(bytes(1 << 20))
    return packed.getvalue()


def parquet(query: str) -> Callable[[Path], None]:
    """Write the events as Parquet."""

    def make(root: Path) -> None:
        events("parquet", b"")(root)
        path = (root / EVENTS).with_suffix(".parquet")
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")

    return make


def deep_folders(root: Path) -> None:
    """Make folders in folders, and look for files through many of them."""
    folder = root / "evidence"
    for number in range(20):
        folder = folder / f"f{number}"
        folder.mkdir()
        (folder / "x").mkdir()
    change(EVENTS_POLICY, "files: inspections.csv", f"files: '{'**/' * 14}inspections.csv'")(root)


ROW = "'E1' AS unit, '2026-03-02T09:00:00+08:00' AS inspected_at, 'pass' AS result, '' AS note"
HEADER = "unit,inspected_at,result,note"
CROSS = (
    "SELECT s0.control, 'duty' AS part, s0.subject, count(*) AS starts, max(s1.starts) AS ends,"
    f" min(s0.locator) AS locator FROM {', '.join(f'subjects s{n}' for n in range(60))}"
    " GROUP BY s0.control, s0.subject"
)
NESTED = "note"
for _ in range(12):
    NESTED = f"replace({NESTED}, 'a', 'aaaaaaaaaa')"

BOMBS = (
    Bomb("pattern that goes back", pattern("^(a+)+$"), "EV|FI", 1),
    Bomb("pattern with alternatives", pattern("^(?:a|a)*$"), "EV|FI", 1),
    Bomb("pattern of patterns", pattern("^(?:(?:a*)*)*$"), "EV|FI", 1),
    Bomb("pattern repeated too often", pattern("(?:a{1000}){1000}"), "PL231"),
    Bomb("look-around", pattern("^(?=a)"), "PL231"),
    Bomb("back-reference", pattern("(a)\\1"), "PL231"),
    Bomb("long pattern", pattern("a" * 100_000), "PL231"),
    Bomb("pattern of a column", where("regexp_matches(result, note)"), "PL456"),
    Bomb("pattern in SQL", where("regexp_matches(note, '(a)\\1')"), "PL453"),
    Bomb("nested replace", where(f"{NESTED} = 'x'"), "PL454"),
    Bomb("brackets", where("(" * 4000 + "true" + ")" * 4000), "PL415"),
    Bomb("long expression", where("result = '" + "x" * 100_000 + "'"), "PL450"),
    Bomb("number in SQL", where("1" + "0" * 5000 + " = 1"), "PL457"),
    Bomb("two expressions", where("result = 'pass') OR (true"), "PL415"),
    Bomb("cross join", kind(CROSS), "US"),
    Bomb("kind with brackets", kind("SELECT " + "(" * 200_000 + "1" + ")" * 200_000), "PL4"),
    Bomb("recursive kind", kind("WITH RECURSIVE x AS (SELECT 1 UNION ALL FROM x) FROM x"), "PL418"),
    Bomb("far cell", events("xlsx", workbook("XFD1048576")), "EV|FI", 1),
    Bomb("zip bomb", events("xlsx", zeros()), "EV|FI", 1),
    Bomb("wide header", csv(",".join(f"c{n}" for n in range(200_000)) + "\n"), "EV|FI", 1),
    Bomb("wide header of one name", csv(",".join("c" for n in range(200_000)) + "\n"), "EV|FI", 1),
    Bomb("wide rows", csv(HEADER + "\n" + "," * 5_000_000 + "\n"), "EV|FI", 1),
    Bomb("one long cell", csv(HEADER + "\nE1," + "x" * 30_000_000 + ",pass,\n"), "EV|FI", 1),
    Bomb("open quote", csv(HEADER + '\nE1,"' + "x\n" * 500_000), "EV|FI", 1),
    Bomb(
        "many members",
        events("json", json.dumps([{f"k{n}": n for n in range(500_000)}]).encode()),
        "EV|FI",
        1,
    ),
    Bomb(
        "many members of one line",
        events("jsonl", json.dumps({f"k{n}": n for n in range(500_000)}).encode()),
        "EV|FI",
        1,
    ),
    Bomb(
        "one name many times", events("json", b"[{" + b'"a":1,' * 300_000 + b'"b":1}]'), "EV|FI", 1
    ),
    Bomb("deep JSON", events("json", b"[" * 1_000_000), "EV|FI", 1),
    Bomb("long number in JSON", events("json", b'[{"unit": ' + b"9" * 100_000 + b"}]"), "EV|FI", 1),
    Bomb("deep YAML", events("yaml", b"[" * 1_000_000), "EV|FI", 1),
    Bomb("aliases", events("yaml", b"a: &a [x]\nb: [*a, *a]\n"), "EV|FI", 1),
    Bomb("many rows", parquet(f"SELECT {ROW} FROM range(51000000)"), "EV|FI", 1),
    Bomb(
        "many columns",
        parquet("SELECT " + ", ".join(f"1 AS c{n}" for n in range(5_000))),
        "EV|FI",
        1,
    ),
    Bomb("deep folders", deep_folders, "", 0),
    Bomb("at_least", value("9" * 17), "PL404"),
    Bomb("at_least of 400 digits", value("9" * 400), "PL404"),
    Bomb("infinite at_least", value("1e400"), "PL404"),
    Bomb("duration of 5,000 digits", change(CONTROLS, "40 days", "9" * 5000 + " days"), "PL"),
    Bomb("duration in years", change(CONTROLS, "40 days", "P" + "9" * 50 + "Y"), "PL"),
    Bomb(
        "holidays",
        change(PLAN, "owner: manager", 'owner: manager\nholidays: "__class__"'),
        "PL502",
        2,
        ("lint",),
    ),
    Bomb("year 0", change(PLAN, "2026-01-01", "0000-01-01"), "FI315"),
    Bomb("year 10000", change(SETTINGS, "2026-03-31T18:00:00+08:00", "10000-01-01"), "US"),
    Bomb("offset", change(SETTINGS, "+08:00", "+99:99"), "US"),
    Bomb("zone", change(PLAN, "Asia/Shanghai", '"../../etc/passwd"'), "PL"),
    Bomb("minLength", limit("minLength: " + "9" * 400), "PL"),
    Bomb("settings", setting('horizon = "' + "9" * 5000 + ' days"'), "PL"),
    Bomb("long integer in settings", setting("x = " + "9" * 5000), "PL"),
    Bomb("deep settings", setting("x = " + "[" * 5000), "FI104"),
)
