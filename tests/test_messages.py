"""Every message has one code, which stays its own and is explained in both languages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from click.testing import CliRunner

import messages
from ccpolicy.cli.program import program
from ccpolicy.errors import LANGUAGES, CcpolicyError, Language, Message, catalogue
from ccpolicy.messages import FAMILIES, FOLDER, codes, explanations
from message_text import TEMPLATES


@pytest.fixture(scope="module")
def registry() -> messages.Registry:
    return messages.load_registry()


def test_source_and_registry_agree(registry: messages.Registry) -> None:
    assert len({template for template, _, _ in messages.templates()}) > 300
    assert list(messages.differences(registry)) == []


def test_everything_is_explained(registry: messages.Registry) -> None:
    assert list(messages.empty_fields(registry)) == []


def test_index_is_compiled_from_the_registry(registry: messages.Registry) -> None:
    assert messages.index_text(registry) == messages.INDEX.read_text("utf-8")
    assert {code[:2] for code in codes().values()} == FAMILIES.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_document_is_written_from_the_registry(language: Language) -> None:
    assert messages.document(language) == messages.DOCS[language].read_text("utf-8")


def test_example_shows_the_message() -> None:
    """An example is what the terminal shows: the code, and the words around the values."""
    for prefix in FAMILIES:
        for code, entry in explanations(prefix).items():
            for language in LANGUAGES:
                shown = " ".join(entry.example[language].split())
                sentence = catalogue(language).gettext(entry.message)
                parts = [text for text, *_ in string.Formatter().parse(sentence)]
                assert not shown or code in shown, (code, language)
                assert not re.search(r"[^ ]：(错误|警告)：", shown), "the program writes ': ' there"
                if shown and not code.startswith("US1"):  # click words what follows its sentence
                    assert all(" ".join(part.split()) in shown for part in parts), (code, language)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("retired: [PL108]", "retired: [PL101]"), "used again"),
        (("PL102:", "PL101:"), "there twice"),
        (("PL102:", "EV999:"), "no code of this family"),
    ],
)
def test_codes_are_never_reused(
    change: tuple[str, str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FAMILIES.values():
        text = (FOLDER / f"{name}.yaml").read_text("utf-8")
        (tmp_path / f"{name}.yaml").write_text(
            text.replace(*change) if name == "policy" else text, "utf-8"
        )
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=complaint):
        messages.load_registry()


def test_differences_are_found(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text(
        'raise PolicyError("never said before" if x else "the file is empty", hint="no")\n'
        'found = LintFinding(Message.of("a new finding"), Message.of("a hint"), place)\n'
        '_NAME_MESSAGES = {"a": "one of a table"}\n',
        "utf-8",
    )
    assert {text for text, _, _ in messages.templates(tmp_path)} == {
        "never said before",
        "the file is empty",
        "one of a table",
        "a new finding",
    }


def test_errors_and_messages_have_their_code() -> None:
    error = CcpolicyError(TEMPLATES["PL102"], folder="policy")
    assert str(error).startswith("PL102 the folder policy has no file that ends in .yaml\nhint: ")
    chinese = error.diagnostics("zh")
    assert chinese.startswith("PL102 文件夹 policy 中没有以 .yaml 结尾的文件\n提示: ")
    assert Message.of("Severity").coded() == "Severity"


@pytest.mark.parametrize("name", ["PL102", "pl102"])
def test_explain_needs_no_policy(name: str, tmp_path: Path) -> None:
    found = CliRunner().invoke(program, ["explain", name, str(tmp_path), "--lang", "en"])
    assert found.exit_code == 0
    assert found.stdout.startswith(f"PL102 {TEMPLATES['PL102']}\n")
    assert "policy/controls: error: PL102 the folder policy/controls has no file" in found.stdout
    chinese = CliRunner().invoke(program, ["explain", name, str(tmp_path), "--lang", "zh"])
    assert chinese.stdout.startswith("PL102 文件夹 {folder} 中没有以 .yaml 结尾的文件\n")


def test_unknown_code_names_a_near_one() -> None:
    found = CliRunner().invoke(program, ["explain", "PL192", "--lang", "en"])
    assert found.exit_code == 2
    assert found.stderr.startswith("error: US218 no message has the code 'PL192'")
    assert "hint: did you mean 'PL112'?" in found.stderr
