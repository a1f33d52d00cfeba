"""The plan as content, loaded and checked."""

from ccpolicy.policy.columns import columns
from ccpolicy.policy.consistency import check_policy
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.frameworks import Framework
from ccpolicy.policy.git_datasets import EVIDENCE_CHANGES, FROM_GIT, RECORDINGS
from ccpolicy.policy.load import Policy, load_policy
from ccpolicy.policy.models import Control, Norm, ParameterValue, Plan, Revision, Selection, Waiver

__all__ = [
    "EVIDENCE_CHANGES",
    "FROM_GIT",
    "RECORDINGS",
    "Control",
    "Dataset",
    "Framework",
    "Norm",
    "ParameterValue",
    "Plan",
    "Policy",
    "Revision",
    "Selection",
    "Waiver",
    "check_policy",
    "columns",
    "load_policy",
]
