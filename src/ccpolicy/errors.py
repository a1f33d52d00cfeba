"""Errors and messages: place, code, text in both languages, and a hint how to correct it."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol, Self, runtime_checkable

Language = Literal["en", "zh"]
Level = Literal["error", "warning"]
"""`error`: the policy or evidence cannot be used; `warning`: it can, but should be reviewed."""
LANGUAGES: tuple[Language, ...] = ("en", "zh")
KeyPath = tuple[str | int, ...]
"""Keys and indices that lead to a part of a document, such as `("record", "required", 0)`."""


_PLACE = re.compile(
    r"(?P<file>.+?):((?P<sheet>[^:]+)!)?(?P<line>\d{1,9})(:(?P<column>\d{1,9}))?(#(?P<path>.*))?",
    re.DOTALL,
)
_ROW = re.compile(r"(?P<file>[a-z][a-z0-9_]{0,62}:.+?) key=(?P<key>.*)", re.DOTALL)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return what the program says to readers of a language: Chinese, or the source's English."""
    if language.partition("-")[0] != "zh":
        return gettext.NullTranslations()
    return gettext.translation("ccpolicy", Path(__file__).parent / "locale", ["zh"])


@dataclass(frozen=True, slots=True, order=True)
class Locator:
    """Where something stands: a file, and as far as known the place in it."""

    file: str
    """Path from the repository's root, with `/`."""
    line: int | None = None
    """Line of a text file, or row of a spreadsheet; the first is 1."""
    column: int | None = None
    """Column; the first is 1."""
    sheet: str | None = None
    """Sheet of a spreadsheet."""
    path: str | None = None
    """Path inside the record at `line`, such as `notices/2`; before it the record's number, counted
    from 0, where several records share the line."""
    key: str | None = None
    """Key of a row, if the file is the table of a store."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Take a written place apart; what has no line is a file's name as a whole."""
        if row := _ROW.fullmatch(text):
            return cls(row["file"], key=row["key"])
        found = _PLACE.fullmatch(text)
        if found is None:
            return cls(text)
        return cls(
            found["file"],
            int(found["line"]),
            int(found["column"]) if found["column"] else None,
            found["sheet"],
            found["path"],
        )

    @property
    def order(self) -> tuple[str, str, int, int, tuple[str, ...], str]:
        """Sort key of places: file, sheet, line, column, then the path inside a record, or key."""
        path = tuple(part.zfill(9) for part in (self.path or "").split("/"))
        return self.file, self.sheet or "", self.line or 0, self.column or 0, path, self.key or ""

    def __str__(self) -> str:
        if self.key is not None:
            return f"{self.file} key={self.key}"
        place = [self.file]
        if self.line is not None:
            place.append(f"{self.sheet}!{self.line}" if self.sheet else str(self.line))
            if self.column is not None:
                place.append(str(self.column))
        return ":".join(place) + (f"#{self.path}" if self.path else "")


@runtime_checkable
class Sayable(Protocol):
    """What can be said in a reader's language."""

    def text(self, language: str) -> str:
        """Return it in a language, or in the one that comes nearest."""


Locate = Callable[..., Locator]
"""Returns the place of a part of a document, such as `place("record", "required", 0)`."""
LocateIfKnown = Callable[..., Locator | None]
"""As `Locate`; None where the document is no file."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people: a template that is translated, and the values in it."""

    template: str
    """English, with `{name}` for each value; the key of the translation."""
    values: tuple[tuple[str, object], ...] = ()
    """A value that can be said itself is said in the same language."""

    @classmethod
    def of(cls, template: str, **values: object) -> Message:
        """Make a message from a template and its values."""
        return cls(template, tuple(values.items()))

    @property
    def code(self) -> str:
        """Stable code such as `EV204`; empty for what is no message about something wrong."""
        from ccpolicy.messages import codes

        return codes().get(self.template, "")

    @property
    def standing_hint(self) -> Message:
        """Return what to do about it wherever it is raised; an empty message if nobody can say."""
        from ccpolicy.messages.hints import HINT_MESSAGES

        return Message(HINT_MESSAGES.get(self.code, ""), self.values)

    def coded(self, language: Language = "en") -> str:
        """Return the sentence after its code."""
        return f"{self.code} {self.text(language)}".lstrip()

    def text(self, language: str = "en") -> str:
        """Return the sentence in one language."""
        if not self.template:
            return ""
        values = {
            name: value.text(language) if isinstance(value, Sayable) else value
            for name, value in self.values
        }
        return catalogue(language).gettext(self.template).format(**values)


class CcpolicyError(Exception):
    """An error that stops the program, with its place and a hint how to correct it."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        locator: Locator | None = None,
        **values: object,
    ) -> None:
        self.message = Message.of(message, **values)
        self.hint = Message.of(hint, **values) if hint else self.message.standing_hint
        self.locator = locator
        super().__init__(message)

    @classmethod
    def of(cls, message: Message, locator: Locator | None = None) -> Self:
        """Make an error of a message."""
        error = cls(message.template, locator=locator)
        error.message, error.hint = message, message.standing_hint
        return error

    def at(self, locator: Locator) -> Self:
        """Give the error its place, which only the caller knows."""
        self.locator = locator
        return self

    def diagnostics(self, language: Language = "en") -> str:
        """Return the text for people: place, what is wrong, and a hint."""
        place = f"{self.locator}: " if self.locator else ""
        hint = self.hint.text(language)
        label = catalogue(language).gettext("hint")
        return f"{place}{self.message.coded(language)}" + (f"\n{label}: {hint}" if hint else "")

    def __str__(self) -> str:
        return self.diagnostics()


class PolicyError(CcpolicyError):
    """The policy says something that cannot be."""


class EvidenceError(CcpolicyError):
    """Evidence that cannot be read or is not valid."""


class LimitError(CcpolicyError):
    """More than a limit allows: no error of the policy or of the evidence, but an end of reading.

    It is none of the errors that make a control unknown, so that nothing takes it for one.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        locator: Locator | None = None,
        setting: str = "",
        **values: object,
    ) -> None:
        if setting:
            hint = (
                "if this is as it should be, allow more with '{setting}' in the table"
                " [limits] of ccpolicy.toml"
            )
        super().__init__(message, hint=hint, locator=locator, setting=setting, **values)


class DatabaseError(CcpolicyError):
    """The database engine itself failed: no error of the policy or of the evidence.

    It is none of the errors that make a control unknown, so that nothing takes it for one.
    """


class ReportError(CcpolicyError):
    """A result that cannot be written."""


class BundleError(CcpolicyError):
    """A bundle or a signature that is not what it should be."""


class BundleErrors(BundleError):
    """Several things that are wrong with a bundle, below what they have in common."""

    def __init__(self, message: str, errors: Sequence[CcpolicyError], **values: Any) -> None:
        self.errors = errors
        super().__init__(message, **values)

    def diagnostics(self, language: Language = "en") -> str:
        """Return the text of all of them."""
        each = (error.diagnostics(language) for error in self.errors)
        return "\n".join((super().diagnostics(language), *each))


class PolicyErrors(PolicyError):
    """All errors of a policy, by place, so that they can be corrected together."""

    def __init__(self, errors: list[PolicyError]) -> None:
        self.errors = sorted(
            errors, key=lambda each: ((each.locator or Locator("")).order, str(each))
        )
        super().__init__("{count} errors in the policy", count=len(errors))

    def diagnostics(self, language: Language = "en") -> str:
        """Return every error's text, one after another."""
        return "\n".join(error.diagnostics(language) for error in self.errors)
