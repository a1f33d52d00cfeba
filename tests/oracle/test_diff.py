"""What a comparison of two policies says holds in every world of evidence.

Where it says that a control was tightened, whatever passes after the change passed before it, and
what lapsed before lapses after; where it says that nothing changed, all verdicts are the same.
"""

from __future__ import annotations

import copy
import datetime
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import ccpolicy
from ccpolicy.api import Repository
from ccpolicy.assessment.models import Control as Judged
from ccpolicy.assessment.models import Lapse
from ccpolicy.policy import Policy, diff, models
from ccpolicy.policy.controls import check_control

from .maker import BUSINESS, CALENDAR, CLOCK
from .model import Setting, World
from .repository import write
from .worlds import KINDS, setting, world

SIZE = 30
"""Worlds in one repository: all judged in one run."""
GOOD = ("pass", "waived", "not_applicable")
DAY = datetime.timedelta(days=1)
Control = dict[str, Any]
PERIODS: list[Any] = ["week", "month", "quarter", "half-year", "year"]
PERIODS += [{"fiscal_year": "04-01"}, {"fiscal_year": "10-31"}]
MONTH_DAYS = ["1st", "5th", "31st", "last day", "third Monday", "5th friday"]
WEEK_DAYS = ["Monday", "wednesday", "Sunday"]
SAME = {
    "30 days": "P30D",
    "1 month": "P1M",
    "12 months": "1 year",
    "1 year": "12 months",
    "2 weeks": "14 days",
    "24 hours": "PT24H",
    "1 hour": "60 minutes",
}
"""Other words for one duration."""


def _longer(draw: random.Random, value: Any) -> Any:
    """Draw another value near a parameter's."""
    for choices in (PERIODS, MONTH_DAYS, WEEK_DAYS, ["never", "next"]):
        if value in choices:
            return draw.choice(choices)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return (datetime.date.fromisoformat(value) + draw.choice([0, 1, 7]) * DAY).isoformat()
    if isinstance(value, dict):
        name = draw.choice(list(value))
        return {**value, name: _longer(draw, value[name])}
    if isinstance(value, str):
        if value in SAME and draw.random() < 0.3:
            return SAME[value]
        for family in (BUSINESS, CLOCK, CALENDAR):
            if value in family:
                return draw.choice(family if draw.random() < 0.9 else CALENDAR + CLOCK)
        return value
    return draw.choice([1, 2, 3, value])


def _parameter(draw: random.Random, control: Control, shared: Setting) -> None:
    revision = draw.choice(control["revisions"])
    if revision["parameters"]:
        given = revision["parameters"][draw.choice(list(revision["parameters"]))]
        given["value"] = _longer(draw, given["value"])


def _classes(draw: random.Random, control: Control, shared: Setting) -> None:
    """Have one value for all, or none for one class."""
    one_for_all = draw.random() < 0.5
    for value in draw.choice(control["revisions"])["parameters"].values():
        if isinstance(value["value"], dict):
            if one_for_all:
                value["value"] = draw.choice(list(value["value"].values()))
            else:
                value["value"].pop("x", None)


def _optional(draw: random.Random, control: Control, shared: Setting) -> None:
    """Take a parameter out, or add one."""
    given = draw.choice(control["revisions"])["parameters"]
    name = draw.choice(["initial", "grace", "at_least", "valid_for", "by", "anchor", "early"])
    if name in given:
        del given[name]
    elif (control["check"], name) in (
        ("recurrence", "initial"),
        ("coverage", "initial"),
        ("level", "valid_for"),
    ):
        # Also what it follows where it is left out: that may be longer, by a grace.
        given[name] = {"value": draw.choice([*CALENDAR, *_followed(given)])}
    elif control["check"] == "recurrence" and "every" in given and name == "grace":
        given[name] = {"value": given["every"]["value"]}
    elif "per" in given and name == "by":
        given[name] = {"value": draw.choice(MONTH_DAYS + WEEK_DAYS)}
    elif control["check"] == "recurrence" and "every" in given and name == "anchor":
        given[name] = {"value": shared.as_of.date().isoformat()}
    elif ("per" in given or "anchor" in given) and name == "early":
        given[name] = {"value": "2 days"}
    elif control["check"] == "recurrence" and name == "at_least":
        given[name] = {"value": draw.choice([1, 2])}


def _followed(given: Control) -> list[Any]:
    return [given["every"]["value"]] * len(CALENDAR) if "every" in given else []


def _revision(draw: random.Random, control: Control, shared: Setting) -> None:
    """Add a revision before or after as-of, or take the last one out."""
    revisions = control["revisions"]
    if len(revisions) > 1 and draw.random() < 0.5:
        revisions.pop()
        return
    day = shared.as_of.date() + draw.randrange(-200, 200) * DAY
    last = revisions[-1].get("from")
    if not last or last < day.isoformat():
        new = copy.deepcopy(revisions[-1])
        new["from"], new["version"] = day.isoformat(), revisions[-1]["version"] + 1
        revisions.append(new)
        _parameter(draw, {"revisions": [new]}, shared)


def _items(draw: random.Random, control: Control, shared: Setting) -> None:
    items = control["inputs"].get("items")
    if isinstance(items, list) and isinstance(items[0], str):
        if len(items) > 1 and draw.random() < 0.5:
            items.pop()
        else:
            items.append("other")


def _exempt(draw: random.Random, control: Control, shared: Setting) -> None:
    if "not_applicable" in control:
        control["not_applicable"]["until"] = shared.as_of.date().isoformat()
    else:
        until = shared.as_of.date() + draw.choice([-2, 5, 40]) * DAY
        reason = {"en": "for now", "zh": "暂时"}
        control["not_applicable"] = {"reason": reason, "owner": "w", "until": until.isoformat()}


def _empty(draw: random.Random, control: Control, shared: Setting) -> None:
    if not control.pop("may_be_empty", None):
        control["may_be_empty"] = {"en": "all right", "zh": "无妨"}


def _parts(control: Control) -> list[dict[str, Any]]:
    """Return the selections of all inputs."""
    return [
        part
        for given in control["inputs"].values()
        for part in (given if isinstance(given, list) else [given])
        if isinstance(part, dict)
    ]


def _predicate(draw: random.Random, control: Control, shared: Setting) -> None:
    """Have other records count, or the same by other words."""
    part = draw.choice(_parts(control))
    if "good" in part and draw.random() < 0.5:
        part["good"] = draw.choice(["outcome <> 'good'", "outcome = 'good' OR quantity > 1"])
    else:
        more = draw.choice(["outcome = 'good'", "item IS NULL", "quantity > 1", "1 = 1"])
        part["where"] = f"{part['where']} AND {more}"


def _weight(draw: random.Random, control: Control, shared: Setting) -> None:
    """What decides whether the gate looks at it changes no verdict."""
    control["severity"] = draw.choice(["critical", "high", "medium", "low"])
    control["tags"] = draw.choice([[], ["some"]])


def _named(draw: random.Random, control: Control, shared: Setting) -> None:
    """Call the subjects of one selection otherwise."""
    draw.choice(_parts(control))["prefix"] = draw.choice(["", "other "])


def _words(draw: random.Random, control: Control, shared: Setting) -> None:
    control["owner"] = "somebody else"
    for revision in control["revisions"]:
        for value in revision["parameters"].values():
            if isinstance(value["value"], str):
                value["value"] = SAME.get(value["value"], value["value"])


Edit = Callable[[random.Random, Control, Setting], None]
EDITS: tuple[Edit, ...] = (
    _parameter,
    _parameter,
    _parameter,
    _classes,
    _classes,
    _optional,
    _optional,
    _revision,
    _revision,
    _items,
    _items,
    _items,
    _predicate,
    _exempt,
    _empty,
    _empty,
    _weight,
    _named,
    _words,
)


def _edited(draw: random.Random, control: Control, shared: Setting, policy: Policy) -> Control:
    """Edit a control, or leave it as it is where it could not be judged any more."""
    edited = copy.deepcopy(control)
    for _ in range(draw.choice([1, 1, 2])):
        draw.choice(EDITS)(draw, edited, shared)
    try:
        faults = [*check_control(policy, models.Control.model_validate(edited))]
    except ValidationError:
        return control
    return control if faults else edited


def _change(draw: random.Random, folder: Path, shared: Setting) -> None:
    policy = ccpolicy.load(folder).policy
    path = folder / "policy/controls/all.yaml"
    content = json.loads(path.read_text("utf-8"))
    content["controls"] = [_edited(draw, each, shared, policy) for each in content["controls"]]
    path.write_text(json.dumps(content), "utf-8")
    path = folder / "policy/waivers.yaml"
    content = json.loads(path.read_text("utf-8"))
    for waiver in list(content["waivers"]):
        match draw.choice(["stays", "stays", "goes", "longer", "shorter"]):
            case "goes":
                content["waivers"].remove(waiver)
            case "longer":
                until = datetime.date.fromisoformat(waiver["until"]) + draw.randrange(1, 50) * DAY
                waiver["until"] = until.isoformat()
            case "shorter":
                waiver["until"] = waiver["from"]
    path.write_text(json.dumps(content), "utf-8")


def _empty_some(folder: Path) -> None:
    """Leave some controls without anything on file, which is all right or not."""
    path = folder / "policy/controls/all.yaml"
    content = json.loads(path.read_text("utf-8"))
    for control in content["controls"][6::7]:
        for part in _parts(control):
            part["where"] += " AND 1 = 0"
    path.write_text(json.dumps(content), "utf-8")


CONTRACTS = ("bound", "enum", "required", "lookalike")


def _contract(draw: random.Random, folder: Path, what: str) -> None:
    """Narrow what a dataset lets through, so that other records cannot be judged."""
    path = folder / f"policy/datasets/{draw.choice(['roster', 'events'])}.yaml"
    content = json.loads(path.read_text("utf-8"))
    record = content["record"]
    match what:
        case "bound":
            record["properties"]["quantity"] = {"type": "number", "minimum": draw.choice([0, 2])}
        case "enum":
            record["properties"]["outcome"] = {"type": "string", "enum": ["good", "bad"]}
        case "required":
            record["required"].append(draw.choice(["a", "b", "starts_on"]))
        case _:
            content["owner"] = "somebody else"
    path.write_text(json.dumps(content), "utf-8")


SEEN: Counter[str] = Counter()
PARAMETERS = (
    *("every", "at_least", "initial", "grace", "valid_for"),
    *("limit", "minimum", "cured_by", "at_most"),
)


def _check(state: Repository, shared: Setting, controls: list[str]) -> dict[str, Judged]:
    question = ccpolicy.EvaluationRequest(
        as_of=shared.as_of, period=shared.window, controls=controls
    )
    return {each.id: each for each in state.check(question).controls}


def test_words_of_a_comparison_hold(tmp_path: Path) -> None:
    numbers = count()

    @settings(
        max_examples=24, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
    )
    @given(st.integers(0, 2**32))
    def hold(seed: int) -> None:
        shared = setting(seed)
        draw = random.Random(f"change {seed}")
        worlds = [world(shared, seed, number) for number in range(SIZE)]
        number = next(numbers)
        folder = tmp_path / str(number)
        for name in ("before", "after"):
            (folder / name).mkdir(parents=True)
            write(folder / name, shared, worlds)
            _empty_some(folder / name)
        # What is done to the one is undone on the way from it to the other.
        _change(draw, folder / draw.choice(["before", "after"]), shared)
        if number % 2:
            side = ("before", "after")[number // 8 % 2]
            _contract(draw, folder / side, CONTRACTS[number // 2 % 4])
        _judge(folder, shared, worlds)
        shutil.rmtree(folder)

    hold()
    # No direction went untried for any kind, and no parameter either way.
    statuses = ("tightened", "loosened", "unordered", "unchanged")
    assert SEEN.keys() >= {f"{kind} {status}" for kind in KINDS for status in statuses}
    assert SEEN.keys() >= {f"{name} {way}" for name in PARAMETERS for way in statuses[:2]}
    assert SEEN.keys() >= {"passed after", "lapsed before"}


def _judge(folder: Path, shared: Setting, worlds: list[World]) -> None:
    states = [ccpolicy.load(folder / name) for name in ("before", "after")]
    policies = [each.policy for each in states]
    found = diff.compare_policies(policies[0], policies[1], (None, None), shared.as_of.date())
    for each in found.changes:
        for name in PARAMETERS:
            # Also where it is one of a class, or holds from a day on.
            if re.search(rf", {name}\b", each.message.text("en")):
                SEEN[f"{name} {each.direction}"] += 1
    for control in found.controls:
        SEEN[f"{policies[1].controls[control.id].check} {control.status}"] += 1
    # Only of these it is said what comes of it, and to judge takes most of the time.
    told = [each for each in found.controls if each.status in ("unchanged", "tightened")]
    before, after = (_check(state, shared, [each.id for each in told]) for state in states)
    for control in told:
        old, new = before[control.id], after[control.id]
        verdicts = [(old.now, new.now), (old.period, new.period)]
        why = "\n".join(
            f"{each.direction} {each.message.text('en')}: {each.before} -> {each.after}"
            for each in found.changes
            if control.id in each.controls
        )
        if control.status == "unchanged":
            assert all(first == second for first, second in verdicts), (control, why)
            assert old.lapses == new.lapses, (control, why)
        if control.status == "tightened":
            for first, second in verdicts:
                SEEN["passed after" if second in GOOD else "not passed after"] += 1
                assert second not in GOOD or first in GOOD, (control, verdicts, why)
            if "unknown" not in (new.now, new.period):
                # Sharper than the verdicts: what lapsed before lapses after, too.
                for lapse in _lapses(old):
                    SEEN["lapsed before"] += 1
                    assert any(map(partial(_holds, lapse), _lapses(new))), (control, lapse, why)


def _lapses(control: Judged) -> list[Lapse]:
    return [lapse for lapse in control.lapses if lapse.waived_by is None]


def _holds(lapse: Lapse, whole: Lapse) -> bool:
    """Whether one lapse lies inside of another; they are joined where they touch."""
    starts = datetime.datetime.fromisoformat(lapse.starts)
    first = datetime.datetime.fromisoformat(whole.starts)
    if whole.subject != lapse.subject or first > starts:
        return False
    if lapse.ends is None or whole.ends is None:
        return whole.ends is None
    return datetime.datetime.fromisoformat(lapse.ends) <= datetime.datetime.fromisoformat(
        whole.ends
    )
