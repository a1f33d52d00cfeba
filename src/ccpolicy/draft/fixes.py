"""The changes that `ccpolicy lint --fix` makes to policy files, and its questions before them."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ccpolicy.draft.key_order import ENTRY_ORDERS, ordered_dataset, ordered_entries
from ccpolicy.draft.yaml_text import quoted
from ccpolicy.errors import CcpolicyError, PolicyError
from ccpolicy.files.atomic import atomic_file
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.files.yaml_document import parse_yaml
from ccpolicy.git.repository import GitRepository, open_repository
from ccpolicy.git.revision import find_revision
from ccpolicy.policy import Policy
from ccpolicy.policy.file_reader import FRAMEWORKS, TESTS
from ccpolicy.policy.models import Clause, Plan

Change = Literal["digest", "order", "modeline"]
_MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\s*")
_MOST_COMMITS = 500
"""Commits in which a clause's earlier text is looked for."""


@dataclass(frozen=True)
class ClauseChange:
    """A clause that has changed since a control was reviewed against it."""

    control: str
    clause: str
    before: Clause | None
    """As it was reviewed; none if git does not know it."""
    after: Clause


@dataclass
class FileFix:
    """A file, as it is to be written."""

    file: str
    text: str
    changes: list[Change] = field(default_factory=list)


def clause_changes(policy: Policy) -> list[ClauseChange]:
    """Return the clauses that changed since a control was reviewed, with their earlier wording."""
    clauses = {each.id: each for each in policy.plan.clauses}
    stale = [
        (control.id, name, digest)
        for control in policy.controls.values()
        for name, digest in control.clauses.items()
        if name in clauses and digest != clauses[name].digest
    ]
    if not stale:
        return []
    earlier = _earlier(policy, {digest for *_, digest in stale})
    return [
        ClauseChange(control, name, earlier.get(digest), clauses[name])
        for control, name, digest in stale
    ]


def _earlier(policy: Policy, wanted: Collection[str]) -> dict[str, Clause]:
    """Return digest → clause of those that stood in the plan at some commit."""
    found: dict[str, Clause] = {}
    try:
        with open_repository(policy.root) as repository:
            for commit in _commits(repository, policy):
                if set(wanted) <= found.keys():
                    break
                with find_revision(policy.root, commit) as revision:
                    name = f"{policy.settings.policy}/plan.yaml"
                    value = parse_yaml(revision.read(name), name, PolicyError).value
                try:
                    context = {"languages": value.get("languages")}
                    plan = Plan.model_validate(value, context=context)
                except (ValueError, AttributeError):
                    continue
                found |= {each.digest: each for each in plan.clauses if each.digest in wanted}
    except (CcpolicyError, OSError):  # without git nobody knows what a clause said
        return found
    return found


def _commits(repository: GitRepository, policy: Policy) -> Iterator[str]:
    inside = repository.path_inside(policy.root / policy.settings.policy / "plan.yaml")
    if inside is None:
        return
    listed = repository.run(
        "log",
        "--format=%H",
        f"--max-count={_MOST_COMMITS}",
        "HEAD",
        "--",
        f":(top,literal){inside}",
    )
    yield from listed.split()


def find_fixes(policy: Policy, reviewed: Collection[tuple[str, str]]) -> list[FileFix]:
    """Return the files that change: `reviewed` are control and clause whose digest is renewed."""
    tree = FolderFiles(policy.root)
    folder = policy.settings.policy
    names = [each for each in policy.files if each.endswith(".yaml")]
    names += [
        f"{folder}/{TESTS}/{each}"
        for each in tree.entries(f"{folder}/{TESTS}")
        if each.endswith(".yaml")
    ]
    found = []
    for name in names:
        before = tree.read(name).decode("utf-8")
        fix = FileFix(name, before)
        _renew_digests(policy, fix, reviewed)
        _order(policy, fix)
        _set_modeline(policy, fix)
        if fix.changes:
            found.append(fix)
    return found


def write_fixes(policy: Policy, fixes: Collection[FileFix]) -> None:
    """Write files, each of which appears complete or stays as it was."""
    for fix in fixes:
        target = policy.root / fix.file
        with atomic_file(target) as beside:
            with beside.open("xb") as file:
                file.write(fix.text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(target, beside)


def _renew_digests(policy: Policy, fix: FileFix, reviewed: Collection[tuple[str, str]]) -> None:
    digests = {each.id: each.digest for each in policy.plan.clauses}
    lines = fix.text.splitlines(keepends=True)
    for control, clause in sorted(reviewed):
        place = policy.place("control", control, "clauses", clause)
        if place.file != fix.file or place.line is None or place.column is None:
            continue
        line = lines[place.line - 1]
        start, rest = line[: place.column - 1], line[place.column - 1 :]
        # The file's first line may begin with a mark of its encoding, which has no column.
        pattern = r"""(("[^"]*"|'[^']*'|[^\s:,{}]+)\s*:\s*)("[^"]*"|'[^']*'|[^\s,{}#]+)"""
        changed = re.sub(rf"^{pattern}", rf"\g<1>{quoted(digests[clause])}", rest, count=1)
        lines[place.line - 1] = start + changed
    text = "".join(lines)
    if text != fix.text:
        fix.text = text
        fix.changes.append("digest")


def _order(policy: Policy, fix: FileFix) -> None:
    folder, name = fix.file.rpartition("/")[::2]
    below = folder.removeprefix(policy.settings.policy).strip("/")
    if below == "datasets":
        text = ordered_dataset(fix.text)
    elif below == "controls":
        text = ordered_entries(fix.text, "controls")
    elif not below and name.removesuffix(".yaml") in ENTRY_ORDERS:
        text = ordered_entries(fix.text, name.removesuffix(".yaml"))
    else:
        return
    if text != fix.text and _says_the_same(fix.text, text):
        fix.text = text
        fix.changes.append("order")


def _says_the_same(before: str, after: str) -> bool:
    """Whether two texts hold the same lines and the same YAML."""
    if Counter(map(str.strip, before.splitlines())) != Counter(map(str.strip, after.splitlines())):
        # The sign of an entry stands before another key.
        bare = [Counter(line.strip(" -") for line in text.splitlines()) for text in (before, after)]
        if bare[0] != bare[1]:
            return False
    try:
        values = [parse_yaml(text.encode(), "fixed").value for text in (before, after)]
    except CcpolicyError:
        return False
    return bool(values[0] == values[1])


def _set_modeline(policy: Policy, fix: FileFix) -> None:
    """Have the first line name the file's schema, where the schemas are at hand."""
    schema = _schema(policy, fix.file)
    folder = policy.root / Path(fix.file).parent
    schemas = policy.root / policy.settings.policy / "schemas"
    if schema is None or not (schemas / schema).is_file():
        return
    path = Path(os.path.relpath(schemas / schema, folder)).as_posix()
    wanted = f"# yaml-language-server: $schema={path}"
    first, end, rest = fix.text.removeprefix("\ufeff").partition("\n")
    known = _MODELINE.fullmatch(first.rstrip("\r"))
    if known:
        target = (folder / known[1]).resolve()
        if target.is_file() and target.name == schema:
            return
        fix.text = wanted + end + rest
    else:
        fix.text = f"{wanted}\n{first}{end}{rest}"
    fix.changes.append("modeline")


def _schema(policy: Policy, file: str) -> str | None:
    """Return the name of the schema of a policy file."""
    below = file.removeprefix(f"{policy.settings.policy}/")
    folder, _, name = below.rpartition("/")
    if not folder:
        known = {"plan", "norms", "waivers", "calendars"}
        stem = name.removesuffix(".yaml")
        return f"{stem}.json" if stem in known else None
    folders = {
        "controls": "controls.json",
        "datasets": "dataset.json",
        FRAMEWORKS: "framework.json",
        TESTS: "tests.json",
    }
    return folders.get(folder)
