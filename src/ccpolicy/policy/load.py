"""Load a policy repository, and refuse what cannot be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ccpolicy.checks.kinds import EXAMPLES, Kind, load_kinds
from ccpolicy.errors import Locator, PolicyError, PolicyErrors
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import FolderFiles, PolicyFiles, read_source
from ccpolicy.files.yaml_document import YamlDocument
from ccpolicy.git.revision import find_revision
from ccpolicy.git.signatures import KEY_FILES
from ccpolicy.policy.base_model import Model
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.git_datasets import FROM_GIT, dataset_from_git
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
from ccpolicy.shipped import shipped_folder
from ccpolicy.texts import TAG

M = TypeVar("M", bound=Model)
TESTS = "tests"
"""Folder of policy tests below that of the policy."""

FALSIFICATIONS = "falsify.yaml"
"""File of the policy folder that says how each demand may be broken."""
CALENDARS = "calendars.yaml"
"""File of the policy folder; there is none where no business time is counted."""


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
    places: Mapping[tuple[str, str], Place] = field(repr=False)
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
            kinds={kind.name: kind},
            digest="",
            checks_digest="",
            files=(),
            keys={},
            prefix="",
            places={},
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
        elsewhere = {*self._reached(self._selected(), _looked_up)}
        return own + [each for each in self.datasets_behind(own) if each not in elsewhere]

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


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry of a policy file stands."""

    source: YamlDocument
    path: tuple[str | int, ...]

    def locate(self, *path: str | int) -> Locator:
        """Return the place of a part of the entry."""
        return self.source.locate((*self.path, *path))


def load_policy(path: Path, revision: str | None = None) -> Policy:
    """Read every policy file of a repository, from its folder or from a revision in git.

    Raises:
        PolicyErrors: all that is wrong with single files, each with its place.
        PolicyError: there is no such repository or revision, or no git to read it with.
    """
    if revision is None:
        root = find_root(path)
        return _content(FolderFiles(root), root, None)
    with find_revision(path, revision) as found:
        return _content(found, path.resolve(), found.id)


def _content(tree: PolicyFiles, root: Path, revision: str | None) -> Policy:
    settings, source = load_settings(tree, root)
    reader = _Reader(tree, settings)
    reader.places["settings", FILE] = Place(source, ())
    folder = f"{settings.policy}"
    plan = reader.one(Plan, "plan", f"{folder}/plan.yaml")
    norms = reader.entries(Norms, "norm", [f"{folder}/norms.yaml"])
    controls = reader.entries(Controls, "control", reader.files(f"{folder}/controls"))
    waivers = reader.entries(Waivers, "waiver", [f"{folder}/waivers.yaml"])
    calendars = {}
    if CALENDARS in tree.entries(folder):
        calendars = reader.entries(Calendars, "calendar", [f"{folder}/{CALENDARS}"])
    datasets = {}
    for name in reader.files(f"{folder}/datasets"):
        if dataset := reader.one(Dataset, "dataset", name):
            datasets[dataset.id] = dataset
            if Path(name).stem != dataset.id:
                reader.errors.append(
                    PolicyError(
                        "the dataset '{id}' is in a file of another name",
                        hint="name the file {id}.yaml",
                        locator=reader.places["dataset", dataset.id].locate("id"),
                        id=dataset.id,
                    )
                )
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
        kinds=kinds,
        digest=_digest(_file_lines(tree, reader.names) + checks),
        checks_digest=_digest(checks),
        files=tuple(reader.names),
        keys=keys,
        prefix=tree.place(""),
        places=reader.places,
        tests=tests,
    )


def _languages(plan: object) -> list[str]:
    """Return the languages that a plan names, unless one of them is none."""
    found = plan.get("languages") if isinstance(plan, dict) else None
    named = found if isinstance(found, list) else []
    return named if all(isinstance(each, str) and TAG.search(each) for each in named) else []


class _Reader:
    """Reads policy files one after another and gathers what is wrong."""

    def __init__(self, tree: PolicyFiles, settings: Settings) -> None:
        self.tree, self.settings = tree, settings
        self.errors: list[PolicyError] = []
        self.places: dict[tuple[str, str], Place] = {}
        self.names = [FILE]
        self.context: dict[str, list[str]] = {}
        """What texts are held to: the plan's languages."""

    def files(self, folder: str) -> list[str]:
        """List the YAML files of a folder."""
        entries = self.tree.entries(folder)
        for entry in entries:
            if entry.lower().endswith((".yml", ".yaml")) and not entry.endswith(".yaml"):
                place = Locator(self.tree.place(f"{folder}/{entry}"))
                self.errors.append(PolicyError("policy files end in .yaml", locator=place))
            name = f"{folder}/{entry}"
            if not self.tree.is_link(name) and self.tree.entries(name):
                self.errors.append(
                    PolicyError(
                        "a folder below {folder} is not read",
                        hint="put its policy files into {folder} itself",
                        locator=Locator(self.tree.place(name)),
                        folder=folder,
                    )
                )
        names = [f"{folder}/{entry}" for entry in entries if entry.endswith(".yaml")]
        if not names:
            place = Locator(self.tree.place(folder))
            self.errors.append(PolicyError("no file in {folder}", locator=place, folder=folder))
        return names

    def tests(self) -> dict[str, bytes]:
        """Read the files of policy tests, of worked examples and of falsifications."""
        folder, checks = f"{self.settings.policy}/{TESTS}", self.settings.checks
        names = [
            *(f"{folder}/{each}" for each in self.tree.entries(folder)),
            *(f"{checks}/{each}" for each in self.tree.entries(checks)),
        ]
        if FALSIFICATIONS in self.tree.entries(self.settings.policy):
            names.append(f"{self.settings.policy}/{FALSIFICATIONS}")
        suffixes = (".yaml", ".yml")
        found = {}
        for name in names:
            if name.endswith(EXAMPLES if name.startswith(f"{checks}/") else suffixes):
                try:
                    found[name] = self.tree.read(name)
                except PolicyError as failure:
                    self.errors.append(failure)
        return found

    def read(self, model: type[M], name: str) -> tuple[YamlDocument, M] | None:
        """Read one file into its model."""
        self.names.append(name)
        try:
            source = read_source(self.tree, name)
            if source.value is None:
                raise PolicyError("the file is empty", locator=Locator(source.file))
            if model is Plan and isinstance(source.value, dict) and "holidays" in source.value:
                raise PolicyError(
                    "'holidays' has moved to calendars.yaml",
                    hint="take it out here, and write in {file}: calendars:"
                    " [{{id: office, weekend: [saturday, sunday], holidays: {country}}}]",
                    locator=source.locate(("holidays",)),
                    file=f"{self.settings.policy}/{CALENDARS}",
                    country=source.value["holidays"],
                )
            if model is Plan:
                self.context["languages"] = _languages(source.value)
            return source, model.model_validate(source.value, context=self.context)
        except ValidationError as failure:
            self.errors.extend(explain(failure, source, model))
        except PolicyError as failure:
            self.errors.append(failure)
        return None

    def one(self, model: type[M], family: str, name: str) -> M | None:
        """Read a file that holds one entry."""
        found = self.read(model, name)
        if found is None:
            return None
        source, entry = found
        self.places[family, getattr(entry, "id")] = Place(source, ())  # noqa: B009
        return entry

    def entries(self, model: type[Model], family: str, names: list[str]) -> dict[str, Any]:
        """Read files that hold a list of entries with ids of their own."""
        entries: dict[str, Any] = {}
        for name in names:
            found = self.read(model, name)
            if found is None:
                continue
            source, content = found
            key = f"{family}s"
            for index, entry in enumerate(getattr(content, key)):
                place = Place(source, (key, index))
                if entry.id in entries:
                    self.errors.append(
                        PolicyError(
                            "the {family} '{id}' is already defined at {other}",
                            locator=place.locate("id"),
                            family=family,
                            id=entry.id,
                            other=self.places[family, entry.id].locate("id"),
                        )
                    )
                entries[entry.id] = entry
                self.places[family, entry.id] = place
        return entries

    def from_git(self, datasets: dict[str, Dataset], controls: Mapping[str, Control]) -> None:
        """Add the datasets that git fills, as far as a control uses them."""
        for name in sorted(datasets.keys() & set(FROM_GIT)):
            self.errors.append(
                PolicyError(
                    "the name '{name}' belongs to a dataset that git fills",
                    hint="give the dataset another name",
                    locator=self.places["dataset", name].locate("id"),
                    name=name,
                )
            )
        used = {
            part.dataset
            for control in controls.values()
            for each in control.inputs
            for part in control.selections(each)
        }
        for name in sorted(used & set(FROM_GIT) - datasets.keys()):
            source, datasets[name] = dataset_from_git(name)
            self.places["dataset", name] = Place(source, ())

    def kinds(self, *, may_redefine: bool) -> dict[str, Kind]:
        """Load the built-in check kinds and the repository's own.

        A revision is judged by its own kinds, even where the built-in ones have moved on.
        """
        try:
            built_in = load_kinds(FolderFiles(shipped_folder().resolve()), "checks")
            own = load_kinds(self.tree, self.settings.checks)
            for name in built_in.keys() & own.keys() if not may_redefine else ():
                if built_in[name].sql != own[name].sql:
                    raise PolicyError(
                        "the built-in check kind '{name}' cannot be redefined",
                        hint="give it a name of its own",
                        locator=Locator(self.tree.place(own[name].file)),
                        name=name,
                    )
        except PolicyError as failure:
            self.errors.append(failure)
            return {}
        return {**built_in, **own}


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
