"""Make the pictures of the documentation: the terminal, and the report in a browser.

`python tools/pictures.py` writes docs/pictures/terminal-*.svg, always with the same bytes.
`python tools/pictures.py report` takes docs/pictures/report-*.png with Chromium. How these look
depends on the fonts of the machine, so their pixels are not compared: each holds the digest of the
part of the report that it shows, and a test says when that has changed.
"""

from __future__ import annotations

import hashlib
import io
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from click.testing import CliRunner
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from wcwidth import wcwidth

from ccpolicy.cli.program import program

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
COMMANDS = {
    "terminal-en.svg": "check --clause 6 --lang en",
    "terminal-zh.svg": "check --clause 6 --lang zh",
    "terminal-failing-en.svg": "check src/ccpolicy/examples/failing --lang en",
    "terminal-failing-zh.svg": "check src/ccpolicy/examples/failing --lang zh",
}
"""Picture of the terminal → what is typed behind `ccpolicy`."""

COLUMNS = 80
FONT_SIZE, ADVANCE, LEADING, MARGIN = 14, 8.4, 20, 16
"""Size of the font, width of a character, height of a line, and margin, in pixels."""
BACKGROUND, FOREGROUND, FAINT = "#16181d", "#d8dbe2", "#8b919e"
COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"}
"""SGR code → colour."""
_SGR = re.compile(r"\x1b\[([0-9;]*)m")


class Screenshot(NamedTuple):
    """A part of the report as a reader sees it."""

    section: str
    """Id of the section that is scrolled to."""
    settings: str
    """Language and theme, as in the address."""
    width: int
    height: int


SCREENSHOTS = {
    "report-cover-en-light.png": Screenshot("s-cover", "language=en&theme=light", 1440, 900),
    "report-overview-zh-dark.png": Screenshot("s-overview", "language=zh&theme=dark", 1440, 900),
    "report-control-en-dark.png": Screenshot("EM-1", "language=en&theme=dark", 1440, 1000),
    "report-control-zh-light.png": Screenshot("EM-1", "language=zh&theme=light", 1440, 1000),
    "report-phone-en-dark.png": Screenshot("s-cover", "language=en&theme=dark", 390, 844),
    "report-phone-zh-light.png": Screenshot("s-cover", "language=zh&theme=light", 390, 844),
}
SOURCE = "Source"
"""Keyword of the digest in a picture."""
BROWSER_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]


def terminal_picture(command: str) -> str:
    """Return an SVG of what a terminal shows of a command, run in the checkout."""
    runner = CliRunner(env={"COLUMNS": str(COLUMNS), "LC_ALL": "en_US.UTF-8", "NO_COLOR": ""})
    with chdir(ROOT):
        result = runner.invoke(program, [*shlex.split(command), "--color", "always"])
    if result.exit_code not in (0, 1):
        raise SystemExit(result.output)
    typed = command.removesuffix(" --lang en")
    return _svg([f"$ ccpolicy {typed}", *result.stdout.rstrip().split("\n")])


def _svg(lines: list[str]) -> str:
    width = round(COLUMNS * ADVANCE) + 2 * MARGIN
    height = len(lines) * LEADING + 2 * MARGIN
    texts = "".join(
        f"{each}\n" for number, line in enumerate(lines) for each in _texts(line, number)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>\n'
        f'<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, Noto Sans Mono CJK SC,'
        f' monospace" font-size="{FONT_SIZE}" fill="{FOREGROUND}" xml:space="preserve">\n'
        f"{texts}</g>\n</svg>\n"
    )


def _texts(line: str, number: int) -> Iterator[str]:
    """Yield the texts of a line, each stretched to the cells that it has in a terminal."""
    column, style = 0, ""
    y = MARGIN + number * LEADING + FONT_SIZE
    # What is split by a pattern with a group has the group's matches at odd places.
    for index, part in enumerate(_SGR.split(line)):
        if index % 2:
            style = _style(part)
            continue
        # Between words nothing is drawn, so that no space depends on a font.
        for word in re.finditer(r"\S+(?: \S+)*", part):
            start = column + _cells(part[: word.start()])
            cells = _cells(word[0])
            yield (
                f'<text x="{MARGIN + start * ADVANCE:g}" y="{y}"'
                f' textLength="{cells * ADVANCE:g}" lengthAdjust="spacingAndGlyphs"{style}>'
                f"{escape(word[0])}</text>"
            )
        column += _cells(part)


def _style(codes: str) -> str:
    numbers = [int(code) for code in codes.split(";") if code]
    unknown = set(numbers) - {0, 1, 2, *COLOURS}
    if unknown:
        raise SystemExit(f"no colour for SGR {sorted(unknown)}")
    fill = next((COLOURS[each] for each in numbers if each in COLOURS), "")
    fill = fill or (FAINT if 2 in numbers else "")
    return (f' fill="{fill}"' if fill else "") + (' font-weight="bold"' if 1 in numbers else "")


def _cells(text: str) -> int:
    return sum(wcwidth(character) for character in text)


def write_report(folder: Path) -> Path:
    """Write the sample's report as HTML into a folder."""
    file = folder / "compliance.html"
    with chdir(ROOT):
        result = CliRunner(env={"LC_ALL": "en_US.UTF-8"}).invoke(
            program, ["report", "--format", "html", "--output", str(file)]
        )
    if not file.exists():
        raise SystemExit(result.output)
    return file


def source_digest(report: str, screenshot: Screenshot) -> str:
    """Return the SHA-256 of a section of a report with the styles, from which a picture is made."""
    styles = re.findall(r"<style>.*?</style>", report, re.DOTALL)
    beginning = rf'<section id="?{screenshot.section}"? '
    [section] = re.findall(rf"{beginning}.*?</section>", report, re.DOTALL)
    return hashlib.sha256("".join([*styles, section]).encode()).hexdigest()


def report_picture(browser: Browser, report: Path, screenshot: Screenshot) -> bytes:
    """Return a PNG of a part of the report, in colours of a palette."""
    size = {"width": screenshot.width, "height": screenshot.height}
    context = browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.goto(f"{report.as_uri()}#{screenshot.section}?{screenshot.settings}")
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(300)  # what the address names is scrolled to and laid out
        taken = page.screenshot(animations="disabled", caret="hide")
    finally:
        context.close()
    image = Image.open(io.BytesIO(taken)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    source = PngInfo()
    source.add_text(SOURCE, source_digest(report.read_text("utf-8"), screenshot))
    picture = io.BytesIO()
    image.save(picture, "PNG", optimize=True, pnginfo=source)
    return picture.getvalue()


def main(arguments: list[str]) -> None:
    """Write the pictures of the terminal, or those of the report."""
    PICTURES.mkdir(exist_ok=True)
    if arguments != ["report"]:
        for name, command in COMMANDS.items():
            (PICTURES / name).write_text(terminal_picture(command), "utf-8", newline="\n")
        return
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = write_report(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        for name, screenshot in SCREENSHOTS.items():
            (PICTURES / name).write_bytes(report_picture(browser, report, screenshot))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
