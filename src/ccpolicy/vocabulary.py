"""Words and signs that more than one package uses, each written once."""

from __future__ import annotations

from typing import Literal, get_args

Severity = Literal["critical", "high", "medium", "low"]
"""How grave it is when a control does not hold, worst first."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
Verdict = Literal["fail", "unknown", "waived", "pass", "not_applicable"]
"""What is found about a control or a subject, worst first."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Judged = Literal["now", "period"]
"""Which verdict the gate looks at."""
JUDGED: tuple[Judged, ...] = get_args(Judged)
Engine = Literal["duckdb", "postgres", "spark"]
"""What computes the verdicts from the records."""
ENGINES: tuple[Engine, ...] = get_args(Engine)
StoreKind = Literal["postgres"]
"""What holds tables that are evidence."""
ColumnType = Literal["text", "integer", "number", "boolean", "date", "instant"]
"""What the values of a column are, once they are read."""
AsOfSource = Literal["now", "given", "pinned"]
"""Whether as-of is the present, was asked for, or is pinned in `ccpolicy.toml`."""
StepName = Literal[
    "signature",
    "archive",
    "manifest",
    "schemas",
    "evaluation",
    "reports",
    "policy",
    "provenance",
]
"""A step of the verification of a bundle, in order."""
STEPS: tuple[StepName, ...] = get_args(StepName)
Grade = Literal["read", "secondary", "memory", "choice"]
"""The source text was checked, a secondary source was, nothing was, or it is an internal decision.
"""
HistoryState = Literal["known", "no_git", "no_repository", "no_commit", "shallow", "partial"]
"""Whether the history of the evidence is known, and why not."""
FileChange = Literal["added", "changed", "deleted"]
"""How a file differs from that of a commit."""
RecordChange = Literal["amended", "deleted", "restored"]
"""What was done to a record after it was filed."""
KEY_SEPARATOR = " × "
"""Between the parts of a key, and of a subject's name. No part may hold it."""
