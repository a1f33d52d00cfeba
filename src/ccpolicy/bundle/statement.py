"""What a signature states of a bundle: in-toto statements about every file in it.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import json
from typing import Any, Literal

from ccpolicy.assessment.manifest import ASSESSMENT, LAPSES, MANIFEST, Manifest
from ccpolicy.assessment.models import SCHEMA_VERSION, Assessment
from ccpolicy.bundle.bundle_files import REPOSITORY, TABLES
from ccpolicy.vocabulary import Verdict

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD = "application/vnd.in-toto+json"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
OURS = f"urn:ccpolicy:assessment:{SCHEMA_VERSION}"
SUFFIXES = {TEST_RESULT: ".dsse.json", OURS: ".assessment.dsse.json"}
"""Type of a statement → how its file is called, after the bundle's name."""

Outcome = Literal["PASSED", "WARNED", "FAILED"]


def expected(sha256: str, manifest: Manifest, assessment: Assessment) -> dict[str, Any]:
    """Return the statements that hold of a bundle, by type; `sha256` is that of its manifest."""
    digests = {MANIFEST: sha256, **manifest.digests()}
    predicates = {
        TEST_RESULT: _test_result(manifest, assessment),
        OURS: {
            "outcome": result_of_tests(assessment),
            "asked": manifest.asked.model_dump(),
            "assessment": assessment.model_dump(),
        },
    }
    return {
        kind: {
            "_type": STATEMENT,
            "subject": [
                {"name": name, "digest": {"sha256": digests[name]}} for name in sorted(digests)
            ],
            "predicateType": kind,
            "predicate": predicate,
        }
        for kind, predicate in predicates.items()
    }


def statement_bytes(statement: dict[str, Any]) -> bytes:
    """Return a statement as it is signed."""
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode()


def result_of_tests(assessment: Assessment) -> Outcome:
    """Return the result in in-toto's words: what passes only with exceptions is a warning."""
    if assessment.nothing_assessed or not assessment.gate.passed:
        return "FAILED"
    short = sum(assessment.tally[verdict] for verdict in ("fail", "unknown", "waived"))
    return "WARNED" if short else "PASSED"


def _test_result(manifest: Manifest, assessment: Assessment) -> dict[str, Any]:
    evidence = {f"{REPOSITORY}/{name}" for name in assessment.evidence.digests}
    evidence |= {name for name in manifest.digests() if name.startswith(f"{TABLES}/")}
    reports = {report.path for report in manifest.reports}
    configuration = manifest.digests().keys() - evidence - reports - {ASSESSMENT, LAPSES}
    verdicts = {each.id: assessment.verdict(each) for each in assessment.controls}
    return {
        "result": result_of_tests(assessment),
        "configuration": [
            {"name": name, "digest": {"sha256": manifest.digests()[name]}}
            for name in sorted(configuration)
        ],
        "passedTests": _having(verdicts, "pass"),
        "warnedTests": [
            *_having(verdicts, "waived"),
            *(
                each
                for each in _having(verdicts, "fail", "unknown")
                if each not in assessment.gate.failed_on
            ),
        ],
        "failedTests": list(assessment.gate.failed_on),
    }


def _having(verdicts: dict[str, Verdict], *wanted: Verdict) -> list[str]:
    return [control for control, verdict in verdicts.items() if verdict in wanted]
