"""Words and signs that more than one package uses, each written once."""

from __future__ import annotations

KEY_SEPARATOR = " × "
"""Between the parts of a key, and of a subject's name. No part may hold it."""
