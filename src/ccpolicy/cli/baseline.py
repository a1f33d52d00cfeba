"""The baseline of a check: read before the gate is judged, and written after all was rendered."""

from __future__ import annotations

from pathlib import Path

from ccpolicy.assessment.baseline import apply_baseline, failing, shrunk
from ccpolicy.assessment.models import Assessment, BaselineEntry
from ccpolicy.cli.output import write
from ccpolicy.errors import CcpolicyError
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.policy.baseline_file import baseline_text, folder_of, read_baseline


class BaselineFile:
    """What stands by the file that was named, if any."""

    def __init__(
        self, path: str, policy_from: str | None, read: str | None, written: str | None
    ) -> None:
        if read and written:
            raise CcpolicyError(
                "--baseline and --write-baseline do not go together",
                hint="--write-baseline judges by what it writes",
            )
        self.path, self.policy_from, self.written = path, policy_from, written
        self.file = read or written
        self.entries: list[BaselineEntry] = []

    def applied(self, result: Assessment, *, chosen: bool) -> Assessment:
        """Return the result with the lapses of the baseline accepted.

        Raises:
            CcpolicyError: the file cannot be read, or would be written from some controls alone.
        """
        if self.file is None:
            return result
        if self.written and chosen:
            raise CcpolicyError(
                "a baseline must be written from all controls",
                hint="leave out the options that choose controls",
            )
        file = Path(self.file)
        if self.written and not file.exists():
            self.entries = failing(result)
            return apply_baseline(result, self.entries)
        self.entries = read_baseline(_near(file), file.name)
        if self.written:
            self.entries = shrunk(result, self.entries)
        return apply_baseline(result, self._trusted(file))

    def _trusted(self, file: Path) -> list[BaselineEntry]:
        """Return the entries that the revision knows, too: a change cannot add to its own."""
        if self.policy_from is None:
            return self.entries
        from ccpolicy.git.revision import find_revision

        root = Path(self.path).resolve()
        place = folder_of(file) / file.name
        if not place.is_relative_to(root):
            raise CcpolicyError(
                "with --policy-from the baseline must lie in the repository",
                hint="keep it beside the policy, so that a change of it is seen",
            )
        name = place.relative_to(root).as_posix()
        with find_revision(Path(self.path), self.policy_from) as tree:
            if place.name not in tree.entries(place.parent.relative_to(root).as_posix()):
                return []
            known = read_baseline(tree, name)
        # What was cured there is still told, by the entry that stands here.
        return [each for each in self.entries if each in known]

    def write(self) -> None:
        """Write the baseline, if that was asked for."""
        if self.written:
            write(baseline_text(self.entries), self.written, for_people=False)


def _near(file: Path) -> FolderFiles:
    folder = folder_of(file)
    return FolderFiles(
        folder, prefix="" if str(file.parent) == "." else f"{file.parent.as_posix()}/"
    )
