"""Run the suites that attack the program, and write `docs/reliability.md` from what they report.

    python tools/reliability.py run SUITE [COUNT]   run a suite of `SUITES`, and keep its numbers
    python tools/reliability.py                     write the pages from the numbers that are kept

The numbers stand in `docs/reliability/`, one file a suite. `python -m mutants run` writes its own,
and `python -m fuzz --log` adds to its own. What was found is told by hand in `findings.yaml` there.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from ccpolicy.errors import LANGUAGES, Language

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs/reliability"
FILES: dict[Language, Path] = {
    "en": ROOT / "docs/reliability.md",
    "zh": ROOT / "docs/reliability.zh.md",
}


@dataclass(frozen=True)
class Suite:
    """Tests, and the environment variable that sets how many inputs they try, if there is one."""

    path: str
    """Several with spaces between them."""
    variable: str | None
    unit: dict[Language, str]
    """What is counted."""
    holds: dict[Language, str]
    """What the tests expect."""


SUITES = {
    "worlds": Suite(
        "tests/oracle/test_engine.py",
        "CCPOLICY_WORLDS",
        {"en": "generated controls with their evidence", "zh": "个随机生成的控制项及其证据"},
        {
            "en": "The assessment is that of an oracle written from the design's words alone.",
            "zh": "评定结果与另一套只依据设计文字编写的程序一致。",
        },
    ),
    "metamorphic": Suite(
        "tests/metamorphic",
        "CCPOLICY_METAMORPHIC",
        {"en": "batches of worlds for each relation", "zh": "批，每种关系各如此"},
        {
            "en": "Less cover, a failure or a stricter parameter never improves a verdict; a good"
            " record never worsens one; order, files, formats and places change nothing; weeks"
            " shift; a waiver changes only what it names; now is what held then.",
            "zh": "减少证明、增加失败、收紧参数不会使结论变好；增加合格记录不会使结论变差；顺序、"
            "文件划分、格式、运行地点不影响结论；整周平移则结论平移；豁免只影响所列对象；"
            "当时的结论等于事后回看当时的结论。",
        },
    ),
    "faults": Suite(
        "tests/faults",
        "CCPOLICY_FAULTS",
        {
            "en": "kills of each command, and up to 25 of each other fault",
            "zh": "次强行终止每种命令，其他故障各至多 25 次",
        },
        {
            "en": "After a kill, on a full disk, in a folder that is closed, with a closed output,"
            " with files that change meanwhile, with 32 runs at once and a clock that is set back,"
            " a result is whole and of one moment, or it is not there.",
            "zh": "进程被强行终止、磁盘写满、文件夹不可写、输出被关闭、文件在运行中变化、"
            "32 个进程同时运行、时钟被拨回时，结果要么完整且属于同一时刻，要么不存在。",
        },
    ),
    "attacks": Suite(
        "tests/provenance/test_attacks.py tests/git/test_revision_attacks.py tests/mutation",
        None,
        {
            "en": "ways to forge or hide, see [attacks](attacks.md)",
            "zh": "种伪造或隐瞒的手法，见[攻击手法](attacks.zh.md)",
        },
        {
            "en": "What was forged, backdated, deleted or spoilt is said, and never makes a pass.",
            "zh": "伪造、倒签、删除、损坏的内容都会被指出，不会因此判为符合。",
        },
    ),
}

HEADS: dict[Language, str] = {
    "en": """\
# Reliability

[中文](reliability.zh.md)

What is exact must be attacked until it is boring. This page is made by the suites that do so, with
the numbers of their last long run; the tests run fewer of each.

## Suites

| suite | date | {count} | tests | failed | minutes | what holds |
|---|---|---|---|---|---|---|
""",
    "zh": """\
# 可靠性

[English](reliability.md)

凡声称精确之处，都要反复攻击，直到再也找不出问题。本页由各测试套件生成，数字取自其最近一次长时间运行；
测试每种只运行少量。

## 测试套件

| 套件 | 日期 | {count} | 测试 | 失败 | 分钟 | 应成立的性质 |
|---|---|---|---|---|---|---|
""",
}
COUNT: dict[Language, str] = {"en": "how many", "zh": "数量"}
FUZZ: dict[Language, str] = {
    "en": """
## Hostile bytes

`python -m fuzz` (in `tests/`, `make fuzz`) changes inputs at random, or guided by the lines that
they reach. Any bytes must give an answer or an error with a code: no crash, no hang, no file
elsewhere, no pass. What failed stands in `tests/fuzz/corpus`, which the tests try each time.
{inputs} inputs in {hours} hours:

| target | inputs | minutes | guided |
|---|---|---|---|
""",
    "zh": """
## 恶意字节

`python -m fuzz`（在 `tests/` 下，或 `make fuzz`）随机改动输入；能引导的，按到达的代码行选取。
无论什么字节，都只应得到结论或带代码的错误：不崩溃、不挂起、不写其他文件、不误判为符合。
曾经出错的输入保存在 `tests/fuzz/corpus` 中，每次测试都会重试。
{hours} 小时内共尝试 {inputs} 份输入：

| 目标 | 输入 | 分钟 | 引导 |
|---|---|---|---|
""",
}
MUTANTS: dict[Language, str] = {
    "en": """
## Mutants

`python -m mutants` (in `tools/`, `make mutants`) changes one small place of the program at a time:
a comparison, a bound by one, a join, a term of a condition, min and max, lag and lead, a branch of
a union, an argument of coalesce, the start and the end of a day. Then it asks the tests that run
that line, and all worlds where they reach it. {drawn} changes were tried, drawn by seed: as many as
there was time for, from all rooms in turn. A timeout kills;
{since} of those killed survived at first, until a test was added that was seen to fail;
*equivalent* are those of which `tools/mutants/equivalent.yaml` says why nobody could notice.

| room | tried | killed | timeout | equivalent | survived |
|---|---|---|---|---|---|
""",
    "zh": """
## 变异测试

`python -m mutants`（在 `tools/` 下，或 `make mutants`）每次只改动程序中的一小处：比较符、
边界加减一、连接、条件中的一项、min 与 max、lag 与 lead、UNION 的一支、coalesce 的一个参数、
一日的开始与结束。然后运行经过该行的测试；随机生成的证据若经过该行，也全部运行。
共尝试 {drawn} 处改动，按种子从各部分轮流抽取，时间所限，未能穷尽。超时视为被发现；
其中 {since} 处起初未被发现，
增加测试并确认该测试失败后才计入；
“等价”指 `tools/mutants/equivalent.yaml`
已说明任何人都察觉不到差别的改动。

| 部分 | 尝试 | 被发现 | 超时 | 等价 | 未被发现 |
|---|---|---|---|---|---|
""",
}
SURVIVED: dict[Language, str] = {
    "en": "\nSurvived, and not yet explained:\n\n",
    "zh": "\n未被发现、尚待说明的：\n\n",
}
ALL: dict[Language, str] = {"en": "all", "zh": "合计"}
FINDINGS: dict[Language, str] = {
    "en": "\n## What was found\n\n| suite | found | now |\n|---|---|---|\n",
    "zh": "\n## 发现的问题\n\n| 套件 | 发现 | 现状 |\n|---|---|---|\n",
}


def run(name: str, count: str) -> int:
    """Run a suite, and keep its numbers.

    Returns:
        The exit code of pytest.
    """
    suite = SUITES[name]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *suite.path.split(), f"--junitxml={report}"],
            cwd=ROOT,
            env={**os.environ, suite.variable: count} if suite.variable else None,
            check=False,
        )
        keep(name, count, report)
    return done.returncode


def keep(name: str, count: str, report: Path) -> None:
    """Keep the numbers of a run."""
    found = ElementTree.parse(report).getroot()  # noqa: S314 - pytest has just written it
    totals = [each.attrib for each in found.iter("testsuite")]
    tests = sum(int(each["tests"]) for each in totals)
    numbers = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "count": int(count) if SUITES[name].variable else tests,
        "tests": tests,
        "failed": sum(int(each["failures"]) + int(each["errors"]) for each in totals),
        "seconds": round(sum(float(each["time"]) for each in totals)),
    }
    KEPT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(numbers, indent=1)
    (KEPT / f"{name}.json").write_text(text + "\n", "utf-8")


def page(language: Language) -> str:
    """Write the page in a language."""
    text = HEADS[language].format(count=COUNT[language])
    for name, suite in SUITES.items():
        path = KEPT / f"{name}.json"
        if path.exists():
            found = json.loads(path.read_text("utf-8"))
            cells = [
                ", ".join(f"`{each}`" for each in suite.path.split()),
                found["date"],
                f"{found['count']:,} {suite.unit[language]}",
                str(found["tests"]),
                str(found["failed"]),
                str(max(1, round(found["seconds"] / 60))),
                suite.holds[language],
            ]
            text += _row(cells)
    path = KEPT / "fuzz.jsonl"
    if path.exists():
        text += _fuzz([json.loads(line) for line in path.read_text("utf-8").splitlines()], language)
    path = KEPT / "mutants.json"
    if path.exists():
        text += _mutants(json.loads(path.read_text("utf-8")), language)
    findings = yaml.safe_load((KEPT / "findings.yaml").read_text("utf-8"))
    text += FINDINGS[language]
    for each in findings:
        text += _row([each["suite"], each["found"][language], each["now"][language]])
    return text


def _fuzz(runs: list[dict[str, Any]], language: Language) -> str:
    inputs, seconds = (sum(each[name] for each in runs) for name in ("inputs", "seconds"))
    text = FUZZ[language].format(inputs=f"{inputs:,}", hours=round(seconds / 3600, 1))
    for target in dict.fromkeys(each["target"] for each in runs):
        own = [each for each in runs if each["target"] == target]
        inputs, seconds = (sum(each[name] for each in own) for name in ("inputs", "seconds"))
        guided = "✓" if any(each["guided"] for each in own) else ""
        text += _row([f"`{target}`", f"{inputs:,}", str(max(1, round(seconds / 60))), guided])
    return text


def _mutants(report: dict[str, Any], language: Language) -> str:
    rooms: dict[str, dict[str, int]] = report["rooms"]
    since = sum("killed_since_by" in each for each in report["mutants"])
    text = MUTANTS[language].format(drawn=f"{len(report['mutants']):,}", since=since)
    total: dict[str, int] = {}
    for counts in rooms.values():
        for outcome, count in counts.items():
            total[outcome] = total.get(outcome, 0) + count
    for room, counts in {**rooms, ALL[language]: total}.items():
        survived = counts.get("survived", 0) + counts.get("not run", 0)
        numbers = [counts.get(each, 0) for each in ("killed", "timeout", "equivalent")]
        text += _row([room, *map(str, (sum(counts.values()), *numbers, survived))])
    if report["unexplained"]:
        text += SURVIVED[language]
        text += "".join(f"- ``{name}``\n" for name in report["unexplained"])
    return text


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def main(arguments: list[str]) -> int:
    """Run a suite, or write the pages."""
    if arguments[:1] == ["run"]:
        name, *count = arguments[1:]
        return run(name, *(count or ["100"]))
    for language in LANGUAGES:
        FILES[language].write_text(page(language), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
