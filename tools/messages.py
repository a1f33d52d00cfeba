"""Keep the registry of messages in step with the source: find each template that needs a code.

The registry is written by hand in `src/ccpolicy/messages/*.yaml`. `python tools/messages.py`
compiles the index that the program reads, writes `docs/messages.md`, and names what has no code.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ccpolicy.errors import LANGUAGES, Language, catalogue
from ccpolicy.messages import FAMILIES, FOLDER, explanations

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "ccpolicy"
INDEX = FOLDER / "codes.json"
DOCS: dict[Language, Path] = {
    "en": ROOT / "docs" / "messages.md",
    "zh": ROOT / "docs" / "messages.zh.md",
}
FIELDS = ("meaning", "example", "remedy")

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "head": "# Messages\n\nEvery message has a code, which stays the same when the sentence is"
        " worded better. `ccpolicy explain EV204` shows the same in a terminal. A code that is"
        " retired is never used again.",
        "PL": "Policy",
        "FI": "Files",
        "EV": "Evidence",
        "LN": "Lint",
        "GI": "Git",
        "BU": "Bundles and signatures",
        "RP": "Reports",
        "US": "Usage",
    },
    "zh": {
        "head": "# 消息\n\n每条消息都有一个代码；文字改得更好，代码也不变。"
        "在终端用 `ccpolicy explain EV204` 查看同样的说明。停用的代码不再使用。",
        "PL": "策略",
        "FI": "文件",
        "EV": "证据",
        "LN": "策略检查",
        "GI": "git",
        "BU": "证据包与签名",
        "RP": "报告",
        "US": "用法",
    },
}
"""What the documents say beside the registry."""
CALLS = {"unknown": 0, "error": 0, "beyond": 0, "refuse": 1, "skip": 1}
"""Call → where its message stands; that of an error's class stands first."""
WITHOUT = (
    "bundle/verification_run.py",
    "bundle/verify.py",
    "bundle/policy_comparison.py",
    "bundle/provenance_comparison.py",
    "bundle/signature.py",
    "draft/control.py",
    "draft/dataset_yaml.py",
    "draft/table_layout.py",
    "draft/workbook_layout.py",
    "policy/diff",
    "reports",
    "cli",
    "record/offline_page",
    "record/page",
)
"""Modules and packages in which a `Message` says how something went, and not what is wrong."""
OTHERS = {"LintFinding": 1, "Filter": 1, "ColumnRole": 1, "begin": 0}
"""Call → where it takes a `Message` that is a hint, a label or what is being done."""


def templates(source: Path = SOURCE) -> Iterator[tuple[str, str, int]]:
    """Yield every template that needs a code, with its module and line."""
    for path in sorted(source.rglob("*.py")):
        module = path.relative_to(source).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        others = {id(each) for node in ast.walk(tree) for each in _others(node)}
        for node in ast.walk(tree):
            for arg in _messages(node, module, others):
                yield from ((text, module, arg.lineno) for text in _texts(arg))


def _messages(node: ast.AST, module: str, others: set[int]) -> Iterator[ast.expr]:
    match node:
        case ast.Call(
            func=ast.Attribute(attr="of", value=ast.Name(id="Message")), args=[first, *_]
        ):
            if id(node) not in others and not module.startswith(WITHOUT):
                yield first
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=words):
            place = 0 if name.endswith(("Error", "Errors")) else CALLS.get(name)
            if place is not None:
                yield from args[place : place + 1]
            yield from (word.value for word in words if word.arg == "message")
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values))
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(values=values))
        ) if name.endswith("MESSAGES") and "HINT" not in name and not module.startswith("reports"):
            yield from values


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is said as a hint, a label or what is being done."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if (
            name in OTHERS
        ):
            yield from args[OTHERS[name] : OTHERS[name] + 1]
        case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
            if "hint" in name.lower() or name == "doing":
                yield value.value if isinstance(value, ast.Attribute) else value


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield a text or that of a message, or those of both branches of a condition."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)
        case ast.Call(func=ast.Attribute(attr="of"), args=[first, *_]):
            yield from _texts(first)


@dataclass(frozen=True)
class Registry:
    """All messages that have a code."""

    messages: dict[str, dict[str, Any]]
    """Code → entry, by family and number."""
    retired: set[str]
    """Codes that are never used again."""


def load_registry() -> Registry:
    """Read the registry.

    Raises:
        ValueError: a code is there twice, or in the wrong file, or used again though it is retired.
    """
    messages: dict[str, dict[str, Any]] = {}
    retired: set[str] = set()
    for prefix, name in FAMILIES.items():
        text = (FOLDER / f"{name}.yaml").read_text("utf-8")
        written = re.findall(r"^(\w+):", text, re.MULTILINE)[1:]
        entries = yaml.safe_load(text)
        gone = entries.pop("retired")
        for code in [*written, *gone]:
            if not re.fullmatch(rf"{prefix}\d{{3}}", code):
                raise ValueError(f"{name}.yaml: {code} is no code of this family")
        if len({*written, *gone}) < len(written) + len(gone):
            raise ValueError(f"{name}.yaml: a code is there twice, or used again")
        messages |= {code: entries[code] for code in sorted(entries)}
        retired |= set(gone)
    return Registry(messages, retired)


def differences(registry: Registry) -> Iterator[str]:
    """Say which templates of the source have no code, and which codes no template or two."""
    said = {template: f"{module}:{line}" for template, module, line in templates()}
    known = [entry["message"] for entry in registry.messages.values()]
    for template, place in said.items():
        if template not in known:
            yield f"no code yet: {template!r} ({place})"
    for code, entry in registry.messages.items():
        if entry["message"] not in said:
            yield f"{code} is said nowhere, retire it: {entry['message']!r}"
        if known.count(entry["message"]) > 1:
            yield f"{code} is not the only code of {entry['message']!r}"


def empty_fields(registry: Registry) -> Iterator[str]:
    """Name what has still to be written."""
    for code, entry in registry.messages.items():
        empty = [
            f"{field}.{language}"
            for field in FIELDS
            for language in LANGUAGES
            if not entry[field][language].strip()
        ]
        if empty:
            yield f"{code} has still to say: {', '.join(empty)}"


def index_text(registry: Registry) -> str:
    """Return the index of the program: template → code."""
    index = {entry["message"]: code for code, entry in registry.messages.items()}
    return json.dumps(index, ensure_ascii=False, indent=0) + "\n"


def document(language: Language) -> str:
    """Return the list of all messages as a document in one language."""
    say = catalogue(language).gettext
    words = WORDS[language]
    lines = [words["head"], ""]
    for prefix in FAMILIES:
        lines += [f"## {words[prefix]} ({prefix})", ""]
        for code, entry in explanations(prefix).items():
            lines += [
                f"### {code}",
                "",
                f"`{say(entry.message)}`",
                "",
                entry.meaning[language].strip(),
                "",
                "```text",
                entry.example[language].strip(),
                "```",
                "",
                entry.remedy[language].strip(),
                "",
            ]
    return "\n".join(lines)


def main() -> int:
    """Write the index and the documents, and name what the registry lacks or has too much."""
    registry = load_registry()
    INDEX.write_text(index_text(registry), "utf-8", newline="\n")
    for language, path in DOCS.items():
        path.write_text(document(language), "utf-8", newline="\n")
    complaints = [*differences(registry), *empty_fields(registry)]
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
