"""Policy as code for an incident plan, proved from evidence in git.

The public interface; see docs/api.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccpolicy.api import Repository, compare, load
    from ccpolicy.assessment.models import Assessment
    from ccpolicy.bundle.verify import Trust, verify
    from ccpolicy.engine.lapses_target import LapsesTarget
    from ccpolicy.engine.question import EvaluationRequest
    from ccpolicy.errors import CcpolicyError

__version__ = "0.1.0"
__all__ = [
    "Assessment",
    "CcpolicyError",
    "EvaluationRequest",
    "LapsesTarget",
    "Repository",
    "Trust",
    "__version__",
    "compare",
    "load",
    "verify",
]

_HOMES = {
    "Assessment": "ccpolicy.assessment.models",
    "CcpolicyError": "ccpolicy.errors",
    "EvaluationRequest": "ccpolicy.engine.question",
    "LapsesTarget": "ccpolicy.engine.lapses_target",
    "Repository": "ccpolicy.api",
    "Trust": "ccpolicy.bundle.verify",
    "compare": "ccpolicy.api",
    "load": "ccpolicy.api",
    "verify": "ccpolicy.bundle.verify",
}
"""Public name → module, imported when the name is first used: `ccpolicy --version` needs none."""


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(name)
