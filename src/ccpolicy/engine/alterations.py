"""Compare the records on file at an earlier commit with those of a later one."""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import replace
from pathlib import Path

from ccpolicy.assessment.alterations import Altered
from ccpolicy.engine.assess import provenance_request
from ccpolicy.errors import EvidenceError, Message
from ccpolicy.policy import Policy
from ccpolicy.provenance.read import read_provenance
from ccpolicy.store import open_store
from ccpolicy.texts import Text


def compare_records(base: Policy, head: str | None, as_of: datetime.datetime) -> Altered:
    """Compare the records of the base's commit with those of another, or of the files on disk.

    The base's contracts define what a record is and which changes are permitted, so that a change
    cannot bring its own contract.
    """
    with (
        tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder,
        open_store(Path(folder) / "spill", memory=base.settings.limits.memory) as store,
    ):
        asked = replace(
            provenance_request(base, as_of, Path(folder)), known_at=head, base=base.revision
        )
        try:
            found = read_provenance(asked, store)
        except EvidenceError as failure:
            return _unknown(failure.message, failure.hint)
        if found.altered is None:
            return _unknown(found.reason or Message(""), found.hint or Message(""))
        return found.altered


def _unknown(reason: Message, hint: Message) -> Altered:
    return Altered(
        reason=Text.of(reason),
        reason_code=reason.code or None,
        hint=Text.of(hint),
        against_contract=True,
        builds_on_base=False,
        parted_at=None,
        count=0,
        not_permitted=0,
        records=[],
        unreadable=[],
        unfollowed=[],
    )
