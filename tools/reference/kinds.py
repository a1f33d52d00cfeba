"""The check kinds that are shipped, and the relations that a kind's query reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ccpolicy.checks.kinds import Input, Kind, Parameter, load_kinds
from ccpolicy.engine import relations
from ccpolicy.files.policy_files import FolderFiles
from reference.wording import Wording

ROOT = Path(__file__).resolve().parents[2]
_CONTROL = re.compile(r"^  - id: (\S+)\n(?:.*\n)*?(?=^  - id: |\Z)", re.MULTILINE)
_CHECK = re.compile(
    r"^    check: (\w+)\n    inputs:\n(?:      .*\n)*(?:    \w+:\n(?:      .*\n)*)*", re.MULTILINE
)


def shipped_kinds() -> dict[str, Kind]:
    """Load the kinds that are built in."""
    return load_kinds(FolderFiles(ROOT), "checks")


def uses() -> dict[str, tuple[str, str]]:
    """Return for each kind the shortest use of it in the shipped plan: control and text."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((ROOT / "policy" / "controls").glob("*.yaml")):
        for control in _CONTROL.finditer(path.read_text("utf-8")):
            if check := _CHECK.search(control[0]):
                known = found.get(check[1])
                text = check[0].rstrip()
                if "parameters:" in text and (known is None or len(text) < len(known[1])):
                    found[check[1]] = control[1], text
    return found


def kind_lines(say: Wording) -> Iterator[str]:
    """Yield a section for each kind that is built in."""
    used = uses()
    for name, kind in shipped_kinds().items():
        yield f"## {name}"
        yield ""
        yield kind.summary.text(say.language)
        yield ""
        if kind.picture:
            yield "```text"
            yield kind.picture.text(say.language).rstrip()
            yield "```"
            yield ""
        yield from _inputs(say, kind)
        yield from _parameters(say, kind)
        if kind.one_of:
            names = say.pick(", ", "、").join(f"`{each}`" for each in kind.one_of)
            yield say.pick(f"Exactly one of these is given: {names}.", f"只能写其中一个：{names}。")
            yield ""
        if kind.unknown:
            yield say.pick("Unknown where: ", "无法判定的情形：") + kind.unknown.text(say.language)
            yield ""
        if name in used:
            control, text = used[name]
            yield say.pick(
                f"In the shipped plan, control {control}:", f"随附预案的控制项 {control}："
            )
            yield ""
            yield f"```yaml\n{text}\n```"
            yield ""


def _inputs(say: Wording, kind: Kind) -> Iterator[str]:
    yield say.pick(
        "| Input | Holds | Effect | Columns it needs | Columns it may name | Meaning |",
        "| 输入 | 性质 | 作用 | 必需的列 | 可写的列 | 含义 |",
    )
    yield "|---|---|---|---|---|---|"
    holds = {"state": say.pick("state", "状态"), "happening": say.pick("happening", "事件")}
    effects = {
        "help": say.pick("helps", "有利"),
        "harm": say.pick("harms", "不利"),
        "either": say.pick("either", "均有可能"),
    }
    for name, spec in kind.inputs.items():
        notes = [spec.label.text(say.language), *_input_notes(say, spec)]
        cells = [
            f"`{name}`",
            holds[spec.holds] if spec.holds else "–",
            effects[spec.effect] if spec.effect else "–",
            _names(spec.needs),
            _names([*spec.columns, *(["group"] if spec.parts else [])]),
            say.pick("; ", "；").join(notes),
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _input_notes(say: Wording, spec: Input) -> Iterator[str]:
    if spec.one_of:
        names = _names(spec.one_of)
        yield say.pick(f"exactly one of {names}", f"{names} 只能写其中一个")
    if not spec.required:
        yield say.pick("may be left out", "可不写")
    if spec.given_with:
        yield say.pick(f"only with `{spec.given_with}`", f"须与 `{spec.given_with}` 同时写")
    if spec.stops:
        yield say.pick(f"stops the clock of `{spec.stops}`", f"暂停 `{spec.stops}` 的计时")
    if spec.items:
        yield say.pick("a selection, or a list of names", "一个选择，或名称的列表")


def _parameters(say: Wording, kind: Kind) -> Iterator[str]:
    if not kind.parameters:
        return
    yield say.pick(
        "| Parameter | Type | Default | Stricter | Meaning |",
        "| 参数 | 类型 | 默认 | 更严的方向 | 含义 |",
    )
    yield "|---|---|---|---|---|"
    for name, spec in kind.parameters.items():
        cells = [
            f"`{name}`",
            _type(say, spec),
            _default(say, spec),
            _stricter(say, spec),
            spec.label.text(say.language),
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _type(say: Wording, spec: Parameter) -> str:
    if spec.choices:
        return say.pick(", ", "、").join(f"`{each}`" for each in spec.choices)
    types = {
        "duration": "时长",
        "integer": "整数",
        "number": "数字",
        "percent": "百分比",
        "period": "周期",
        "period day": "周期中的某日",
        "date": "日期",
        "choice": "选项",
    }
    return say.pick(spec.type, types[spec.type])


def _default(say: Wording, spec: Parameter) -> str:
    if spec.default is not None:
        return f"`{spec.default}`"
    if spec.default_from:
        return say.pick(f"that of `{spec.default_from}`", f"同 `{spec.default_from}`")
    return say.pick("**required**", "**必填**") if spec.required else "–"


def _stricter(say: Wording, spec: Parameter) -> str:
    words = {
        "shorter": "更短",
        "higher": "更高",
        "lower": "更低",
        "first": "靠前",
        "earlier": "更早",
    }
    return say.pick(spec.stricter, words[spec.stricter]) if spec.stricter else "–"


def _names(names: Iterable[str]) -> str:
    return " ".join(f"`{each}`" for each in names) or "–"


def relation_lines(say: Wording) -> Iterator[str]:
    """Yield what a kind's query can read: each relation, its columns, and what a row of it is."""
    yield say.pick("| Relation | Columns | A row is |", "| 关系 | 列 | 一行表示 |")
    yield "|---|---|---|"
    for label, columns, sentence in _relations(say):
        yield f"| {label} | {_names([*columns])} | {say.say(sentence)} |"
    yield ""


def _relations(say: Wording) -> Iterator[tuple[str, Mapping[str, str] | list[str], str]]:
    population = say.pick("input with `population: true`", "写有 `population: true` 的输入")
    for relation, holds in (
        (relations.SUBJECT_DUTY, say.pick("states", "状态")),
        (relations.SUBJECT_HAPPENING, say.pick("happenings", "事件")),
    ):
        yield (
            f"{population}{say.pick(', ', '，')}{holds}",
            ["control" if each == "revision" else each for each in [*relation.columns][1:]],
            relation.sentence,
        )
    for spec, label in (
        (_input("state"), say.pick("other input, states", "其他输入，状态")),
        (_input("happening"), say.pick("other input, happenings", "其他输入，事件")),
    ):
        other = relations.input_records(spec)
        yield label, [*other.columns][1:], other.sentence
    yield (
        "`parameters`",
        ["control", "class", "as_of", "horizon"],
        "The parameters of a revision for one class.",
    )
    for relation in (relations.AFTER, relations.BUSINESS, relations.PERIOD, relations.OPEN_TIME):
        yield f"`{relation.name}`", relation.columns, relation.sentence
    yield (
        say.pick("input that `stops` a clock", "写有 `stops` 的输入"),
        [*relations.PAUSE.columns][1:],
        relations.PAUSE.sentence,
    )


def _input(holds: str) -> Input:
    return Input.model_validate({"label": holds, "holds": holds, "effect": "help"})
