"""Files that records name, such as scanned forms."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from PIL import Image

import ccpolicy
from ccpolicy.assessment.parse import read_assessment
from ccpolicy.bundle.verify import Trust, examine
from ccpolicy.bundle.write import write_bundle
from ccpolicy.cli.program import program
from ccpolicy.evidence_formats import Format
from ccpolicy.policy.dataset import Dataset
from ccpolicy.reports import View, render
from git_command import commit, git
from small_centre import CLAUSE, CONTROLS, FILES, INSPECTIONS, lay

from .conftest import FORMATS, TEXT, Desk, Row, encode, log

PATH = {"type": "string", "format": "attachment"}
SCAN = "scans/form-1.pdf"


def contract(kind: Format = "csv", **more: Any) -> Dataset:
    return log(kind, {"form": PATH}, **more)


def fill(desk: Desk, rows: list[Row], kind: Format = "csv", name: str = "log") -> None:
    desk.write(f"{name}.{kind}", encode(kind, rows, desk.root))


def attached(desk: Desk, *datasets: Dataset, **more: Any) -> list[tuple[str, str, str]]:
    found = desk.load(*datasets, **more).evidence.attachments
    return [(each.dataset, each.file, each.sha256) for each in found]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_named_file_is_an_attachment(desk: Desk, kind: Format) -> None:
    desk.write(SCAN, b"%PDF\0\xff")
    fill(desk, [{"id": "1", "form": SCAN}, {"id": "2", "form": SCAN}], kind)
    found = attached(desk, contract(kind))
    assert found == [("log", f"evidence/{SCAN}", sha256(b"%PDF\0\xff").hexdigest())]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_record_without_its_file_is_invalid(desk: Desk, kind: Format) -> None:
    desk.write(SCAN, "scan")
    fill(desk, [{"id": "1", "form": SCAN}, {"id": "2", "form": "scans/form_1.pdf"}], kind)
    found = desk.load(contract(kind))
    assert [each.split("EV", 1)[1] for each in found.said] == [
        "290 'form' names the file \"scans/form_1.pdf\", which is not in the evidence folder"
    ]
    assert found.hints == [f"did you mean '{SCAN}'? only the kind of dash differs"]
    assert found.column("id") == ["1"]
    assert found.counts == [(f"evidence/log.{kind}", 2, 1)]


def test_the_place_is_that_of_the_record(desk: Desk) -> None:
    fill(desk, [{"id": "1", "Form": "a.pdf"}])
    found = desk.load(contract(columns={"form": "Form"}))
    assert found.said[0].startswith("evidence/log.csv:2")
    assert "'Form'" in found.said[0]


BAD: Mapping[str, tuple[str, str]] = {
    "missing": ("scans/form-2.pdf", "EV290"),
    "missing folder": ("forms/form-1.pdf", "EV290"),
    "other case": ("scans/Form-1.pdf", "EV290"),
    "from the root": (f"evidence/{SCAN}", "EV290"),
    "with backslashes": ("scans\\form-1.pdf", "EV290"),
    "below a file": (f"{SCAN}/page", "EV292"),
    "a folder": ("scans", "EV292"),
    "a folder's slash": ("scans/", "EV291"),
    "outside": ("../ccpolicy.toml", "EV291"),
    "out and in": ("scans/../scans/form-1.pdf", "EV291"),
    "absolute": ("/etc/passwd", "EV291"),
    "two slashes": ("scans//form-1.pdf", "EV291"),
    "dot": ("./scans/form-1.pdf", "EV291"),
    "unseen": ("scans/form-1.pdf\u200b", "EV291"),
    "NUL": ("scans/form-1.pdf\0", "EV291"),
    "a link": ("link.pdf", "EV292"),
    "behind a link": ("linked/form-1.pdf", "EV292"),
    "a pipe": ("pipe", "EV292"),
    "a pattern": ("scans/*.pdf", "EV290"),
}


KINDS = {
    "below a file": f'"evidence/{SCAN}" is a file, which holds no other',
    "a folder": '"evidence/scans" is a folder',
    "a link": '"evidence/link.pdf" is a symbolic link',
    "behind a link": '"evidence/linked" is a symbolic link',
    "a pipe": '"evidence/pipe" is a pipe, a socket or a device',
}
"""Case → what its message says that is there instead of a regular file."""


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_file_below_the_folder_is_refused(desk: Desk, case: str) -> None:
    scan = desk.write(SCAN, "scan")
    (desk.root / "evidence/link.pdf").symlink_to(scan)
    (desk.root / "evidence/linked").symlink_to(scan.parent)
    (desk.root / "ccpolicy.toml").write_text("")
    os.mkfifo(desk.root / "evidence/pipe")
    value, code = BAD[case]
    fill(desk, [{"id": "1", "form": value}, {"id": "2", "form": SCAN}], "json")
    found = desk.load(contract("json"))
    assert [code in each for each in found.said] == [True]
    assert [each.endswith(KINDS.get(case, "")) for each in found.said] == [True]
    assert found.column("id") == ["2"]


def test_what_is_there_instead_of_a_file_is_told_of_each_kind() -> None:
    assert {case for case, (_, code) in BAD.items() if code == "EV292"} == set(KINDS)


def test_a_file_that_is_too_large_is_not_read(desk: Desk) -> None:
    os.truncate(desk.write(SCAN, ""), (1 << 20) + 1)
    desk.write("scans/small.pdf", "scan")
    fill(desk, [{"id": "1", "form": SCAN}, {"id": "2", "form": "scans/small.pdf"}])
    found = desk.load(contract(), file_size=1)
    assert [("EV601" in each, ":2: " in each) for each in found.said] == [(True, True)]
    assert ["file_size" in each for each in found.hints] == [True]
    assert found.column("id") == ["2"]


def test_a_path_from_the_root_is_told_apart(desk: Desk) -> None:
    desk.write(SCAN, "scan")
    fill(desk, [{"id": "1", "form": f"evidence/{SCAN}"}])
    assert desk.load(contract()).hints == [f"did you mean '{SCAN}'?"]


def test_an_empty_cell_names_nothing(desk: Desk) -> None:
    fill(desk, [{"id": "1", "form": ""}, {"id": "2", "form": ""}])
    found = desk.load(contract())
    assert (found.said, found.evidence.attachments) == ([], [])


@pytest.mark.parametrize("kind", ["json", "jsonl", "yaml"])
def test_each_entry_of_a_list_names_a_file(desk: Desk, kind: Format) -> None:
    desk.write("a", "a")
    desk.write("b", "b")
    rows: list[Row] = [{"id": "1", "form": ["a", "b"]}, {"id": "2", "form": ["a", "c"]}]
    fill(desk, [*rows, {"id": "3", "form": []}], kind)
    lists = log(kind, {"form": {"type": "array", "items": PATH}})
    found = desk.load(lists)
    assert [each.file for each in found.evidence.attachments] == ["evidence/a", "evidence/b"]
    assert found.column("id") == ["1", "3"]
    assert len(found.said) == 1


def test_a_nested_record_without_its_file_takes_the_whole_along(desk: Desk) -> None:
    nested = {"type": "array", "items": {"type": "object", "properties": {"n": TEXT, "form": PATH}}}
    dataset = log("json", {"pages": nested}, children={"pages": {"path": "pages", "key": ["n"]}})
    desk.write("a", "a")
    desk.write("b", "b")
    records = [
        {"id": "1", "pages": [{"n": "1", "form": "a"}]},
        {"id": "2", "pages": [{"n": "2", "form": "b"}, {"n": "3", "form": "c"}]},
    ]
    desk.write("log.json", json.dumps(records))
    found = desk.load(dataset)
    assert found.column("id") == ["1"]
    assert found.column("n", "log.pages") == ["1"]
    assert [each.file for each in found.evidence.attachments] == ["evidence/a"]


def test_an_invalid_record_attaches_nothing(desk: Desk) -> None:
    desk.write("a", "a")
    fill(desk, [{"id": "1", "form": "a", "who": "P2"}])
    fill(desk, [{"id": "P1"}], name="staff")
    references = {"who": {"dataset": "staff", "key": "id"}}
    dataset = log("csv", {"form": PATH, "who": TEXT}, references=references)
    assert not attached(desk, dataset, log("csv", id="staff", files="staff.csv"))


def test_who_is_named_without_its_file_is_not_there(desk: Desk) -> None:
    fill(desk, [{"id": "1", "who": "P1"}])
    fill(desk, [{"id": "P1", "form": "photo.jpg"}], name="staff")
    dataset = log("csv", {"who": TEXT}, references={"who": {"dataset": "staff", "key": "id"}})
    found = desk.load(dataset, log("csv", {"form": PATH}, id="staff", files="staff.csv"))
    assert found.tables["log"] == found.tables["staff"] == []


def test_the_column_need_not_be_used(desk: Desk) -> None:
    desk.write("a", "a")
    fill(desk, [{"id": "1", "form": "a"}])
    assert attached(desk, contract(), used={"log": {"id"}})


DATASET = FILES["policy/datasets/inspections.yaml"].replace(
    "    result:", "    form: {type: string, format: attachment}\n    result:", 1
)
OTHER = "policy/datasets/notes.yaml"


def centre(root: Path, form: str = SCAN) -> Path:
    """Lay a centre whose first inspection names a form."""
    lay(root, {**FILES, "policy/datasets/inspections.yaml": DATASET, f"evidence/{SCAN}": "scan"})
    head, first, *rest = (root / INSPECTIONS).read_text().splitlines()
    lines = [f"{head},form", f"{first},{form}", *(f"{each}," for each in rest)]
    (root / INSPECTIONS).write_text("\n".join(lines) + "\n")
    return root


def judged(root: Path, **asked: Any) -> Any:
    return ccpolicy.load(root).check(ccpolicy.EvaluationRequest(**asked))


def test_attachments_of_used_datasets_are_read(tmp_path: Path) -> None:
    result = judged(centre(tmp_path))
    assert (result.gate.passed, result.evidence.unread) == (True, [])
    [found] = result.evidence.attachments
    assert (found.dataset, found.file) == ("inspections", f"evidence/{SCAN}")
    assert found.sha256 == sha256(b"scan").hexdigest()


def test_another_content_has_another_digest(tmp_path: Path) -> None:
    before = judged(centre(tmp_path)).evidence_digest
    (tmp_path / "evidence" / SCAN).write_text("forged")
    assert judged(tmp_path).evidence_digest != before


def test_a_file_that_no_valid_record_names_is_unread(tmp_path: Path) -> None:
    result = judged(centre(tmp_path, form=""))
    assert (result.gate.passed, result.evidence.unread) == (False, [f"evidence/{SCAN}"])
    result = judged(centre(tmp_path, form="scans/form-2.pdf"))
    assert result.evidence.unread == [f"evidence/{SCAN}"]
    assert result.controls[0].now == "unknown"
    text = (tmp_path / INSPECTIONS).read_text().replace("form-2", "form-1")
    (tmp_path / INSPECTIONS).write_text(text.replace(",pass,s", ",perhaps,s"))
    assert judged(tmp_path).evidence.unread == [f"evidence/{SCAN}"]


def test_records_of_a_dataset_that_no_control_uses_attach_nothing(tmp_path: Path) -> None:
    centre(tmp_path, form="")
    notes = DATASET.replace("inspections", "notes")
    text = (tmp_path / INSPECTIONS).read_text().replace("pass,\n", f"pass,{SCAN}\n")
    lay(tmp_path, {OTHER: notes, "evidence/notes/2026.csv": text})
    assert judged(tmp_path).evidence.unread == ["evidence/notes/2026.csv", f"evidence/{SCAN}"]


SECOND = """
  - id: EM-2
    title: {en: Assets have ids, zh: 设备有编号}
    rule: {en: Every asset has an id., zh: 每台设备都有编号。}
    remediation: {en: Name it., zh: 编号。}
    clauses: {"3.1": DIGEST}
    severity: low
    owner: facilities
    check: record
    inputs:
      records: {dataset: assets, key: [asset_id], starts: commissioned_on, good: asset_id <> ''}
    parameters:
      cured_by: {value: never}
"""


@pytest.mark.parametrize("form", [SCAN, ""])
def test_a_filtered_check_knows_the_attachments_of_the_others(tmp_path: Path, form: str) -> None:
    centre(tmp_path, form)
    second = SECOND.replace("DIGEST", CLAUSE.digest)
    lay(tmp_path, {CONTROLS: FILES[CONTROLS] + second.removeprefix("\n")})
    whole, part = judged(tmp_path), judged(tmp_path, controls=["EM-2"])
    assert [each.id for each in part.controls] == ["EM-2"]
    assert part.controls[0].now == "pass"
    assert part.evidence.attachments == whole.evidence.attachments
    assert part.evidence.unread == ([] if form else [f"evidence/{SCAN}"])
    assert part.gate.passed is bool(form)


def test_an_attachment_that_is_not_committed_is_told(tmp_path: Path) -> None:
    git(centre(tmp_path), "init", "-q", "--initial-branch=main")
    commit(tmp_path)
    assert judged(tmp_path, provenance=True).provenance.uncommitted == []
    (tmp_path / "evidence" / SCAN).write_text("forged")
    [changed] = judged(tmp_path, provenance=True).provenance.uncommitted
    assert (changed.file, changed.change) == (f"evidence/{SCAN}", "changed")
    with pytest.raises(ccpolicy.CcpolicyError):
        judged(tmp_path, require_clean=True)


def test_a_bundle_holds_attachments(tmp_path: Path) -> None:
    root = centre(tmp_path / "centre")
    path = tmp_path / "centre.bundle"
    write_bundle(path, ccpolicy.load(root), ccpolicy.EvaluationRequest(), [])
    assert not examine(path, Trust()).failures
    with ZipFile(path) as archive:
        assert archive.read(f"repository/evidence/{SCAN}") == b"scan"
    forged = tmp_path / "forged.bundle"
    forged.write_bytes(path.read_bytes().replace(b"scan\x50\x4b", b"SCAN\x50\x4b"))
    assert forged.read_bytes() != path.read_bytes()
    assert examine(forged, Trust()).failures


def picture(kind: str, size: tuple[int, int] = (3, 2)) -> bytes:
    stream = BytesIO()
    Image.new("RGB", size, "red").save(stream, kind)
    return stream.getvalue()


def shown(result: Any) -> str:
    page = render(result, "html", View()).content
    assert isinstance(page, bytes)
    return page.decode()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("png"), "image/png"),
        (picture("jpeg"), "image/jpeg"),
        (picture("gif"), "image/gif"),
        (picture("webp"), "image/webp"),
        (picture("png") + bytes(20_000 - len(picture("png"))), "image/png"),
        (picture("png") + bytes(20_001 - len(picture("png"))), None),
        (picture("bmp"), None),
        (SVG, None),
        (b" " + picture("png"), None),
        (b"RIFF0000WAVE", None),
        (b"%PDF-1.7", None),
    ],
    ids=range(11),
)
def test_a_small_image_stands_in_the_report(
    tmp_path: Path, content: bytes, media_type: str | None
) -> None:
    (centre(tmp_path) / "evidence" / SCAN).write_bytes(content)
    result = judged(tmp_path, appendix=True)
    html = shown(result)
    uri = f'src="data:{media_type};base64,{b64encode(content).decode()}"'
    assert (uri in html) is bool(media_type)
    assert html.count("<img") == bool(media_type)
    assert result.annex.images == ([b64encode(content).decode()] if media_type else [])
    if media_type:
        assert f'alt="Image evidence/{SCAN} / 图像 evidence/{SCAN}"' in html
    assert b64encode(SVG).decode() not in html
    assert judged(tmp_path).annex is None


def test_an_image_stands_for_no_other_file(tmp_path: Path) -> None:
    """An assessment that somebody wrote by hand shows nothing under another file's digest."""
    (centre(tmp_path) / "evidence" / SCAN).write_bytes(picture("png"))
    result = judged(tmp_path, appendix=True)
    for forged in (picture("gif"), SVG):
        annex = result.annex.model_copy(update={"images": [b64encode(forged).decode()]})
        assert "<img" not in shown(result.model_copy(update={"annex": annex}))
    text = str(render(result, "json", View()).text).replace('"images": [', '"images": ["<",')
    with pytest.raises(ccpolicy.CcpolicyError):
        read_assessment(text.encode(), "assessment.json")


def test_so_many_images_stand_in_the_report(tmp_path: Path) -> None:
    centre(tmp_path)
    rows = "".join(
        f"PBX-1,2026-11-{number % 9 + 1:02}T09:{number:02}:00+08:00,pass,scans/{number:02}.png\n"
        for number in range(60)
    )
    text = (tmp_path / INSPECTIONS).read_text()
    (tmp_path / INSPECTIONS).write_text(text + rows)
    for number in range(60):
        content = picture("png", (number + 1, 1))
        (tmp_path / "evidence" / "scans" / f"{number:02}.png").write_bytes(content)
    result = judged(tmp_path, appendix=True)
    assert len(result.evidence.attachments) == 61
    assert len(result.annex.images) == 50
    assert result.annex.images[0] == b64encode(picture("png", (1, 1))).decode()


POLICY_TEST = """\
tests:
  - name: inspected
    control: EM-1
    as_of: 2026-11-20
    given:
      assets: [{asset_id: A, commissioned_on: "2026-11-01"}]
      inspections:
        - {asset_id: A, performed_at: "2026-11-02T09:00:00+08:00", result: pass, form: no.pdf}
    expect: {now: pass}
"""


def test_a_policy_test_needs_no_attachments(tmp_path: Path) -> None:
    lay(centre(tmp_path), {"policy/tests/3.yaml": POLICY_TEST})
    done = CliRunner().invoke(program, ["test", str(tmp_path)])
    assert done.exit_code == 0, done.output


def test_a_file_of_an_invalid_record_is_unread_for_that_reason(tmp_path: Path) -> None:
    referring = DATASET.replace(
        "record:", "references:\n  asset_id: {dataset: assets, key: asset_id}\nrecord:"
    )
    lay(centre(tmp_path), {"policy/datasets/inspections.yaml": referring})
    assert judged(tmp_path).gate.passed
    text = (tmp_path / INSPECTIONS).read_text().replace("PBX-1", "PBX-3")
    (tmp_path / INSPECTIONS).write_text(text)
    result = judged(tmp_path)
    assert result.evidence.attachments == []
    assert [(each.code, each.locator) for each in result.problems] == [
        ("EV294", f"evidence/{SCAN}")
    ]
