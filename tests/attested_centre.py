"""A small centre in which people vouch for two matters that no record shows."""

from __future__ import annotations

from pathlib import Path

from small_centre import CLAUSE, lay

CONTROL = "policy/controls/9.yaml"
ATTESTED = "evidence/attestations/2026.csv"
HEAD = "number,topic,words,signed_by,countersigned_by,signed_on,ends_on\n"
FILES = {
    CONTROL: f"""\
controls:
  - id: GV-5
    title: {{en: Attestations in force, zh: 承诺有效}}
    rule: {{en: Each matter is vouched for every year., zh: 每年承诺。}}
    remediation: {{en: Sign anew., zh: 重新签署。}}
    clauses: {{"3.1": {CLAUSE.digest}}}
    severity: high
    owner: manager
    check: coverage
    inputs:
      items: [complete, true_figures]
      events:
        dataset: attestations
        item: topic
        starts: signed_on
        ends: ends_on
        where: signed_by <> countersigned_by
    attests:
      by: [signed_by, countersigned_by]
      statement: words
      matters:
        complete: [EM-1]
        true_figures: []
    parameters:
      valid_for: {{value: 90 days, norm: monthly}}
      initial: {{value: 30 days, norm: monthly}}
""",
    "policy/datasets/attestations.yaml": """\
id: attestations
title: {en: Attestations, zh: 承诺书}
owner: manager
files: attestations/*.csv
format: csv
key: [number]
retention: 5 years
value_labels:
  topic:
    complete: {en: nothing is missing, zh: 没有遗漏}
record:
  type: object
  additionalProperties: false
  required: [number, topic, signed_by, signed_on]
  properties:
    number: {type: string}
    topic: {type: string, enum: [complete, true_figures]}
    words: {type: string}
    signed_by: {type: string}
    countersigned_by: {type: string}
    signed_on: {type: string, format: date}
    ends_on: {type: string, format: date}
derive:
  shouted: upper(words)
""",
    ATTESTED: HEAD
    + "A1,complete,all seen,P1,P2,2026-01-10,2026-04-30\n"
    + "A2,complete,all seen again,P1,P2,2026-09-10,2027-09-10\n"
    + "A3,true_figures,,P3,P3,2026-10-10,2027-10-10\n",
}


def lay_attested(folder: Path) -> Path:
    """Write the centre into a folder; the figures were countersigned by who signed them."""
    lay(folder)
    return lay(folder, FILES)
