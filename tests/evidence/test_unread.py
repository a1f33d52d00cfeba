"""Every file of the evidence folder is read, ignored for a reason, or named, and then fails."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import LimitError
from ccpolicy.evidence import load, unread
from ccpolicy.evidence.invalid_records import check_tables
from ccpolicy.files.limits import Limits
from git_command import commit, git
from small_centre import FILES, INSPECTIONS, lay

RECORD = "asset_id,performed_at,result\nPBX-2,2026-11-02T09:00:00+08:00,fail\n"
FOLDER = "evidence/inspections"
IGNORE = '\n[[ignore]]\nfiles = "{files}"\nreason = {{en = "Scanned forms", zh = "扫描件"}}\n'
NOTES = FILES["policy/datasets/inspections.yaml"].replace("inspections", "notes")

Edit = Callable[[Path], object]


def judged(root: Path, **asked: Any) -> Assessment:
    return ccpolicy.load(root).check(ccpolicy.EvaluationRequest(**asked))


def put(name: str, text: str = RECORD) -> Edit:
    def edit(root: Path) -> None:
        lay(root, {name: text})

    return edit


def bytes_named(name: bytes) -> Edit:
    def edit(root: Path) -> None:
        Path(os.fsdecode(os.fsencode(root) + b"/evidence/" + name)).write_text(RECORD, "utf-8")

    return edit


def moved(target: str) -> Edit:
    def edit(root: Path) -> None:
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        (root / INSPECTIONS).rename(root / target)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(root: Path) -> None:
        for each in edits:
            each(root)

    return edit


def linked(name: str, target: str) -> Edit:
    return lambda root: (root / "evidence" / name).symlink_to(root / target)


def dataset(text: str) -> Edit:
    return put("policy/datasets/notes.yaml", text)


def repository(name: str) -> Edit:
    def edit(root: Path) -> None:
        put(f"evidence/{name}/2027.csv")(root)
        git(root / "evidence" / name, "init", "-q")
        commit(root / "evidence" / name)

    return edit


HIDING: dict[str, tuple[Edit, str]] = {
    # In another folder.
    "deeper": (put(f"{FOLDER}/2027/q1.csv"), f"{FOLDER}/2027/q1.csv"),
    "much deeper": (put(f"{FOLDER}/a/b/c/d/e.csv"), f"{FOLDER}/a/b/c/d/e.csv"),
    "higher": (put("evidence/2027.csv"), "evidence/2027.csv"),
    "folder of its own": (put("evidence/archive/2027.csv"), "evidence/archive/2027.csv"),
    "folder of another case": (put("evidence/Inspections/2027.csv"), "evidence/Inspections/"),
    "folder with a dot": (put("evidence/.inspections/2027.csv"), "evidence/.inspections/2027.csv"),
    "folder with a space": (put("evidence/inspections /2027.csv"), "evidence/inspections /2027"),
    "folder that programs leave": (put("evidence/~$tmp/2027.csv"), "evidence/~$tmp/2027.csv"),
    "folder of an ignored name": (put("evidence/README.md/a.csv"), "evidence/README.md/a.csv"),
    "folder called .git further down": (put(f"{FOLDER}/.git/a.csv"), f"{FOLDER}/.git/a.csv"),
    "folder called .git that is none": (put("evidence/.git/a.csv"), "evidence/.git/a.csv"),
    "file called .git": (put(f"{FOLDER}/.git"), f"{FOLDER}/.git"),
    "pointer with records": (
        put(f"{FOLDER}/.git", f"gitdir: x\n{RECORD}"),
        f"{FOLDER}/.git",
    ),
    "folder of cache files": (put("evidence/__pycache__/a.csv"), "evidence/__pycache__/a.csv"),
    # With another suffix, or none.
    "upper case": (put(f"{FOLDER}/2027.CSV"), f"{FOLDER}/2027.CSV"),
    "mixed case": (put(f"{FOLDER}/2027.Csv"), f"{FOLDER}/2027.Csv"),
    "text": (put(f"{FOLDER}/2027.txt"), f"{FOLDER}/2027.txt"),
    "backup": (put(f"{FOLDER}/2027.csv.bak"), f"{FOLDER}/2027.csv.bak"),
    "tilde": (put(f"{FOLDER}/2027.csv~"), f"{FOLDER}/2027.csv~"),
    "swap file": (put(f"{FOLDER}/.2027.csv.swp"), f"{FOLDER}/.2027.csv.swp"),
    "no suffix": (put(f"{FOLDER}/2027"), f"{FOLDER}/2027"),
    "space after it": (put(f"{FOLDER}/2027.csv "), f"{FOLDER}/2027.csv "),
    "dot after it": (put(f"{FOLDER}/2027.csv."), f"{FOLDER}/2027.csv."),
    "packed": (put(f"{FOLDER}/2027.csv.gz"), f"{FOLDER}/2027.csv.gz"),
    "another table": (put(f"{FOLDER}/2027.tsv"), f"{FOLDER}/2027.tsv"),
    "another format": (put(f"{FOLDER}/2027.json", "[]"), f"{FOLDER}/2027.json"),
    "old workbook": (put(f"{FOLDER}/2027.xls"), f"{FOLDER}/2027.xls"),
    "picture": (put(f"{FOLDER}/2027.jpg"), f"{FOLDER}/2027.jpg"),
    "empty": (put(f"{FOLDER}/2027.log", ""), f"{FOLDER}/2027.log"),
    # With a name that a pattern does not fit, or that cannot be seen.
    "leading dot": (put(f"{FOLDER}/.2027.csv"), f"{FOLDER}/.2027.csv"),
    # Under a name that is ignored.
    "called README.md": (put(f"{FOLDER}/README.md"), f"{FOLDER}/README.md"),
    "called README.md, moved": (moved("evidence/README.md"), "evidence/README.md"),
    "called .gitkeep": (put(f"{FOLDER}/.gitkeep"), f"{FOLDER}/.gitkeep"),
    "called as a lock": (put(f"{FOLDER}/~$2027.csv"), f"{FOLDER}/~$2027.csv"),
    "called README, with semicolons": (
        put("evidence/README", RECORD.replace(",", ";")),
        "evidence/README",
    ),
    "called README, with a mark": (
        put("evidence/README", f"\ufeff\n\n{RECORD}"),
        "evidence/README",
    ),
    "called README, as JSON": (
        put("evidence/README", '{"of": [{"asset_id": 1, "performed_at": 2, "result": 3}]}'),
        "evidence/README",
    ),
    "called README, as JSON Lines": (
        put("evidence/README", '{"asset_id": 1, "performed_at": 2, "result": 3}\n{}\n'),
        "evidence/README",
    ),
    "called README, as YAML": (
        put("evidence/README", "- asset_id: A\n  performed_at: B\n  result: C\n"),
        "evidence/README",
    ),
    "workbook called README": (
        lambda root: (root / "evidence/README").write_bytes(b"PK\x03\x04xl") and None,
        "evidence/README",
    ),
    "packed thumbnails": (
        lambda root: (root / "evidence/Thumbs.db").write_bytes(b"\x1f\x8b00") and None,
        "evidence/Thumbs.db",
    ),
    "almost ignored": (put(f"{FOLDER}/README-2027.md"), f"{FOLDER}/README-2027.md"),
    "almost ignored in case": (put(f"{FOLDER}/readme.md"), f"{FOLDER}/readme.md"),
    "almost .gitkeep": (put(f"{FOLDER}/.gitkeep.csv"), f"{FOLDER}/.gitkeep.csv"),
    "line break": (put(f"{FOLDER}/a\nb.csv"), rf"{FOLDER}/a\nb.csv"),
    "escape": (put(f"{FOLDER}/\x1b[2K.csv"), rf"{FOLDER}/\x1b[2K.csv"),
    "right to left": (put(f"{FOLDER}/a\u202evsc.csv"), rf"{FOLDER}/a\u202evsc.csv"),
    "no UTF-8": (bytes_named(b"a\xff.csv"), r"evidence/a\xff.csv"),
    "line break in an ignored name": (put("evidence/~$a\nb"), r"evidence/~$a\nb"),
    # What is no file.
    "link": (linked("2027.csv", INSPECTIONS), "evidence/2027.csv"),
    "link to nothing": (linked("x", "nowhere"), "evidence/x"),
    "link to a folder": (linked("more", FOLDER), "evidence/more"),
    "pipe": (lambda root: os.mkfifo(root / "evidence" / "p"), "evidence/p"),
    # By the policy.
    "dataset that no control uses": (
        both(dataset(NOTES), put("evidence/notes/2027.csv")),
        "evidence/notes/2027.csv",
    ),
    "dataset of all": (
        both(
            dataset(NOTES.replace("files: notes/*.csv", 'files: "**/*.csv"')),
            put("evidence/notes/2027.csv"),
        ),
        "evidence/notes/2027.csv",
    ),
    "narrower pattern": (
        both(
            put(f"{FOLDER}/2027.csv"),
            put(
                "policy/datasets/inspections.yaml",
                FILES["policy/datasets/inspections.yaml"].replace("*.csv", "2026.csv"),
            ),
        ),
        f"{FOLDER}/2027.csv",
    ),
    "git leaves it out": (
        both(put(".gitignore", "2027.txt\n"), put(f"{FOLDER}/2027.txt")),
        f"{FOLDER}/2027.txt",
    ),
    "repository in it": (repository("more"), "evidence/more/"),
    # Instead of what is read.
    "renamed": (both(put(f"{FOLDER}/2025.csv"), moved(f"{FOLDER}/2026.old")), f"{FOLDER}/2026.old"),
    "moved": (both(put(f"{FOLDER}/2025.csv"), moved("evidence/x/2026.csv")), "evidence/x/2026.csv"),
}


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    return lay(tmp_path / "centre")


def test_all_is_read(centre: Path) -> None:
    result = judged(centre)
    assert (result.gate.passed, result.evidence.unread, result.evidence.ignored) == (True, [], [])


@pytest.mark.parametrize("name", HIDING)
def test_no_file_is_hidden(centre: Path, name: str) -> None:
    edit, named = HIDING[name]
    edit(centre)
    result = judged(centre)
    assert any(each.startswith(named) for each in result.evidence.unread), result.evidence.unread
    assert not result.gate.passed
    assert result.evidence.unread_total == len(result.evidence.unread)
    assert [each.locator for each in result.problems] == result.evidence.unread
    assert all(
        each.code and each.locator and each.locator.isprintable() for each in result.problems
    )


def test_a_filter_or_a_severity_changes_nothing(centre: Path) -> None:
    put("evidence/x.csv")(centre)
    for asked in ({"controls": ["EM-1"]}, {"tags": ["prevention"]}, {"fail_on": "critical"}):
        result = judged(centre, **asked)
        assert (result.gate.passed, result.evidence.unread) == (False, ["evidence/x.csv"])


def test_files_of_controls_that_are_not_chosen_are_read(centre: Path) -> None:
    dataset(NOTES)(centre)
    put("evidence/notes/2026.csv")(centre)
    controls = FILES["policy/controls/3.yaml"]
    head, _, one = controls.partition("\n")
    two = one.replace("EM-1", "EM-2").replace("dataset: inspections", "dataset: notes")
    put("policy/controls/3.yaml", f"{head}\n{one}{two}")(centre)
    for chosen in ([], ["EM-1"], ["EM-2"]):
        assert judged(centre, controls=chosen).evidence.unread == []


@pytest.mark.parametrize(
    "name",
    ["README", "a/README.md", "README.zh.md", "a/b/.gitkeep", ".DS_Store", "Thumbs.db", "~$a.xlsx"],
)
def test_usual_files_are_ignored_and_named(centre: Path, name: str) -> None:
    put(f"evidence/{name}", "x")(centre)
    result = judged(centre)
    assert result.gate.passed
    [ignored] = result.evidence.ignored
    assert (ignored.total, ignored.files) == (1, [f"evidence/{name}"])
    assert ignored.reason.text("zh")


@pytest.mark.parametrize(
    "text",
    [
        f"# Inspections\n\n{RECORD}",
        f"```csv\n{RECORD}```\n",
        "| column | meaning |\n|---|---|\n| asset_id | the asset |\n",
        "asset_id, performed_at and result are what the technicians write.\n",
        "[asset_id]",
        "{}",
        "\x00" * 9,
        "x," * 200_000,
    ],
)
def test_what_explains_records_is_no_evidence(centre: Path, text: str) -> None:
    put(f"{FOLDER}/README.md", text)(centre)
    result = judged(centre)
    assert (result.gate.passed, result.evidence.unread) == (True, [])


def test_files_that_are_ignored_for_a_reason(centre: Path) -> None:
    put("ccpolicy.toml", FILES["ccpolicy.toml"] + IGNORE.format(files="scans/**"))(centre)
    put("evidence/scans/2026/a.pdf", "x")(centre)
    result = judged(centre)
    assert result.gate.passed
    [ignored] = result.evidence.ignored
    assert (ignored.pattern, ignored.reason.text("en")) == ("scans/**", "Scanned forms")
    put("evidence/scans/.a.pdf", "x")(centre)
    put("evidence/scan/a.pdf", "x")(centre)
    assert judged(centre).evidence.unread == ["evidence/scan/a.pdf", "evidence/scans/.a.pdf"]


def test_what_a_dataset_reads_is_read_though_a_pattern_ignores_it(centre: Path) -> None:
    put("ccpolicy.toml", FILES["ccpolicy.toml"] + IGNORE.format(files="inspections/*"))(centre)
    result = judged(centre)
    assert {each.file for each in result.evidence.files} >= {INSPECTIONS}
    assert result.evidence.ignored == []
    [found] = ccpolicy.load(centre).lint()
    assert found.message.code == "LN141"
    assert found.locator.line == FILES["ccpolicy.toml"].count("\n") + 3
    put("ccpolicy.toml", FILES["ccpolicy.toml"] + IGNORE.format(files="scan/*.pdf"))(centre)
    assert [each.message.code for each in ccpolicy.load(centre).lint()] == ["LN140"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ("*", "PL140"),
        ("**", "PL140"),
        ("**/*", "PL140"),
        ("*/**", "PL140"),
        ("*.*", "PL140"),
        ("?*", "PL140"),
        ("./*", "PL140"),
        ("**/**/*", "PL140"),
        ("*/*", "PL140"),
        ("[!.]*", "PL140"),
        ("README.md", "PL141"),
        ("../x/*", "EV105"),
        ("/x", "EV105"),
        ("", "FI312"),
    ],
)
def test_patterns_that_are_refused(centre: Path, files: str, code: str) -> None:
    put("ccpolicy.toml", FILES["ccpolicy.toml"] + IGNORE.format(files=files))(centre)
    with pytest.raises(ccpolicy.CcpolicyError) as refused:
        judged(centre)
    failure = refused.value
    assert failure.locator
    assert (failure.message.code, failure.locator.line) == (code, 5)


def packing(root: Path, *names: str, member: str = "*.csv") -> None:
    """Pack the inspections, with more files beside them."""
    name = "policy/datasets/inspections.yaml"
    text = FILES[name].replace("inspections/*.csv", "inspections/*.zip")
    assert text != FILES[name]
    lay(root, {name: f'{text}compression: zip\nmember: "{member}"\n'})
    with zipfile.ZipFile((root / INSPECTIONS).with_suffix(".zip"), "w") as archive:
        archive.writestr("2026.csv", (root / INSPECTIONS).read_text("utf-8"))
        for each in names:
            archive.writestr(each, RECORD)
    (root / INSPECTIONS).unlink()


ARCHIVE = f"{FOLDER}/2026.zip"


def test_all_of_an_archive_is_read(centre: Path) -> None:
    packing(centre)
    result = judged(centre)
    assert (result.gate.passed, result.evidence.unread) == (True, [])


@pytest.mark.parametrize(
    "name",
    ["2027.txt", "more/2027.tsv", ".2027.tsv", "2026.csv.bak", "2027.zip", "__MACOSX/._2026.csv"],
)
def test_no_file_of_an_archive_is_hidden(centre: Path, name: str) -> None:
    packing(centre, name, member="[0-9][0-9][0-9][0-9].csv")
    for chosen in ([], ["EM-1"]):
        result = judged(centre, controls=chosen)
        assert not result.gate.passed
        assert result.evidence.unread == [f"{ARCHIVE}!{name}"]
        assert [(each.code, each.locator) for each in result.problems] == [
            ("EV698", f"{ARCHIVE}!{name}")
        ]
    assert f'files = "{name.rpartition("/")[2]}"' in str(result.problems[0].hint)


def test_an_archive_that_two_datasets_share(centre: Path) -> None:
    packing(centre, "notes/2026.csv", "2027.txt", member="[0-9][0-9][0-9][0-9].csv")
    shared = NOTES.replace("notes/*.csv", "inspections/*.zip")
    assert shared != NOTES
    put("policy/datasets/notes.yaml", f'{shared}compression: zip\nmember: "notes/*.csv"\n')(centre)
    head, _, one = FILES["policy/controls/3.yaml"].partition("\n")
    two = one.replace("EM-1", "EM-2").replace("dataset: inspections", "dataset: notes")
    put("policy/controls/3.yaml", f"{head}\n{one}{two}")(centre)
    assert judged(centre).evidence.unread == [f"{ARCHIVE}!2027.txt"]


def test_an_archive_of_a_control_that_is_not_chosen(centre: Path) -> None:
    """A filter hides nothing."""
    packing(centre, "2027.txt")
    put("policy/datasets/notes.yaml", NOTES)(centre)
    put("evidence/notes/2026.csv")(centre)
    head, _, one = FILES["policy/controls/3.yaml"].partition("\n")
    two = one.replace("EM-1", "EM-2").replace("dataset: inspections", "dataset: notes")
    put("policy/controls/3.yaml", f"{head}\n{one}{two}")(centre)
    assert judged(centre, controls=["EM-2"]).evidence.unread == [f"{ARCHIVE}!2027.txt"]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("a/README.md", None),
        ("2027.txt", "2027.txt"),
        ("more/2027.txt", "*.txt"),
        ("2027.txt", "inspections/*.zip!2027.txt"),
        ("more/2027.txt", "inspections/2026.zip!more/*"),
    ],
)
def test_files_of_an_archive_that_are_ignored(centre: Path, name: str, pattern: str | None) -> None:
    packing(centre, name)
    if pattern:
        put("ccpolicy.toml", FILES["ccpolicy.toml"] + IGNORE.format(files=pattern))(centre)
    result = judged(centre)
    assert (result.gate.passed, result.evidence.unread) == (True, [])
    [ignored] = result.evidence.ignored
    assert (ignored.total, ignored.files) == (1, [f"{ARCHIVE}!{name}"])
    assert list(ccpolicy.load(centre).lint()) == []


@pytest.mark.parametrize("pattern", ["2026.zip!2027.txt", "inspections/2026.zip", "2027.tx", "x/*"])
def test_patterns_that_do_not_fit_a_file_of_an_archive(centre: Path, pattern: str) -> None:
    packing(centre, "2027.txt")
    put("ccpolicy.toml", FILES["ccpolicy.toml"] + IGNORE.format(files=pattern))(centre)
    assert judged(centre).evidence.unread == [f"{ARCHIVE}!2027.txt"]


def test_a_file_that_is_called_as_one_of_an_archive(centre: Path) -> None:
    put(f"{FOLDER}/2027.csv!README.md")(centre)
    assert judged(centre).evidence.unread == [f"{FOLDER}/2027.csv!README.md"]


def test_a_reason_is_wanted(centre: Path) -> None:
    put("ccpolicy.toml", FILES["ccpolicy.toml"] + '\n[[ignore]]\nfiles = "x"\n')(centre)
    with pytest.raises(ccpolicy.CcpolicyError, match="'reason' is missing"):
        judged(centre)


def test_a_hundred_thousand_are_counted_and_the_first_named(
    centre: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def many(root: Path, top: str, limits: Limits) -> Iterator[tuple[str, str | None]]:
        for number in reversed(range(100_000)):
            yield f"{top}/x/{number:06}.csv", None

    monkeypatch.setattr(unread, "_walk", many)
    result = judged(centre)
    assert result.evidence.unread_total == 100_000
    assert result.evidence.unread == [f"evidence/x/{number:06}.csv" for number in range(50)]
    assert [each.locator for each in result.problems] == [*result.evidence.unread, None]
    assert result.problems[-1].message.text("en").endswith(": 99950")


def test_names_are_counted_where_no_dataset_looks(centre: Path) -> None:
    """The limit is on all of them together, however many folders they lie in."""
    for number in range(40):
        put(f"evidence/x{number % 4}/{number}.csv")(centre)
    put("ccpolicy.toml", f"{FILES['ccpolicy.toml']}\n[limits]\nnames = 40\n")(centre)
    with pytest.raises(LimitError) as failure:
        judged(centre)
    assert failure.value.message.template == "there are more files and folders than {limit}"


def test_pipe_that_is_called_as_a_repository(centre: Path) -> None:
    os.mkfifo(centre / "evidence/.git")
    result = judged(centre)
    assert result.evidence.unread == ["evidence/.git"]
    assert [each.code for each in result.problems] == ["FI105"]


def test_folder_that_cannot_be_read(centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put("evidence/secret/a.csv")(centre)
    scandir = os.scandir

    def refused(path: Any) -> Any:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    result = judged(centre)
    assert (result.gate.passed, result.evidence.unread) == (False, ["evidence/secret/"])
    assert result.problems[0].code == "EV111"


def test_files_that_appear_or_go_meanwhile(centre: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = centre / FOLDER / "2025.csv"
    gone.write_text(RECORD, "utf-8")

    def late(*arguments: Any) -> Any:
        (centre / FOLDER / "2027.csv").write_text(RECORD, "utf-8")
        gone.unlink(missing_ok=True)
        return check_tables(*arguments)

    monkeypatch.setattr(load, "check_tables", late)
    result = judged(centre)
    assert result.evidence.unread == [f"{FOLDER}/2027.csv"]
    assert result.problems[0].code == "EV142"
    assert result.controls[0].now == "unknown"


def test_folder_of_evidence_that_is_a_link(centre: Path) -> None:
    (centre / "evidence").rename(centre / "elsewhere")
    (centre / "evidence").symlink_to(centre / "elsewhere")
    result = judged(centre)
    assert (result.gate.passed, result.evidence.unread) == (False, ["evidence"])


def test_no_folder_of_evidence(centre: Path) -> None:
    shutil.rmtree(centre / "evidence")
    result = judged(centre)
    assert (result.controls[0].now, result.evidence.unread) == ("unknown", [])


def test_evidence_around_the_policy(centre: Path) -> None:
    """Only what the policy is read from counts as its own."""
    settings = FILES["ccpolicy.toml"] + 'evidence = "."\n'
    put("ccpolicy.toml", settings)(centre)
    for name in ("inspections", "assets"):
        text = FILES[f"policy/datasets/{name}.yaml"]
        put(f"policy/datasets/{name}.yaml", text.replace("files: ", "files: evidence/"))(centre)
    git(centre, "init", "-q")
    assert judged(centre).evidence.unread == []
    put("policy/hidden.csv")(centre)
    put("x.csv")(centre)
    assert judged(centre).evidence.unread == ["policy/hidden.csv", "x.csv"]


def test_evidence_that_is_a_submodule(centre: Path, tmp_path: Path) -> None:
    shutil.move(centre / "evidence", tmp_path / "records")
    git(tmp_path / "records", "init", "-q", "--initial-branch=main")
    commit(tmp_path / "records")
    git(centre, "init", "-q")
    git(centre, "submodule", "--quiet", "add", str(tmp_path / "records"), "evidence")
    assert (centre / "evidence" / ".git").is_file()
    assert judged(centre).evidence.unread == []
    put("evidence/x.csv")(centre)
    assert judged(centre).evidence.unread == ["evidence/x.csv"]


def test_evidence_of_a_commit(centre: Path) -> None:
    """What was known at a commit has its own files."""
    git(centre, "init", "-q", "--initial-branch=main")
    put("evidence/x.csv")(centre)
    first = commit(centre)
    (centre / "evidence" / "x.csv").unlink()
    second = commit(centre)
    assert judged(centre).gate.passed
    assert judged(centre, known_at=first).evidence.unread == ["evidence/x.csv"]
    assert judged(centre, known_at=second).evidence.unread == []
    history = ccpolicy.load(centre).history()
    assert [each.passed for each in history.moments] == [False, True]


def test_worktree_and_submodule_of_one_dataset(centre: Path, tmp_path: Path) -> None:
    """The pointers that git leaves in them are no evidence; what lies beside them is."""
    shutil.move(centre / FOLDER, tmp_path / "records")
    git(tmp_path / "records", "init", "-q", "--initial-branch=main")
    commit(tmp_path / "records")
    git(centre, "init", "-q", "--initial-branch=main")
    git(centre, "submodule", "--quiet", "add", str(tmp_path / "records"), FOLDER)
    commit(centre)
    git(centre, "worktree", "add", "-q", str(tmp_path / "tree"))
    git(tmp_path / "tree", "submodule", "--quiet", "update", "--init")
    git(tmp_path, "clone", "-q", "--depth=1", "--recursive", f"file://{centre}", "shallow")
    for root in (centre, tmp_path / "tree", tmp_path / "shallow"):
        assert (root / FOLDER / ".git").is_file()
        result = judged(root)
        assert (result.gate.passed, result.evidence.unread) == (True, []), root
        put(f"{FOLDER}/q1/2027.csv")(root)
        assert judged(root).evidence.unread == [f"{FOLDER}/q1/2027.csv"]
