"""A small centre, a bundle of it, keys, and ways to make a bundle again with something changed."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import ccpolicy
from ccpolicy.assessment.verification import Verification
from ccpolicy.bundle.archive import Archive, Part, open_archive, write_archive
from ccpolicy.bundle.verify import Trust, verify
from ccpolicy.cli.program import program

SAMPLE = Path(ccpolicy.__file__).parent / "examples" / "failing"
Run = Callable[..., Result]
Edit = Callable[[dict[str, bytes]], None]


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(
        program, [*map(str, arguments), "--lang", "en"], prog_name="ccpolicy"
    )
    assert "defect" not in result.output, result.output
    assert isinstance(result.exception, SystemExit | None)
    return result


def made(centre: Path, target: Path, *options: str) -> Path:
    result = run("bundle", centre, "-o", target, *options)
    assert result.exit_code == 0, result.output
    return target


def members(bundle: Path) -> dict[str, bytes]:
    with open_archive(bundle) as file:
        archive = Archive(file)
        return {name: archive.read(name, 1 << 30) for name in archive.members}


def rebuilt(bundle: Path, edit: Edit, *, relist: bool = True) -> Path:
    """Make a bundle again with something changed, and with `relist` a manifest that fits."""
    contents = members(bundle)
    edit(contents)
    if relist:
        manifest = json.loads(contents["manifest.json"])
        manifest["files"] = [
            {"path": name, "size": part.digest.size, "sha256": part.digest.sha256}
            for name, content in sorted(contents.items())
            if name != "manifest.json"
            for part in [Part.of(content)]
        ]
        contents["manifest.json"] = as_json(manifest)
    target = bundle.with_name("rebuilt.zip")
    with target.open("wb") as file:
        write_archive(file, {name: Part.of(content) for name, content in contents.items()})
    return target


def forged(names: list[str]) -> bytes:
    """Make an archive in the right form of names that are not allowed."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w") as archive,
        warnings.catch_warnings(action="ignore", category=UserWarning),
    ):
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100644 << 16
            archive.writestr(info, b"")
    return file.getvalue()


def as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def statuses(found: Verification) -> dict[str, str]:
    return {step.step: step.status for step in found.steps}


def failing_step(bundle: Path, trust: Trust | None = None) -> tuple[str, str]:
    """Verify what must not verify, and return the first step that failed and what it said."""
    found = verify(bundle, trust)
    assert not found.passed
    failed = [step for step in found.steps if step.status == "failed"]
    said = [(failed[0].code, failed[0].message)]
    said += [(each.code, each.message) for each in failed[0].details]
    return failed[0].step, "\n".join(f"{code or ''} {text.text('en')}" for code, text in said)


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "centre"))


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(SAMPLE, tmp_path_factory.mktemp("kept") / "kept.zip")


@pytest.fixture
def bundle(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(kept, tmp_path / "bundle.zip"))


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of keys as ssh-keygen and openssl make them, and files of signers."""
    folder = tmp_path_factory.mktemp("keys")
    for name, kind in (("auditor", "ed25519"), ("stranger", "ed25519"), ("old", "rsa")):
        made_by = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(made_by, check=True)
        line = (folder / f"{name}.pub").read_text("utf-8").strip()
        (folder / f"{name}.signers").write_text(f"{name}@example.org {line}\n", "utf-8")
    return folder
