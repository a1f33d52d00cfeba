"""A sample as text: the method, what was drawn, and what testers found."""

from __future__ import annotations

from ccpolicy.assessment.sample import Sample, SampledItem, TestResult
from ccpolicy.reports import View
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import exactly

SIZE_MESSAGES = {
    True: "Size by the built-in table, which is a choice and not a norm: {size}",
    False: "Size as asked for: {size}",
}
RESULT_MESSAGES: dict[TestResult, str] = {
    "ok": "in order",
    "exception": "EXCEPTION",
    "untested": "NOT TESTED",
}
_COLOURS: dict[TestResult, str | None] = {"ok": None, "exception": "red", "untested": "yellow"}


def render_sample(result: Sample, view: View) -> str:
    """Render the method and the items."""
    page = Page(view)
    page.paragraph(f"{result.about} {page.text(result.title)}", colour="bold")
    for text in method(page, result):
        page.paragraph(text)
    for stratum in result.strata:
        if result.by:
            page.heading(
                page.say(
                    "{by} {name}: {drawn} of {count}",
                    by=result.by,
                    name=stratum.name or "–",
                    drawn=stratum.drawn,
                    count=stratum.population,
                )
            )
        else:
            page.line()
        for item in result.items:
            if item.stratum == stratum.name:
                _item(page, result, item)
    if result.has_results:
        page.heading(page.say("Results"))
        page.paragraph(found(page, result), colour="red" if result.count("exception") else None)
    return str(page)


def method(page: Page, result: Sample) -> list[str]:
    """Say from what was drawn, and how."""
    return [
        page.say(
            "Population: {count} in the period {start} – {end}, as of {moment}",
            count=result.population,
            start=exactly(result.window.starts),
            end=exactly(result.window.ends),
            moment=exactly(result.as_of),
        ),
        page.say("Digest of the population: {digest}", digest=result.population_digest),
        page.say(SIZE_MESSAGES[result.is_size_chosen], size=result.size),
        page.say(
            "The items drawn are the first in the order of the SHA-256 of the seed, a line"
            " end and the item's id. The seed is the digest of the population, the period's"
            " start and its end, with spaces between them."
        ),
    ]


def found(page: Page, result: Sample) -> str:
    """Say what testers found."""
    said = [
        page.count(result.count("exception"), "{count} exception", "{count} exceptions"),
        page.say("{count} in order", count=result.count("ok")),
        page.say("{count} not tested", count=result.count("untested")),
    ]
    return page.phrases(said)


def _item(page: Page, result: Sample, item: SampledItem) -> None:
    said, colour = [item.id, item.place or ""], None
    if result.has_results:
        colour = _COLOURS[item.result]
        said = [page.say(RESULT_MESSAGES[item.result]), *said, item.remark]
    page.paragraph("  ".join(each for each in said if each), indent=2, colour=colour)
