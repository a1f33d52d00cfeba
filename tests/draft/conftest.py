"""The program as a person runs it, and a small centre."""

from __future__ import annotations

from cli.conftest import centre, run

__all__ = ["centre", "run"]
