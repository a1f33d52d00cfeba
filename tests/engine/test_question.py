"""What a request means for a policy."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

import shipped_sample
from ccpolicy.bundle.request import read_request, write_request
from ccpolicy.cli.check import command
from ccpolicy.engine.question import FILTERS, EvaluationRequest, resolve
from ccpolicy.errors import BundleError, CcpolicyError, PolicyError

REPOSITORY = shipped_sample.repository()
POLICY = REPOSITORY.policy


def only(name: str, *wanted: str) -> EvaluationRequest:
    """Return a request with one filter."""
    given: dict[str, Any] = {FILTERS[name].field: wanted}
    return EvaluationRequest(**given)


def test_what_is_left_out_is_as_the_settings_say() -> None:
    found = resolve(POLICY, EvaluationRequest())
    assert found.as_of.isoformat() == POLICY.settings.as_of
    assert found.source == "pinned"
    assert found.starts == found.as_of.replace(year=found.as_of.year - 1)
    assert found.ends == found.as_of
    assert found.controls == tuple(POLICY.controls)
    assert (found.gate, found.fail_on) == (POLICY.settings.gate, POLICY.settings.fail_on)


def test_a_day_means_its_last_second() -> None:
    day = datetime.date(2026, 6, 30)
    for given in (day, "2026-06-30"):
        found = resolve(POLICY, EvaluationRequest(as_of=given))
        assert found.as_of.isoformat() == "2026-06-30T23:59:59+08:00"
        assert found.source == "given"


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_chooses_and_refuses_what_is_not_there(name: str) -> None:
    each = FILTERS[name]
    for wanted in sorted({*each.known(POLICY)})[:3]:
        request = only(name, wanted)
        assert request.filters == {name: [wanted]}
        expected = [id_ for id_, c in POLICY.controls.items() if each.fits(c, [wanted])]
        assert list(REPOSITORY.choose(request)) == expected
    with pytest.raises(PolicyError, match=f"unknown {name} 'no such'"):
        REPOSITORY.choose(only(name, "no such"))


def test_filters_are_joined_by_and() -> None:
    found = REPOSITORY.choose(EvaluationRequest(clauses=["3"], severities=["critical", "high"]))
    assert found
    for each in found:
        control = POLICY.controls[each]
        assert control.severity in ("critical", "high")
        assert any(clause.split(".")[0] == "3" for clause in control.clauses)
    assert set(found) < set(REPOSITORY.choose(EvaluationRequest(clauses=["3"])))


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_a_field_and_an_option(name: str) -> None:
    fields = {field.name for field in dataclasses.fields(EvaluationRequest)}
    options = {parameter.name: parameter.opts for parameter in command.params}
    assert FILTERS[name].field in fields
    assert options[FILTERS[name].field] == [f"--{name}"]
    assert FILTERS[name].label.text("zh") != name


def test_a_manifest_keeps_the_request() -> None:
    request = EvaluationRequest(
        as_of="2026-06-30",
        period=("2026-01-01", "2026-06-01"),
        clauses=["3"],
        severities=["high", "critical"],
        gate="period",
        fail_on="high",
        appendix=True,
        known_at="HEAD",
    )
    question = resolve(POLICY, request)
    asked = write_request(question, None)
    assert asked.filters == {"clause": ["3"], "severity": ["critical", "high"]}
    again = read_request(POLICY, asked)
    assert dataclasses.replace(again, request=request) == question
    assert write_request(again, None) == asked


@pytest.mark.parametrize("filters", [{"colour": ["red"]}, {"tag": []}])
def test_a_manifest_with_a_filter_that_is_none(filters: dict[str, list[str]]) -> None:
    asked = write_request(resolve(POLICY, EvaluationRequest()), None)
    with pytest.raises(BundleError, match="BU218"):
        read_request(POLICY, asked.model_copy(update={"filters": filters}))


def test_a_manifest_that_claims_another_pin() -> None:
    asked = write_request(resolve(POLICY, EvaluationRequest()), None)
    assert read_request(POLICY, asked).source == "pinned"
    with pytest.raises(BundleError, match="pinned"):
        read_request(POLICY, asked.model_copy(update={"as_of": "2026-11-19T18:00:00+08:00"}))


def test_a_period_that_begins_too_late() -> None:
    with pytest.raises(CcpolicyError, match="US306"):
        resolve(POLICY, EvaluationRequest(period=("2027-01-01", "2027-02-01")))
