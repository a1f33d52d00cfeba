"""The hostile inputs: each spoils a small office that is in order.

A generator gets the folder of a new copy of the office, changes files in it, and yields nothing:
the table `BOMBS` says what is run on it, and how that must end.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import xlsxwriter
import xlwt

from bad_input.conftest import CONTROLS, EVENTS, EVENTS_POLICY, FILES
from git_command import commit, git

JSON = "evidence/inspections.json"
PLAN, SETTINGS, NORMS = "policy/plan.yaml", "ccpolicy.toml", "policy/norms.yaml"
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
    command: tuple[str, ...] = ("check", "-v", "ROOT")
    """`ROOT` stands for the folder of the office."""


def value(text: str) -> Callable[[Path], None]:
    """Have the control ask for so many events."""
    return change(CONTROLS, EVERY, f"every: {{value: 40 days}}\n      at_least: {{value: {text}}}")


def limit(text: str) -> Callable[[Path], None]:
    """Limit notes by a keyword."""
    return change(EVENTS_POLICY, NOTE, f"note: {{type: string, {text}}}")


def setting(text: str) -> Callable[[Path], None]:
    """Add a line to the settings."""
    return change(SETTINGS, "as_of", f"{text}\nas_of")


def setting_table(text: str) -> Callable[[Path], None]:
    """Add a limit to the settings."""
    reason = FILES[SETTINGS]
    return change(SETTINGS, reason, f"{reason}[limits]\n{text}\n")


def calendar(text: str) -> Callable[[Path], None]:
    """Have a calendar with a line of its own."""

    def make(root: Path) -> None:
        lines = f"calendars:\n  - id: office\n    weekend: [sunday]\n    {text}\n"
        (root / "policy/calendars.yaml").write_text(lines, "utf-8")

    return make


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


def within(step: str, levels: int = 30) -> str:
    """Return a condition on notes, or for a kind an expression, that has itself in itself."""
    found = "subject" if step == CASE else "note"
    for _ in range(levels):
        found = step.replace("{}", found)
    return found if step == CASE else f"{found} = 'x'"


def pattern(text: str) -> Callable[[Path], None]:
    """Have notes match a pattern, and write one that nearly does."""

    def make(root: Path) -> None:
        change(EVENTS_POLICY, NOTE, f"note: {{type: string, pattern: {json.dumps(text)}}}")(root)
        change(EVENTS, "pass,\nE2", f"pass,{'a' * 40}!\nE2")(root)

    return make


def csv(content: str | Callable[[], bytes]) -> Callable[[Path], None]:
    """Write the events."""
    return file(EVENTS, content)


def events(format_: str, content: bytes | Callable[[], bytes]) -> Callable[[Path], None]:
    """Write the events in another format."""

    def make(root: Path) -> None:
        (root / EVENTS).unlink()
        file(EVENTS.replace("csv", format_), content)(root)
        change(
            EVENTS_POLICY,
            "inspections.csv\nformat: csv",
            f"inspections.{format_}\nformat: {format_}",
        )(root)

    return make


def written(lines: str, content: bytes | Callable[[], bytes]) -> Callable[[Path], None]:
    """Write the events in a way that the contract declares by lines, format first."""
    suffix = lines.partition("\n")[0].removeprefix("format: ")

    def make(root: Path) -> None:
        (root / EVENTS).unlink()
        file(EVENTS.replace("csv", suffix), content)(root)
        declared = f"inspections.{suffix}\n{lines}"
        change(EVENTS_POLICY, "inspections.csv\nformat: csv", declared)(root)

    return make


def gzipped(pieces: int) -> bytes:
    """Return so many mebibytes of one sign, packed."""
    buffer = io.BytesIO()
    with gzip.open(buffer, "wb") as stream:
        for _ in range(pieces):
            stream.write(b"x" * (1 << 20))
    return buffer.getvalue()


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


def children(root: Path) -> None:
    """Write a record with a long key and many parts, each of which has the key as well."""
    parts = [{"part": str(number)} for number in range(300_000)]
    events(
        "json", lambda: json.dumps([RECORD | {"unit": "x" * 20_000_000, "parts": parts}]).encode()
    )(root)
    part = "{type: object, required: [part], properties: {part: {type: string}}}"
    change(EVENTS_POLICY, NOTE, f"parts: {{type: array, items: {part}}}")(root)
    change(
        EVENTS_POLICY, "retention", "children: {parts: {path: parts, key: [unit, part]}}\nretention"
    )(root)


def workbook(place: str) -> bytes:
    """Return a workbook with a heading and one cell far away."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["unit", "inspected_at", "result", "note"])
    sheet.write_row(1, 0, ["E1", "2026-03-02T09:00:00+08:00", "pass"])
    book.close()
    return rewritten(buffer, "xl/worksheets/sheet1.xml", b'r="C2"', f'r="{place}"'.encode())


def shared_text(size: int, cells: int) -> bytes:
    """Return a workbook with a text of so many characters that so many cells name."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["unit", "inspected_at", "result", "note"])
    for row in range(1, cells // 4 + 1):
        sheet.write_row(row, 0, ["x"] * 4)
    book.close()
    return rewritten(buffer, "xl/sharedStrings.xml", b"<t>x</t>", b"<t>%s</t>" % (b"x" * size))


def shared_text_of_old(size: int, cells: int) -> bytes:
    """Do as `shared_text` with a workbook of Excel 97."""
    buffer = io.BytesIO()
    book = xlwt.Workbook()
    sheet = book.add_sheet("Log")
    for column, name in enumerate(["unit", "inspected_at", "result", "note"]):
        sheet.write(0, column, name)
    for row in range(1, cells // 4 + 1):
        for column in range(4):
            sheet.write(row, column, "x" * size)
    book.save(buffer)
    return buffer.getvalue()


def moved_sheet() -> bytes:
    """Return a workbook whose sheet has a far cell, and stands where no program puts sheets."""
    far = io.BytesIO(workbook("XFD1048576"))
    return rewritten(far, "xl/worksheets/sheet1.xml", b"", b"", "xl/other/sheet1.xml")


def rewritten(book: io.BytesIO, part: str, old: bytes, new: bytes, name: str = "") -> bytes:
    """Return a workbook in which a part is changed, and perhaps moved."""
    packed = io.BytesIO()
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(packed, "w", 8) as after:
        for entry in before.infolist():
            data = before.read(entry)
            if entry.filename == part:
                after.writestr(name or part, data.replace(old, new) if old else data)
            elif name and entry.filename == "xl/_rels/workbook.xml.rels":
                target = name.removeprefix("xl/").encode()
                after.writestr(entry.filename, data.replace(part[3:].encode(), target))
            else:
                after.writestr(entry.filename, data)
    return packed.getvalue()


def deep_workbook(levels: int) -> bytes:
    """Return a workbook whose sheet has elements in elements."""
    book = io.BytesIO(workbook("C2"))
    deep = b"<sheetData>" + b"<f>" * levels
    return rewritten(book, "xl/worksheets/sheet1.xml", b"<sheetData>", deep)


def open_document(rows: int, columns: int) -> bytes:
    """Return a spreadsheet of OpenDocument that says of one cell how often it is repeated."""
    names = ("office", "table", "text")
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Sheet1"><table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string">'
        "<text:p>unit</text:p></table:table-cell></table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return archive(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest.encode()),
        ("content.xml", content.encode()),
    )


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


def folders(levels: int, stars: int) -> Callable[[Path], None]:
    """Make folders in folders, and look for files through many of them."""

    def make(root: Path) -> None:
        folder = root / "evidence"
        for _ in range(levels):
            folder = folder / "f"
            folder.mkdir()
            (folder / "x").mkdir()
        pattern = f"files: '{'**/' * stars}inspections.csv'"
        change(EVENTS_POLICY, "files: inspections.csv", pattern)(root)

    return make


def files(count: int, pattern: str) -> Callable[[Path], None]:
    """Make many empty files beside the records, and look for records by a pattern."""

    def make(root: Path) -> None:
        for number in range(count):
            (root / f"evidence/{number}.csv").touch()
        change(EVENTS_POLICY, "files: inspections.csv", f"files: '{pattern}'")(root)

    return make


def sparse(name: str, size: int) -> Callable[[Path], None]:
    """Make a file of so many bytes that takes no room."""

    def make(root: Path) -> None:
        with (root / name).open("ab") as file:
            file.truncate(size)

    return make


def both(*makers: Callable[[Path], None]) -> Callable[[Path], None]:
    """Do one thing after another."""

    def make(root: Path) -> None:
        for each in makers:
            each(root)

    return make


def file(name: str, content: str | bytes | Callable[[], bytes]) -> Callable[[Path], None]:
    """Write a file of the office, or one beside it; what is long is made when it is needed."""

    def make(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        data = content() if callable(content) else content
        data = data.encode() if isinstance(data, str) else data
        (root / name).write_bytes(data)

    return make


def nested(depth: int) -> object:
    """Return lists in lists."""
    found: object = 1
    for _ in range(depth):
        found = [found]
    return found


def members(count: int) -> bytes:
    """Return an archive of many empty members."""
    return archive(*((f"evidence/{number}", b"") for number in range(count)))


def pipe(root: Path) -> None:
    """Put a pipe where the records should be, which nobody ever writes to."""
    (root / EVENTS).unlink()
    os.mkfifo(root / EVENTS)


def archive(*contents: tuple[str, bytes], deflated: bool = False) -> bytes:
    """Return an archive of some members, as bundles are."""
    packed = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(packed, "w", kind) as found:
        for name, data in contents:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            info.compress_type = kind
            found.writestr(info, data)
    return packed.getvalue()


def history(*commands: str) -> Callable[[Path], None]:
    """Keep the office in git, and feed `git fast-import` with more."""

    def make(root: Path) -> None:
        git(root, "init", "-q", "-b", "main")
        commit(root)
        if commands:
            stream = "\n".join(commands).encode() + b"\n"
            subprocess.run(
                ["git", "fast-import", "--quiet", "--force"], cwd=root, input=stream, check=True
            )
            git(root, "reset", "-q", "--hard", "main")

    return make


def commits(count: int) -> Callable[[Path], None]:
    """Make many commits, each of which changes the records."""
    who = "committer clerk <clerk@example.org> 1772500000 +0800\ndata 1\n.\n"
    commands = [
        f"commit refs/heads/main\n{who}"
        + ("from refs/heads/main^0\n" if number == 0 else "")
        + f"M 100644 inline {EVENTS}\ndata <<END\n{FILES[EVENTS]}E1,2026-03-0{number % 8 + 1}"
        "T10:00:00+08:00,pass,\nEND\n"
        for number in range(count)
    ]
    return history(*commands)


def trees(root: Path) -> None:
    """Commit trees that hold one another, so that few of them stand for 10^12 files."""
    history()(root)
    blob = git(root, "hash-object", "-w", "--stdin", "-t", "blob", input="x")
    tree = git(root, "mktree", input="".join(f"100644 blob {blob}\tf{n}\n" for n in range(10)))
    for _ in range(11):
        tree = git(root, "mktree", input="".join(f"040000 tree {tree}\tf{n}\n" for n in range(10)))
    top = git(root, "ls-tree", "HEAD").replace(git(root, "rev-parse", "HEAD:evidence"), tree)
    whole = git(root, "mktree", input=top + "\n")
    made = git(root, "commit-tree", whole, "-p", "HEAD", "-m", "a bomb")
    git(root, "tag", "bomb", made)


def levels(root: Path) -> None:
    """Commit folders in folders, deeper than any file system has them."""
    history()(root)
    names = "/".join("f" * 3000)
    git(root, "read-tree", "HEAD")
    blob = git(root, "hash-object", "-w", "--stdin", "-t", "blob", input="x")
    git(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},evidence/{names}/x")
    made = git(root, "commit-tree", git(root, "write-tree"), "-p", "HEAD", "-m", "a bomb")
    git(root, "tag", "bomb", made)
    git(root, "read-tree", "HEAD")


def large_blob(root: Path) -> None:
    """Commit two gigabytes of zeros, which git packs to two megabytes."""
    history()(root)
    blob = git(root, "hash-object", "-w", "-t", "blob", "--stdin", input="\0" * (1 << 30) + "x")
    tree = git(root, "ls-tree", "HEAD:evidence") + f"\n100644 blob {blob}\tlarge.csv\n"
    evidence = git(root, "mktree", input=tree)
    top = git(root, "ls-tree", "HEAD").replace(git(root, "rev-parse", "HEAD:evidence"), evidence)
    made = git(root, "commit-tree", git(root, "mktree", input=top + "\n"), "-p", "HEAD", "-m", "x")
    git(root, "tag", "bomb", made)


ROW = "'E1' AS unit, '2026-03-02T09:00:00+08:00' AS inspected_at, 'pass' AS result, '' AS note"
REPEATED = ROW.replace("'' AS note", "repeat('x', 200000) AS note")
HEADER = "unit,inspected_at,result,note"
CROSS = (
    "SELECT s0.control, 'duty' AS part, s0.subject, count(*) AS starts, max(s1.starts) AS ends,"
    f" min(s0.locator) AS locator FROM {', '.join(f'subjects s{n}' for n in range(60))}"
    " GROUP BY s0.control, s0.subject"
)
CASE = "case {} when 1 then 2 when 2 then 3 end"
NESTED = "note"
for _ in range(12):
    NESTED = f"replace({NESTED}, 'a', 'aaaaaaaaaa')"
SOME = b"".join(b'"k%d": 1, ' % number for number in range(50_000))
MANY = b"{" + b"".join(b'"k%d": 1, ' % number for number in range(500_000)) + b'"x": 1}'
RECORD = {"unit": "E1", "inspected_at": "2026-03-02T09:00:00+08:00", "result": "pass"}
FROM = ("report", "--from", "ROOT/assessment.json", "ROOT")
VERIFY = ("verify", "ROOT/a.zip")
BASELINE = ("check", "--baseline", "ROOT/baseline.yaml", "ROOT")
HISTORY = ("history", "ROOT")
KNOWN = ("check", "--known-at", "bomb", "ROOT")

TESTED = ("sample", "inspections", "ROOT", "--period", "2026-03", "--results", "ROOT/in")
GIVEN = ("record", "inspections", "ROOT", "--from", "ROOT/in")
CSV = (*GIVEN[:-1], "ROOT/in.csv")
INTO = ("record", "inspections", "ROOT", "--set", "unit=E1", "--set", "result=pass")
COMPARED = (
    "report",
    "--compare",
    "ROOT/assessment.json",
    "--format",
    "html",
    "-o",
    "ROOT/r.html",
    "ROOT",
)
DRAFT = ("draft", "dataset", "--repository", "ROOT", "ROOT/in.csv")
DRAFT_BOOK, DRAFT_GZIP = (*DRAFT[:-1], "ROOT/in.xlsx"), (*DRAFT[:-1], "ROOT/in.csv.gz")
PREVIEW = ("preview", "inspections", "ROOT")
TEMPLATE = ("template", "inspections", "ROOT", "-o", "ROOT/form.xlsx")

GZIP, ZIP = "format: csv\ncompression: gzip", "format: csv\ncompression: zip"
XML, LOG = "format: xml\nrecords: /a/b", "format: log\n"
GROUPS = "(?P<unit>u)?(?P<inspected_at>i)?(?P<result>r)?(?P<note>n)?"
OUTSIDE = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a><b>&x;</b></a>"

POLICY = (
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
    Bomb("nested nullif", where(within("nullif({}, 'x')")), "PL751"),
    Bomb("nested split_part", where(within("split_part({}, 'x', 1)")), "PL751"),
    Bomb("nested IN", where(within("cast({} in ('x', 'y', result) as varchar)")), "PL751"),
    Bomb("nested BETWEEN", where(within("cast({} between 'x' and result as varchar)")), "PL751"),
    Bomb("nested CASE", where(within("case {} when 'x' then 'y' when 'y' then 'x' end")), "PL415"),
    Bomb("brackets", where("(" * 4000 + "true" + ")" * 4000), "PL415"),
    Bomb("long expression", where("result = '" + "x" * 100_000 + "'"), "PL450"),
    Bomb("number in SQL", where("1" + "0" * 5000 + " = 1"), "PL457"),
    Bomb("two expressions", where("result = 'pass') OR (true"), "PL415"),
    Bomb("cross join", kind(CROSS), "US350|US355"),
    Bomb("kind with brackets", kind("SELECT " + "(" * 200_000 + "1" + ")" * 200_000), "PL4"),
    Bomb("kind with CASE", kind(f"SELECT {within(CASE, 200)} FROM subjects"), "PL413"),
    Bomb("kind with fractions", kind("SELECT control, 1 / 0 AS part FROM subjects"), "PL750"),
    Bomb("recursive kind", kind("WITH RECURSIVE x AS (SELECT 1 UNION ALL FROM x) FROM x"), "PL418"),
    Bomb("at_least", value("9" * 17), "PL404"),
    Bomb("at_least of 400 digits", value("9" * 400), "PL404"),
    Bomb("infinite at_least", value("1e400"), "PL404"),
    Bomb("duration of 5,000 digits", change(CONTROLS, "40 days", "9" * 5000 + " days"), "PL"),
    Bomb("duration in years", change(CONTROLS, "40 days", "P" + "9" * 50 + "Y"), "PL"),
    Bomb(
        "holidays",
        calendar('holidays: "__class__"'),
        "PL502",
        2,
        ("lint", "ROOT"),
    ),
    Bomb("year 0", change(PLAN, "2026-01-01", "0000-01-01"), "FI315"),
    Bomb("year 10000", change(SETTINGS, "2026-03-31T18:00:00+08:00", "10000-01-01"), "US"),
    Bomb("offset", change(SETTINGS, "+08:00", "+99:99"), "US"),
    Bomb("zone", change(PLAN, "Asia/Shanghai", '"../../etc/passwd"'), "PL"),
    Bomb("minLength", limit("minLength: " + "9" * 400), "PL"),
    Bomb("settings", setting('horizon = "' + "9" * 5000 + ' days"'), "PL"),
    Bomb("long integer in settings", setting("x = " + "9" * 5000), "PL"),
    Bomb("deep settings", setting("x = " + "[" * 5000), "FI104"),
    Bomb("deep policy", file(NORMS, "norms: " + "[" * 1_000_000), "FI"),
    Bomb("large policy", file(NORMS, lambda: b"# " + b"x\n# " * 5_000_000), "FI201"),
    Bomb("stars", folders(1, 3000), "", 0),
)
EVIDENCE = (
    Bomb("far cell", events("xlsx", workbook("XFD1048576")), "EV224"),
    Bomb("far cell in small letters", events("xlsx", workbook("xfd1048576")), "EV224"),
    Bomb("far row", events("xlsx", workbook("A99999999")), "EV224"),
    Bomb("far cell in another folder", events("xlsx", moved_sheet), "EV224"),
    Bomb("shared text", events("xlsx", lambda: shared_text(5_000_000, 40_000)), "EV571"),
    Bomb("shared text of old", events("xlsx", lambda: shared_text_of_old(32_000, 9_000)), "EV571"),
    Bomb("repeated cell", events("xlsx", open_document(1 << 20, 1 << 14)), "EV224"),
    Bomb("zip bomb", events("xlsx", zeros), "EV230"),
    Bomb("wide header", csv(",".join(f"c{n}" for n in range(200_000)) + "\n"), "EV250"),
    Bomb("wide header of one name", csv(",".join("c" for n in range(200_000)) + "\n"), "EV250"),
    Bomb("wide rows", csv(HEADER + "\n" + "," * 5_000_000 + "\n"), "EV|FI", 1),
    Bomb(
        "one long cell",
        csv(lambda: b"%s\nE1,%s,pass,\n" % (HEADER.encode(), b"x" * 30_000_000)),
        "EV|FI",
        1,
    ),
    Bomb("open quote", csv(HEADER + '\nE1,"' + "x\n" * 500_000), "EV|FI", 1),
    Bomb("many lines", both(setting_table("rows = 1000"), csv(HEADER + "\n" * 2000)), "EV251"),
    Bomb("large file", sparse(EVENTS, 1 << 40), "FI201"),
    Bomb("large JSON", both(events("json", b"[]"), sparse(JSON, 1 << 29)), "FI201"),
    Bomb("many members", events("json", b"[%s]" % MANY), "EV256"),
    Bomb("many members of one line", events("jsonl", b'{%s "x": 1}' % SOME), "EV256"),
    Bomb("long line", events("jsonl", b'{"unit": "' + b"x" * 2_000_000 + b'"}'), "FI202", 1),
    Bomb(
        "members within members",
        events("json", b'[{"unit": {"x": %s}}]' % MANY),
        "EV256",
    ),
    Bomb(
        "one name many times", events("json", b"[{" + b'"a":1,' * 300_000 + b'"b":1}]'), "EV|FI", 1
    ),
    Bomb("one key of many children", children, "US35"),
    Bomb("deep JSON", events("json", b"[" * 1_000_000), "FI104"),
    Bomb(
        "deep record",
        events("json", json.dumps([RECORD | {"note": nested(200)}]).encode()),
        "FI212",
    ),
    Bomb("deep line", events("jsonl", b'{"a":' * 150_000), "FI104"),
    Bomb("long number in JSON", events("json", b'[{"unit": ' + b"9" * 100_000 + b"}]"), "EV|FI", 1),
    Bomb("deep YAML", events("yaml", b"[" * 1_000_000), "FI"),
    Bomb("large YAML", events("yaml", lambda: b"#" + b"x\n#" * 6_000_000), "FI201"),
    Bomb("aliases", events("yaml", b"a: &a [x]\nb: [*a, *a]\n"), "EV|FI", 1),
    Bomb("many rows", parquet(f"SELECT {ROW} FROM range(51000000)"), "EV251"),
    Bomb(
        "many columns",
        parquet("SELECT " + ", ".join(f"1 AS c{n}" for n in range(5_000))),
        "EV250",
    ),
    Bomb(
        "text in Parquet",
        parquet(f"SELECT {REPEATED} FROM range(5000)"),
        "EV309",
        1,
        ("check", "ROOT"),  # with -v each of 4,999 keys would be listed, as it should
    ),
    Bomb("no Parquet", events("parquet", b"PAR1" + b"\xff" * 1_000_000 + b"PAR1"), "EV", 1),
    Bomb("many stars", folders(20, 14), "", 0),
    Bomb("deep folders", folders(900, 2), "FI212"),
    Bomb("many matches", files(10_001, "*.csv"), "EV108"),
    Bomb(
        "many names", both(setting_table("names = 1000"), files(1_500, "inspections.csv")), "EV257"
    ),
    Bomb("pipe", pipe, "EV|FI", 1),
    Bomb("gzip of one sign", written(GZIP, lambda: gzipped(2048)), "EV526"),
    Bomb("gzip in gzip", written(GZIP, lambda: gzip.compress(gzipped(64))), "EV|FI", 1),
    Bomb(
        "archive of zeros",
        written(ZIP, lambda: archive(("a.csv", bytes(1 << 28)), deflated=True)),
        "EV526",
    ),
    Bomb("archive of many files", written(ZIP, lambda: members(200_000)), "EV108"),
    Bomb("archive that leads out", written(ZIP, archive(("../../a.csv", b"x"))), "EV524", 1),
    Bomb(
        "entities in entities",
        written(
            XML,
            b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
            + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20))
            + b"]><a><b>&u;</b></a>",
        ),
        "EV537",
        1,
    ),
    Bomb("file as an entity", written(XML, OUTSIDE), "EV537", 1),
    Bomb("deep XML", written(XML, lambda: b"<a>" * 3_000_000), "FI212"),
    Bomb(
        "many attributes",
        written(
            XML,
            lambda: b"<a><b %s/></a>" % b" ".join(b'x%d="1"' % n for n in range(200_000)),
        ),
        "EV256",
    ),
    Bomb("large XML", both(written(XML, b"<a/>"), sparse(JSON[:-4] + "xml", 1 << 29)), "FI201"),
    Bomb("pattern of a log", written(f"{LOG}pattern: '(?:(?:a{{999}}){{999}})'", b"x"), "PL705"),
    Bomb(
        "pattern of a log that goes back",
        written(f"{LOG}pattern: '{GROUPS}(?:(?:a*)*)*b'", lambda: b"a" * 1_000_000),
        "EV536",
        1,
    ),
    Bomb(
        "endless block",
        written(
            f"{LOG}starts: ^x\npattern: '{GROUPS}'", lambda: b"x\n" + b"yyyyyyyyyyyyyyy\n" * 500_000
        ),
        "FI202",
        1,
    ),
    Bomb(
        "wide header in UTF-16",
        written("format: csv\nencoding: UTF-16", lambda: ("c," * 200_000).encode("utf-16")),
        "EV250",
    ),
    Bomb(
        "open quote below a title",
        written("format: csv\nheader: 2", lambda: b't\n"' + b"x\n" * 500_000),
        "EV|FI",
        1,
    ),
)
OTHERS = (
    Bomb("bundle of zeros", both(sparse("a.zip", 1 << 40)), "BU108", 1, VERIFY),
    Bomb("bundle of many members", file("a.zip", lambda: members(200_000)), "BU101", 1, VERIFY),
    Bomb(
        "packed bundle",
        file("a.zip", lambda: archive(("manifest.json", bytes(1 << 28)), deflated=True)),
        "BU102",
        1,
        VERIFY,
    ),
    Bomb(
        "deep manifest",
        file("a.zip", archive(("manifest.json", b"[" * 1_000_000))),
        "BU231",
        1,
        VERIFY,
    ),
    Bomb(
        "long manifest",
        file("a.zip", lambda: archive(("manifest.json", b" " * (65 << 20)))),
        "BU105",
        1,
        VERIFY,
    ),
    Bomb(
        "deep signature",
        both(
            file("a.zip", archive(("manifest.json", b"{}"))),
            file("a.zip.dsse.json", b'{"a":' * 1_000_000),
        ),
        "BU",
        1,
        VERIFY,
    ),
    Bomb("deep assessment", file("assessment.json", b"[" * 1_000_000), "RP", 2, FROM),
    Bomb("assessment of zeros", sparse("assessment.json", 1 << 40), "FI201", 2, FROM),
    Bomb("number in assessment", file("assessment.json", b"9" * 1_000_000), "RP|FI", 2, FROM),
    Bomb("members of assessment", file("assessment.json", MANY), "FI255", 2, FROM),
    Bomb("list as assessment", file("assessment.json", b"[%s]" % MANY), "RP|FI", 2, FROM),
    Bomb(
        "aliases in baseline", file("baseline.yaml", "a: &a [x]\nb: [*a, *a]\n"), "FI", 2, BASELINE
    ),
    Bomb("deep baseline", file("baseline.yaml", "lapses: " + "[" * 1_000_000), "FI", 2, BASELINE),
    Bomb("baseline of zeros", sparse("baseline.yaml", 1 << 40), "FI201", 2, BASELINE),
    Bomb(
        "long baseline",
        file("baseline.yaml", "lapses:\n" + "- x\n" * 200_000),
        "FI|PL",
        2,
        BASELINE,
    ),
    Bomb("history of trees", trees, "EV257", 2, KNOWN),
    Bomb("history of levels", levels, "FI212", 2, KNOWN),
    Bomb("history of a large file", large_blob, "FI201", 2, KNOWN),
    Bomb("long history", commits(20_000), "US350", 2, HISTORY),
    Bomb("policy beside trees", trees, "", 0, ("check", "--policy-from", "bomb", "ROOT")),
)
HANDED_IN = (
    Bomb("results with a far cell", file("in", lambda: workbook("XFD1048576")), "EV224", 2, TESTED),
    Bomb("results that unpack", file("in", zeros), "EV230", 2, TESTED),
    Bomb(
        "results of repeated cells", file("in", open_document(1 << 20, 1 << 14)), "EV224", 2, TESTED
    ),
    Bomb("deep results", file("in", lambda: deep_workbook(3_000_000)), "EV", 2, TESTED),
    Bomb("results of zeros", sparse("in", 1 << 40), "FI201", 2, TESTED),
    Bomb(
        "open quote in results", file("in", 'number,item\n1,"' + "x\n" * 500_000), "EV", 2, TESTED
    ),
    Bomb("wide results", file("in", "," * 5_000_000), "US|EV", 2, TESTED),
    Bomb("results from a pipe", lambda root: os.mkfifo(root / "in"), "EV710", 2, TESTED),
    Bomb("given far cell", file("in", lambda: workbook("XFD1048576")), "EV224", 2, GIVEN),
    Bomb("given zip bomb", file("in", zeros), "EV230", 2, GIVEN),
    Bomb("given deep XML", file("in", lambda: deep_workbook(3_000_000)), "EV", 2, GIVEN),
    Bomb("given zeros", sparse("in", 1 << 40), "FI201", 2, GIVEN),
    Bomb("given deep JSON", file("in", b"[" * 1_000_000), "RP101", 2, GIVEN),
    Bomb(
        "given many rows", file("in.csv", HEADER + "\n" + "E1,x,pass,\n" * 300_000), "EV|US", 2, CSV
    ),
    Bomb("earlier assessment of zeros", sparse("assessment.json", 1 << 40), "FI201", 2, COMPARED),
    Bomb("draft of zeros", sparse("in.csv", 1 << 40), "FI201", 2, DRAFT),
    Bomb("draft of a far cell", file("in.xlsx", workbook("XFD1048576")), "EV224", 2, DRAFT_BOOK),
    Bomb(
        "draft of packed zeros",
        file("in.csv.gz", lambda: gzipped(2048)),
        "EV526|FI201",
        2,
        DRAFT_GZIP,
    ),
    Bomb("preview of a far cell", events("xlsx", workbook("XFD1048576")), "EV224", 2, PREVIEW),
    Bomb("page of a large file", sparse(EVENTS, 1 << 40), "FI201", 2, ("page", "ROOT")),
    Bomb("template of a large file", sparse(EVENTS, 1 << 40), "FI201", 2, TEMPLATE),
    Bomb("record into a large file", sparse(EVENTS, 1 << 40), "FI201", 2, INTO),
)
BOMBS = (*POLICY, *EVIDENCE, *OTHERS, *HANDED_IN)
