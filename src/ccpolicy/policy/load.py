"""Load a policy repository as one policy, from a folder or from a revision in git."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from ccpolicy.checks.kinds import Kind
from ccpolicy.errors import Locator, PolicyError, PolicyErrors
from ccpolicy.files.policy_files import FolderFiles, PolicyFiles
from ccpolicy.git.revision import find_revision
from ccpolicy.git.signatures import KEY_FILES
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.file_reader import CALENDARS, FRAMEWORKS, EntryPlace, PolicyFileReader
from ccpolicy.policy.frameworks import Framework
from ccpolicy.policy.models import (
    BusinessCalendarRules,
    Calendars,
    Control,
    Controls,
    Norm,
    Norms,
    Plan,
    Waiver,
    Waivers,
)
from ccpolicy.policy.settings import FILE, Settings, find_root, load_settings


@dataclass(frozen=True, eq=False)
class Policy:
    """The policy files of a repository, each valid by itself."""

    root: Path
    """Where the evidence lies."""
    revision: str | None
    """Commit that the policy was read from; none if it is the files in `root`."""
    settings: Settings
    plan: Plan
    norms: Mapping[str, Norm]
    controls: Mapping[str, Control]
    datasets: Mapping[str, Dataset]
    waivers: Mapping[str, Waiver]
    calendars: Mapping[str, BusinessCalendarRules]
    frameworks: Mapping[str, Framework]
    kinds: Mapping[str, Kind]
    digest: str
    """SHA-256 over the settings, the policy files and the check kinds."""
    checks_digest: str
    """SHA-256 over the check kinds in use alone."""
    files: tuple[str, ...]
    """The settings and the policy files that were read, as paths from the root."""
    keys: Mapping[str, bytes]
    """The files that say whose signatures count: name → content."""
    prefix: str
    """What stands before the files' paths in messages, such as `origin/main:`."""
    places: Mapping[tuple[str, str], EntryPlace] = field(repr=False)
    """(`control`, id), (`dataset`, id), … → where it stands."""
    tests: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The files of policy tests, of falsifications and of the check kinds' worked examples: name →
    content. No verdict depends on them, so that no digest covers them."""

    @classmethod
    def of(
        cls, plan: Plan, control: Control, kind: Kind, calendars: Iterable[BusinessCalendarRules]
    ) -> Policy:
        """Make a policy of one control, without files."""
        return cls(
            root=Path(),
            revision=None,
            settings=Settings(),
            plan=plan,
            norms={},
            controls={control.id: control},
            datasets={},
            waivers={},
            calendars={each.id: each for each in calendars},
            frameworks={},
            kinds={kind.name: kind},
            digest="",
            checks_digest="",
            files=(),
            keys={},
            prefix="",
            places={},
        )

    def narrowed(self, names: Iterable[str]) -> Policy:
        """Return the policy of some controls alone, without what names the others."""
        return replace(
            self,
            plan=self.plan.model_copy(update={"tags": {}}),
            controls={
                each: self.controls[each].model_copy(update={"attests": None}) for each in names
            },
        )

    def place(self, family: str, name: str, *path: str | int) -> Locator:
        """Return where a part of the policy stands, such as `place("control", "EM-1", "check")`."""
        return self.places[family, name].locate(*path)

    def datasets_behind(self, tables: Iterable[str]) -> list[str]:
        """Return the datasets that are read for tables: their own, and those that these rest on.

        A dataset rests on those that it looks something up in, and on those that it refers to.
        """
        return self._reached(tables, lambda dataset: dataset.sources)

    def datasets_read(self) -> list[str]:
        """Return the datasets that any control rests on: by selections, lookups and references."""
        return self.datasets_behind(self._selected())

    def datasets_judged(self, tables: Iterable[str]) -> list[str]:
        """Return those of `datasets_behind` whose invalid records leave a control in doubt.

        These are the datasets of the tables, and those that they look values up in. A dataset that
        is only referred to does not count: an invalid record in it makes the records that name it
        invalid too, and leaves the others alone. It counts after all if no control selects it,
        since its errors would be reported nowhere else.
        """
        own = self._reached(tables, _looked_up)
        behind = self.datasets_behind(own)
        return own + [each for each in behind if each not in self._judged_by_any]

    @cached_property
    def _judged_by_any(self) -> frozenset[str]:
        """The datasets that some control selects from, or looks values up in."""
        return frozenset(self._reached(self._selected(), _looked_up))

    def _selected(self) -> Iterator[str]:
        for control in self.controls.values():
            for name in control.inputs:
                yield from (part.dataset for part in control.selections(name))

    def _reached(
        self, tables: Iterable[str], sources: Callable[[Dataset], Iterable[str]]
    ) -> list[str]:
        found = list(dict.fromkeys(table.partition(".")[0] for table in tables))
        for name in found:  # it grows, since these have sources of their own
            found += [each for each in sources(self.datasets[name]) if each not in found]
        return found


def _looked_up(dataset: Dataset) -> list[str]:
    return list(dict.fromkeys(lookup.dataset for lookup in dataset.lookups.values()))


def load_policy(path: Path, revision: str | None = None, *, is_complete: bool = True) -> Policy:
    """Read every policy file of a repository, from its folder or from a revision in git.

    One that is not complete may still have no control or no dataset.

    Raises:
        PolicyErrors: all that is wrong with single files, each with its place.
        PolicyError: there is no such repository or revision, or no git to read it with.
    """
    if revision is None:
        root = find_root(path)
        return _content(FolderFiles(root), root, None, is_complete=is_complete)
    with find_revision(path, revision) as found:
        if FILE not in found.entries(""):
            raise PolicyError(
                "no ccpolicy.toml in the folder '{folder}' of {revision}",
                hint="name the folder that is the policy repository there; a revision is not"
                " searched for it",
                folder=found.folder or ".",
                revision=revision,
            )
        return _content(found, path.resolve(), found.id, is_complete=is_complete)


def _content(tree: PolicyFiles, root: Path, revision: str | None, *, is_complete: bool) -> Policy:
    settings, source = load_settings(tree, root)
    reader = PolicyFileReader(tree, settings, is_complete=is_complete)
    reader.places["settings", FILE] = EntryPlace(source, ())
    folder = f"{settings.policy}"
    plan = reader.one(Plan, "plan", f"{folder}/plan.yaml")
    norms = reader.entries(Norms, "norm", [f"{folder}/norms.yaml"])
    controls = reader.entries(Controls, "control", reader.files(f"{folder}/controls"))
    waivers = reader.entries(Waivers, "waiver", [f"{folder}/waivers.yaml"])
    calendars = {}
    if CALENDARS in tree.entries(folder):
        calendars = reader.entries(Calendars, "calendar", [f"{folder}/{CALENDARS}"])
    frameworks = {}
    if FRAMEWORKS in tree.entries(folder):
        frameworks = reader.named(Framework, "framework", f"{folder}/{FRAMEWORKS}")
    datasets = reader.named(Dataset, "dataset", f"{folder}/datasets")
    reader.from_git(datasets, controls)
    keys = {
        each: tree.read(f"{folder}/{each}") for each in KEY_FILES if each in tree.entries(folder)
    }
    reader.names += [f"{folder}/{each}" for each in keys]
    tests = reader.tests()
    kinds = reader.kinds(may_redefine=revision is not None)
    if reader.errors or plan is None:
        raise PolicyErrors(reader.errors)
    checks = _check_lines({control.check for control in controls.values()}, kinds)
    return Policy(
        root=root,
        revision=revision,
        settings=settings,
        plan=plan,
        norms=norms,
        controls=controls,
        datasets=datasets,
        waivers=waivers,
        calendars=calendars,
        frameworks=frameworks,
        kinds=kinds,
        digest=_digest(_file_lines(tree, reader.names) + checks),
        checks_digest=_digest(checks),
        files=tuple(reader.names),
        keys=keys,
        prefix=tree.place(""),
        places=reader.places,
        tests=tests,
    )


def _file_lines(tree: PolicyFiles, names: list[str]) -> list[str]:
    return [f"{hashlib.sha256(tree.read(name)).hexdigest()}  {name}" for name in sorted(names)]


def _check_lines(used: set[str], kinds: Mapping[str, Kind]) -> list[str]:
    return [
        f"{hashlib.sha256(kinds[name].sql.encode()).hexdigest()}  check {name}"
        for name in sorted(used & kinds.keys())
    ]


def _digest(lines: list[str]) -> str:
    """Digest what decides a verdict beside the evidence: file by file, so that no two can merge."""
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
