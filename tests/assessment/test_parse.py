"""Assessments from files: what no evaluation can have written is refused with its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ccpolicy
from ccpolicy.assessment.baseline import apply_baseline, failing
from ccpolicy.assessment.models import Assessment
from ccpolicy.assessment.parse import read_assessment
from ccpolicy.errors import ReportError
from ccpolicy.reports import View, formats, render
from message_text import Said

FAILING = Path(ccpolicy.__file__).parent / "examples" / "failing"
FILE = "a.json"
Step = tuple[str | int, ...]


@cache
def original() -> Assessment:
    """Return an assessment with an annex, a baseline, and every verdict but waived."""
    result = ccpolicy.load(FAILING).check(
        ccpolicy.EvaluationRequest(appendix=True, provenance=True)
    )
    return apply_baseline(result, failing(result)[:2])


def document() -> Any:
    return json.loads(original().model_dump_json())


def steps(value: Any, path: Step = ()) -> Iterator[Step]:
    """Yield the path of every part."""
    if path:
        yield path
    match value:
        case dict():
            for name, each in value.items():
                yield from steps(each, (*path, name))
        case list():
            for index, each in enumerate(value):
                yield from steps(each, (*path, index))


@cache
def places() -> list[Step]:
    return list(steps(document()))


def changed(path: Step, value: Any) -> bytes:
    whole = copy.deepcopy(document())
    at = whole
    for part in path[:-1]:
        at = at[part]
    if value is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(whole).encode()


def refused(data: bytes) -> Said:
    with pytest.raises(ReportError) as failure:
        read_assessment(data, FILE)
    assert failure.value.hint.text("zh") != failure.value.hint.text("en")
    assert failure.value.message.text("zh") != failure.value.message.text("en")
    return Said(failure.value.diagnostics().partition("\n")[0])


def test_what_was_written_is_read() -> None:
    assert read_assessment(original().model_dump_json(indent=2).encode(), FILE) == original()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("as_of",), "soon", "a.json#as_of: 'soon' is not a time with its offset from UTC"),
        (("as_of",), "2026-02-30T00:00:00+08:00", "a.json#as_of: '2026-02-30T00:00:00+08:00' is"),
        (("as_of",), "2026-03-31T18:00:00", "a.json#as_of: '2026-03-31T18:00:00' is not a time"),
        (("as_of",), "0001-01-01T00:00:00+08:00", "a.json#as_of: '0001-01-01T00:00:00+08:00' is"),
        (("as_of",), ..., "a.json#as_of: 'as_of' is missing"),
        (("as_of",), 7, "a.json#as_of: text is expected for 'as_of', not 7"),
        (("schema_version",), "1.0", "a.json: the assessment has schema version '1.0', and this"),
        (("schema_version",), 1, "a.json#schema_version: 'schema_version' must be one of '2.5'"),
        (("schema_version",), ..., "a.json#schema_version: 'schema_version' is missing"),
        (("extra",), 1, "a.json#extra: unknown field 'extra'"),
        (("evidence", "unread_total"), 1, "a.json#evidence/unread: the list of unread"),
        (("evidence", "unread"), ["x"], "a.json#evidence/unread: the list of unread"),
        (("controls",), {}, "a.json#controls: a list is expected for 'controls', not {}"),
        (("controls", 0, "severity"), "dire", "a.json#controls/0/severity: 'severity' must be one"),
        (("controls", 0, "clauses"), [], "a.json#controls/0/clauses: the control names no clause"),
        (("controls", 0, "lapses", 0, "starts"), "", "a.json#controls/0/lapses/0/starts: '' is"),
        (("annex", "controls", 0, "course", 0, "day"), "x", "a.json#annex/controls/0/course/0/day"),
        (("annex", "controls", 1), ..., "a.json#annex/controls: the annex does not list"),
        (("tally", "pass"), ..., "a.json#tally: the counts do not match the list"),
        (("tally", "fail"), 0, "a.json#tally: the counts do not match the list"),
        (("gate", "passed"), True, "a.json#gate/passed: the value contradicts"),
        (("gate", "failed_on"), [], "a.json#gate/failed_on: the list does not match"),
        (("gate", "accepted"), ["FIRE-2"], "a.json#gate/accepted: the list does not match"),
    ],
)
def test_place_is_named(path: Step, value: Any, said: str) -> None:
    assert refused(changed(path, value)).startswith(said)


def test_a_verdict_cannot_be_turned_alone() -> None:
    turned = [
        index
        for index, control in enumerate(original().controls)
        if original().verdict(control) in ("fail", "unknown")
    ]
    assert len(turned) == 4
    for index in turned:
        data = changed(("controls", index, original().gate.judged), "pass")
        assert refused(data).startswith("a.json#")


def rewritten(index: int, **fields: Any) -> bytes:
    """Change a control, and fit counts and gate to it as whoever wants no notice would."""
    found = document()
    found["controls"][index] |= fields
    result = Assessment.model_validate_json(json.dumps(found))
    scope = result.scope
    again = {
        "tally": scope.tally(result.controls),
        "gate": scope.decide(result.controls, result.problems),
    }
    return result.model_copy(update=again).model_dump_json().encode()


def test_a_verdict_cannot_be_turned_by_whoever_counts_again() -> None:
    """Lapses and subjects say another thing than the verdict: a false pass, or a false failure."""
    seen = set()
    for index, control in enumerate(original().controls):
        for field in ("now", "period"):
            verdict = getattr(control, field)
            turned = {"fail": ("pass", "waived"), "pass": ("fail", "waived")}.get(verdict, ())
            for other in turned:
                said = refused(rewritten(index, **{field: other}))
                assert said.startswith(f"a.json#controls/{index}/{field}: RP228")
                seen.add((field, verdict, other))
    assert seen > {("now", "fail", "pass"), ("period", "fail", "pass"), ("now", "pass", "fail")}


def test_lapses_cannot_be_left_out_alone() -> None:
    index = next(i for i, each in enumerate(original().controls) if each.now == "fail")
    assert "RP228" in refused(rewritten(index, lapses=[], now="pass", period="pass"))
    subjects = original().controls[index].subjects.model_copy(update={"failed": 0, "unknown": 1})
    assert "RP228" in refused(
        rewritten(index, lapses=[], now="pass", period="pass", subjects=subjects.model_dump())
    )


@pytest.mark.parametrize(
    "changes", [{"days": -1.0}, {"ends": "2025-01-01T00:00:00+08:00"}, {"ends": "starts"}]
)
def test_a_lapse_ends_after_it_begins(changes: dict[str, Any]) -> None:
    index = next(
        i for i, each in enumerate(original().controls) if each.lapses and each.lapses[0].ends
    )
    lapse = original().controls[index].lapses[0]
    if changes.get("ends") == "starts":
        changes = {"ends": lapse.starts}
    lapses = [lapse.model_copy(update=changes), *original().controls[index].lapses[1:]]
    data = changed(("controls", index, "lapses"), [each.model_dump() for each in lapses])
    assert refused(data).startswith(f"a.json#controls/{index}/lapses/0: RP229")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.json:1: this is no JSON, or not all of it: EOF while parsing a value"),
        (b'{\n"as_of": ', "a.json:2:9: this is no JSON, or not all of it: EOF"),
        (b"\xff", "a.json:1:1: this is no JSON, or not all of it: expected value"),
        (b"[]", "a.json: a mapping is expected as the whole of the file, not []"),
        (b"null", "a.json: a mapping is expected as the whole of the file, not null"),
        (b"[" * 100_000, "a.json:1:202: this is no JSON, or not all of it: recursion limit"),
    ],
)
def test_what_is_no_document(data: bytes, said: str) -> None:
    assert refused(data).startswith(said)


def test_no_number_that_could_be() -> None:
    index, at = next(
        (i, k) for i, each in enumerate(original().controls) for k in range(len(each.lapses))
    )
    for value in (float("nan"), float("inf")):
        data = changed(("controls", index, "lapses", at, "days"), value)
        assert f"a.json#controls/{index}/lapses/{at}/days: '{value}' is out of range" in refused(
            data
        )


def test_cut_off_anywhere() -> None:
    whole = original().model_dump_json(indent=2).encode()
    for end in range(0, len(whole) - 2, len(whole) // 40):
        assert refused(whole[:end]).startswith("a.json:")


ODD = st.one_of(
    st.sampled_from([..., None, "", "soon", "9999-12-31T23:59:59-12:00", "2026-01-01", 0, -1]),
    st.sampled_from([2**70, 1e308, float("nan"), True, [], {}, "a" * 40_000, "=1+1", "\ud800"]),
    st.text(max_size=5),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
)


@settings(max_examples=60, deadline=None)
@given(st.data(), ODD)
def test_whatever_is_read_can_be_shown(data: st.DataObject, value: Any) -> None:
    """Any one part replaced by any other: it is refused, or every format takes it."""
    written = changed(data.draw(st.sampled_from(places())), value)
    try:
        result = read_assessment(written, FILE)
    except ReportError:
        assert refused(written)
        return
    for name in formats("assessment"):
        assert render(result, name, View()).content


def test_what_git_knew_may_be_missing() -> None:
    assert read_assessment(changed(("provenance",), None), FILE).provenance is None


def test_a_requirement_is_served_as_its_controls_are_judged() -> None:
    """A framework's verdict that its controls do not have is refused: it would be a false pass."""
    own = document()
    [first, *_] = own["controls"]
    first["satisfies"] = ["iso:8.6"]
    served = {
        "id": "8.6",
        "name": "iso:8.6",
        "title": {"en": "a"},
        "grade": "memory",
        "norm": None,
        "heading": False,
        "controls": [first["id"]],
        "now": first["now"],
        "period": first["period"],
    }
    own["frameworks"] = [
        {
            "id": "iso",
            "title": {"en": "ISO"},
            "edition": "1",
            "source": {"en": "b"},
            "consulted": None,
            "url": None,
            "requirements": [served],
        }
    ]
    assert read_assessment(json.dumps(own).encode(), FILE).frameworks[0].served
    for verdict in {"pass", "fail", None} - {first["now"]}:
        own["frameworks"][0]["requirements"][0]["now"] = verdict
        assert refused(json.dumps(own).encode()).startswith("a.json#frameworks/0/requirements/0")
    served |= {"now": "pass", "period": "pass", "controls": []}
    assert refused(json.dumps(own).encode()).startswith("a.json#frameworks/0/requirements/0")
