"""How far back evidence goes."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from ccpolicy.draft.column_roles import ColumnRoles
from ccpolicy.draft.reading import read_dataset
from ccpolicy.policy import Policy, columns
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.time.zones import time_zone


def first_day(policy: Policy, names: Collection[str]) -> datetime.date | None:
    """Return the first day on which some of these datasets have a record; None if none has a time.

    Those that others refer to are left out: their times say how old a thing or a person is.
    """
    referred = {
        each.dataset for dataset in policy.datasets.values() for each in dataset.references.values()
    }
    zone = time_zone(policy.plan.zone)
    found = []
    for name in names:
        types = columns(policy.datasets, name) or {}
        times = ColumnRoles(policy.datasets[name], types).times()
        if name in referred or not times:
            continue
        with read_dataset(
            policy.root,
            policy.settings.evidence,
            policy.datasets,
            name,
            policy.plan.zone,
            policy.settings.limits,
            0,
        ) as read:
            table = read.evidence.tables[name]
            [(least,)] = read.store.ask(
                f"SELECT min({identifier(times[0])}) FROM {identifier(table.name)}"
            )
        if least is not None:
            is_day = types[times[0]] == "date"
            found.append(date_of(least) if is_day else moment(least, zone).date())
    return min(found, default=None)
