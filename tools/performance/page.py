"""The page and its pictures, from the figures alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ccpolicy.errors import Language
from performance import chart, words
from performance.figures import Case, Figures, Measured, Runs, middle
from performance.goals import GOALS, Goal

PARTS = tuple(words.TITLES)
GROWING = {"growth": "records", "controls": "controls", "failing": "failing", "history": "history"}
"""Part whose sizes grow → its case."""


def page(figures: Figures, language: Language) -> str:
    """Write the page in a language."""
    text = words.HEAD[language]
    if busy := [part for part in PARTS if part in figures.heads and _was_busy(figures, part)]:
        text += words.BUSY[language].format(parts=", ".join(f"`{part}`" for part in busy))
    text += _goals(figures, language)
    for part in PARTS:
        if part in figures.heads:
            text += _part(figures, part, language)
    text += words.PARTS[language]
    for part in PARTS:
        if part in figures.heads:
            text += _row(_head_cells(figures, part))
    return text


def pictures(figures: Figures, language: Language) -> dict[str, str]:
    """Draw the pictures; return file name → SVG."""
    drawn = {}
    suffix = f"-{language}"
    for part, case in GROWING.items():
        sizes = figures.sizes(part, case)
        if len(sizes) < 2:
            continue
        below = words.COLUMNS[case][language]
        for name, what, title, scale in (
            (part, "cpu", words.CPU_TITLE, 1.0),
            (f"{part}-memory", "memory", words.MEMORY_TITLE, 1e6),
        ):
            if what == "memory" and part != "growth":
                continue
            series = _series(figures, part, case, what, scale, language)
            drawn[f"{name}{suffix}.svg"] = chart.lines(title[language], below, series)
    if cases := figures.cases("peers"):
        values = {
            _side(side, language): middle(runs.cpu) or 0.0
            for side, runs in figures.runs[cases[-1]].items()
        }
        of_records = f"{cases[-1][2]:,} {words.COLUMNS['peers'][language]}"
        heading = f"{words.CPU_TITLE[language]}, {of_records}"
        drawn[f"peers{suffix}.svg"] = chart.bars(heading, values, "s")
    if cases := figures.cases("kinds"):
        values = {case[1]: middle(figures.runs[case]["ccpolicy"].cpu) or 0.0 for case in cases}
        heading = f"{words.CPU_TITLE[language]}, ccpolicy"
        drawn[f"kinds{suffix}.svg"] = chart.bars(heading, values, "s")
    return drawn


def write(figures: Figures, docs: Path, language: Language) -> None:
    """Write the page and its pictures below `docs`."""
    name = "performance.md" if language == "en" else f"performance.{language}.md"
    (docs / name).write_text(page(figures, language), "utf-8")
    for file, drawn in pictures(figures, language).items():
        (docs / "performance" / file).write_text(drawn, "utf-8")


def _series(
    figures: Figures, part: str, case: str, what: str, scale: float, language: Language
) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for size in figures.sizes(part, case):
        for side, runs in figures.runs[part, case, size].items():
            value = middle(getattr(runs, what))
            if value:
                found.setdefault(_side(side, language), []).append((size, value / scale))
    return found


def _goals(figures: Figures, language: Language) -> str:
    text = words.GOALS[language]
    profiles: dict[Case, list[Goal]] = {}
    for goal in GOALS:
        found = goal.value(figures)
        if found is None:
            met = words.UNKNOWN[language]
        elif found.value <= goal.most:
            met = words.MET[language]
        else:
            met = words.MISSED[language]
            if goal.profile in figures.facts and "shares" in figures.facts[goal.profile]:
                profiles.setdefault(goal.profile, []).append(goal)
        now, runs = (_with_spread(found), str(found.runs)) if found else ("–", "–")
        text += _row([goal.what[language], goal.before, f"≤ {goal.most:g}", now, runs, met])
    if profiles:
        text += words.PROFILES[language]
    for case in profiles:
        shares = figures.facts[case]["shares"]
        told = ", ".join(f"`{name}` {100 * share:.0f} %" for name, share in shares.items())
        text += _row([_case_name(case, language), told])
    return text


def _part(figures: Figures, part: str, language: Language) -> str:
    text = f"\n## {words.TITLES[part][language]}\n\n{words.INTROS[part][language]}\n\n"
    if part == "peers":
        asked = {side for case in figures.cases(part) for side in figures.runs[case]}
        text += "".join(
            f"- **{_side(side, language)}** {less[language]}\n"
            for side, less in words.PEERS.items()
            if side in asked
        )
        text += "\n"
    for file in pictures(figures, language):
        if file.split(".")[0].split("-")[0] == part:
            title = words.MEMORY_TITLE if "-memory" in file else words.CPU_TITLE
            alt = f"{words.TITLES[part][language]}: {title[language]}"
            text += f"![{alt}](performance/{file})\n\n"
    columns = ("case", "side", "wall", "cpu", "memory", "times")
    text += _row(words.COLUMNS[column][language] for column in columns)
    text += "|---|---|---|---|---|---|\n"
    for case in figures.cases(part):
        for side in figures.runs[case]:
            text += _row(_cells(figures, case, side, language))
    left_out = [
        f"{name} {size:,}: {facts.get('skipped') or facts.get('failed')}"
        for (owner, name, size), facts in figures.facts.items()
        if owner == part and ("skipped" in facts or "failed" in facts)
    ]
    if left_out:
        text += words.LEFT_OUT[language] + "; ".join(left_out) + "\n"
    return text


def _cells(figures: Figures, case: Case, side: str, language: Language) -> list[str]:
    runs: Runs = figures.runs[case][side]
    others = figures.runs[case]
    base = next((name for name in ("ccpolicy", "history", "first") if name in others), side)
    memory = middle(runs.memory)
    ratio = figures.ratio(case, base, side)
    return [
        _case_name(case, language),
        _side(side, language),
        _with_spread(figures.each(case, side, lambda each: each.wall)),
        _with_spread(figures.each(case, side, lambda each: each.cpu)),
        f"{memory / 1e6:,.0f}" if memory else "–",
        "" if side == base or ratio is None else _with_spread(ratio),
    ]


def _case_name(case: Case, language: Language) -> str:
    part, name, size = case
    if part in GROWING or part == "peers":
        return f"{size:,} {words.COLUMNS[name][language]}"
    if name in words.CASES:
        told = words.CASES[name][language]
        return told if size in (1, 2_000) else f"{told}, {size:,}"
    return f"`{name}`"


def _side(side: str, language: Language) -> str:
    return words.SIDES[side][language]


def _with_spread(found: Measured | None) -> str:
    if found is None:
        return "–"
    if found.runs == 1:
        return _number(found.value)
    return f"{_number(found.value)} ({_number(found.least)}–{_number(found.most)})"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _was_busy(figures: Figures, part: str) -> bool:
    head = figures.heads[part]
    cores = int(head["machine"].split()[0])
    return bool(max(head["load"]) > cores + 1)  # the bench itself is one of those that run


def _head_cells(figures: Figures, part: str) -> list[str]:
    head = figures.heads[part]
    counts = [
        len(runs.wall) for case in figures.cases(part) for runs in figures.runs[case].values()
    ]
    runs = f"{min(counts)}–{max(counts)}" if counts else "–"
    versions = ", ".join(f"{name} {version}" for name, version in head["versions"].items())
    load = "–".join(map(str, head["load"]))
    return [f"`{part}`", head["date"], head["machine"], load, runs, f"{head['commit']}; {versions}"]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
