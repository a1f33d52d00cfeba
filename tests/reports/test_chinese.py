"""A Chinese report of the shipped sample holds no English but ids, file names and proper names."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import html5lib
import openpyxl
import pytest

import shipped_sample
from ccpolicy import reports
from ccpolicy.assessment.audit_appendix import AuditAppendix
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.vocabulary import KEY_SEPARATOR

from .html.unfolded import unfolded

WORD = re.compile(r"[A-Za-z]{2,}")
PROPER_NAMES = frozenset(
    re.findall(
        r"\w+",
        "Asia Shanghai Borg CIS Controls CSF CSV CSWP CVSS FedRAMP FIRST GB GSA git IEC ISO IT JSON"
        " NFPA NIST PBX restic SHA SP SQL UPS XLSX kW",
    )
)
"""Products, standards and abbreviations that Chinese writes in Latin letters."""
NOT_PROSE = re.compile(
    r"ccpolicy\.toml|ccpolicy( [a-z]+)?( --?[a-z-]+( \S+)?)*|“Reason:”|-v\b"
    r"|policy/controls/\S+|checks/\S+\.sql|sha256:\S+|</?(details|summary)>|\b[A-Z]{2}-[0-9]"
    r"|https://\S+|[\w.-]*\w/[\w./-]+|\b[\w.-]+\.(com|cn|gov|org|tools)\b"
)
"""Commands, files, digests, markup of Markdown, sections of standards, and where they were read."""
QUOTED = {"code", "kbd", "bdi", "style", "script", "title", "desc"}
"""Elements of what is written by machines or quoted, and titles, which are in both languages."""
QUOTING = {"rec", "who", "behind", "records", "spans", "names"}
"""Classes of records, subjects and places."""


def identifiers(result: Assessment) -> set[str]:
    """List what the policy and the evidence call things."""
    annex = result.annex
    assert annex
    found = [result.policy.id, *(each.file for each in result.evidence.files)]
    for ignored in result.evidence.ignored:
        found += [ignored.pattern, *ignored.files]
    for control in result.controls:
        found += [control.id, control.kind, *control.datasets]
        found += [parameter.norm.id for parameter in control.parameters if parameter.norm]
        found += [subject for due in control.due for subject in due.subjects]
        for each in control.population or []:
            found += [each.subject, each.evidence or ""]
        for lapse in control.lapses:
            found += [lapse.subject, lapse.opened_by or "", lapse.closed_by or ""]
    for framework in result.frameworks:
        found += [framework.id, *(each.name for each in framework.requirements)]
    found += _in_appendix(annex)
    return {word for text in found for word in WORD.findall(text)}


def _in_appendix(annex: AuditAppendix) -> Iterator[str]:
    for dataset in annex.datasets:
        yield from (dataset.id, dataset.format)
    for control in annex.controls:
        yield from control.items
        for selection in control.selections:
            yield selection.dataset
        for timeline in control.timelines:
            yield from timeline.subject.split(KEY_SEPARATOR)
    for record in annex.records:
        yield from (record.place, record.fields.get("site", ""))


def in_html(content: str) -> str:
    """Return what a Chinese reader sees of a page."""

    def seen(element: Any) -> Iterator[str]:
        tag = str(element.tag).rpartition("}")[2]
        hidden = element.get("lang") == "en" or tag in QUOTED
        hidden |= element.get("id") in ("packed", "packed-subjects", "tokens")
        if not hidden and QUOTING.isdisjoint((element.get("class") or "").split()):
            yield element.text or ""
            for child in element:
                yield from seen(child)
                yield child.tail or ""

    return "\n".join(seen(html5lib.parse(content)))


def in_workbook(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [
        str(value)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None and not re.fullmatch(r"[0-9a-f]{64}|[0-9T:+-]+", str(value))
    ]
    return "\n".join([*book.sheetnames, *cells])


def shown(name: str, result: Assessment, **options: Any) -> str:
    content = reports.render(result, name, View(language="zh", **options)).content
    if isinstance(content, bytes) and name == "xlsx":
        return in_workbook(content)
    text = content if isinstance(content, str) else content.decode()
    return in_html(unfolded(text.encode()).decode()) if name == "html" else text


@pytest.mark.parametrize("name", ["text", "markdown", "xlsx", "html"])
@pytest.mark.parametrize("detail", ["brief", "full"])
def test_a_chinese_report_has_no_english_words(name: str, detail: str) -> None:
    result = shipped_sample.audited()
    text = NOT_PROSE.sub("", shown(name, result, detail=detail))
    assert re.search("[\u4e00-\u9fff]{4}", text)
    known = identifiers(result) | PROPER_NAMES
    assert sorted({*WORD.findall(text)} - known) == []


def test_an_english_value_is_found() -> None:
    result = shipped_sample.audited()
    unlabelled = result.policy.model_copy(update={"tags": {}})
    text = shown("html", result.model_copy(update={"policy": unlabelled}))
    assert {"prevention", "governance"} <= {*WORD.findall(text)} - identifiers(result)
