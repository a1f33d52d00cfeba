"""What a contract says of how files are written is checked before a file is read."""

from __future__ import annotations

import pytest

from ccpolicy.policy.decoding import FORMATS_OF, CellRange, Decoding, column_number, letters
from ccpolicy.policy.diff.decoding import decoding_direction

from .conftest import REVIEWS, Draft

FILES = "files: reviews/*.csv\nformat: csv\n"
DOCUMENT = "files: reviews/*.json\nformat: json\n"
LOG = "files: reviews/*.log\nformat: log\n"
GROUPS = "(?P<review_id>.) (?P<plan>.) (?P<reviewed_on>.) (?P<reviewer>.) (?P<outcome>.)"
NONE = "columns: {review_id: A, plan: '2', reviewed_on: C, reviewer: D, outcome: AA}"

REFUSED = {
    "delimiter of documents": (f"{DOCUMENT}delimiter: ';'\n", ["PL700"]),
    "hidden rows of text": (f"{FILES}hidden: skip\n", ["PL700"]),
    "members of what is not packed": (f"{FILES}member: '*.csv'\n", ["PL701"]),
    "unknown encoding": (f"{FILES}encoding: gbk2312\n", ["PL702"]),
    "backward range": (f"{FILES}range: F3:B\n", ["PL703"]),
    "header upside down": (f"{FILES}header: [3, 2]\n", ["PL704"]),
    "pattern of RE2": (f"{FILES}skip: ['(?=a)']\n", ["PL705"]),
    "long pattern": (f"{FILES}footer: '{'a' * 2000}'\n", ["PL705"]),
    "two groups": (
        f"{FILES}around: {{plan: {{file: '(.)(.)'}}}}\n",
        ["PL706"],
    ),
    "no headings": (f"{FILES}header: none\n{NONE.replace('AA', 'outcome')}\n", ["PL707"]),
    "no pointer": (f"{DOCUMENT}records: list\n", ["PL708"]),
    "no records in XML": ("files: reviews/*.xml\nformat: xml\n", ["PL709"]),
    "no pattern": (LOG, ["PL710"]),
    "no such group": (f"{LOG}pattern: '{GROUPS.replace('outcome', 'result')}'\n", ["PL711"]),
    "another list": (
        f"{DOCUMENT}records: /a/*/b\ncolumns: {{plan: '/c/*/d'}}\n",
        ["PL712"],
    ),
    "a pointer through other members": (
        f"{DOCUMENT}records: /{{plan}}\ncolumns: {{reviewer: '/{{review_id}}/d'}}\n",
        ["PL712"],
    ),
    "members of XML": ("files: reviews/*.xml\nformat: xml\nrecords: /a/{plan}\n", ["PL792"]),
    "members of no column": (f"{DOCUMENT}records: /a/{{site}}\n", ["PL204"]),
    "members twice": (f"{DOCUMENT}records: /{{plan}}/{{plan}}\n", ["PL793"]),
    "members and a heading": (
        f"{DOCUMENT}records: /{{plan}}\ncolumns: {{plan: name}}\n",
        ["PL793"],
    ),
    "a time without its offset": (
        f"{FILES}derive: {{at_: \"strptime(plan, '%Y-%m-%d %H:%M')\"}}\n",
        ["PL795"],
    ),
    "a format from a column": (f'{FILES}derive: {{at_: "strptime(plan, outcome)"}}\n', ["PL794"]),
    "a format of a column": (f"{FILES}derive: {{at_: \"strptime(plan, 'epoch')\"}}\n", ["PL796"]),
    "a format without the day": (
        f"{FILES}derive: {{at_: \"strptime(plan, '%Y-%m')\"}}\n",
        ["PL720"],
    ),
    "a day moved by hours": (f"{FILES}derive: {{at_: reviewed_on + to_hours(2)}}\n", ["PL421"]),
    "two places": (f"{FILES}around: {{plan: {{value: x, file: z}}}}\n", ["PL713"]),
    "match of no cell": (f"{FILES}around: {{plan: {{value: x, match: z}}}}\n", ["PL713"]),
    "cell of a document": (f"{DOCUMENT}around: {{plan: {{cell: A1}}}}\n", ["PL700"]),
    "part of one file": (f"{FILES}around: {{plan: {{part: x}}}}\n", ["PL700"]),
    "unknown column": (f"{FILES}around: {{site: {{value: x}}}}\n", ["PL204"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, draft: Draft) -> None:
    lines, codes = REFUSED[case]
    draft.change((REVIEWS, FILES, lines))
    assert [error.message.code for error in draft.errors()] == codes
    assert all(error.locator and error.locator.file == REVIEWS for error in draft.errors())


@pytest.mark.parametrize(
    "lines",
    [
        f"{FILES}encoding: GB18030\nheader: [2, 3]\nrange: B2:F\nskip: ['^#']\nfooter: '^Total'\n",
        f"{FILES}header: none\n{NONE}\n",
        f"{FILES}compression: zip\nmember: '*.csv'\naround: {{plan: {{part: '(.*)'}}}}\n",
        f"{DOCUMENT}records: /a/*/b?\ncolumns: {{plan: '/a/*/c', reviewer: /d}}\n",
        f"{DOCUMENT}records: document\n",
        f"{DOCUMENT}records: /{{plan}}/{{review_id}}\ncolumns: {{reviewer: '/{{plan}}/by'}}\n",
        f"{FILES}derive: {{at_: \"strptime(plan, '%Y-%m-%d %H:%M%z') + to_hours(2)\"}}\n",
        f"{LOG}pattern: '{GROUPS}'\nstarts: '^x'\n",
        "files: reviews/*.xlsx\nformat: xlsx\nsheet: ['1', '2*']\nrange: Table\nhidden: refuse\n",
    ],
)
def test_taken(lines: str, draft: Draft) -> None:
    draft.change((REVIEWS, FILES, lines))
    assert draft.errors() == []


def test_every_key_has_its_formats() -> None:
    assert set(FORMATS_OF) == set(Decoding.model_fields)


def test_ranges() -> None:
    assert CellRange.parse("B4:F") == CellRange(2, 4, 6, 0)
    assert CellRange.parse("$A$3:$H$40") == CellRange(1, 3, 8, 40)
    assert CellRange.parse("B:AB") == CellRange(2, 0, 28, 0)
    assert CellRange.parse("B4") == CellRange(2, 4)
    assert [CellRange.parse(each) for each in ("", ":", "Table 1", "4:B", "b4", "F:B")] == [
        *(None, None, None),
        CellRange(1, 4, 2, 0),
        *(None, None),
    ]
    assert [column_number(letters(each)) for each in (1, 26, 27, 702, 703)] == [1, 26, 27, 702, 703]


def test_directions() -> None:
    assert decoding_direction("skip", ["a"], ["a", "b"]) == "loosened"
    # Rows that are read now may help: those of work that was only planned, or below the totals.
    assert decoding_direction("skip", ["a", "b"], ["b"]) == "unordered"
    assert decoding_direction("skip", ["a"], ["b"]) == "unordered"
    assert decoding_direction("footer", None, "a") == "loosened"
    assert decoding_direction("footer", "a", None) == "unordered"
    assert decoding_direction("footer", "a", "b") == "unordered"
    assert decoding_direction("hidden", "read", "skip") == "loosened"
    assert decoding_direction("hidden", "skip", "read") == "unordered"
    assert decoding_direction("hidden", "read", "refuse") == "tightened"
    assert decoding_direction("hidden", "skip", "refuse") == "tightened"
    assert decoding_direction("hidden", "refuse", "read") == "loosened"
    assert decoding_direction("encoding", None, "GBK") == "unordered"
