"""What is given hostile bytes, and what may come of it."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import jsonschema_rs
import sqlglot
from click.testing import CliRunner, Result

from ccpolicy.checks import patterns
from ccpolicy.checks.kinds import load_kind
from ccpolicy.checks.query_guard import vet_queries
from ccpolicy.checks.sql_guard import Expression, vet_expressions
from ccpolicy.cli.program import program
from ccpolicy.errors import CcpolicyError
from ccpolicy.evidence_formats import FORMATS, Format
from ccpolicy.files.yaml_document import parse_yaml
from ccpolicy.reports import FORMATS as REPORTS
from ccpolicy.shipped import shipped_folder
from ccpolicy.store import DuckDB, open_store
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.moments import read_moment
from ccpolicy.time.zones import time_zone
from evidence.conftest import Row, encode, legacy_workbook
from small_centre import CONTROLS, FAILING, FILES, INSPECTIONS, lay

SECONDS = 20
"""CPU time in which any of these small inputs must be answered."""
FORBIDDEN = ("Traceback", "defect", "缺陷")
ASSETS = "policy/datasets/assets.yaml"
CONTRACT = "policy/datasets/inspections.yaml"


@dataclass(frozen=True)
class Target:
    """A reader of the program."""

    prepare: Callable[[Path], list[bytes]]
    """Lay what is needed into a folder, and return inputs to begin with."""
    attempt: Callable[[Path, bytes], None]
    """Have an input read in that folder; raise what must never happen."""


def ask(data: bytes, *arguments: str | Path) -> Result:
    """Run the program; whatever it says is an answer, or an error with a code."""
    began = time.process_time()
    result = CliRunner().invoke(program, [*map(str, arguments)], prog_name="ccpolicy")
    took = time.process_time() - began
    note = f"{zlib.crc32(data):08x}: {data[:400]!r}\n{result.output[-2000:]}"
    if not isinstance(result.exception, SystemExit | None):
        raise AssertionError(note) from result.exception
    assert not any(word in result.output for word in FORBIDDEN), note
    assert result.exit_code in (0, 1, 2, 3), note
    assert took < SECONDS, note
    return result


def judge(folder: Path, data: bytes) -> bool:
    """Check the centre; return whether the gate passed."""
    result = ask(data, "check", folder, "--format", "json")
    if result.exit_code == 0:
        assert json.loads(result.stdout)["gate"]["passed"], data[:400]
    return result.exit_code == 0


def lay_failing(folder: Path) -> None:
    """Lay the small centre, in which PBX-2 was never inspected, so that nothing passes."""
    lay(folder, {**FILES, INSPECTIONS: FAILING})


# Evidence

OPTIONS = """\
zone: Asia/Shanghai
references:
  asset_id: {dataset: assets, key: asset_id, during: [commissioned_on], at: performed_at}
lookups: {since: {dataset: assets, key: [asset_id], column: commissioned_on}}
derive: {passed: "result = 'pass' AND length(asset_id) > 1"}
recording: {happened: [performed_at], within: 7 days, amendable: with_reason}
may_be_empty: {en: Nobody came., zh: 无人到场。}
"""
HEADINGS = "columns: {asset_id: Asset No., performed_at: Done (at)}\n"
PATHS = "columns: {asset_id: asset.no, performed_at: asset.at}\n"
OWN_OPTIONS: dict[Format, str] = {
    "csv": HEADINGS + 'delimiter: ";"\n',
    "xlsx": HEADINGS + "sheet: Log\n",
    "parquet": HEADINGS,
    "json": PATHS + "records: /rows\n",
    "yaml": PATHS + "records: /rows\n",
    "jsonl": PATHS,
    "xml": "columns: {asset_id: tag, performed_at: at}\n",
    "log": "skip: ['^#']\n",
}
BASE: dict[Format, str] = {
    "xml": "records: /log/entry\n",
    "log": "pattern: '(?:tag|asset_id)=(?P<asset_id>[^;]*);"
    " (?:at|performed_at)=(?P<performed_at>[^;]*); result=(?P<result>[^;]*);'\n",
}
"""What a contract of a format cannot do without."""


def _rows(kind: Format, *, options: bool) -> list[Row]:
    when = "2026-11-{:02}T09:00:00" + ("" if options else "+08:00")
    cells = [
        ("PBX-1", when.format(day), result)
        for day, result in ((10, "pass"), (11, "fail"), (12, "pass"))
    ]
    if not options:
        return [
            dict(zip(("asset_id", "performed_at", "result"), row, strict=True)) for row in cells
        ]
    if kind in BASE:
        return [dict(zip(("tag", "at", "result"), row, strict=True)) for row in cells]
    if FORMATS[kind].is_tabular:
        return [dict(zip(("Asset No.", "Done (at)", "result"), row, strict=True)) for row in cells]
    return [{"asset": {"no": no, "at": at}, "result": result} for no, at, result in cells]


def _evidence(kind: Format, *, options: bool) -> Target:
    file = Path(INSPECTIONS).with_suffix(f".{kind}")

    def encoded(rows: list[Row], folder: Path) -> bytes:
        data = encode(kind, rows, folder)
        if options and kind == "csv":
            return data.replace(b",", b";")
        if options and kind == "json":
            return b'{"rows": ' + data + b"}"
        if options and kind == "yaml":
            return b"rows:\n" + data
        return data

    def prepare(folder: Path) -> list[bytes]:
        lay_failing(folder)
        (folder / INSPECTIONS).unlink()
        contract = FILES[CONTRACT].replace("csv", kind) + BASE.get(kind, "")
        if options:
            contract += OPTIONS + OWN_OPTIONS[kind]
        (folder / CONTRACT).write_text(contract, "utf-8")
        rows = _rows(kind, options=options)
        seeds = [encoded(rows, folder), encoded(rows[:1], folder)]
        if kind == "xlsx":
            seeds.append(legacy_workbook([list(rows[0]), *(list(row.values()) for row in rows)]))
        return seeds

    def attempt(folder: Path, data: bytes) -> None:
        (folder / file).write_bytes(data)
        assert not judge(folder, data), data[:400]

    return Target(prepare, attempt)


# The policy

POLICY = (
    *("ccpolicy.toml", "policy/plan.yaml", CONTROLS, CONTRACT, "policy/waivers.yaml"),
    *("policy/norms.yaml", "policy/calendars.yaml"),
)
CALENDARS = """\
calendars:
  - id: office
    title: office of the centre
    zone: Asia/Shanghai
    weekend: [wednesday, thursday, friday, saturday, sunday]
    holidays: CN
    hours: {monday: ["09:00-12:00", "22:00-06:00+1"], tuesday: ["09:00-24:00"]}
    closed: [{day: 2026-11-11, until: 2026-11-13, reason: Moved}]
    worked: [{day: 2026-11-14, hours: ["09:00-10:00"], reason: Made up for}]
    written_years: [2027]
    from: 2026-01-01
"""


def _policy(name: str) -> Target:
    """A changed policy may say other things, so that only crashes are looked for."""

    def prepare(folder: Path) -> list[bytes]:
        lay_failing(folder)
        own = FILES.get(name, CALENDARS).encode()
        if name not in FILES:
            business = FILES[CONTROLS].replace("30 days", "5 business days")
            (folder / CONTROLS).write_text(business, "utf-8")
        seeds = [text.encode() for file, text in FILES.items() if file.endswith((".yaml", ".toml"))]
        return [own, own, own, *seeds]

    def attempt(folder: Path, data: bytes) -> None:
        (folder / name).write_bytes(data)
        ask(data, "lint", folder)
        judge(folder, data)

    return Target(prepare, attempt)


PREDICATES = [
    b"result = 'pass'",
    b"coalesce(result, 'fail') IN ('pass', 'fail') AND asset_id LIKE 'PBX-%'",
    b"CASE WHEN length(asset_id) > 3 THEN result = 'pass' ELSE false END",
    b"performed_at >= TIMESTAMP '2026-01-01 00:00:00' AND NOT (result = 'fail')",
]
DURATIONS = [b"30 days", b"P1M15D", b"1 year", "2 个月".encode(), b"PT1H30M", b"5 business days"]


def _words(old: str, seeds: list[bytes], *, may_pass: bool) -> Target:
    def prepare(folder: Path) -> list[bytes]:
        lay_failing(folder)
        return seeds

    def attempt(folder: Path, data: bytes) -> None:
        text = json.dumps(data.decode("utf-8", "replace"))
        (folder / CONTROLS).write_text(FILES[CONTROLS].replace(old, text), "utf-8")
        assert not judge(folder, data) or may_pass, data[:400]

    return Target(prepare, attempt)


def _kind(name: str) -> Target:
    """Foreign SQL and its front matter."""

    def prepare(folder: Path) -> list[bytes]:
        lay_failing(folder)
        (folder / "checks").mkdir()
        query = (shipped_folder("checks") / f"{name}.sql").read_bytes()
        head, mark, rest = query.partition(b"*/")
        return [query, head + mark + rest, query]

    def attempt(folder: Path, data: bytes) -> None:
        (folder / f"checks/{name}.sql").write_bytes(data)
        judge(folder, data)

    return Target(prepare, attempt)


# What the program wrote


def _assessment(folder: Path) -> list[bytes]:
    lay_failing(folder)
    whole = folder.parent / "whole.json"
    ask(b"", "check", folder, "--annex", "--format", "json", "-o", whole)
    return [whole.read_bytes()]


def _report(folder: Path, data: bytes) -> None:
    part = folder.parent / "part.json"
    part.write_bytes(data)
    refused = {
        ask(data, "report", "--from", part, "--format", each, folder).exit_code == 2
        for each, form in REPORTS.items()
        if "assessment" in form.renderers
    }
    assert len(refused) == 1, data[:400]


def _baseline(folder: Path) -> list[bytes]:
    lay_failing(folder)
    written = folder / "baseline.yaml"
    ask(b"", "check", folder, "--write-baseline", written)
    return [written.read_bytes()] * 2 + _assessment(folder)


def _compare(folder: Path, data: bytes) -> None:
    for name in ("part.yaml", "part.json"):
        part = folder / name
        part.write_bytes(data)
        ask(data, "check", "--baseline", part, folder)
        part.unlink()


def _bundle(folder: Path) -> list[bytes]:
    lay_failing(folder)
    whole = folder.parent / "whole.zip"
    assert ask(b"", "bundle", folder, "-o", whole).exit_code in (0, 1)
    return [whole.read_bytes()]


def _verify(folder: Path, data: bytes) -> None:
    """No other bytes than those that were bundled are verified."""
    part = folder.parent / "part.zip"
    part.write_bytes(data)
    is_good = data == (folder.parent / "whole.zip").read_bytes()
    verified = ask(data, "verify", part, "--quiet").exit_code == 0
    assert verified is is_good, data[:400]


# Single functions, which answer a thousand times as fast


def _function(call: Callable[[bytes], object], seeds: list[bytes]) -> Target:
    def attempt(_: Path, data: bytes) -> None:
        began, said = time.process_time(), None
        try:
            call(data)
        except CcpolicyError as failure:
            said = failure.message
        assert said is None or said.code, said
        assert time.process_time() - began < 2, data[:400]

    return Target(lambda _: seeds, attempt)


TEXTS = ["", "PBX-1", "a" * 1000, "1234-1234", *map(chr, range(127)), "\xe9", "\u0660", "\u8bbe"]


def _pattern(data: bytes) -> None:
    """What is taken means the same to every engine that matches it."""
    text = data.decode("utf-8", "replace")  # YAML holds no surrogates
    if not patterns.is_portable(text):
        assert patterns.hint(text)
        return
    spelled = patterns.portable(text)
    as_written, as_spelled = patterns.matcher(text), patterns.matcher(spelled)
    schema = jsonschema_rs.Draft202012Validator(
        {"pattern": spelled}, pattern_options=jsonschema_rs.RegexOptions()
    )
    for each in TEXTS:
        found = as_written(each), as_spelled(each), schema.is_valid(each)
        assert len(set(found)) == 1, (each, found)


@cache
def _store() -> DuckDB:
    return open_store().__enter__()


def _expression(data: bytes) -> None:
    """What is let through is let through again as it was rebuilt, and means the same."""
    [vetted] = vet_expressions(_store(), [data.decode("utf-8", "replace")])
    if isinstance(vetted, Expression):
        [again] = vet_expressions(_store(), [vetted.sql])
        assert isinstance(again, Expression), (vetted.sql, again)
        assert again.columns == vetted.columns, (vetted.sql, again.sql)


class _OneFile:
    """A tree with one file; see `PolicyFiles`."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def place(self, name: str) -> str:
        return name

    def holds(self, folder: str) -> bool:
        return True

    def entries(self, folder: str) -> list[str]:
        return ["fuzzed.sql"]

    def is_link(self, name: str) -> bool:
        return False

    def read(self, name: str) -> bytes:
        return self._data


def _query(data: bytes) -> None:
    """What is let through names no relation but its inputs and its own, as another parser sees."""
    kind = load_kind(_OneFile(data), "checks/fuzzed.sql")
    vetted = vet_queries(_store(), [kind])["fuzzed"]
    if isinstance(vetted, str):
        tree = sqlglot.parse_one(vetted, dialect="duckdb")
        known = {each.alias for each in tree.find_all(sqlglot.exp.CTE)} | kind.readable_relations
        for table in tree.find_all(sqlglot.exp.Table):
            assert table.name.removeprefix("input ") in known, (table.name, vetted)


MOMENTS = [b"2026-11-20", b"2026-11-20T18:00:00+08:00", b"2026-11-20T18:00Z", b"20261120T18Z"]
KINDS = sorted(shipped_folder("checks").glob("*.sql"))
PATTERNS = [rb"^[A-Z]{2}-\d+$", rb"(?:a|b)*\w+[^x-z]", rb"^(\d{4})-\1$", rb"(?!a)\p{L}"]

TARGETS: dict[str, Target] = {
    **{kind: _evidence(kind, options=False) for kind in FORMATS},
    **{f"{kind}-options": _evidence(kind, options=True) for kind in FORMATS},
    **{name.replace("/", "-"): _policy(name) for name in POLICY},
    # It lets in records that are there, and there is none of PBX-2.
    "where": _words("\"result = 'pass'\"", PREDICATES, may_pass=False),
    # It may be so long that nothing is due.
    "duration": _words("30 days", DURATIONS, may_pass=True),
    **{f"kind-{name}": _kind(name) for name in ("record", "recurrence")},
    "assessment": Target(_assessment, _report),
    "baseline": Target(_baseline, _compare),
    "bundle": Target(_bundle, _verify),
    "yaml-document": _function(
        partial(parse_yaml, name="a.yaml"), [text.encode() for text in FILES.values()]
    ),
    "duration-text": _function(
        lambda data: parse_duration(data.decode("utf-8", "replace")), DURATIONS
    ),
    "moment": _function(
        lambda data: read_moment(data.decode("utf-8", "replace"), time_zone("Asia/Shanghai")),
        MOMENTS,
    ),
    "pattern": _function(_pattern, PATTERNS),
    "expression": _function(_expression, PREDICATES),
    "query": _function(_query, [each.read_bytes() for each in KINDS]),
}
