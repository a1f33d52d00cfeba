"""Who signed, against those whom the reader trusts."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ccpolicy.bundle.signature import find_signatures
from ccpolicy.bundle.signers import read_signers
from ccpolicy.bundle.statement import OURS, SUFFIXES, TEST_RESULT
from ccpolicy.bundle.verify import Trust, verify
from ccpolicy.errors import BundleError
from message_text import coded

from .conftest import failing_step, made, members, rebuilt, run, statuses

pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("ssh-keygen") or os.environ.get("CI")),
        reason="NOT TESTED: signatures, for want of ssh-keygen",
    ),
    pytest.mark.integration,
]


def trusting(keys: Path, name: str = "auditor") -> Trust:
    return Trust(signers=keys / f"{name}.signers")


def ssh_sign(bundle: Path, key: Path, namespace: str = "ccpolicy") -> Path:
    """Sign as docs/verify.md says, without this program."""
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key)]
    given = members(bundle)["manifest.json"]
    signature = subprocess.run(command, input=given, check=True, capture_output=True).stdout
    path = Path(f"{bundle}.sig")
    path.write_bytes(signature)
    return path


@pytest.fixture(scope="module")
def signed_once(kept: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = shutil.copyfile(kept, tmp_path_factory.mktemp("signed") / "bundle.zip")
    result = run("sign", bundle, "--key", keys / "auditor")
    assert result.exit_code == 0, result.output
    return bundle


@pytest.fixture
def signed(signed_once: Path, bundle: Path) -> Path:
    """A bundle with its signatures."""
    for suffix in SUFFIXES.values():
        shutil.copyfile(f"{signed_once}{suffix}", f"{bundle}{suffix}")
    return bundle


def envelope(bundle: Path, kind: str = TEST_RESULT) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(f"{bundle}{SUFFIXES[kind]}").read_bytes())
    return found


def statement(bundle: Path, kind: str = TEST_RESULT) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(envelope(bundle, kind)["payload"]))
    return found


def test_signed_and_trusted(signed: Path, keys: Path) -> None:
    found = verify(signed, trusting(keys))
    assert found.passed
    assert statuses(found)["signature"] == "passed"
    assert found.steps[0].message.text("en").startswith("signed by auditor@example.org (SHA256:")


def test_line_for_the_signers_is_told(signed: Path, keys: Path) -> None:
    said = run("sign", signed, "--key", keys / "auditor").stdout
    [line] = [line.strip() for line in said.splitlines() if "NAME" in line]
    signers = signed.with_name("signers")
    signers.write_text(line.replace("NAME", "auditor@example.org") + "\n", "utf-8")
    assert verify(signed, Trust(signers=signers)).passed
    ssh_sign(signed, keys / "auditor")
    assert verify(signed, Trust(signers=signers)).passed


def test_signing_again_gives_the_same_bytes(signed: Path, keys: Path) -> None:
    before = envelope(signed)
    assert run("sign", signed, "--key", keys / "auditor").exit_code == 0
    assert envelope(signed) == before


def test_statements_are_in_totos(signed: Path) -> None:
    # These packages have no types.
    parse = import_module("google.protobuf.json_format").ParseDict
    official = import_module("in_toto_attestation.v1.statement")
    results = import_module("in_toto_attestation.predicates.test_result.v0.test_result_pb2")
    for kind in SUFFIXES:
        parsed = parse(statement(signed, kind), official.spb.Statement())
        official.Statement.copy_from_pb(parsed).validate()
    result = parse(statement(signed)["predicate"], results.TestResult())
    assert result.result == "FAILED"
    assert list(result.failed_tests) == ["FIRE-1", "FIRE-2", "FIRE-3", "FIRE-4"]


def test_statement_names_every_file(signed: Path) -> None:
    held = members(signed)
    for kind in SUFFIXES:
        found = statement(signed, kind)
        assert {each["name"] for each in found["subject"]} == held.keys()
    assert statement(signed, OURS)["predicate"]["assessment"] == json.loads(held["assessment.json"])


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        (["--control", "FIRE-1", "--as-of", "2026-02-01", "--gate", "now"], "PASSED"),
        (["--gate", "now"], "FAILED"),
        (["--control", "FIRE-1", "--gate", "now", "--fail-on", "critical"], "WARNED"),
    ],
)
def test_outcome(
    centre: Path, tmp_path: Path, keys: Path, options: list[str], outcome: str
) -> None:
    bundle = made(centre, tmp_path / "asked.zip", *options)
    assert run("sign", bundle, "--key", keys / "auditor").exit_code == 0
    predicate = statement(bundle)["predicate"]
    assert predicate["result"] == outcome
    assert bool(predicate["warnedTests"]) == (outcome == "WARNED")
    assert bool(predicate["failedTests"]) == (outcome == "FAILED")


def test_key_as_pem(bundle: Path, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = Ed25519PrivateKey.generate()
    pem = tmp_path / "key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    signers = tmp_path / "signers"
    signers.write_text(f"pem@example.org {public}\n", "utf-8")
    assert run("sign", bundle, "--key", pem).exit_code == 0
    assert verify(bundle, Trust(signers=signers)).passed


def test_signed_by_ssh_alone(bundle: Path, keys: Path) -> None:
    ssh_sign(bundle, keys / "auditor")
    found = verify(bundle, trusting(keys))
    assert found.passed
    assert found.steps[0].message.text("en").startswith("signed by auditor@example.org (SHA256:")
    ssh_sign(bundle, keys / "old")  # of another kind of key, which ssh-keygen knows
    assert verify(bundle, trusting(keys, "old")).passed


def test_unsigned_and_stripped(bundle: Path, signed: Path, keys: Path) -> None:
    for suffix in SUFFIXES.values():
        Path(f"{signed}{suffix}").unlink()
    assert statuses(verify(signed))["signature"] == "not_checked"
    step, said = failing_step(signed, trusting(keys))
    assert step == "signature"
    assert coded("BU310") in said


def test_signed_but_nobody_is_trusted(signed: Path) -> None:
    found = verify(signed)
    assert found.passed
    assert statuses(found)["signature"] == "not_checked"
    assert found.steps[0].code == "BU407"
    assert not verify(signed, Trust(required=("signature",))).passed


@pytest.mark.parametrize("way", ["dsse", "ssh"])
def test_unlisted_key(bundle: Path, keys: Path, way: str) -> None:
    if way == "ssh":
        ssh_sign(bundle, keys / "stranger")
    else:
        run("sign", bundle, "--key", keys / "stranger")
    step, said = failing_step(bundle, trusting(keys))
    assert step == "signature"
    assert "BU302 " in said


@pytest.mark.parametrize("way", ["dsse", "ssh"])
def test_signature_of_another_bundle(
    signed: Path, centre: Path, tmp_path: Path, keys: Path, way: str
) -> None:
    other = made(centre, tmp_path / "other.zip", "--as-of", "2026-02-01")
    for suffix in SUFFIXES.values():
        Path(f"{signed}{suffix}").rename(f"{other}{suffix}")
    if way == "ssh":
        for suffix in SUFFIXES.values():
            Path(f"{other}{suffix}").unlink()
        ssh_sign(signed, keys / "auditor").rename(f"{other}.sig")
    step, said = failing_step(other, trusting(keys))
    assert step == "signature"
    assert "BU316 " in said or "BU314 " in said


def test_content_changed_after_signing(signed: Path, keys: Path) -> None:
    """A bundle made to agree with itself again no longer agrees with what was signed."""
    again = rebuilt(
        signed,
        lambda contents: contents.update(
            {"repository/ccpolicy.toml": contents["repository/ccpolicy.toml"] + b"# more\n"}
        ),
    )
    again.rename(signed)
    assert not verify(signed, trusting(keys)).passed


def test_key_for_another_purpose(bundle: Path, keys: Path, tmp_path: Path) -> None:
    signature = ssh_sign(bundle, keys / "auditor", namespace="git")
    step, said = failing_step(bundle, trusting(keys))
    assert step == "signature"
    assert "not as 'ccpolicy'" in said
    signature.unlink()
    run("sign", bundle, "--key", keys / "auditor")
    key = " ".join((keys / "auditor.pub").read_text("utf-8").split()[:2])
    for options, good in (
        ('namespaces="git"', False),
        ('namespaces="git,ccpolicy"', True),
        ('namespaces="cc*"', True),
        ("cert-authority", False),
        ('valid-before="20200101Z"', False),
        ('valid-after="29990101Z"', False),
        ('valid-after="20200101Z",valid-before="299901010000Z"', True),
    ):
        signers = tmp_path / "signers"
        signers.write_text(f"auditor@example.org {options} {key}\n", "utf-8")
        assert verify(bundle, Trust(signers=signers)).passed == good, options


def test_changed_envelopes(signed: Path, keys: Path) -> None:
    """Whatever is done to an envelope, it never vouches for what its signer did not sign."""
    path = Path(f"{signed}{SUFFIXES[TEST_RESULT]}")
    good = envelope(signed)
    better = statement(signed)
    better["predicate"]["result"] = "PASSED"
    payload = base64.b64encode(json.dumps(better).encode()).decode()
    bad: Any
    for bad in (
        {**good, "payload": payload},
        {**good, "signatures": []},
        {**good, "payloadType": "text/plain"},
        {**good, "signatures": [{"keyid": "x"}]},
        {**good, "signatures": [{**good["signatures"][0], "sig": "AAAA"}]},
        {**good, "signatures": [{**good["signatures"][0], "sig": 1}]},
        {**good, "signatures": good["signatures"] * 200},
        {**good, "signatures": 5},
        {**good, "payload": None},
        {"payload": good["payload"]},
        [],
        None,
    ):
        path.write_text(json.dumps(bad), "utf-8")
        assert failing_step(signed, trusting(keys))[0] == "signature", bad
    for text in ("", "[" * 100_000, "-----BEGIN SSH SIGNATURE-----\nAAAA", "\0"):
        path.write_text(text, "utf-8")
        assert failing_step(signed, trusting(keys))[0] == "signature", text[:20]


def test_key_id_is_only_a_hint(signed: Path, keys: Path) -> None:
    path = Path(f"{signed}{SUFFIXES[TEST_RESULT]}")
    value = envelope(signed)
    value["signatures"][0]["keyid"] = "somebody else"
    path.write_text(json.dumps(value), "utf-8")
    assert verify(signed, trusting(keys)).passed


def test_signed_statement_of_what_is_not_so(signed: Path, keys: Path) -> None:
    """Even a trusted signer cannot make a failed gate pass."""
    from ccpolicy.bundle import envelope as dsse

    key = dsse.read_key(keys / "auditor")
    path = Path(f"{signed}{SUFFIXES[TEST_RESULT]}")
    wrong = statement(signed)
    wrong["predicate"]["result"] = "PASSED"
    path.write_bytes(dsse.sign(wrong, key))
    assert "its 'predicate' differs" in failing_step(signed, trusting(keys))[1]
    path.write_bytes(dsse.sign({**wrong, "predicateType": "https://example.org/x"}, key))
    assert "BU312 " in failing_step(signed, trusting(keys))[1]


def test_named_signature(signed: Path, keys: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    Path(f"{signed}{SUFFIXES[OURS]}").rename(elsewhere)
    Path(f"{signed}{SUFFIXES[TEST_RESULT]}").unlink()
    signers = keys / "auditor.signers"
    result = run("verify", signed, "--signers", signers, "--signature", elsewhere)
    assert result.exit_code == 0
    result = run("verify", signed, "--signers", signers, "--signature", tmp_path / "none")
    assert result.exit_code == 1
    assert find_signatures(signed, []) == []


def test_what_does_not_verify_is_not_signed(bundle: Path, keys: Path) -> None:
    again = rebuilt(bundle, lambda contents: contents.update({"extra": b""}))
    result = run("sign", again, "--key", keys / "auditor")
    assert result.exit_code == 2
    assert coded("BU309") in result.stderr
    assert coded("BU204", "extra") in result.stderr
    assert find_signatures(again, []) == []


def test_keys_that_cannot_sign(bundle: Path, keys: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    made_by = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(locked)]
    subprocess.run(made_by, check=True)
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n", "utf-8")
    for key, reason in (
        (locked, "BU301 "),
        (keys / "old", "BU303 "),
        (keys / "auditor.pub", "BU305 "),
        (nonsense, "BU305 "),
        (tmp_path, "BU304 "),
        (tmp_path / "none", "FI120 "),
    ):
        result = run("sign", bundle, "--key", key)
        assert result.exit_code == 2
        assert reason in result.stderr, key


def test_key_on_several_lines(signed: Path, keys: Path, tmp_path: Path) -> None:
    """A line for another purpose does not hide the one for bundles."""
    ssh_sign(signed, keys / "auditor")
    key = " ".join((keys / "auditor.pub").read_text("utf-8").split()[:2])
    git = f'git@example.org namespaces="git" {key}\n'
    ours = f'auditor@example.org,deputy@example.org namespaces="ccpolicy" {key}\n'
    path = tmp_path / "signers"
    for text in (git + ours, ours + git):
        path.write_text(text, "utf-8")
        found = verify(signed, Trust(signers=path))
        assert found.passed, found.steps[0]
        assert "git@" not in found.steps[0].message.text("en")
    path.write_text(git, "utf-8")
    assert failing_step(signed, Trust(signers=path))[0] == "signature"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "BU320 "),
        ("# nobody\n\n", "BU320 "),
        ("auditor\n", "BU321 "),
        ("auditor ssh-ed25519 nonsense!\n", coded("BU322")),
        ("auditor ssh-ed25519 QUJD\n", coded("BU322")),
        ("auditor surprise ssh-ed25519 AAAA\n", "options 'surprise' are not understood"),
        ('a valid-after="20260101" ssh-ed25519 AAAA\n', coded("BU322")),
    ],
)
def test_signers_that_are_not_understood(
    tmp_path: Path, signed: Path, text: str, reason: str
) -> None:
    path = tmp_path / "signers"
    path.write_text(text, "utf-8")
    with pytest.raises(BundleError, match=reason):
        read_signers(path)
    assert failing_step(signed, Trust(signers=path))[0] == "signature"


def test_time_without_its_zone_is_refused(keys: Path, tmp_path: Path) -> None:
    """Another TZ must not give another answer."""
    key = " ".join((keys / "auditor.pub").read_text("utf-8").split()[:2])
    path = tmp_path / "signers"
    for moment in ("20260101", "202601010000", "20261301Z", "1Z", "now"):
        path.write_text(f'a valid-after="{moment}" {key}\n', "utf-8")
        with pytest.raises(BundleError, match="BU319"):
            read_signers(path)


def test_without_what_envelopes_need(signed: Path, keys: Path) -> None:
    """What is missing is said, and ssh-keygen's signature still counts."""
    code = (
        "import sys; sys.modules['securesystemslib'] = None\nfrom ccpolicy.cli import main; main()"
    )

    def without(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *map(str, arguments), "--lang", "en"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = without("sign", signed, "--key", keys / "auditor")
    assert done.returncode == 2
    assert "with its extra: ccpolicy[sign]" in done.stderr
    signers = keys / "auditor.signers"
    done = without("verify", signed, "--signers", signers)
    assert done.returncode == 1
    assert "is not installed" in done.stdout
    for suffix in SUFFIXES.values():
        Path(f"{signed}{suffix}").unlink()
    ssh_sign(signed, keys / "auditor")
    done = without("verify", signed, "--signers", signers)
    assert done.returncode == 0, done.stdout
