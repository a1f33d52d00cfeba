"""Messages by their codes, so that a test pins what is said and not how it is worded."""

from __future__ import annotations

from string import Formatter

from ccpolicy.errors import Language, Message
from ccpolicy.messages import codes

TEMPLATES = {code: template for template, code in codes().items()}


def coded(code: str, *values: object, language: Language = "en") -> str:
    """Return a message after its code, its values given in the order of the template."""
    template = TEMPLATES[code]
    names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name)
    return Message.of(template, **dict(zip(names, values, strict=True))).coded(language)
