"""Every check kind's worked cases hold, and every kind has some."""

import pytest

from ccpolicy.checks.kinds import Example, Kind, load_kinds
from ccpolicy.content import content_folder
from ccpolicy.engine.examples import run_example
from ccpolicy.tree import Folder

KINDS = load_kinds(Folder(content_folder()), "checks")
CASES = [
    pytest.param(kind, example, id=f"{kind.name}-{number}")
    for kind in KINDS.values()
    for number, example in enumerate(kind.examples(), 1)
]


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_worked_case(kind: Kind, example: Example) -> None:
    assert run_example(kind, example) == example.lapses


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_shows_a_lapse(kind: Kind) -> None:
    assert any(example.lapses for example in kind.examples())
