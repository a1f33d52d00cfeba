"""An error that can stop a check says what to do, or stands here with the reason why not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

import messages
import translations
from ccpolicy.engine import evidence_findings
from ccpolicy.errors import CcpolicyError, Message, catalogue
from ccpolicy.git.errors import HINT_MESSAGES as HINTS_OF_GIT
from ccpolicy.git.errors import STATE_MESSAGES
from ccpolicy.messages import codes
from ccpolicy.messages.hints import HINT_MESSAGES
from message_text import TEMPLATES

OTHER_COMMANDS = (
    "assessment/",
    "bundle/",
    "cli/",
    "draft/",
    "oscal.py",
    "record/",
    "reports/",
    "sampling/",
)
"""Where no message of a check is raised, but what reads a result, or what is asked for."""
NAMES = ("unknown", "Filter")
"""Calls whose hint is a name that is near, or those that are known."""

BESIDE = ("EV309", "EV470", "EV471", "PL926", "PL927")
"""Codes of messages beside which their hint is made by itself."""

WITHOUT = {
    "the sentence says what is expected, or which of two things to take out": """
        EV303 EV304 EV305 EV308 EV317 EV319 EV320 EV321 EV322 EV323 EV324 EV325 EV326 EV327 EV328
        EV329 EV421 EV422 EV540 EV541 EV542 EV543 EV544 EV545 EV687
        FI302 FI303 FI304 FI305 FI306 FI307 FI308 FI309 FI310 FI311 FI312 FI313 FI314 FI315 FI316
        FI317 FI318 FI319 FI323
        PL101 PL104 PL112 PL206 PL210 PL211 PL214 PL215 PL216 PL217 PL218 PL219 PL221 PL222 PL227
        PL230 PL304 PL305 PL306 PL308 PL310 PL311 PL312 PL313 PL315 PL319 PL403 PL404 PL405 PL406
        PL411 PL414 PL450 PL451 PL457 PL504 PL505 PL506 PL507 PL508 PL511 PL513 PL514 PL571 PL576
        PL577 PL578 PL579 PL628 PL643 PL644 PL645 PL661 PL662 PL704 PL713 PL722 PL727 PL731
        PL780 PL781 PL782 PL783 PL872 PL920 PL921 PL922
        """,
    "it counts what was said before, with its hint": "EV140 EV310 EV311 EV402 EV518",
    "a remark on how a file was read, which stops nothing": """
        EV241 EV242 EV243 EV244 EV527 EV528 EV538 EV548 EV685 EV731 EV734
        """,
    "what somebody else found wrong is said, and is more than we know": "EV307 FI320 GI110 PL413",
    "nothing is wrong: the day says when it will be judged": "EV420",
    "what a check kind may not say is said to who writes one": "PL417 PL418 PL735 PL736",
}
"""Reason why there is no hint → codes."""


def _sites() -> Iterator[tuple[str, bool]]:
    """Yield the code of each message that a check may raise, and whether there is a hint by it."""
    for path in sorted(messages.SOURCE.rglob("*.py")):
        module = path.relative_to(messages.SOURCE).as_posix()
        if module.startswith(OTHER_COMMANDS):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        others = {id(each) for node in ast.walk(tree) for each in messages._others(node)}
        calls: list[ast.Call] = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for node in ast.walk(tree):
            for arg in messages._messages(node, module, others):
                around = [call for call in calls if any(each is arg for each in ast.walk(call))]
                for text in messages._texts(arg):
                    yield codes().get(text, ""), any(map(_has_hint, around))


def _has_hint(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    # `refuse` of YAML takes the hint after the message, `beyond` that of the setting.
    return (
        name in (*NAMES, "beyond")
        or any(word.arg in ("hint", "setting") for word in call.keywords)
        or (name in ("refuse", "LintFinding", "_problem", "Problem") and len(call.args) > 2)
        or (name == "SqlRefusal" and len(call.args) > 1)
    )


def _with_a_hint() -> set[str]:
    """Return the codes that a table or the place where they are raised gives a hint."""
    findings = evidence_findings.MESSAGES
    tables = {
        *(findings[key] for key in evidence_findings._HINT_MESSAGES.keys() & findings.keys()),
        *(STATE_MESSAGES[key] for key in HINTS_OF_GIT),
    }
    return {*HINT_MESSAGES, *BESIDE, *(codes()[text] for text in tables)}


def test_every_error_of_a_check_says_what_to_do() -> None:
    raised = [(code, hint) for code, hint in _sites() if not code.startswith(("BU", "LN", "US"))]
    assert len({code for code, _ in raised}) > 300
    without = [code for text in WITHOUT.values() for code in text.split()]
    assert len(without) == len(set(without))
    hinted = _with_a_hint() | {code for code, hint in raised if hint}
    assert {code for code, _ in raised} - hinted - set(without) == set()
    assert set(without) - {code for code, _ in raised} == set(), "said nowhere"
    assert set(without) & _with_a_hint() == set(), "has a hint by now"


@pytest.mark.parametrize("code", HINT_MESSAGES)
def test_hint_stands_by_its_message(code: str) -> None:
    hint = HINT_MESSAGES[code]
    assert _names(hint) <= _names(TEMPLATES[code])
    assert catalogue("zh").gettext(hint) != hint
    values: dict[str, Any] = dict.fromkeys(_names(TEMPLATES[code]), "7")
    error = CcpolicyError(TEMPLATES[code], **values)
    assert error.hint == Message.of(hint, **values)
    assert CcpolicyError.of(error.message).hint == error.hint
    assert CcpolicyError(TEMPLATES[code], hint="rather so", **values).hint.template == "rather so"


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


_COUNTED = re.compile(
    r"(?<![Oo]f )\{(count|limit|most|more|days|total|number|seconds|years|size|rest|shown)\}"
    r" ((other|more|hidden) )?(?!times|pass|business|million)[a-z]{3,}s\b"
)
"""A number before a plural; of a share, as in "1 of 1 controls", it is right."""
NEVER_ONE = {
    "what is more than a limit, which is one at the least": """
        BU412 EV224 EV250 EV251 EV255 EV256 LN321 PL519 US516 US517 US518
        {count} lapses, which are in {file}
        {count} lapses, which were not kept
        """,
    "a limit that nobody sets": """
        BU101 FI255 PL450 PL451 PL506 PL578 PL751
        """,
    "a bundle has several files": """
        BU202
        {count} files in {size} bytes, and nothing beside them
        """,
}
"""Why a number is never one → codes, and sentences without."""


def test_one_thing_is_not_said_as_several() -> None:
    """Where a number may be one, it is counted by `ngettext`, or comes last: `files: {count}`."""
    said = {each for each, _ in translations.sentences() if isinstance(each, str)}
    assert len(said) > 1000
    listed = [line.strip() for text in NEVER_ONE.values() for line in text.strip().split("\n")]
    allowed = {
        TEMPLATES.get(each, each)
        for line in listed
        for each in (line.split() if line[:2].isupper() else [line])
    }
    assert {each for each in said if _COUNTED.search(each)} == allowed
