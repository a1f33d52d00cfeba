"""OSCAL assessment results: an observation and a finding for each control, a risk where it lapsed.

A waiver is a risk whose deviation was approved; what could not be judged is not satisfied, for
another reason than failing; what does not apply is observed but no finding. What the baseline
accepts is not satisfied, and its risk is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from ccpolicy.assessment.frameworks import Framework
from ccpolicy.assessment.models import (
    Assessment,
    Attachment,
    Control,
    EvidenceFile,
    TableSnapshot,
    Waiver,
)
from ccpolicy.oscal import Part, document, prop, prose, stable_uuid, utc_text
from ccpolicy.reports import View
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import (
    baseline_note,
    failing_lapses,
    lapses_file_note,
    obsolete_entry,
    problem_text,
    reason_text,
    waivers_for_nobody,
)
from ccpolicy.reports.sections import Sections
from ccpolicy.reports.summary_text import judgement
from ccpolicy.reports.time_text import pinned

MOST = 1_000
"""Lapses of one control that a finding lists."""
_STATUS = {
    "pass": ("satisfied", "pass"),
    "fail": ("not-satisfied", "fail"),
    "waived": ("not-satisfied", "other"),
    "unknown": ("not-satisfied", "other"),
}


def render_assessment(result: Assessment, view: View) -> str:
    """Render an assessment as the results of one run."""
    return _Results(Page(view), result).text()


class _Results:
    """One set of results, and the files that it rests on."""

    def __init__(self, page: Page, result: Assessment) -> None:
        self.page, self.result, self.sections = page, result, Sections(result)
        self.files: dict[str, list[EvidenceFile]] = {}
        for file in result.evidence.files:
            self.files.setdefault(file.dataset, []).append(file)

    def text(self) -> str:
        """Return the document."""
        result, page = self.result, self.page
        title = page.text(result.policy.title)
        plan = {
            "uuid": self.id("plan"),
            "title": prose(title),
            "props": [prop("version", result.policy.version), prop("digest", result.policy.digest)],
        }
        content: Part = {
            "import-ap": {"href": f"#{plan['uuid']}"},
            "results": [self.results(title)],
            "back-matter": {
                "resources": [
                    plan,
                    *map(self.resource, result.evidence.files),
                    *map(self.attachment, result.evidence.attachments),
                    *map(self.framework, result.frameworks),
                ]
            },
        }
        return document("assessment-results", title, result.as_of, result.policy.version, content)

    def id(self, *names: str) -> str:
        """Return the UUID of a part, the same in every run of one plan."""
        return stable_uuid(self.result.policy.id, *names)

    def results(self, title: str) -> Part:
        result, page = self.result, self.page
        judged = [each for each in result.controls if result.verdict(each) != "not_applicable"]
        chosen = {each.id for each in judged}
        return {
            "uuid": self.id("result", result.as_of),
            "title": prose(title),
            "description": "\n\n".join(
                map(
                    prose,
                    [
                        judgement(page, result),
                        *pinned(page, result),
                        *lapses_file_note(page, result),
                        *waivers_for_nobody(page, result),
                    ],
                )
            ),
            "start": utc_text(result.window.starts),
            "end": utc_text(result.as_of),
            "props": [
                prop("tool", f"{result.tool.name} {result.tool.version}"),
                prop("as-of", result.as_of_source),
                prop("gate", "passed" if result.gate.passed else "failed"),
                *(prop(f"tally-{name}", str(count)) for name, count in result.tally.items()),
            ],
            "reviewed-controls": {
                "control-selections": [
                    {
                        "include-controls": [{"control-id": each.id} for each in judged],
                        "exclude-controls": [
                            {"control-id": each.id}
                            for each in result.controls
                            if each.id not in chosen
                        ],
                    }
                ]
            },
            "observations": [
                *self.problems(),
                *self.obsolete(),
                *map(self.observation, result.controls),
            ],
            "risks": [risk for each in result.controls for risk in self.risks(each)],
            "findings": [self.finding(each) for each in judged],
        }

    def problems(self) -> Iterator[Part]:
        """Yield what concerns no single control."""
        for number, problem in enumerate(self.result.problems, 1):
            yield {
                "uuid": self.id("problem", str(number)),
                "description": prose(problem_text(self.page, problem)),
                "methods": ["EXAMINE"],
                "types": ["discovery"],
                "collected": utc_text(self.result.as_of),
            }

    def obsolete(self) -> Iterator[Part]:
        """Yield the entries of the baseline that no longer exist."""
        for entry in self.result.gate.obsolete:
            yield {
                "uuid": self.id("obsolete", entry.control, entry.subject, entry.starts),
                "description": prose(obsolete_entry(self.page, entry)),
                "methods": ["EXAMINE"],
                "types": ["discovery"],
                "collected": utc_text(self.result.as_of),
            }

    def observation(self, control: Control) -> Part:
        """Return what was seen of a control, and in which files."""
        page = self.page
        said = [page.text(control.rule), *([reason_text(page, control)] if control.reason else [])]
        return {
            "uuid": self.id("observation", control.id),
            "title": prose(f"{control.id} {page.text(control.title)}"),
            "description": "\n\n".join(map(prose, said)),
            "props": [
                prop("control-id", control.id),
                prop("verdict", self.result.verdict(control)),
                prop("now", control.now),
                prop("period", control.period),
                prop("severity", control.severity),
                prop("owner", page.text(control.owner)),
                *(prop("clause", clause) for clause in control.clauses),
                *(prop("satisfies", name) for name in control.satisfies),
                *(prop("clause-changed", clause) for clause in control.stale_clauses),
                *(
                    prop(f"subjects-{name}", str(count))
                    for name, count in control.subjects.model_dump().items()
                ),
            ],
            "methods": ["EXAMINE"],
            "types": ["control-objective"],
            "relevant-evidence": [
                {
                    "href": f"#{self.id('file', file.dataset, file.file)}",
                    "description": prose(
                        page.count(file.records, "{count} record", "{count} records")
                    ),
                }
                for name in dict.fromkeys(each.partition(".")[0] for each in control.datasets)
                for file in self.files.get(name, [])
            ],
            "collected": utc_text(self.result.as_of),
            "expires": utc_text(control.next_due) if control.next_due else None,
        }

    def finding(self, control: Control) -> Part:
        """Return the finding of a control."""
        verdict = self.result.verdict(control)
        state, reason = _STATUS[verdict]
        return {
            "uuid": self.id("finding", control.id),
            "title": prose(f"{control.id} {self.page.text(control.title)}"),
            "description": "\n\n".join(map(prose, self.details(control))),
            "target": {
                "type": "objective-id",
                "target-id": f"{control.id}_obj",
                "status": {"state": state, "reason": reason, "remarks": verdict},
            },
            "related-observations": [{"observation-uuid": self.id("observation", control.id)}],
            "related-risks": [{"risk-uuid": risk["uuid"]} for risk in self.risks(control)],
        }

    def details(self, control: Control) -> Iterator[str]:
        """Yield what is wrong with a control, or else what holds."""
        page = self.page
        yield page.text(control.rule)
        yield from failing_lapses(page, self.result, control, MOST)
        for problem in control.problems:
            yield problem_text(page, problem)

    def is_accepted(self, control: Control) -> bool:
        """Whether a control fails only by lapses of the baseline."""
        return control.id in self.result.gate.accepted

    def risks(self, control: Control) -> Iterator[Part]:
        """Yield the risk that a control does not hold, and one for each waiver in use."""
        page, verdict = self.page, self.result.verdict(control)
        same = {
            "title": prose(f"{control.id} {page.text(control.title)}"),
            "statement": prose(page.text(control.remediation)),
            "props": [
                prop("severity", control.severity),
                *([prop("baseline", "known")] if self.is_accepted(control) else []),
            ],
        }
        if verdict in ("fail", "unknown"):
            yield {
                "uuid": self.id("risk", control.id),
                **same,
                "description": "\n\n".join(
                    map(prose, [page.text(control.rule), *baseline_note(page, control)])
                ),
                "status": "open" if verdict == "fail" else "investigating",
            }
        for waiver in self.sections.waivers_of(control):
            yield {**same, **self.accepted(control, waiver)}

    def accepted(self, control: Control, waiver: Waiver) -> Part:
        page = self.page
        return {
            "uuid": self.id("waiver", waiver.id),
            "description": prose(
                page.say(
                    "{subject}: {reason}",
                    subject=page.subject(control, waiver.subject),
                    reason=page.text(waiver.reason),
                )
            ),
            "props": [
                prop("waiver", waiver.id),
                prop("owner", page.text(waiver.owner)),
                prop("approver", page.text(waiver.approver)),
                prop("state", waiver.state),
            ],
            "status": "deviation-approved",
            "deadline": utc_text(waiver.ends),
        }

    def resource(self, file: EvidenceFile) -> Part:
        """Return a file of evidence with its digest."""
        notes = self.page.join(f"{n.code} {self.page.text(n.message)}" for n in file.notes)
        return {
            "uuid": self.id("file", file.dataset, file.file),
            "title": prose(self.page.join([file.file])),
            **({"remarks": prose(notes)} if notes else {}),
            "props": [
                prop("dataset", file.dataset),
                prop("invalid-records", str(file.invalid)),
                *(_snapshot(file, file.table) if file.table else ()),
            ],
            **({} if file.table else {"rlinks": [self.link(file)]}),
        }

    def attachment(self, file: Attachment) -> Part:
        """Return a file that a record names, with its digest."""
        return {
            "uuid": self.id("attachment", file.dataset, file.file),
            "title": prose(self.page.join([file.file])),
            "props": [prop("dataset", file.dataset), prop("attachment", "true")],
            "rlinks": [self.link(file)],
        }

    def framework(self, framework: Framework) -> Part:
        """Return a framework whose requirements are served, and those that are not."""
        without = " ".join(each.id for each in framework.without_control)
        url = [{"href": framework.url}] if framework.url else []
        return {
            "uuid": self.id("framework", framework.id),
            "title": prose(self.page.text(framework.title)),
            "props": [
                prop("framework", framework.id),
                prop("edition", framework.edition),
                *([prop("without-control", without)] if without else []),
            ],
            "rlinks": url,
        }

    def link(self, file: EvidenceFile | Attachment) -> Part:
        return {
            "href": quote(self.page.view.folder + file.file),
            "hashes": [{"algorithm": "SHA-256", "value": file.sha256}],
        }


def _snapshot(file: EvidenceFile, table: TableSnapshot) -> Iterator[Part]:
    """Say what was read of a table, to which no address leads."""
    yield prop("sha-256", file.sha256)
    yield prop("server", table.server)
    yield prop("snapshot", table.snapshot)
    yield prop("snapshot-taken-at", table.taken_at)
