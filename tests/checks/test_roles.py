"""What the columns of a selection mean: one table, from which everything else derives."""

from __future__ import annotations

from typing import get_args

import pytest

from ccpolicy.checks.kinds import ROLES, VALUES, Input, Role
from ccpolicy.engine.relations import input_records
from ccpolicy.policy import Selection
from ccpolicy.texts import WrittenText


def test_every_role_is_a_field_of_a_selection() -> None:
    assert get_args(Role) == tuple(ROLES)
    assert ROLES.keys() < Selection.model_fields.keys()
    assert VALUES == ("quantity", "met")


def test_a_selection_lists_its_columns_and_its_predicates() -> None:
    given = {name: f"{name}_column" for name in ROLES}
    selection = Selection.model_validate({"dataset": "log", "where": "true", **given})
    assert selection.predicates == {"where": "true", "good": "good_column"}
    assert selection.roles == {name: text for name, text in given.items() if name != "good"}
    assert Selection(dataset="log").roles == Selection(dataset="log").predicates == {}


@pytest.mark.parametrize("named", ["needs", "columns"])
def test_a_query_sees_what_its_input_needs_as_what_it_may_name(named: str) -> None:
    spec = Input.model_validate(
        {
            "label": WrittenText({"en": "counts", "zh": "读数"}),
            "holds": "happening",
            "effect": "help",
            named: ["starts", "ends", "quantity"],
        }
    )
    assert [*input_records(spec).columns] == [
        *("input", "subject", "earliest", "latest", "day"),
        *("ends", "quantity", "locator"),
    ]
