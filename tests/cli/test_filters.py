"""The filters of a request, as options of the commands that judge."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem

import ccpolicy
from ccpolicy.cli.bundle import command as bundle
from ccpolicy.cli.check import command as check
from ccpolicy.engine.question import FILTERS

ROOT = Path(__file__).parents[2]


def completed(option: click.Parameter) -> list[str]:
    """Return what an option of a command that works on the shipped plan is completed by."""
    context = click.Context(check)
    context.params["path"] = str(ROOT)
    found: list[CompletionItem] = option.shell_complete(context, "")
    return [each.value for each in found]


@pytest.mark.parametrize("command", [check, bundle])
def test_every_filter_is_an_option_that_fills_its_field(command: click.Command) -> None:
    options = {each.opts[0]: each for each in command.params}
    assert len(FILTERS) > 3
    for name, each in FILTERS.items():
        option = options[f"--{name}"]
        assert option.name == each.field
        assert option.multiple


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_is_completed_by_the_names_that_it_knows(name: str) -> None:
    [option] = [each for each in check.params if each.opts[0] == f"--{name}"]
    known = FILTERS[name].known(ccpolicy.load(ROOT).policy)
    assert completed(option) == list(dict.fromkeys(known))
