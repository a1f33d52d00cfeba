"""Names that were probably meant, and in what they differ."""

from __future__ import annotations

import pytest

from ccpolicy.near_names import folded, nearest

DIFFERENCES = {
    "case": ("pbx-2", "PBX-2", "upper and lower case"),
    "no-break space": ("PBX\N{NO-BREAK SPACE}2", "PBX 2", "a space or an unseen character"),
    "space at the end": ("PBX-2 ", "PBX-2", "a space or an unseen character"),
    "no width": ("PBX-2\N{ZERO WIDTH SPACE}", "PBX-2", "a space or an unseen character"),
    "full width": ("ＰＢＸ－２", "PBX-2", "full-width"),
    "half width": ("ｶﾒﾗ1", "カメラ1", "full-width"),
    "decomposed": ("e\N{COMBINING ACUTE ACCENT}cole", "école", "the encoding of accents"),
    "zeros": ("7", "007", "leading zeros"),
    "zeros inside": ("PBX-2", "PBX-002", "leading zeros"),
    "dash": ("PBX\N{EN DASH}2", "PBX-2", "the kind of dash"),
    "two": ("pbx-02", "PBX-2", "only spaces, case, zeros"),
}


@pytest.mark.parametrize("case", DIFFERENCES)
def test_same_name_written_otherwise(case: str) -> None:
    name, known, difference = DIFFERENCES[case]
    found = nearest(name, ["other", known, "P-20"], letters=False)
    assert found is not None
    assert found.name == known
    assert difference in found.hint


def test_ids_that_are_merely_alike_are_others() -> None:
    assert nearest("CAM-08", ["CAM-07", "CAM-09"], letters=False) is None
    assert nearest("CAM-10", ["CAM-1", "CAM-100"], letters=False) is None
    assert folded("CAM-10") != folded("CAM-1")


def test_words_may_be_misspelt() -> None:
    found = nearest("recurence", ["coverage", "recurrence"])
    assert found is not None
    assert (found.name, found.hint) == ("recurrence", "did you mean '{close}'?")
    assert nearest("zzz", ["coverage", "recurrence"]) is None


def test_a_name_that_is_known_is_not_its_own_neighbour() -> None:
    assert nearest("a", ["a"]) is None
    assert nearest("", ["", " "]) is None
