"""The words that more than one package uses: each is known wherever one must be shown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.errors import catalogue
from ccpolicy.policy.schemas import WRITTEN, schema_text
from ccpolicy.policy.settings import Settings
from ccpolicy.pytest_plugin import MARKERS
from ccpolicy.reports.gitlab import LEVELS
from ccpolicy.reports.html_parts.labels import severity, severity_style, verdict
from ccpolicy.vocabulary import KEY_SEPARATOR, SEVERITIES, VERDICTS, Severity, Verdict


@pytest.mark.parametrize("word", SEVERITIES)
def test_a_severity_is_known_everywhere(word: Severity) -> None:
    assert catalogue("zh").gettext(word) != word
    assert word in str(severity(word))
    assert f".s-{word}::before" in severity_style()
    assert any(marker.startswith(f"{word}:") for marker in MARKERS)
    assert LEVELS[word]


def test_no_control_passes_the_gate_for_being_of_the_least_severity() -> None:
    assert Settings().fail_on == SEVERITIES[-1]


def test_the_worst_severity_has_the_most_marks_and_the_worst_level() -> None:
    marks = [line.count("▪") for line in severity_style().splitlines() if line.startswith(".s-")][
        : len(SEVERITIES)
    ]
    assert marks == sorted(set(marks), reverse=True)
    assert LEVELS[SEVERITIES[0]] == "blocker"


@pytest.mark.parametrize("word", VERDICTS)
def test_a_verdict_is_known_everywhere(word: Verdict) -> None:
    found = verdict(word)
    assert found.symbol
    assert f'"{word}"' in schema_text("assessment")


def test_no_schema_has_severities_of_its_own() -> None:
    listed = ",".join(f'"{each}"' for each in SEVERITIES)
    for name in WRITTEN:
        text = "".join(schema_text(name).split())
        assert text.count(f'"{SEVERITIES[0]}"') == text.count(f"[{listed}]"), name


def test_the_sign_between_the_parts_of_a_key_is_written_once() -> None:
    root = Path(ccpolicy.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if KEY_SEPARATOR in path.read_text("utf-8")
    }
    # The others say so to people, in messages, which are constants.
    assert found == {"vocabulary.py", "evidence/values.py", "policy/label_checks.py"}


def test_no_list_of_words_is_written_twice() -> None:
    root = Path(ccpolicy.__file__).parent
    found: dict[frozenset[str], set[str]] = {}
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal"):
                continue
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            words = frozenset(str(ast.literal_eval(each)) for each in parts)
            if len(words) > 1:
                place = f"{path.relative_to(root).as_posix()}:{node.lineno}"
                found.setdefault(words, set()).add(place)
    assert len(found) > 20
    assert {key: places for key, places in found.items() if len(places) > 1} == {}
