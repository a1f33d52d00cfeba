"""Running the tests of a policy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.engine.policy_tests import PolicyTestResult
from ccpolicy.errors import CcpolicyError
from message_text import coded

FAILING = Path(ccpolicy.__file__).parent / "examples" / "failing"
CASE = """\
defaults:
  extinguishers: {extinguisher_id: "E{n}", placed_on: "2026-01-01", place: hall}
tests:
  - name: never inspected
    control: FIRE-1
    as_of: "2026-03-01"
    given: {extinguishers: [{}]}
"""


def run(folder: Path, text: str, base: str = CASE) -> PolicyTestResult:
    if not folder.exists():
        shutil.copytree(FAILING, folder)
    (folder / "policy/tests").mkdir(exist_ok=True)
    (folder / "policy/tests/1.yaml").write_text(base + text, "utf-8")
    [ran] = ccpolicy.load(folder).test()
    return ran


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    return tmp_path / "centre"


LAPSE = "{subject: E1, starts: '2026-02-01T00:00'%s}"
UP_TO = ", ends: '2026-02-10T00:00', waived: true"


@pytest.mark.parametrize(
    ("waivers", "expected"),
    [
        ("[]", f"{{now: fail, lapses: [{LAPSE % ''}]}}"),
        (
            "[{subject: E1, from: 2026-01-01, until: 2026-12-31}]",
            f"{{now: waived, lapses: [{LAPSE % ', waived: true'}]}}",
        ),
        (
            "[{subject: E1, from: 2026-01-01, until: 2026-02-09}]",
            f"{{now: fail, lapses: [{LAPSE % UP_TO}, {LAPSE.replace('02-01', '02-10') % ''}]}}",
        ),
        ("[{subject: E2, from: 2026-01-01, until: 2026-12-31}]", "{now: fail}"),
    ],
)
def test_waivers_of_a_case(centre: Path, waivers: str, expected: str) -> None:
    ran = run(centre, f"    waivers: {waivers}\n    expect: {expected}\n")
    assert ran.passed, (ran.expected, ran.found)


def test_whether_it_is_waived_is_part_of_what_is_expected(centre: Path) -> None:
    waivers = "    waivers: [{subject: E1, from: 2026-01-01, until: 2026-12-31}]\n"
    ran = run(centre, f"{waivers}    expect: {{now: waived, lapses: [{LAPSE % ''}]}}\n")
    assert ran.expected == ("now: waived", "lapse: E1, 2026-02-01T00:00, -")
    assert ran.found == ("now: waived", "lapse: E1, 2026-02-01T00:00, -, waived")


def test_waivers_of_the_policy_do_not_count(centre: Path) -> None:
    run(centre, "    expect: {now: fail}\n")
    (centre / "policy/waivers.yaml").write_text(
        "waivers:\n  - {id: W-1, control: FIRE-1, subject: E1, reason: {en: r, zh: 因}, owner: a,"
        " approver: b, from: 2026-01-01, until: 2026-06-01}\n",
        "utf-8",
    )
    assert run(centre, "    expect: {now: fail}\n").passed


def test_a_waiver_that_ends_before_it_begins_is_a_mistake_in_the_case(centre: Path) -> None:
    with pytest.raises(CcpolicyError) as failure:
        run(
            centre,
            "    waivers: [{subject: E1, from: 2026-02-01, until: 2026-01-31}]\n"
            "    expect: {now: fail}\n",
        )
    assert failure.value.diagnostics().startswith(f"policy/tests/1.yaml:8:47: {coded('PL214')}")


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("{now: pass}", ("now: fail",)),
        ("{now: fail, period: pass}", ("now: fail", "period: fail")),
        ("{now: fail, lapses: []}", ("now: fail", "lapse: E1, 2026-02-01T00:00, -")),
        ("{now: unknown}", ("now: fail",)),
    ],
)
def test_another_outcome_fails(centre: Path, expected: str, found: tuple[str, ...]) -> None:
    ran = run(centre, f"    expect: {expected}\n")
    assert not ran.passed
    assert ran.found == found


def test_evidence_on_file_and_the_pin_do_not_count(centre: Path) -> None:
    """A case is judged by what it gives, at its own moment."""
    base = CASE.replace("[{}]", "[]")
    assert run(centre, "    expect: {now: unknown}\n", base).found != ("now: fail",)
    early = CASE.replace("2026-03-01", "2026-01-31")
    assert run(centre, "    expect: {now: pass}\n", early).passed


def test_problems_are_told(centre: Path) -> None:
    ran = run(centre, "    expect: {now: fail}\n", CASE.replace("[{}]", "[{placed_on: soon}]"))
    assert ran.found == ("now: unknown",)
    assert any("soon" in each.message.text("en") for each in ran.problems)
    assert all(each.message.text("zh") for each in ran.problems)


def test_a_control_has_a_test_that_passes_and_one_that_fails(centre: Path) -> None:
    run(centre, "    expect: {now: fail}\n")
    missing = ccpolicy.load(centre).controls_without_tests()
    assert missing["FIRE-1"] == (False, True)
    assert missing["FIRE-2"] == (False, False)
    passing = CASE[CASE.index("  - name") :].replace("2026-03-01", "2026-01-15")
    more = f"    expect: {{now: fail}}\n{passing}    expect: {{now: pass}}\n"
    (centre / "policy/tests/1.yaml").write_text(CASE + more, "utf-8")
    again = ccpolicy.load(centre).controls_without_tests()
    assert again == {name: both for name, both in missing.items() if name != "FIRE-1"}
