"""Histories of evidence, as streams that `git fast-import` reads."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provenance.conftest import FILES, HEADER

FILES_OF_RECORDS = 20
_BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_SMALL = """\
id: {name}
title: {{en: Papers, zh: 文件}}
owner: operations
files: {name}/*.{format}
format: {format}
key: [id]
retention: 5 years
recording: {{happened: [at], within: 7 days, amendable: with_reason}}
children:
  steps:
    path: steps
    key: [id, step]
    recording: {{happened: [done_at], within: 7 days, amendable: with_reason}}
record:
  type: object
  additionalProperties: false
  required: [id, at]
  properties:
    id: {{type: string}}
    at: {{type: string, format: date-time}}
    note: {{type: string}}
    steps:
      type: array
      items:
        type: object
        additionalProperties: false
        required: [step, done_at]
        properties:
          step: {{type: string}}
          done_at: {{type: string, format: date-time}}
"""
_JSON = """\
[{{"id": "{id}", "at": "{at}", "note": "{note}", "steps": [{{"step": "1", "done_at": "{at}"}}]}}]
"""
_YAML = """\
- id: "{id}"
  at: "{at}"
  steps:
    - {{step: "1", done_at: "{at}"}}
    - {{step: "2", done_at: "{at}"}}
"""


def growing(records: int, commits: int) -> Iterator[bytes]:
    """Yield a history in which every commit adds records at the end of a file."""
    yield commit_stream(_BEGIN, FILES)
    held: dict[str, list[str]] = {}
    for number in range(commits):
        at = _BEGIN + datetime.timedelta(hours=3 * (number + 1))
        name = _file(number, commits)
        rows = held.setdefault(name, [])
        rows += _rows(number, at, records // commits)
        yield commit_stream(at, {name: "".join([HEADER, *rows])})


@dataclass
class Edited:
    """A history as people make it, four commits a step.

    Rows are put, changed and deleted in the middle of files, other records have a small file each,
    and half of these come by a branch that is merged.
    """

    commits: int
    records: int = 0
    """How many are on file in the end, once the history was made."""

    def __iter__(self) -> Iterator[bytes]:
        papers = {
            f"policy/datasets/{name}.yaml": _SMALL.format(name=name, format=form)
            for name, form in (("incidents", "json"), ("drills", "yaml"))
        }
        yield commit_stream(_BEGIN, FILES | papers)
        held: dict[str, list[str]] = {}
        for number in range(0, self.commits, 4):
            at = _BEGIN + datetime.timedelta(hours=3 * (number + 1))
            name = _file(number, self.commits)
            rows = held.setdefault(name, [])
            middle = len(rows) // 2
            rows[middle : middle + number % 3] = _rows(number, at, 40)
            rows[-1] = rows[-1].replace("all fine", f"seen {number}")
            yield commit_stream(at, {name: "".join([HEADER, *rows])})
            yield b"reset refs/heads/beside\nfrom refs/heads/main\n\n"
            beside = {f"evidence/incidents/{number:05}.json": _paper(_JSON, number, at, "open")}
            yield commit_stream(at, beside, "beside")
            drill = {f"evidence/drills/{number:05}.yaml": _paper(_YAML, number, at)}
            earlier = number // 8 * 4
            if earlier < number:
                closed = _paper(_JSON, earlier, at, f"seen {number}")
                drill[f"evidence/incidents/{earlier:05}.json"] = closed
            yield commit_stream(at, drill)
            yield commit_stream(at, beside, merged="beside")
            self.records += 5
        self.records += sum(map(len, held.values()))


def _file(number: int, commits: int) -> str:
    return f"evidence/inspections/{number * FILES_OF_RECORDS // commits:02}.csv"


def _rows(number: int, at: datetime.datetime, count: int) -> list[str]:
    happened = (at - datetime.timedelta(days=1)).isoformat()
    return [
        f"I{number:05}-{each:04},PBX-{each % 2 + 1},{happened},all fine\n" for each in range(count)
    ]


def _paper(form: str, number: int, at: datetime.datetime, note: str = "") -> str:
    return form.format(id=f"{number:05}", at=at.isoformat(), note=note)


def commit_stream(
    at: datetime.datetime, files: Mapping[str, str], branch: str = "main", merged: str = ""
) -> bytes:
    """Write a commit that adds or replaces files, as `git fast-import` reads it."""
    who = f"facilities <facilities@centre.example> {int(at.timestamp())} +0000"
    parts = [f"commit refs/heads/{branch}\ncommitter {who}\ndata 1\nx\n".encode()]
    if merged:
        parts.append(f"merge refs/heads/{merged}\n".encode())
    for name, text in files.items():
        content = text.encode()
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content))
    return b"".join(parts)
