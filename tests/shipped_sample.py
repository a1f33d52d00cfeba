"""The shipped sample, loaded and judged once for all tests of a process."""

from __future__ import annotations

from functools import cache

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.shipped import shipped_folder


@cache
def repository() -> ccpolicy.Repository:
    """Return its policy as it is loaded: cheap enough to list tests by."""
    return ccpolicy.load(shipped_folder())


@cache
def audited() -> Assessment:
    """Return its assessment with the appendix for auditors."""
    return repository().check(ccpolicy.EvaluationRequest(appendix=True))


@cache
def assessment() -> Assessment:
    """Return its assessment without the appendix and the populations."""
    controls = [each.model_copy(update={"population": None}) for each in audited().controls]
    return audited().model_copy(update={"annex": None, "controls": controls})
