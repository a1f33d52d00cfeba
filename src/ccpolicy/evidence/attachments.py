"""Find the files that records name, such as a scanned form, and leave out records without theirs.

Paths are relative to the evidence folder, as the patterns of datasets are. A record may therefore
move to another file, or to another format, and still name the same attachment.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ccpolicy.assessment import images
from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence import values
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.models import Attachment
from ccpolicy.evidence.record_removal import remove_records
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.files.finder import Finder, Fingerprint, fingerprint, is_unchanged, name_fault
from ccpolicy.files.limits import MIB
from ccpolicy.files.paths import plain_path
from ccpolicy.near_names import nearest
from ccpolicy.policy.columns import attachments
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_NAMED = "evidence.named"
"""Relation of the records that name a file: column's number `col`, `locator` and `path`."""
_FAULTY = "evidence.faulty"
"""Relation of each `path` that is no file."""


class Attachments:
    """The files that the records of all datasets name."""

    def __init__(
        self, store: DuckDB, loads: Collection[DatasetLoad], finder: Finder, folder: str
    ) -> None:
        self.store, self.finder = store, finder
        self.top = plain_path(folder)
        self.columns: list[tuple[DatasetLoad, list[tuple[TablePlan, str]]]] = []
        """Datasets with their tables and columns that name files."""
        for load in loads:
            plans = {plan.name: plan for plan in load.plans}
            if found := [(plans[table], column) for table, column in attachments(load.dataset)]:
                self.columns.append((load, found))
        self.files: dict[str, Fingerprint | EvidenceError] = {}
        """Path as written → its file, or why there is none."""
        self.own: set[str] = set()
        """The files of records of the dataset that is being checked."""

    def check(self) -> None:
        """Note the records that name what is no file, and take them out of the tables."""
        for load, columns in self.columns:
            self.store.create(_NAMED, _named_sql(columns))
            self.own = {file.name for file in load.stored}
            faulty = [path for path in self._paths(_NAMED) if self._fault(path)]
            if faulty:
                self.store.fill(_FAULTY, {"path": "VARCHAR"}, [faulty])
                self._note(load, [column for _, column in columns])
                remove_records(self.store, load, f"SELECT DISTINCT locator {_FAULTY_ROWS}")
                self.store.drop(_FAULTY)
            self.store.drop(_NAMED)

    def finish(self) -> list[Attachment]:
        """Note files that changed meanwhile, and return those that valid records name."""
        found = []
        for load, columns in self.columns:
            self.store.create(_NAMED, _named_sql(columns))
            for path in self._paths(_NAMED):
                file = self._from_root(path)
                known = self.files[path]
                assert isinstance(known, Fingerprint)  # the other records were taken out
                if not is_unchanged(self.finder.root / file, known):
                    load.problems.file(
                        EvidenceError(
                            "the file changed while it was read",
                            hint="check again when nobody writes to it",
                            locator=Locator(file),
                        )
                    )
                found.append(Attachment(load.dataset.id, file, known.sha256))
            self.store.drop(_NAMED)
        return sorted(found)

    def of_invalid_records(self, found: Collection[Attachment]) -> set[str]:
        """Return the files that records name, but only such as turned out to be invalid."""
        named = (path for path, each in self.files.items() if isinstance(each, Fingerprint))
        return {self._from_root(path) for path in named} - {each.file for each in found}

    def images(self, found: Collection[Attachment]) -> dict[str, bytes]:
        """Return SHA-256 → content of the first images among attachments."""
        contents = {
            each.sha256: each.data
            for each in self.files.values()
            if isinstance(each, Fingerprint) and each.data and images.as_image(each.data)
        }
        digests = dict.fromkeys(each.sha256 for each in found if each.sha256 in contents)
        return {each: contents[each] for each in [*digests][: images.MOST]}

    def _from_root(self, path: str) -> str:
        return f"{self.top}/{path}" if self.top else path

    def _paths(self, relation: str) -> list[str]:
        query = f"SELECT DISTINCT path FROM {identifier(relation)} ORDER BY 1"
        return [str(path) for (path,) in self.store.ask(query)]

    def _fault(self, path: str) -> EvidenceError | None:
        """Find why a path is not the file of a record of the dataset that is checked."""
        if path not in self.files:
            try:
                self.files[path] = self._find(path)
            except EvidenceError as failure:
                self.files[path] = failure
        found = self.files[path]
        if isinstance(found, EvidenceError):
            return found
        if self._from_root(path) in self.own:
            return EvidenceError(
                "'{name}' names the file {value}, which holds the dataset's own records",
                hint="a record does not prove itself: name the file that does, such as a scan",
                value=values.shown(path),
            )
        return None

    def _find(self, path: str) -> Fingerprint:
        """Find and read a file.

        Each name on the way is looked up in its folder, so that upper and lower case count on every
        file system, and no link is followed.

        Raises:
            EvidenceError: there is none; without its place and without the `name` of the column.
        """
        value = values.shown(path)
        parts = path.split("/")
        if {"", ".", ".."} & {*parts} or any(map(name_fault, parts)):
            raise EvidenceError(
                "'{name}' must be the path of a file below the evidence folder, not {value}",
                hint="write it from that folder on, such as scans/2026/form-17.pdf",
                value=value,
            )
        above = self.top
        for index, part in enumerate(parts):
            names = self.finder.names(above)
            if part not in names:
                known = ["/".join([*parts[:index], each, *parts[index + 1 :]]) for each in names]
                if path.startswith(f"{self.top}/") and (self.finder.root / path).is_file():
                    known.append(path[len(self.top) + 1 :])
                close = nearest(path, known)
                raise EvidenceError(
                    "'{name}' names the file {value}, which is not in the evidence folder",
                    hint=close.hint
                    if close
                    else "put the file there, or correct the path: it begins below the evidence"
                    " folder and has / between folders",
                    value=value,
                    close=close.name if close else None,
                )
            above = f"{above}/{part}" if above else part
            kind = self._kind(above)
            if kind != ("file" if index == len(parts) - 1 else "folder"):
                raise EvidenceError(
                    "'{name}' must name a regular file, not {value}: {part} is {kind}",
                    hint="name one file; folders do not count, and links are not followed",
                    value=value,
                    part=values.shown(above),
                    kind=Message.of(_KIND_HINT_MESSAGES[kind]),
                )
        size = (self.finder.root / above).lstat().st_size
        if not size:
            raise EvidenceError(
                "'{name}' names the file {value}, which is empty",
                hint="file the document itself: a file without content proves nothing",
                value=value,
            )
        limit = self.finder.limits.file_size
        if size > limit << MIB:
            raise EvidenceError(
                "'{name}' names the file {value}, which is larger than {limit} MiB",
                hint="file a smaller copy, or allow more with 'file_size' in the table [limits] of"
                " ccpolicy.toml",
                value=value,
                limit=limit,
            )
        try:
            return fingerprint(self.finder.root / above, keep=size <= images.LARGEST)
        except EvidenceError as failure:
            reason = dict(failure.message.values).get("reason", failure.message)
            raise EvidenceError(
                "'{name}' names the file {value}, which cannot be read: {reason}",
                value=value,
                reason=reason,
            ) from failure

    def _kind(self, path: str) -> str:
        """Return what lies at a path: a key of `_KIND_HINT_MESSAGES`."""
        try:
            mode = (self.finder.root / path).lstat().st_mode
        except OSError:
            return "gone"
        return _KINDS.get(stat.S_IFMT(mode), "device")

    def _note(self, load: DatasetLoad, columns: Sequence[str]) -> None:
        """Explain the records that name no file, up to the limit, and count the others."""
        problems = load.problems
        [(total,)] = self.store.ask(f"SELECT count(DISTINCT locator) {_FAULTY_ROWS}")
        rows = self.store.ask(
            f"SELECT DISTINCT locator, col, path {_FAULTY_ROWS} AND locator IN (SELECT DISTINCT"
            f" locator {_FAULTY_ROWS} ORDER BY 1 LIMIT {problems.room}) ORDER BY ALL"
        )
        places = load.places.locate({locator for locator, *_ in rows})
        problems.unexplained += total - len(places)
        errors: dict[int, list[EvidenceError]] = {}
        for locator, column, path in rows:
            failure = self._fault(path)
            assert failure
            said: dict[str, Any] = dict(failure.message.values)
            said["name"] = load.contract.heading(columns[column])
            error = EvidenceError(failure.message.template, hint=failure.hint.template, **said)
            errors.setdefault(locator, []).append(error)
        for locator, found in errors.items():
            problems.record(places[locator], found)


_KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
_KIND_HINT_MESSAGES = {
    "file": "a file, which holds no other",
    "folder": "a folder",
    "link": "a symbolic link",
    "device": "a pipe, a socket or a device",
    "gone": "no longer there",
}
_FAULTY_ROWS = f"FROM {identifier(_NAMED)} WHERE path IN (SELECT path FROM {identifier(_FAULTY)})"


def _named_sql(columns: Iterable[tuple[TablePlan, str]]) -> str:
    """Write the rows of `_NAMED`."""
    return " UNION ALL ".join(
        f"SELECT * FROM (SELECT {number} AS col, locator, {_path_sql(plan, column)} AS path"
        f" FROM {identifier(plan.relation)}) WHERE path IS NOT NULL"
        for number, (plan, column) in enumerate(columns)
    )


def _path_sql(plan: TablePlan, column: str) -> str:
    value = identifier(column)
    is_list = any(each.name == column and each.is_list for each in plan.columns)
    return f"unnest(from_json({value}, '[\"VARCHAR\"]'))" if is_list else value
