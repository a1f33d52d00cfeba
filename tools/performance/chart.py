"""Pictures of figures as SVG, readable on light and on dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, LEFT, TOP, ROW = 720, 150, 34, 26
COLOURS = (  # on light, on dark
    ("#0b6bcb", "#6cb6ff"),
    ("#b35900", "#f0a35e"),
    ("#1a7f37", "#57c46f"),
    ("#8250df", "#c297ff"),
    ("#cf222e", "#ff8182"),
    ("#57606a", "#9ea7b3"),
)
_STYLE = (
    "text{font:13px system-ui,'Noto Sans CJK SC',sans-serif;fill:#1f2328}"
    ".axis{stroke:#d0d7de}"
    + "".join(f".s{n}{{stroke:{light};fill:{light}}}" for n, (light, _) in enumerate(COLOURS))
    + ".line{fill:none;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#3d444d}"
    + "".join(f".s{n}{{stroke:{dark};fill:{dark}}}" for n, (_, dark) in enumerate(COLOURS))
    + ".line{fill:none}}"
)
Points = Sequence[tuple[float, float]]


def lines(title: str, below: str, series: Mapping[str, Points]) -> str:
    """Draw series over two logarithmic axes, each with its name and a sign of its own."""
    height, right, bottom = 380, WIDTH - 210, 330
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    first, last = math.log10(min(xs)), math.log10(max(xs))

    def x_of(x: float) -> float:
        return 70 + (right - 70) * (math.log10(x) - first) / ((last - first) or 1)

    def y_of(y: float) -> float:
        return bottom - (bottom - 40) * (math.log10(y) - low) / ((high - low) or 1)

    drawn = [_text(12, 20, title)]
    for power in range(low, high + 1):
        y = y_of(10.0**power)
        drawn.append(f'<path class="axis" d="M70 {y:.1f}H{right}"/>')
        drawn.append(_text(62, y + 4, _short(10.0**power), "end"))
    drawn += [_text(x_of(x), bottom + 18, _short(x), "middle") for x in sorted(set(xs))]
    drawn.append(_text((70 + right) / 2, bottom + 38, below, "middle"))
    for number, (name, points) in enumerate(series.items()):
        places = [(x_of(x), y_of(y)) for x, y in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        drawn.append(f'<path class="line s{number}" d="M{path}"/>')
        drawn += [_sign(number, x, y) for x, y in places]
        y = 52 + 24 * number
        drawn.append(_sign(number, right + 24, y))
        drawn.append(_text(right + 36, y + 4, name))
    return _picture(title, height, drawn)


def bars(title: str, values: Mapping[str, float], unit: str) -> str:
    """Draw bars from 0 on, with their values."""
    most = max(values.values())
    drawn = [_text(12, 20, title)]
    for number, (name, value) in enumerate(values.items()):
        y = TOP + ROW * number
        width = max(2.0, (WIDTH - LEFT - 110) * value / most)
        colour = 0 if name.startswith("ccpolicy") else 5
        drawn.append(_text(LEFT - 8, y + 14, name, "end"))
        drawn.append(
            f'<rect class="s{colour}" x="{LEFT}" y="{y}" width="{width:.1f}" height="18"/>'
        )
        drawn.append(_text(LEFT + width + 8, y + 14, f"{value:.3g} {unit}"))
    return _picture(title, TOP + ROW * len(values) + 8, drawn)


def _picture(title: str, height: int, drawn: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{escape(title)}"><style>{_STYLE}</style>'
    )
    return "\n".join([head, *drawn, "</svg>\n"])


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _sign(number: int, x: float, y: float) -> str:
    """Draw a mark that differs by its form as well as by its colour."""
    forms = (
        f'<circle class="s{number}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
        f'<path class="s{number}" d="M{x - 4:.1f} {y - 4:.1f}h8v8h-8z"/>',
        f'<path class="s{number}" d="M{x:.1f} {y - 5:.1f}l5 9h-10z"/>',
        f'<path class="s{number}" d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5-5z"/>',
        f'<path class="s{number}" d="M{x:.1f} {y + 5:.1f}l5-9h-10z"/>',
        f'<circle class="line s{number}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
    )
    return forms[number % len(forms)]


def _short(value: float) -> str:
    """Write a round number with few signs."""
    for limit, sign in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g} {sign}"
    return f"{value:g}"
