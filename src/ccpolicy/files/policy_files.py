"""Where policy files are read from: a folder, or what else holds files under names."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ccpolicy.errors import Locator, PolicyError
from ccpolicy.files.missing import missing_file
from ccpolicy.files.yaml_document import MAX_BYTES, YamlDocument, parse_yaml


class PolicyFiles(Protocol):
    """Files under names: paths from the repository's root, with `/`."""

    def place(self, name: str) -> str:
        """Return what messages call a file."""
        ...

    def holds(self, folder: str) -> bool:
        """Whether a folder lies inside, be it there or not."""
        ...

    def entries(self, folder: str) -> list[str]:
        """List by name what stands in a folder; nothing if there is none."""
        ...

    def is_link(self, name: str) -> bool:
        """Whether a file is a symbolic link."""
        ...

    def read(self, name: str) -> bytes:
        """Read a file, up to a byte more than a policy file may have.

        Raises:
            PolicyError: it is not there, lies outside, or cannot be read.
        """
        ...


@dataclass(frozen=True)
class FolderFiles:
    """The files of a folder on disk."""

    root: Path
    """Absolute, without links."""
    prefix: str = ""
    """Put before the names in messages."""

    def place(self, name: str) -> str:
        """See `PolicyFiles.place`."""
        return f"{self.prefix}{name}"

    def holds(self, folder: str) -> bool:
        """See `PolicyFiles.holds`."""
        # Not resolve(), which breaks on links that lead round in a circle.
        return "\0" not in folder and Path(os.path.realpath(self.root / folder)).is_relative_to(
            self.root
        )

    def entries(self, folder: str) -> list[str]:
        """See `PolicyFiles.entries`."""
        return sorted(path.name for path in (self.root / folder).glob("*"))

    def is_link(self, name: str) -> bool:
        """See `PolicyFiles.is_link`."""
        return (self.root / name).is_symlink()

    def read(self, name: str) -> bytes:
        """See `PolicyFiles.read`."""
        if not self.holds(name):
            raise PolicyError("the file lies outside the repository", locator=self._at(name))
        try:
            # Not kept waiting by a pipe.
            handle = os.open(self.root / name, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                if stat.S_ISREG(os.fstat(handle).st_mode):
                    return file.read(MAX_BYTES + 1)
        except FileNotFoundError as failure:
            raise missing_file(self.root / name, PolicyError, self.place(name)) from failure
        except OSError as failure:
            raise PolicyError(
                "cannot read the file: {reason}", reason=failure.strerror, locator=self._at(name)
            ) from failure
        raise PolicyError("not a file", locator=self._at(name))

    def _at(self, name: str) -> Locator:
        return Locator(self.place(name))


def read_source(tree: PolicyFiles, name: str) -> YamlDocument:
    """Read one YAML file of a tree; see `parse_yaml` for what is refused."""
    return parse_yaml(tree.read(name), tree.place(name), PolicyError)
