"""Say for each sentence of the plan what judges it, what was tried, and what people vouch for.

`python tools/plan_coverage.py` prints the table and writes `docs/plan-coverage.md` and
`docs/plan-coverage.zh.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
POLICY = ROOT / "policy"
FILES = {
    "en": ROOT / "docs" / "plan-coverage.md",
    "zh": ROOT / "docs" / "plan-coverage.zh.md",
}
HEADS = {
    "en": """\
# The plan, sentence by sentence

[中文](plan-coverage.zh.md)

For each demand of the shipped plan: the controls that turn when it is broken, in how many ways that
was [tried](falsification.md), and what no record can show, so that somebody vouches for it every
year (GV-5). Made by `python tools/plan_coverage.py`; a test says when it is out of date.

{sums}

| clause | the plan says | controls | tried | left to people |
|---|---|---|---|---|
""",
    "zh": """\
# 预案逐句对照

[English](plan-coverage.md)

对照内置预案的每一句要求：违反时由哪些控制项检出、有几个[证伪用例](falsification.zh.md)，\
以及哪些事项记录无法证明、须由人员每年承诺（GV-5）。\
本页由 `python tools/plan_coverage.py` 生成，过期由测试发现。

{sums}

| 条款 | 预案原文 | 控制项 | 证伪用例数 | 由人员承诺 |
|---|---|---|---|---|
""",
}
SUMS = {
    "en": "{demands} demands, {controls} controls, {tried} falsifications, and {matters} matters"
    " left to people.",
    "zh": "共 {demands} 句要求、{controls} 个控制项、{tried} 个证伪用例；"
    "{matters} 个事项由人员承诺。",
}
CONTROL = "GV-5"
"""Control that asks people to vouch for what no record can show."""


class Demand(NamedTuple):
    """Words of a clause, and what is known of them."""

    clause: str
    says: dict[str, str]
    controls: list[str]
    """Controls that its falsifications turn, in the order of the policy."""
    tried: int
    none: dict[str, str] | None
    """Why no record can show that it was broken."""
    matters: list[str]


def controls() -> dict[str, Any]:
    """Return the controls by id, in the order of the policy."""
    files = sorted((POLICY / "controls").glob("*.yaml"))
    return {each["id"]: each for file in files for each in _read(file)["controls"]}


def matters() -> dict[str, dict[str, str]]:
    """Return what people vouch for: each matter's label by language."""
    return dict(_read(POLICY / "datasets" / "attestations.yaml")["value_labels"]["topic"])


def demands() -> list[Demand]:
    """Return the demands in the order of the plan."""
    order = list(controls())
    resting = controls()[CONTROL]["attests"]["matters"]
    found = []
    for each in _read(POLICY / "falsify.yaml")["demands"]:
        tried = each.get("falsifications", [])
        turned = {name for falsification in tried for name in falsification["turns"]}
        found.append(
            Demand(
                each["clause"],
                each["says"],
                sorted(turned, key=order.index),
                len(tried),
                each.get("none"),
                [name for name in matters() if turned.intersection(resting[name])],
            )
        )
    return found


def page(language: str) -> str:
    """Return the page in a language."""
    known = demands()
    sums = SUMS[language].format(
        demands=len(known),
        controls=len(controls()),
        tried=sum(each.tried for each in known),
        matters=len(matters()),
    )
    return HEADS[language].format(sums=sums) + "".join(_lines(known, language))


def _lines(known: list[Demand], language: str) -> Iterator[str]:
    labels = matters()
    comma = {"en": "; ", "zh": "；"}[language]
    for each in known:
        vouched = comma.join(labels[name][language] for name in each.matters)
        tried = each.none[language] if each.none else str(each.tried)
        cells = [each.clause, each.says[language], ", ".join(each.controls), tried, vouched]
        yield "| " + " | ".join(cells) + " |\n"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def main() -> None:
    """Write the pages, and print the English one."""
    for language, path in FILES.items():
        path.write_text(page(language), "utf-8", newline="\n")
    print(page("en"))


if __name__ == "__main__":
    main()
