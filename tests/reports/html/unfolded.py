"""The page as its script makes it: what is packed stands in its places."""

from __future__ import annotations

import base64
import gzip
import json
import re

_SIGNS = str.maketrans(",.", "&<")
_PLACE = re.compile("<template></template>")
_PACKED = re.compile(r'<template id="?folded"?>([^<]*)</template>')


def parts(content: bytes) -> list[str]:
    """Return what is packed."""
    (packed,) = _PACKED.findall(content.decode())
    return [json.loads(line) for line in unpacked(packed).splitlines()]


def unpacked(packed: str) -> str:
    """Return the lines of a packed block."""
    return gzip.decompress(base64.b85decode(packed.strip().translate(_SIGNS))).decode()


def unfolded(content: bytes) -> bytes:
    """Put each part into its place."""
    page = _PACKED.sub("", content.decode())
    left = iter(parts(content))
    whole = _PLACE.sub(lambda _: next(left), page)
    assert next(left, None) is None
    return whole.encode()
