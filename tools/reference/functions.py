"""The functions, operators and casts of expressions in a policy."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from pydantic import BaseModel, ConfigDict

from ccpolicy.checks.query_guard import FUNCTIONS as OF_KINDS
from ccpolicy.checks.reshape_guard import FUNCTIONS as OF_RESHAPE
from ccpolicy.checks.sql_writer import CASTS, COMPARISONS, FUNCTIONS
from ccpolicy.policy.expression_types import ALIKE, SIGNATURES
from reference.wording import FOLDER, Wording

SPELLINGS = {"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE"}
"""Function of the parser → how people write it."""


class Function(BaseModel):
    """What the reference says of a function."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    en: str
    zh: str
    example: str
    """An expression that is true."""


def functions() -> dict[str, Function]:
    """Read what is said of the functions, operators and forms, by name."""
    content = yaml.safe_load((FOLDER / "functions.yaml").read_text("utf-8"))
    return {name: Function.model_validate(each) for name, each in content.items()}


def names() -> list[str]:
    """List what an expression may call, as people write it, the functions after the operators."""
    signs = {*COMPARISONS.values()} | {SPELLINGS.get(each, each) for each in FUNCTIONS}
    return sorted(signs, key=lambda each: (each.isidentifier() and each.islower(), each))


def signature(name: str) -> str:
    """Return how a function is called, with the types of what it is given and gives."""
    if name in ALIKE:
        return f"{name}(a, b, …) → a"
    if name == "concat":
        return "concat(a, b, …) → string"
    if name not in SIGNATURES:
        return name
    result, needed, more = SIGNATURES[name]
    optional = f"[, {', '.join(more)}]" if more else ""
    return f"{name}({', '.join(needed)}{optional}) → {result}"


def function_lines(say: Wording) -> Iterator[str]:
    """Yield a table of all that an expression may be made of."""
    known = functions()
    yield say.pick("| Written | Meaning | True, for example |", "| 写法 | 含义 | 例如以下为真 |")
    yield "|---|---|---|"
    for name in [*names(), *(each for each in known if each not in names())]:
        if name not in known:
            say.missing.append(f"not in functions.yaml: {name}")
            continue
        written = signature(name) if name.islower() else name
        text = getattr(known[name], say.language)
        yield f"| {_code(written)} | {text} | {_code(known[name].example)} |"
    yield ""
    casts = say.pick(", ", "、").join(f"`{each}`" for each in sorted(CASTS))
    yield say.pick(
        f"`CAST` and `TRY_CAST` know the types {casts}.",
        f"`CAST` 与 `TRY_CAST` 可用的类型：{casts}。",
    )
    yield ""


def query_function_lines(say: Wording, place: str) -> Iterator[str]:
    """Yield the functions of a query of a check kind, or of `reshape`."""
    found = OF_KINDS if place == "kind" else OF_RESHAPE
    written = sorted({SPELLINGS.get(each, each) for each in found})
    yield " ".join(_code(each) for each in written)
    yield ""


def _code(text: str) -> str:
    """Put a text in a code span; a table has no place for `|`."""
    return f"<code>{text.replace('&', '&amp;').replace('<', '&lt;').replace('|', '&#124;')}</code>"
