"""Measure the HTML report: `python -m bench.report`.

Rendering against judging, a hundred thousand lapses against a thousand, and how long a browser
takes until the page can be used.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render

ROOT = Path(__file__).parents[2]
FEW, MANY = 1_000, 100_000


def main() -> int:
    """Print the ratios."""
    from reports.html.audited import many

    began = time.perf_counter()
    sample = ccpolicy.load(ROOT).check(ccpolicy.EvaluationRequest(appendix=True))
    judged = time.perf_counter() - began
    render(sample, View())
    rendered = timed(sample)
    print(f"sample: judged {judged:.2f} s, rendered {rendered:.2f} s: {rendered / judged:.2f}")
    few, lots = many(FEW), many(MANY)
    print(f"{MANY:,} lapses / {FEW:,}, render time: {timed(lots) / timed(few):.1f}")
    peaks = [peak(few), peak(lots)]
    size = len(render(lots, View()))
    print(f"memory {peaks[0] / 1e6:.1f} MB, {peaks[1] / 1e6:.1f} MB; file {size / 1e6:.2f} MB")
    for name, result in (("sample", sample), (f"{MANY:,} lapses", lots)):
        ready, unpacked = opened(render(result, View()))
        print(f"{name}: usable after {ready:.0f} ms, all lapses after {unpacked:.0f} ms more")
    return 0


def timed(result: Assessment) -> float:
    """Return the seconds that rendering takes."""
    began = time.perf_counter()
    render(result, View())
    return time.perf_counter() - began


def peak(result: Assessment) -> int:
    """Return the most memory that rendering takes, in bytes."""
    tracemalloc.start()
    render(result, View())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def opened(content: bytes) -> tuple[float, float]:
    """Return the milliseconds until the page can be used, and until its lapses are unpacked."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "report.html"
        file.write_bytes(content)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(file.as_uri())
        ready = page.evaluate("performance.timing.domInteractive - performance.timing.fetchStart")
        began = time.perf_counter()
        page.evaluate("document.querySelector('#s-lapses').scrollIntoView()")
        while not page.evaluate("'lapses' in document.documentElement.dataset"):
            page.wait_for_timeout(10)
        unpacked = 1_000 * (time.perf_counter() - began)
        browser.close()
    return ready, unpacked


if __name__ == "__main__":
    sys.exit(main())
