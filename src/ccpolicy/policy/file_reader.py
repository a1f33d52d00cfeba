"""Read the files of a policy into their models, and gather what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from ccpolicy.checks.kinds import EXAMPLES, Kind, load_kinds
from ccpolicy.checks.shipped_kinds import shipped_kinds
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import PolicyFiles, read_source
from ccpolicy.files.yaml_document import YamlDocument
from ccpolicy.policy.base_model import PolicyModel
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.git_datasets import FROM_GIT, dataset_from_git
from ccpolicy.policy.models import Control, Plan
from ccpolicy.policy.settings import FILE, Settings
from ccpolicy.texts import TAG

M = TypeVar("M", bound=PolicyModel)
TESTS = "tests"
"""Folder of policy tests below that of the policy."""

FALSIFICATIONS = "falsify.yaml"
"""File of the policy folder that says how each demand may be broken."""
CALENDARS = "calendars.yaml"
"""File of the policy folder; there is none where no business time is counted."""
FRAMEWORKS = "frameworks"
"""Folder of other documents' requirements below that of the policy; it may be missing."""
_MISNAMED_MESSAGES = {
    "dataset": "the file of the dataset '{id}' must be named after it",
    "framework": "the file of the framework '{id}' must be named after it",
}
"""Family → what is wrong where an entry's file has another name than it."""


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where an entry of a policy file stands."""

    source: YamlDocument
    path: tuple[str | int, ...]

    def locate(self, *path: str | int) -> Locator:
        """Return the place of a part of the entry."""
        return self.source.locate((*self.path, *path))


class PolicyFileReader:
    """Reads policy files one after another and gathers what is wrong."""

    def __init__(self, tree: PolicyFiles, settings: Settings, *, is_complete: bool) -> None:
        self.tree, self.settings = tree, settings
        self.is_complete = is_complete
        """Whether each folder that is asked for must have a file."""
        self.errors: list[PolicyError] = []
        self.places: dict[tuple[str, str], EntryPlace] = {}
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
        if not names and self.is_complete:
            place = Locator(self.tree.place(folder))
            self.errors.append(
                PolicyError(
                    "the folder {folder} has no file that ends in .yaml",
                    locator=place,
                    folder=folder,
                )
            )
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
        self.places[family, getattr(entry, "id")] = EntryPlace(source, ())  # noqa: B009
        return entry

    def named(self, model: type[M], family: str, folder: str) -> dict[str, M]:
        """Read a folder of files that hold one entry each and are named after its id."""
        found = {}
        for name in self.files(folder):
            entry: Any = self.one(model, family, name)
            if entry is None:
                continue
            found[entry.id] = entry
            if Path(name).stem != entry.id:
                self.errors.append(
                    PolicyError(
                        _MISNAMED_MESSAGES[family],
                        hint="name the file {id}.yaml",
                        locator=self.places[family, entry.id].locate("id"),
                        id=entry.id,
                    )
                )
        return found

    def entries(self, model: type[PolicyModel], family: str, names: list[str]) -> dict[str, Any]:
        """Read files that hold a list of entries with ids of their own."""
        entries: dict[str, Any] = {}
        for name in names:
            found = self.read(model, name)
            if found is None:
                continue
            source, content = found
            key = f"{family}s"
            for index, entry in enumerate(getattr(content, key)):
                place = EntryPlace(source, (key, index))
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
                    "'{name}' is the name of a dataset that ccpolicy fills from the git history",
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
            self.places["dataset", name] = EntryPlace(source, ())

    def kinds(self, *, may_redefine: bool) -> dict[str, Kind]:
        """Load the built-in check kinds and the repository's own.

        A revision is judged by its own kinds, even where the built-in ones have moved on.
        """
        try:
            built_in = shipped_kinds()
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


def _languages(plan: object) -> list[str]:
    """Return the languages that a plan names, unless one of them is none."""
    found = plan.get("languages") if isinstance(plan, dict) else None
    named = found if isinstance(found, list) else []
    return named if all(isinstance(each, str) and TAG.search(each) for each in named) else []
