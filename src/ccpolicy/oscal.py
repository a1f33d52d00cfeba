"""Building blocks shared by all OSCAL documents.

OSCAL is NIST's Open Security Controls Assessment Language. Its metaschema is stricter than its JSON
schema, and these functions follow the metaschema.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import uuid
from typing import Any

VERSION = "1.2.1"
PROPERTIES = "urn:ccpolicy:oscal"
"""Namespace of properties that are ours."""

Part = dict[str, Any]

_NAMESPACE = uuid.UUID("5b1b2d0e-6f0c-5a53-9d4b-0f6a1c1d7e12")
_MARKUP = re.compile(r"[\\`*_~^\[\]{}<>]")
_NO_TOKEN = re.compile(r"[^\w.-]")


def stable_uuid(*names: str) -> str:
    """Return a UUID that is the same for the same names in every run."""
    return str(uuid.uuid5(_NAMESPACE, "\0".join(names)))


def utc_text(text: str) -> str:
    """Return an ISO 8601 time in UTC, since OSCAL knows only some offsets."""
    found = datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
    return found.isoformat().replace("+00:00", "Z")


def prose(text: str) -> str:
    """Return a text as one line of OSCAL's markup that shows it as it is."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))


def prop(name: str, value: str) -> Part:
    """Return a property of ours."""
    return {"name": name, "ns": PROPERTIES, "value": " ".join(value.split())}


def role(name: str, title: str) -> Part:
    """Return a role; two of different names have different ids."""
    return {"id": token(name), "title": prose(title)}


def token(text: str) -> str:
    """Return an id of a name: itself where OSCAL takes it, and otherwise something like it."""
    made = _NO_TOKEN.sub("-", text)
    if not re.match(r"[^\W\d]", made):
        made = f"_{made}"
    if made == text:
        return text
    return f"{made}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def document(name: str, title: str, modified: str, version: str, content: Part) -> str:
    """Write a document; what is empty is left out, as OSCAL wants it.

    Its UUID changes with what it says and with nothing else.
    """
    metadata = {
        "title": prose(title),
        "last-modified": utc_text(modified),
        "version": " ".join(version.split()),
        "oscal-version": VERSION,
        **content.pop("metadata", {}),
    }
    body = _filled({"metadata": metadata, **content})
    written = json.dumps(body, ensure_ascii=False)
    body = {"uuid": stable_uuid(name, written), **body}
    return json.dumps({name: body}, ensure_ascii=False, indent=2) + "\n"


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each) for name, each in value.items() if each not in ([], {}, None)}
    if isinstance(value, list):
        return [_filled(each) for each in value]
    return value
