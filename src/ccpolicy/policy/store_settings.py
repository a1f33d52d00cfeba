"""Stores as `ccpolicy.toml` names them: their kind, and where to look for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import StringConstraints

from ccpolicy.errors import PolicyError
from ccpolicy.files.yaml_document import YamlDocument
from ccpolicy.policy.base_model import PolicyModel
from ccpolicy.vocabulary import StoreKind


class StoreSettings(PolicyModel):
    """A database with tables that are evidence; who may read it is said elsewhere."""

    kind: StoreKind
    service: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,63}$")] | None = None
    """Section of libpq's own file of services that says where it is."""
    environment: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,62}$")] | None = None
    """What stands before the names of libpq's variables where they say where it is: with
    `WAREHOUSE_` they are `WAREHOUSE_PGHOST` and so on."""


def check_stores(settings: Mapping[str, Any], source: YamlDocument) -> None:
    """Refuse addresses and credentials, before anything could repeat them.

    Raises:
        PolicyError: there is one.
    """
    stores = settings.get("stores")
    for name, store in stores.items() if isinstance(stores, dict) else ():
        for key in store if isinstance(store, dict) else ():
            if key not in StoreSettings.model_fields:
                raise PolicyError(
                    "'{key}' has no place in ccpolicy.toml: neither where a store is nor who may"
                    " read it is written into a policy",
                    hint="say it by libpq's variables, such as PGHOST and PGUSER, or in its own"
                    " files, and name here at most their prefix or the service:"
                    '  environment = "WAREHOUSE_"  or  service = "warehouse"',
                    locator=source.locate(("stores", name, key)),
                    key=key,
                )
