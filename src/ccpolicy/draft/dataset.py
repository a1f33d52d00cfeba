"""Draft the contract of a dataset from its files, and hold the draft to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ccpolicy.draft.column_guess import ColumnGuess, ColumnReader
from ccpolicy.draft.column_trial import ColumnTrial
from ccpolicy.draft.contract_names import column_names, name_of, name_of_file, unused_name
from ccpolicy.draft.drafted import DraftContext, DraftedDataset
from ccpolicy.draft.file_layout import FileLayout, file_layout
from ccpolicy.draft.file_pattern import file_pattern
from ccpolicy.draft.heading_times import SaidYear
from ccpolicy.draft.key_guess import equal_rows, guess_key
from ccpolicy.draft.matrix import Matrix, find_matrix
from ccpolicy.draft.probe import ProbedRows, joined, probe_rows
from ccpolicy.draft.proof import proven_yaml
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.reference_guess import find_targets, guess_references, times_of_references
from ccpolicy.draft.workbook_layout import SHEET
from ccpolicy.errors import EvidenceError, Language, Locator
from ccpolicy.store import open_store


def draft_dataset(
    paths: Sequence[Path], around: DraftContext, language: Language, name: str | None = None
) -> tuple[str, str]:
    """Draft the contract of files of one form; return its id, and its YAML with comments.

    The draft was loaded, and has read all of the files without an invalid record.

    Raises:
        CcpolicyError: a file cannot be read or is of no form that is drafted, or a dataset reads it
            already.
    """
    first = file_layout(paths[0], around.limits)
    around_cells = first.keys.get("around", {})
    names = column_names([each for each in first.headings if each], around_cells)
    headings = dict(zip(names, [each for each in first.headings if each], strict=True))
    if not headings:
        raise EvidenceError("no column was found", locator=Locator(str(paths[0])))
    parts, layouts = [], []
    for path in paths:
        layout = first if path is paths[0] else file_layout(path, around.limits)
        _check_alike(first, layout, path)
        layouts.append(layout)
        parts.append(probe_rows(path, layout.format, layout.keys, headings, around.limits))
    rows = joined(parts)
    if not any(rows.cells.values()):
        raise EvidenceError(
            "the file holds no record",
            hint="draft from a file with some rows",
            locator=Locator(str(paths[0])),
        )
    matrix = find_matrix(first, headings, rows, paths[0])
    if matrix:
        years = map(SaidYear.find, layouts, paths)  # each file says its own
        rows = joined(
            [
                matrix.of_year(year).unfold(part, headings)
                for year, part in zip(years, parts, strict=True)
            ]
        )
        first.keys["around"] = matrix.around(around_cells)
        first.questions += matrix.questions
    if first.doubted_row and not (matrix and matrix.times):
        first.questions.append(
            doubt(
                "All cells are words, so row {row} is taken for the headings. Is it so?",
                row=first.doubted_row,
            )
        )
    with open_store(memory=around.limits.memory) as store:
        store.lock()
        reader = ColumnReader(ColumnTrial(store), around.zone, first.is_document)
        guesses = [
            reader.guess(each, each if matrix else headings.get(each, each), cells)
            for each, cells in rows.cells.items()
        ]
    if matrix:
        matrix.settle(guesses)
    drafted = _drafted(paths, around, first, guesses, rows, name, matrix)
    return drafted.id, proven_yaml(drafted, paths, language)


def _drafted(
    paths: Sequence[Path],
    around: DraftContext,
    layout: FileLayout,
    guesses: list[ColumnGuess],
    rows: ProbedRows,
    name: str | None,
    matrix: Matrix | None,
) -> DraftedDataset:
    questions = [*layout.questions, *(Question(each, is_note=True) for each in rows.notes)]
    dropped = [
        each
        for each in guesses
        if not each.schema
        or (layout.is_document and set(map(repr, rows.cells[each.name])) == {"None"})
    ]
    if dropped:
        questions.append(
            doubt(
                "These hold lists or objects, and are left out: {columns}. Are they needed? See"
                " 'children' in docs/contracts.md.",
                columns=", ".join(each.heading for each in dropped),
            )
        )
    columns = [each for each in guesses if each not in dropped]
    cells = {each.name: rows.cells[each.name] for each in columns}
    if not columns:
        raise EvidenceError("no column was found", locator=Locator(str(paths[0])))
    targets = find_targets(around.policy, name) if around.policy else []
    files, file_questions = file_pattern(paths, around, name)
    taken = list(around.policy.datasets) if around.policy else []
    folder = files.rpartition("/")[0]
    own = name_of(folder.rpartition("/")[2]) or name_of_file(paths[0].name)
    own = name or unused_name(own, taken)
    found = matrix.key(cells) if matrix else None
    of_rows = found[0] if found else []
    references = guess_references(columns, cells, targets, own, of_rows)
    found = found or guess_key(columns, cells, references)
    if found is None:
        equal = equal_rows(cells)
        raise EvidenceError(
            "no columns tell the records apart: those of number {first} and {second} are equal"
            if equal
            else "no columns tell the records apart: each has empty cells",
            hint="take out what is there twice; if such rows are separate things, number them with"
            " 'reshape': docs/columns.md",
            locator=Locator(str(paths[0])),
            first=equal[0] if equal else 0,
            second=equal[1] if equal else 0,
        )
    key, key_questions = found
    for each in columns:
        if each.name in (*key, SHEET) and "enum" in each.schema:  # there will be others
            each.schema = {"type": "string"}
            each.questions.clear()
    if around.policy is None:
        questions.append(doubt("There is no policy here, so nothing was looked for to refer to."))
    return DraftedDataset(
        id=own,
        title=_title(paths, own),
        files=files,
        layout=layout,
        columns=columns,
        key=key,
        references=references,
        times_of_references=times_of_references(columns, references),
        key_questions=key_questions,
        questions=[*file_questions, *questions],
        context=around,
        allows_more=layout.allows_more or bool(dropped),
        matrix=matrix,
    )


def _title(paths: Sequence[Path], name: str) -> str:
    """Return what the file is called, if it is the only one and that is no English."""
    stem = re.sub("^[0-9][-_ 0-9]*|[-_ ]*[0-9][-_0-9]*$", "", paths[0].name.partition(".")[0])
    is_own = len(paths) == 1 and stem and not stem.isascii()
    return stem if is_own else name.replace("_", " ").capitalize()


def _check_alike(first: FileLayout, layout: FileLayout, path: Path) -> None:
    """Refuse a file of another form.

    Raises:
        EvidenceError: it is.
    """
    own = layout.headings if not first.is_document else first.headings
    if layout.format != first.format or layout.keys != first.keys or own != first.headings:
        raise EvidenceError(
            "the file is not written as the first one is",
            hint="draft a dataset for each form: {expected}; here: {found}",
            locator=Locator(str(path)),
            expected=_form(first),
            found=_form(layout),
        )
    if first.is_document:
        first.headings += [each for each in layout.headings if each not in first.headings]


def _form(layout: FileLayout) -> str:
    keys = [f"{name}: {value}" for name, value in layout.keys.items()]
    return ", ".join([layout.format, *keys, *layout.headings])[:200]
