"""The plan as content, loaded and checked."""

from ccpolicy.policy.columns import ColumnType, columns
from ccpolicy.policy.from_git import EVIDENCE_CHANGES, FROM_GIT, RECORDINGS
from ccpolicy.policy.load import Content, load_content
from ccpolicy.policy.models import (
    SEVERITIES,
    Control,
    Dataset,
    Format,
    Norm,
    ParameterValue,
    Plan,
    Revision,
    Selection,
    Severity,
    Waiver,
)
from ccpolicy.policy.rules import check_content

__all__ = [
    "EVIDENCE_CHANGES",
    "FROM_GIT",
    "RECORDINGS",
    "SEVERITIES",
    "ColumnType",
    "Content",
    "Control",
    "Dataset",
    "Format",
    "Norm",
    "ParameterValue",
    "Plan",
    "Revision",
    "Selection",
    "Severity",
    "Waiver",
    "check_content",
    "columns",
    "load_content",
]
