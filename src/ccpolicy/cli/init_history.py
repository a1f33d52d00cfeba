"""The sample as a repository with a past: its records are committed week by week, by roles.

Everything follows from the shipped evidence and the dates in it, so that the object ids are the
same every time. The last commit holds the shipped evidence byte for byte.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from ccpolicy.errors import CcpolicyError
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Contract, make_contract
from ccpolicy.evidence.readers import Record, SourceFile, find_reader
from ccpolicy.files.finder import Finder, fingerprint
from ccpolicy.files.yaml_document import parse_yaml
from ccpolicy.policy import Policy, load_policy
from ccpolicy.time.zones import time_zone

ZONE = time_zone("Asia/Shanghai")
FIRST = datetime.datetime(2025, 5, 30, 17, 40, tzinfo=ZONE)
LAST = datetime.datetime(2026, 11, 20, 17, 40, tzinfo=ZONE)
WEEK = datetime.timedelta(days=7)
PLANNED = frozenset(["due_on", "expires_on", "planned_start"])
"""Times that lie ahead when they are written down."""
AWAY = {"facilities": {datetime.date(2026, 2, 20), datetime.date(2026, 2, 27)}}
"""Role → weeks of the spring festival in which nobody put its records on file."""
MISTAKE = ("inspections/2026-Q2.csv", datetime.date(2026, 6, 12))
"""A file whose first record was written down wrongly, and the week in which that was put right."""


@dataclass(frozen=True)
class Source:
    """A file of the shipped evidence."""

    path: str
    """Below the evidence folder."""
    contract: Contract
    content: bytes

    def at(self, now: datetime.datetime) -> bytes | None:
        """Return the file as it was at a moment; None before its first record."""
        if now >= LAST:
            return self.content
        limit = int(now.timestamp()) * 1_000_000
        match self.contract.dataset.format:
            case "csv":
                return self._csv(limit, now.date())
            case "xlsx":
                return self._xlsx(limit)
            case "jsonl":
                lines = [self._cut(json.loads(line), limit) for line in self.content.splitlines()]
                known = [json.dumps(each, ensure_ascii=False) for each in lines if each is not None]
                return "".join(f"{each}\n" for each in known).encode() or None
            case _:
                return self._document(limit)

    def _csv(self, limit: int, day: datetime.date) -> bytes | None:
        header, *rows = csv.reader(io.StringIO(self.content.decode("utf-8-sig"), newline=""))
        found = []
        for number, row in enumerate(rows):
            kept = self._cut(dict(zip(header, row, strict=True)), limit)
            if kept is None:
                continue
            if (self.path, number) == (MISTAKE[0], 0) and day < MISTAKE[1]:
                kept["as_found"] += "?"
            found.append([kept.get(each, "") for each in header])
        if not found:
            return None
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([header, *found])
        return text.getvalue().encode()

    def _xlsx(self, limit: int) -> bytes | None:
        """Take rows out of a workbook, which is otherwise as it was."""
        records = self.rows
        gone = {each.number for each in records if self._cut(each.value, limit, named=True) is None}
        if len(gone) == len(records):
            return None
        made = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(self.content)) as old,
            zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as new,
        ):
            for entry in old.infolist():
                data = old.read(entry)
                if entry.filename == "xl/worksheets/sheet1.xml":
                    data = re.sub(
                        rb'<row r="(\d+)".*?</row>',
                        lambda row: b"" if int(row[1]) in gone else row[0],
                        data,
                        flags=re.DOTALL,
                    )
                new.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), data)
        return made.getvalue()

    @cached_property
    def rows(self) -> list[Record]:
        """The rows of a workbook."""
        with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
            file = Path(folder) / "book.xlsx"
            file.write_bytes(self.content)
            source = SourceFile(self.contract, "", file, fingerprint(file))
            records = find_reader("xlsx").read(source)
            return [each for each in records if isinstance(each, Record)]

    @cached_property
    def document(self) -> Any:
        """The value of a document."""
        if self.contract.dataset.format == "yaml":
            return parse_yaml(self.content, self.path).value
        return json.loads(self.content)

    def _document(self, limit: int) -> bytes | None:
        is_yaml = self.contract.dataset.format == "yaml"
        # The list of records stands at the top, or one level below it.
        name = self.contract.dataset.records.removeprefix("/")
        listed = self.document[name] if name else self.document
        kept = [found for each in listed if (found := self._cut(each, limit)) is not None]
        if not kept:
            return None
        document = {**self.document, name: kept} if name else kept
        if is_yaml:
            text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
            return text.encode()
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()

    def _cut(
        self, value: Mapping[str, Any], limit: int, *, named: bool = False
    ) -> dict[str, Any] | None:
        """Return what was known of a record; None before it was there."""
        headings = {} if named else self.contract.dataset.columns
        return self._known(value, self.contract.dataset.record, headings, limit)

    def _known(
        self,
        value: Mapping[str, Any],
        schema: Mapping[str, Any],
        headings: Mapping[str, str],
        limit: int,
    ) -> dict[str, Any] | None:
        kept = dict(value)
        for name, spec in schema["properties"].items():
            heading = headings.get(name, name)
            if not kept.get(heading):
                continue
            if spec.get("type") == "array" and spec["items"].get("type") == "object":
                parts = [self._known(each, spec["items"], {}, limit) for each in kept[heading]]
                kept[heading] = [each for each in parts if each is not None]
            elif spec.get("format") and name not in PLANNED and self._time(kept[heading]) > limit:
                if name in schema.get("required", []):
                    return None
                del kept[heading]
        return kept

    def _time(self, text: str) -> int:
        """Read a time; a day is its beginning."""
        return _time(text, self.contract.zone)


@cache
def _time(text: str, zone: ZoneInfo | None) -> int:
    if values.day(text) is not None:
        begin = datetime.datetime.fromisoformat(text).replace(tzinfo=ZONE)
        return int(begin.timestamp()) * 1_000_000
    found = values.instants(text, zone)
    return found[0] if found else 0


def with_history(folder: Path) -> None:
    """Turn a policy repository with the shipped evidence into one with a past."""
    try:
        import git
    except ImportError as failure:
        raise CcpolicyError("git is not installed", hint="install git") from failure
    plan = folder / "policy" / "plan.yaml"
    text = plan.read_text("utf-8")
    # Here the records came one by one, from the first day on which the plan was owed.
    plan.write_text(re.sub(r"(#[^\n]*\n)*adopted_on:[^\n]*\n", "", text), "utf-8", newline="\n")
    content = load_policy(folder)
    process = git.Git(folder)
    process.execute(
        ["git", "init", "--quiet", "--initial-branch=main", "--object-format=sha1", "--template="]
    )
    with tempfile.TemporaryFile() as stream:
        for part in _stream(content):
            stream.write(part)
        stream.seek(0)
        process.execute(["git", "fast-import", "--quiet"], istream=stream)
    process.execute(
        ["git", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "read-tree", "main"]
    )


def _stream(content: Policy) -> Iterator[bytes]:
    """Yield the history as `git fast-import` reads it."""
    sources = _sources(content)
    held: dict[str, bytes] = {}
    now = FIRST
    yield from _commit("centre director", FIRST - WEEK, "The plan", _policy(content.root))
    while now <= LAST:
        for minute, role in enumerate(sorted(sources)):
            at = now + datetime.timedelta(minutes=minute)
            if now.date() in AWAY.get(role, ()):
                continue
            files: dict[str, bytes] = {}
            for source in sources[role]:
                known = source.at(at)
                if known is not None and held.get(source.path) != known:
                    files[f"evidence/{source.path}"] = held[source.path] = known
            if files:
                message = "Records of the week"
                if now.date() == MISTAKE[1] and f"evidence/{MISTAKE[0]}" in files:
                    message += "\n\nReason: a question mark was left over from the draft"
                yield from _commit(role, at, message, files)
        now += WEEK
    yield b"done\n"


def _sources(content: Policy) -> dict[str, list[Source]]:
    """Return the evidence by the role that keeps it."""
    found: dict[str, list[Source]] = {}
    finder = Finder(content.root)
    for _, dataset in sorted(content.datasets.items()):
        contract = make_contract(dataset) if dataset.format != "git" else None
        for path in finder.find("evidence", dataset.files) if contract else ():
            assert contract is not None
            assert isinstance(path, str), path
            data = (content.root / path).read_bytes()
            source = Source(path.removeprefix("evidence/"), contract, data)
            found.setdefault(dataset.owner.en, []).append(source)
    return found


def _policy(root: Path) -> dict[str, bytes]:
    """Return all files that are no records."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and path.relative_to(root).parts[0] != ".git"
        and (path.relative_to(root).parts[0] != "evidence" or path.name == "README.md")
    }


def _commit(
    role: str, at: datetime.datetime, message: str, files: Mapping[str, bytes]
) -> Iterator[bytes]:
    who = f"{role} <{role.replace(' ', '-')}@centre.example> {int(at.timestamp())} +0800"
    yield f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n".encode()
    yield _data(f"{message}\n".encode())
    for path, content in sorted(files.items()):
        yield f"M 100644 inline {path}\n".encode()
        yield _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
