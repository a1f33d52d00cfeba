"""JSON: the public form of each result, the same bytes for the same result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccpolicy.assessment.building_blocks import AssessmentModel
    from ccpolicy.reports import View


def render_json(result: AssessmentModel, view: View) -> str:
    """Render a result; `policy/schemas` has a JSON Schema for each."""
    del view
    return result.model_dump_json(indent=2) + "\n"
