"""Evidence: from bytes on file to tables of valid records, with a place for each."""

from ccpolicy.evidence.load import load_evidence
from ccpolicy.evidence.models import Evidence, File, Problem, Table

__all__ = ["Evidence", "File", "Problem", "Table", "load_evidence"]
