"""Limits on input, far above any honest repository; exceeding one ends the command.

Not so of lapses, which are output: where there are more, they are written to another file.

Whoever meets one reads nothing on: the file is not merely unreadable, so that its control would be
unknown, but nothing is judged at all.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ccpolicy.errors import LimitError, Locator

MIB = 20
"""Bits of a mebibyte."""


class Limits(BaseModel):
    """The table `limits` of `ccpolicy.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seconds: Annotated[int, Field(ge=1, le=86_400)] = 1_800
    """Seconds that a command may take."""
    memory: Annotated[int, Field(ge=64, le=1 << 24)] | None = None
    """Mebibytes that the database may hold; by default four fifths of the machine's."""
    file_size: Annotated[int, Field(ge=1, le=1 << 24)] = 4_096
    """Mebibytes of a file of evidence. Formats that are held in memory as a whole allow fewer."""
    rows: Annotated[int, Field(ge=1, le=10**10)] = 50_000_000
    """Rows of a table, lines of a text file, records of a document."""
    columns: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """Columns of a table."""
    cells: Annotated[int, Field(ge=1, le=10**12)] = 1_000_000_000
    """Rows of a table times its columns."""
    sheet_cells: Annotated[int, Field(ge=1, le=10**9)] = 20_000_000
    """Cells of a sheet up to its last row and column, which are held in memory."""
    members: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """Members of an object in JSON or YAML."""
    depth: Annotated[int, Field(ge=1, le=100)] = 32
    """Levels of lists and objects in a record, and of folders below the repository."""
    names: Annotated[int, Field(ge=1, le=10**7)] = 200_000
    """Files and folders below the folder of evidence, or in the tree of a commit."""
    files: Annotated[int, Field(ge=1, le=10**6)] = 10_000
    """Files that the pattern of one dataset matches."""
    lapses: Annotated[int, Field(ge=1, le=10**7)] = 100_000
    """Lapses that an assessment lists. More end no command: they go to a Parquet file beside the
    assessment, which then lists the worst of each control."""

    bundled_rows: Annotated[int, Field(ge=1, le=10**9)] = 1_000_000
    """Rows of tables that a bundle takes along."""

    def check_folder(self, folder: str, names: int) -> None:
        """Refuse a folder with which there are so many names, or too deep below the repository.

        Raises:
            LimitError: it is so.
        """
        if names > self.names:
            raise LimitError(
                "there are more files and folders than {limit}",
                setting="names",
                locator=Locator(folder or "."),
                limit=self.names,
            )
        if folder.count("/") >= self.depth:
            raise LimitError(
                "nested in more levels than {limit}",
                setting="depth",
                locator=Locator(folder),
                limit=self.depth,
            )

    def check_size(self, name: str, size: int, most: int | None = None) -> None:
        """Refuse a file of so many bytes; some formats allow at most so many.

        Raises:
            LimitError: it is too large.
        """
        limit = self.file_size << MIB
        if most is not None and most < limit:
            if size > most:
                raise too_large(name, most)
        elif size > limit:
            raise too_large(name, limit, "file_size")


def too_large(name: str, limit: int, setting: str = "") -> LimitError:
    """Make the error for a file of more bytes than a limit, which a setting may raise."""
    return LimitError(
        "the file is larger than {limit} MiB",
        setting=setting,
        locator=Locator(name),
        limit=limit >> MIB,
    )
