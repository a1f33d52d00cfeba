"""What cannot be written is an error, and leaves nothing but what was there."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .runs import COMMANDS, COUNT, PROGRAM, ask, ended, start


def longest(limit: int) -> Callable[[], None]:
    """Return what makes a disk full: no file may be longer than a limit."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.parametrize("name", COMMANDS)
def test_full_disk(name: str, centre: Path, tmp_path: Path) -> None:
    """A disk that is full after so many bytes: an error, and nothing but what was there."""
    out = tmp_path / "out"
    out.mkdir()
    target = out / "result"
    assert ended(start(centre, *COMMANDS[name], "-o", target))[0] == 0
    size = target.stat().st_size
    target.write_bytes(b"of before")
    draw = random.Random(name)
    for limit in (0, size - 1, *(draw.randrange(size) for _ in range(COUNT - 2))):
        code, said = ended(start(centre, *COMMANDS[name], "-o", target, first=longest(limit)))
        assert code == 2, (limit, said)
        assert said
        assert [path.read_bytes() for path in out.iterdir()] == [b"of before"]


def test_a_small_disk(centre: Path, tmp_path: Path) -> None:
    """For results and temporary files: a file system that is full in truth."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=$1k tmpfs "$2" && cd "$2" && shift 2 && TMPDIR=. exec "$@"'
    own = ("unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh")
    if not shutil.which("unshare") or ended(start(disk, "true", by=(*own, "4", str(disk))))[0]:
        if os.environ.get("CI"):
            pytest.fail("no mount of its own, and a small disk was not tested")
        pytest.skip("no mount of its own: A SMALL DISK WAS NOT TESTED")
    for name, command in COMMANDS.items():
        codes = set()
        for size in (4, *(2**each for each in range(3, min(COUNT, 9))), 4096):
            by = (*own, str(size), str(disk), *PROGRAM)
            code, said = ended(start(centre, *command, centre, "-o", "result", by=by))
            codes.add(code)
            assert code == 0 or (code == 2 and "error" in said), (name, size, said)
        assert codes == {0, 2}, name


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_device(name: str, centre: Path) -> None:
    with Path("/dev/full").open("wb") as device:
        runs = [start(centre, *COMMANDS[name], "-o", "/dev/full")]
        if name != "bundle":
            runs.append(start(centre, *COMMANDS[name], stdout=device.fileno()))
    for run in runs:
        code, said = ended(run)
        assert code == 2, said
        assert "error" in said


def test_a_cache_that_cannot_be_written(centre: Path) -> None:
    """A history without its cache says the same; without any temporary folder it says so."""
    expected = start(centre, *COMMANDS["history"]).communicate()[0]
    for limit in (0, 100, 400):
        full = start(centre, *COMMANDS["history"], first=longest(limit))
        stdout, stderr = full.communicate()
        assert (full.returncode, stdout) in ((0, expected), (2, b"")), limit
        assert (b"error" in stderr) == (full.returncode == 2)
        assert b"Traceback" not in stderr


@pytest.mark.parametrize("folder", ["/proc", "/dev/null", "/nowhere"])
def test_a_folder_that_cannot_be_written(folder: str, centre: Path) -> None:
    """Also to root, to whom no folder is closed but those that are none."""
    for name, command in COMMANDS.items():
        result = ask(*command, centre, "-o", f"{folder}/result.{name}")
        assert result.exit_code == 2, name
        assert folder in result.stderr


def _without_privilege() -> None:
    """Have folders closed to root, too, as they are to everybody else."""
    if sys.platform == "linux" and os.geteuid() == 0:
        drop, override = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
        assert ctypes.CDLL(None).prctl(drop, override, 0, 0, 0) == 0


def test_a_repository_that_nobody_may_write_to(centre: Path, tmp_path: Path) -> None:
    """It is judged as ever; a result goes elsewhere or is refused."""
    expected = {
        name: start(centre, *command).communicate()[0]
        for name, command in COMMANDS.items()
        if name != "bundle"
    }
    shutil.rmtree(centre / ".git/ccpolicy", ignore_errors=True)
    folders = [centre, *(each for each in centre.rglob("*") if each.is_dir())]
    for each in folders:
        each.chmod(0o555)
    try:
        for name, command in COMMANDS.items():
            code, said = ended(start(centre, *command, "-o", "result", first=_without_privilege))
            assert code == 2, name
            assert "Permission denied" in said
            target = tmp_path / name
            elsewhere = start(centre, *command, "-o", target, first=_without_privilege)
            assert ended(elsewhere)[0] == 0
            assert name == "bundle" or target.read_bytes() == expected[name]
    finally:
        for each in folders:
            each.chmod(0o755)
    assert not (centre / ".git/ccpolicy").exists()
