"""Small images among the files that records name, which a report shows as they are."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST = 20_000
"""Bytes of the largest image that is shown."""
MOST = 50
"""Images that an assessment holds."""
_FORMATS = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff")),
    ("image/gif", re.compile(rb"GIF8[79]a")),
    ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
)
"""Formats that cannot hold a script, as SVG can, by their first bytes."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image."""

    media_type: str
    content: bytes

    @property
    def uri(self) -> str:
        """The image as a `data:` URI."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"


def as_image(content: bytes) -> Image | None:
    """Return what begins as an image that may be shown, and is small enough."""
    if len(content) > LARGEST:
        return None
    return next((Image(name, content) for name, begins in _FORMATS if begins.match(content)), None)


def images_by_digest(encoded: Iterable[str]) -> dict[str, Image]:
    """Return SHA-256 → image, given images in Base64. So each is shown as no other file."""
    contents = (base64.b64decode(each) for each in encoded)
    found = {hashlib.sha256(each).hexdigest(): as_image(each) for each in contents}
    return {digest: image for digest, image in found.items() if image}
