"""What a check kind asks for and does, with worked examples."""

from __future__ import annotations

from collections.abc import Mapping

from ccpolicy.checks.kinds import Example, Input, Kind, Parameter
from ccpolicy.errors import PolicyError, Sayable
from ccpolicy.reports.amount_text import parameter_text
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import when


def explain_kind(page: Page, kind: Kind) -> None:
    """Write down what a check kind needs, its SQL, and its worked examples."""
    page.paragraph(kind.name, colour="bold")
    page.paragraph(page.text(kind.summary))
    page.heading(page.say("Inputs"))
    for name, input_ in kind.inputs.items():
        _input(page, name, input_)
    page.heading(page.say("Parameters"))
    for name, parameter in kind.parameters.items():
        _parameter(page, name, parameter)
    if kind.one_of:
        page.paragraph(
            page.say("Exactly one of these is given: {names}.", names=page.join(kind.one_of)), 2
        )
    if kind.picture:
        page.heading(page.say("Picture"))
        page.verbatim(kind.picture.text(page.view.language))
    page.heading(page.say("SQL"))
    page.verbatim(kind.query)
    page.heading(page.say("Worked examples"))
    try:
        examples = kind.examples()
    except PolicyError as failure:  # one that is still being written
        page.paragraph(visible(failure.message.coded(page.view.language)), 2)
        examples = []
    for number, example in enumerate(examples, 1):
        if number > 1:
            page.line()
        _example(page, number, example)


def _input(page: Page, name: str, spec: Input) -> None:
    page.definition(name, page.text(spec.label), 14, "bold")
    times = {
        "state": page.say("holds from a day to a day"),
        "happening": page.say("happened at a moment"),
    }
    effects = {
        "help": page.say("helps, so that it counts from its latest moment"),
        "harm": page.say("harms, so that it counts from its earliest moment"),
        "either": page.say("helps or harms, as each record says"),
    }
    if spec.holds and spec.effect:
        page.paragraph(page.phrases([times[spec.holds], effects[spec.effect]]), 16)
    if spec.undoes:
        page.paragraph(page.say("undoes earlier: {inputs}", inputs=page.join(spec.undoes)), 16)
    if spec.stops:
        page.paragraph(page.say("stops the clock of: {name}", name=spec.stops), 16)
    if spec.given_with:
        said = page.say("given with '{name}', and not without it", name=spec.given_with)
        page.paragraph(said, 16)
    elif not spec.required:
        page.paragraph(page.say("may be left out"), 16)
    if spec.parts:
        said = page.say("each has a key of its own, and 'group' names the subject it counts for")
        page.paragraph(said, 16)
    if spec.needs:
        page.paragraph(page.say("needs: {columns}", columns=page.join(spec.needs)), 16)
    if spec.columns:
        page.paragraph(page.say("may name: {columns}", columns=page.join(spec.columns)), 16)
    if spec.one_of:
        page.paragraph(page.say("exactly one of {columns}", columns=page.join(spec.one_of)), 16)


def _parameter(page: Page, name: str, spec: Parameter) -> None:
    page.definition(name, page.text(spec.label), 14, "bold")
    kinds = {
        "duration": page.say("a duration, such as 30 days, 15 minutes or 5 business days"),
        "integer": page.say("a whole number"),
        "number": page.say("a number"),
        "percent": page.say("a percentage, such as 95 or 99.5"),
        "period": page.say("a calendar period"),
        "period day": page.say(
            "a day of the period, such as 5th, last day, third Monday or last business day"
        ),
        "date": page.say("a day, YYYY-MM-DD"),
        "choice": page.say("a choice"),
    }
    stricter = {
        None: page.say("neither way is stricter"),
        "earlier": page.say("earlier is stricter"),
        "shorter": page.say("shorter is stricter"),
        "higher": page.say("higher is stricter"),
        "lower": page.say("lower is stricter"),
        "first": page.say("the first is the strictest"),
    }
    said = [kinds[spec.type], stricter[spec.stricter]]
    if spec.choices:
        said[0] = page.say("one of {choices}", choices=page.join(spec.choices))
    if needed := spec.within or spec.fixes:
        said.append(page.say("only with '{name}'", name=needed))
    if spec.default is not None:
        said.append(page.say("default {value}", value=spec.default))
    if spec.default_from:
        said.append(page.say("default as '{name}'", name=spec.default_from))
    if spec.required:
        said.append(page.say("required"))
    if spec.limits:
        said.append(page.say("required with '{input}'", input=spec.limits))
    if spec.given_with:
        said.append(page.say("given with '{name}', and not without it", name=spec.given_with))
    if spec.or_else:
        said.append(page.say("or '{name}', or both", name=spec.or_else))
    if not spec.by_class:
        said.append(page.say("one value for all"))
    for input_name, columns in spec.unless.items():
        said += [
            page.say(
                "or each record's own, by '{column}' of '{input}'", column=column, input=input_name
            )
            for column in columns
        ]
    page.paragraph(page.phrases(said), 16)


def shown_value(page: Page, value: object, labels: Mapping[str, Sayable]) -> str:
    """Return a parameter's value: one, or one for each class."""
    found = parameter_text(value, page.view.language, labels)
    return page.join(f"{name} {text}" if name else text for name, text in found)


def _example(page: Page, number: int, example: Example) -> None:
    page.definition(f"{number}.", page.text(example.title), 4, "bold")
    moment = page.say("as of {moment}, {zone}", moment=when(example.as_of), zone=example.zone)
    page.paragraph(moment, 6)
    for name, value in example.parameters.items():
        page.definition(f"    {visible(name)}", shown_value(page, value, {}), 16)
    for name, records in example.inputs.items():
        for index, record in enumerate(records):
            page.definition("" if index else f"    {visible(name)}", _record(page, record), 16)
    if not example.lapses:
        page.paragraph(page.say("no lapse"), 6, "green")
    for subject, starts, ends in example.lapses:
        span = _span(page, starts, ends)
        lapse = page.say("lapse: {subject}, {span}", subject=subject or "", span=span)
        page.paragraph(lapse, 6, "red")
    for subject, starts, ends in example.unknown:
        span = _span(page, starts, ends)
        text = page.say("unknown: {subject}, {span}", subject=subject or "", span=span)
        page.paragraph(text, 6, "yellow")


def _span(page: Page, starts: str | None, ends: str | None) -> str:
    start = when(starts or "")
    if ends:
        return page.say("{start} to {end}", start=start, end=when(ends))
    return page.say("since {start}", start=start)


def _record(page: Page, record: Mapping[str, object]) -> str:
    return page.join(
        str(value) if name == "subject" else f"{name} {value}"
        for name, value in record.items()
        if value is not None
    )
