"""What changed in a policy's tests and falsifications, and in its check kinds' worked examples.

No verdict depends on them; but whoever takes them out may next change what they held.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.checks.kinds import EXAMPLES
from ccpolicy.errors import Message, PolicyError
from ccpolicy.files.yaml_document import YamlDocument, parse_yaml
from ccpolicy.policy.diff.change import Subject, written
from ccpolicy.policy.file_reader import FALSIFICATIONS
from ccpolicy.policy.load import Policy


@dataclass(frozen=True)
class _Test:
    """A policy test, a falsification or a worked example."""

    name: str
    given: str
    """All but what is expected and the name, as JSON."""
    expected: Mapping[str, Any]
    place: str


_Key = tuple[str, str]
"""What is tested, a control or a check kind, and the test's name."""


def suite_changes(base: Policy, head: Policy) -> Iterator[PolicyChange]:
    """Yield the tests that were taken out, changed or added, and not those that only moved."""
    before, after = _tests(base), _tests(head)
    kept = {(key[0], test.given, _json(test.expected)) for key, test in after.items()}
    for key, test in before.items():
        other = after.get(key)
        if other is not None:
            direction = _direction(test, other)
            message = Message.of("the test '{name}' is another", name=test.name)
        elif (key[0], test.given, _json(test.expected)) in kept:
            continue  # under another name
        else:
            direction = "loosened"
            message = Message.of("the test '{name}' is taken out", name=test.name)
        if direction:
            yield _change(base, head, key, direction, message, test, other)
    known = {(key[0], test.given, _json(test.expected)) for key, test in before.items()}
    for key, test in after.items():
        if key not in before and (key[0], test.given, _json(test.expected)) not in known:
            message = Message.of("the test '{name}' is new", name=test.name)
            yield _change(base, head, key, "added", message, None, test)


def _direction(before: _Test, after: _Test) -> Direction | None:
    """Return which way a test went: only one that expects more of the same is stricter."""
    if before.given == after.given:
        if before.expected == after.expected:
            return None
        if before.expected.items() <= after.expected.items():
            return "tightened"
    return "loosened"


def _change(
    base: Policy,
    head: Policy,
    key: _Key,
    direction: Direction,
    message: Message,
    before: _Test | None,
    after: _Test | None,
) -> PolicyChange:
    change = Subject(base, head, "test", key[0], ()).change(direction, message)
    return change.model_copy(
        update={
            "before_at": before.place if before else None,
            "after_at": after.place if after else None,
        }
    )


def _tests(policy: Policy) -> dict[_Key, _Test]:
    """Return every test of a state; of a file that cannot be read, the file as one test."""
    found: dict[_Key, _Test] = {}
    for name, data in policy.tests.items():
        for subject, test in _read(policy, name, data):
            key = (subject, test.name)
            while key in found:  # two of one name are two tests
                key = (subject, f"{key[1]} ·")
            found[key] = test
    return found


def _read(policy: Policy, name: str, data: bytes) -> Iterator[tuple[str, _Test]]:
    own = name.rpartition("/")[2]
    place = f"{policy.prefix}{name}"
    try:
        source = parse_yaml(data, place, PolicyError)
        if own == FALSIFICATIONS:
            yield from _falsifications(source)
            return
        key = "examples" if name.endswith(EXAMPLES) else "tests"
        cases = source.value[key]
        for index, case in enumerate(cases):
            at = written(source.locate((key, index)))
            if key == "examples":
                yield own.removesuffix(EXAMPLES), _example(case, at)
            else:
                yield str(case["control"]), _case(case, source.value.get("defaults") or {}, at)
    except (PolicyError, KeyError, TypeError, AttributeError):
        yield own, _Test(own, data.decode("utf-8", "replace"), {}, place)


def _falsifications(source: YamlDocument) -> Iterator[tuple[str, _Test]]:
    """Yield each falsification as a test of each control that is to turn."""
    for index, demand in enumerate(source.value["demands"]):
        for number, each in enumerate(demand.get("falsifications") or []):
            at = written(source.locate(("demands", index, "falsifications", number)))
            broken = each["broken"]
            name = broken if isinstance(broken, str) else next(iter(broken.values()))
            given = _json([demand["clause"], each["edits"], each.get("invalid", False)])
            for control in each["turns"]:
                yield str(control), _Test(str(name), given, {}, at)


def _case(case: Mapping[str, Any], defaults: Mapping[str, Any], place: str) -> _Test:
    given = {name: value for name, value in case.items() if name not in ("name", "expect")}
    own = {name: defaults[name] for name in case["given"] if name in defaults}
    return _Test(str(case["name"]), _json([given, own]), _plain(case["expect"]), place)


def _example(case: Mapping[str, Any], place: str) -> _Test:
    given = {name: value for name, value in case.items() if name not in ("title", "lapses")}
    return _Test(str(case["title"]["en"]), _json(given), _plain({"lapses": case["lapses"]}), place)


def _plain(expected: Mapping[str, Any]) -> dict[str, str]:
    return {name: _json(value) for name, value in expected.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
