"""Why a piece of a policy's SQL is not let through."""

from __future__ import annotations

from dataclasses import dataclass, field

from ccpolicy.errors import Locator, Message, PolicyError


@dataclass(frozen=True, slots=True)
class SqlRefusal:
    """Why a piece of SQL is not let through."""

    message: Message
    hint: Message = field(default_factory=lambda: Message(""))

    def error(self, place: Locator | None = None) -> PolicyError:
        """Return it as an error of the policy."""
        error = PolicyError.of(self.message, place)
        error.hint = self.hint if self.hint.template else error.hint
        return error


class SqlError(Exception):
    """A part of a tree is not let through."""

    def __init__(self, template: str, *, hint: str = "", **values: object) -> None:
        self.refusal = SqlRefusal(Message.of(template, **values), Message.of(hint, **values))
        super().__init__(template)

    @classmethod
    def of(cls, message: Message, hint: Message) -> SqlError:
        """Take over what was said elsewhere."""
        error = cls(message.template)
        error.refusal = SqlRefusal(message, hint)
        return error
