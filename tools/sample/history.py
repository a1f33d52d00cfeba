"""Make the sample's history: its records come week by week, committed by roles.

Everything follows from the shipped policy and evidence and the dates in it, so that the commits
are the same every time. The last one holds the shipped evidence byte for byte.
`python -m sample.history ROOT BUNDLE` reads them below ROOT and writes the history as a git bundle.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from sample.clock import ZONE
from sample.file_states import LAST, MISTAKE, Source, parse_yaml

FIRST = datetime.datetime(2025, 5, 30, 17, 40, tzinfo=ZONE)
WEEK = datetime.timedelta(days=7)
AWAY = {"facilities": {datetime.date(2026, 2, 20), datetime.date(2026, 2, 27)}}
"""Role → weeks of the spring festival in which nobody filed its records."""
BRANCH = "main"


def write_bundle(root: Path, bundle: Path) -> None:
    """Write the history of the policy and evidence below a folder as a git bundle.

    A file that already holds these very commits stays: another version of git packs them into
    other bytes.
    """
    bundle = bundle.absolute()
    with tempfile.TemporaryDirectory(prefix="sample-") as folder:
        repository = Path(folder) / "history.git"
        _git(None, "init", "--quiet", "--bare", "--object-format=sha1", "--template=", repository)
        _git(repository, "fast-import", "--quiet", stdin=b"".join(stream(root)))
        made = _git(repository, "rev-parse", BRANCH)
        if bundle.exists() and _head(bundle) == made:
            return
        _git(repository, "repack", "-a", "-d", "-f", "-F", "-q", "--window=50", "--depth=50")
        _git(repository, "bundle", "create", "--quiet", "--version=2", bundle, BRANCH)


def _head(bundle: Path) -> str:
    return _git(None, "bundle", "list-heads", bundle, f"refs/heads/{BRANCH}").partition(" ")[0]


def _git(repository: Path | None, *arguments: str | Path, stdin: bytes = b"") -> str:
    """Run git by none but these settings, and return what it says."""
    settings = ["-c", "pack.threads=1", "-c", "core.compression=9", "-c", "pack.compression=9"]
    place = [f"--git-dir={repository}"] if repository else []
    done = subprocess.run(
        ["git", *settings, *place, *arguments],  # noqa: S607  whichever git there is
        input=stdin,
        capture_output=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        },
    )
    return done.stdout.decode().strip()


def stream(root: Path) -> Iterator[bytes]:
    """Yield the history as `git fast-import` reads it."""
    sources = _sources(root)
    held: dict[str, bytes] = {}
    now = FIRST
    yield from commit("centre director", FIRST - WEEK, "The plan", _policy(root))
    while now <= LAST:
        for minute, role in enumerate(sorted(sources)):
            at = now + datetime.timedelta(minutes=minute)
            if now.date() in AWAY.get(role, ()):
                continue
            files: dict[str, bytes] = {}
            for source in sources[role]:
                known = source.at(at)
                if known is not None and held.get(source.path) != known:
                    files[f"evidence/{source.path}"] = held[source.path] = known
            if files:
                message = "Records of the week"
                if now.date() == MISTAKE[1] and f"evidence/{MISTAKE[0]}" in files:
                    message += "\n\nReason: a question mark was left over from the draft"
                yield from commit(role, at, message, files)
        now += WEEK
    yield b"done\n"


def _sources(root: Path) -> dict[str, list[Source]]:
    """Return the evidence by the role that keeps it."""
    evidence = root / "evidence"
    found: dict[str, list[Source]] = {}
    for file in sorted((root / "policy" / "datasets").glob("*.yaml")):
        dataset = parse_yaml(file.read_bytes())
        if "reshape" in dataset:
            continue  # made of the rows of another dataset's files
        for path in sorted(evidence.glob(dataset["files"])):
            source = Source(path.relative_to(evidence).as_posix(), dataset, path.read_bytes())
            found.setdefault(dataset["owner"]["en"], []).append(source)
    return found


def _policy(root: Path) -> dict[str, bytes]:
    """Return all files that are no records, as `ccpolicy init` makes them."""
    paths = [root / "ccpolicy.toml", root / "evidence" / "README.md", *root.glob("policy/**/*.*")]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    # Here the records came one by one, from the first day on which the plan was owed.
    plan = files["policy/plan.yaml"]
    files["policy/plan.yaml"] = re.sub(rb"(#[^\n]*\n)*adopted_on:[^\n]*\n", b"", plan)
    return files


def commit(
    role: str, at: datetime.datetime, message: str, files: Mapping[str, bytes]
) -> Iterator[bytes]:
    """Yield a role's commit as `git fast-import` reads it."""
    who = f"{role} <{role.replace(' ', '-')}@centre.example> {int(at.timestamp())} +0800"
    yield f"commit refs/heads/{BRANCH}\nauthor {who}\ncommitter {who}\n".encode()
    yield _data(f"{message}\n".encode())
    for path, content in sorted(files.items()):
        yield f"M 100644 inline {path}\n".encode()
        yield _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m sample.history ROOT BUNDLE")
    write_bundle(Path(sys.argv[1]), Path(sys.argv[2]))
