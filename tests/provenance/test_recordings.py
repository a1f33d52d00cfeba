"""Who put which record on file, and when, however files and histories move."""

from __future__ import annotations

from tests_of_provenance import Centre  # replaced below
