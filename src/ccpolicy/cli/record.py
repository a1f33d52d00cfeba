"""`ccpolicy record`: add records to the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ccpolicy.cli import options
from ccpolicy.cli.translated_click import Command

if TYPE_CHECKING:
    from ccpolicy.record.recorder import FilledRecord, PreparedRecords, Recorder
    from ccpolicy.reports.page import Page

_FORMULA_SIGNS = ("=", "+", "@")
"""First characters of a cell that spreadsheets take for a formula."""


def _settings(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete the names of fields, and the values of closed lists."""
    import ccpolicy
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.record.form_fields import find_dataset, make_form

    try:
        policy = ccpolicy.load(context.params.get("path") or ".").policy
        # Amid an option that has no value yet, click leaves the arguments as they are.
        dataset = context.params.get("dataset") or "".join(context.args[:1])
        form = make_form(find_dataset(policy, dataset))
    except CcpolicyError:  # nobody reads it amid a line
        return []
    name, equals, _value = incomplete.partition("=")
    known = [f"{each.name}=" for each in form.fields]
    if equals and name in form.by_name:
        known = [f"{name}={each.text}" for each in form.by_name[name].choices]
    return [each for each in known if each.startswith(incomplete)]


@click.command(
    "record",
    cls=Command,
    short_help="Add a record to the evidence.",
    help="Add a record to the evidence: asks field by field as the contract of the dataset says,"
    " and says what the record covers and until when. With --set or --from it asks nothing.\n\n"
    "Each record is judged before it is written; all of them are written, or none.\n\n"
    "Exit codes: 0 written, 2 not written.",
)
@options.argument(
    "dataset",
    help="Dataset to which it is added.",
    shell_complete=options.names(lambda repository: repository.datasets),
)
@options.path
@options.option(
    "--set",
    "settings",
    multiple=True,
    metavar="FIELD=VALUE",
    shell_complete=_settings,
    help="Value of a field; may be repeated.",
)
@options.option(
    "--from",
    "source",
    metavar="FILE",
    help="Take the records from a form, CSV or JSON Lines; - is standard input.",
)
@options.option("--file", metavar="NAME", help="File to write to; default the last of the dataset.")
@options.option("--dry-run", is_flag=True, help="Judge the records, and write nothing.")
@options.option("--commit", is_flag=True, help="Commit the file with git.")
@options.option("--reason", metavar="TEXT", default="", help="Reason, for the commit.")
@options.language
@options.option("-q", "--quiet", is_flag=True, help="Only print the result.")
@click.pass_context
def command(
    context: click.Context,
    dataset: str,
    path: str,
    settings: tuple[str, ...],
    source: str | None,
    file: str | None,
    dry_run: bool,
    commit: bool,
    reason: str,
    quiet: bool,
) -> None:
    """Ask or read, judge, and write."""
    import ccpolicy
    from ccpolicy.cli.output import write
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.record.commit import check_committer
    from ccpolicy.record.recorder import Recorder
    from ccpolicy.reports.page import Page

    if settings and source:
        raise CcpolicyError("--set and --from do not go together")
    if reason and not commit:
        raise CcpolicyError("--reason is for the commit: say --commit too")
    page = Page(options.view(context, path, quiet=quiet))
    recorder = Recorder(ccpolicy.load(path).policy, dataset, file)
    if commit:
        check_committer(recorder.policy, recorder.form)
    if settings or source:
        given = _given(recorder, settings, source)
        draft = recorder.draft(given, refuse_equal=source is not None)
        _tell_effect(page, recorder, draft)
        if quiet:
            page.lines.clear()
    else:
        from ccpolicy.cli.record_prompt import ask

        given, draft = ask(recorder, page.view, lambda draft: _effect_text(page, recorder, draft))
    if dry_run:
        page.line(page.say("Nothing was written: --dry-run"))
    else:
        draft = recorder.write(draft, given, refuse_equal=source is not None)
        _tell_written(page, recorder, draft)
        _warn_of_formulas(page, recorder, draft)
        if commit:
            _commit(page, recorder, draft, reason)
    write(str(page), None, for_people=True)


def _given(recorder: Recorder, settings: Sequence[str], source: str | None) -> list[FilledRecord]:
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.record.errors import given_twice
    from ccpolicy.record.recorder import FilledRecord
    from ccpolicy.record.sources import read_given

    if source is not None:
        return read_given(source, recorder.form, recorder.policy.settings.limits)
    fields = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise CcpolicyError(
                "'{text}' sets no field",
                hint="write it as FIELD=VALUE, such as  --set result=pass",
                text=setting,
            )
        if name in fields:
            raise given_twice(name)
        fields[name] = value
    return [FilledRecord(fields)]


def _tell_effect(page: Page, recorder: Recorder, draft: PreparedRecords) -> None:
    from ccpolicy.cli.record_text import write_effect

    write_effect(page, recorder.effect(draft))


def _effect_text(page: Page, recorder: Recorder, draft: PreparedRecords) -> str:
    from ccpolicy.reports.page import Page

    apart = Page(page.view)
    _tell_effect(apart, recorder, draft)
    return str(apart)


def _tell_written(page: Page, recorder: Recorder, draft: PreparedRecords) -> None:
    names = [
        str(record[field.name])
        for record in draft.records
        if (field := recorder.form.id_field) is not None
    ]
    page.line(
        page.say(
            "Recorded in {file}: {records}",
            file=draft.target.name,
            records=page.count(len(draft.records), "{count} record", "{count} records"),
        )
        + (f" ({page.names(names, 60)})" if names else "")
    )


def _warn_of_formulas(page: Page, recorder: Recorder, draft: PreparedRecords) -> None:
    """Say which texts a spreadsheet takes for formulas when it opens a CSV file."""
    from ccpolicy.cli.output import warn
    from ccpolicy.errors import CcpolicyError
    from ccpolicy.evidence.values import shown

    texts = [
        value
        for record in draft.records
        for value in record.values()
        if isinstance(value, str) and value.startswith(_FORMULA_SIGNS)
    ]
    if texts and recorder.form.dataset.format == "csv":
        warning = CcpolicyError(
            "a spreadsheet takes {value} for a formula when it opens {file}",
            value=shown(texts[0]),
            file=draft.target.name,
        )
        warn(warning.message, page.view.language)


def _commit(page: Page, recorder: Recorder, draft: PreparedRecords, reason: str) -> None:
    from ccpolicy.record.commit import commit_file

    count = len(draft.records)
    subject = f"Record {count} of {recorder.form.dataset.id}"
    if count == 1 and (field := recorder.form.id_field):
        subject = f"Record {draft.records[0][field.name]} of {recorder.form.dataset.id}"
    commit = commit_file(recorder.policy, recorder.form, draft.target.name, subject, reason)
    page.line(page.say("Committed: {commit}", commit=commit[:12]))
