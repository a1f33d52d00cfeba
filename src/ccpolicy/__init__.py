"""Policy as code for an incident plan, proved from evidence in git."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccpolicy.api import Repository, load

__version__ = "0.1.0"
__all__ = ["Repository", "__version__", "load"]


def __getattr__(name: str) -> object:
    # `ccpolicy --version` must not wait for the engine to be imported.
    if name in ("Repository", "load"):
        from ccpolicy import api

        return getattr(api, name)
    raise AttributeError(name)
