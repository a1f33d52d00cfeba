"""Build the assessment of an evaluation, in one pass."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from ccpolicy import __version__
from ccpolicy.assessment import models
from ccpolicy.assessment.gate import GateScope
from ccpolicy.assessment.models import Assessment
from ccpolicy.engine.attestations import attested_matters
from ccpolicy.engine.control_builder import ControlBuilder, LaterCover
from ccpolicy.engine.control_problems import unread_problems
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.framework_summary import quote_frameworks
from ccpolicy.engine.kept_lapses import KeptLapses
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.engine.outcome import JudgedSubject, Outcome
from ccpolicy.engine.policy_summary import quote_policy, quote_waivers
from ccpolicy.engine.question import ResolvedRequest
from ccpolicy.engine.record_places import RecordPlaces
from ccpolicy.engine.record_provenance import find_recorded
from ccpolicy.engine.waivers import waive
from ccpolicy.evidence import Evidence
from ccpolicy.evidence.models import File
from ccpolicy.evidence.unread import Unread
from ccpolicy.policy.subject_names import labels_open_values
from ccpolicy.provenance.models import Provenance
from ccpolicy.time.calendar import instant, shift
from ccpolicy.time.durations import parse_duration

CITED = 200
"""Records behind the lapses of a control of which git is asked."""


class AssessmentBuilder:
    """Builds the assessment from what an evaluation found."""

    def __init__(
        self,
        question: ResolvedRequest,
        evaluation: Evaluation,
        outcomes: Mapping[str, Outcome],
        evidence: Evidence,
        unread: Unread,
        provenance: Provenance | None,
        later_cover: LaterCover | None,
        target: LapsesTarget | None,
    ) -> None:
        self.question, self.evaluation, self.outcomes = question, evaluation, outcomes
        self.evidence, self.unread = evidence, unread
        self.provenance, self.later_cover = provenance, later_cover
        self.policy, self.times = evaluation.policy, evaluation.times
        self.controls = [self.policy.controls[each] for each in question.controls]
        self.places = RecordPlaces(evidence, self.times, evaluation.calendar.zone)
        self.target = target
        self.kept: dict[str, KeptLapses] = {}
        """Control → its lapses."""

    def build(self) -> Assessment:
        """Return the assessment."""
        commit = self.provenance.commit if self.provenance else None
        builder = ControlBuilder(
            self.policy,
            self.times,
            self.places,
            commit,
            self.later_cover,
            self.question.request.listed_problems,
        )
        lapses_file = self._keep_lapses(builder)
        self._locate()
        populations = self._populations()
        names = self.evaluation.reader.subjects.names(
            {each.id for each in self.controls if labels_open_values(self.policy, each)}
        )
        judged = [
            builder.build(
                each,
                self.outcomes[each.id],
                self.kept[each.id],
                populations.get(each.id),
                names.get(each.id, ()),
            )
            for each in self.controls
        ]
        scope = GateScope(
            judged=self.question.gate,
            fail_on=self.question.fail_on,
            period_ends=self.times.shown(self.times.ends, self.places.zone),
            as_of=self.times.shown(self.times.as_of, self.places.zone),
        )
        attested, cited = attested_matters(self.evaluation, self.places, scope, judged)
        cited |= {*self._cited_records()}
        annex, shown = self._appendix(cited)
        when = self.places.when
        reason = self.policy.settings.as_of_reason
        problems = list(unread_problems(self.unread))
        soon = shift(self.question.as_of, parse_duration(self.policy.settings.due_soon), 1)
        return Assessment(
            schema_version=models.SCHEMA_VERSION,
            tool=models.Tool(name="ccpolicy", version=__version__),
            policy=quote_policy(self.policy),
            as_of=when(self.times.as_of),
            as_of_source=self.question.source,
            as_of_reason=(
                models.Text.of(reason) if reason and self.question.source == "pinned" else None
            ),
            window=models.Window(starts=when(self.times.starts), ends=when(self.times.ends)),
            horizon=when(self.times.horizon),
            due_soon=when(instant(soon)),
            gate=scope.decide(judged, problems),
            tally=scope.tally(judged),
            controls=judged,
            lapses_file=lapses_file,
            frameworks=quote_frameworks(self.policy, judged),
            attested=attested,
            waivers=quote_waivers(
                self.policy,
                {each.id: self.outcomes[each.id].waived_subjects for each in self.controls},
                {each.id for each in judged if each.problems},
                self.times.as_of,
            ),
            problems=problems,
            evidence=self._evidence(),
            evidence_digest=self._evidence_digest(),
            provenance=self._provenance({*cited, *shown}),
            annex=annex,
        )

    def _keep_lapses(self, builder: ControlBuilder) -> models.LapsesFile | None:
        """Keep all lapses, or write them to a file that is returned and keep the worst."""
        if self.target is None or not self.evaluation.too_many_lapses:
            for each in self.controls:
                spans = [*waive(self.policy, each, self.outcomes[each.id].lapses)]
                self.kept[each.id] = KeptLapses.whole(spans, self.times)
            return None
        # Needed for many lapses alone.
        from ccpolicy.engine.stored_lapses import LapsesWriter

        writer = LapsesWriter(
            self.evaluation,
            self.outcomes,
            builder,
            self.question.gate,
            whole=self._lists_subjects,
        )
        written = writer.write(self.target)
        self.kept = writer.kept
        self.places.forget()
        return written

    @property
    def _lists_subjects(self) -> bool:
        request = self.question.request
        return request.subjects or request.appendix

    def _populations(self) -> dict[str, list[JudgedSubject]]:
        """Read every subject of each control, if they are wanted."""
        if not (self._lists_subjects and self.controls):
            return {}
        found = self.evaluation.reader.subjects.populations()
        locators = {each.locator for own in found.values() for each in own}
        self.places.locate({each for each in locators if each is not None})
        return found

    def _evidence(self) -> models.Evidence:
        return models.Evidence(
            files=[
                models.EvidenceFile(
                    dataset=each.dataset,
                    file=each.file,
                    records=each.records,
                    invalid=each.invalid,
                    sha256=each.sha256,
                    notes=[
                        models.FileNote(code=note.code, message=models.Text.of(note))
                        for note in each.notes
                    ],
                    table=self._table(each),
                )
                for each in self.evidence.files
            ],
            attachments=[
                models.Attachment(dataset=each.dataset, file=each.file, sha256=each.sha256)
                for each in self.evidence.attachments
            ],
            unread=[str(each.locator) for each in self.unread.errors],
            unread_total=self.unread.total,
            ignored=[
                models.IgnoredFiles(
                    pattern=each.pattern.files,
                    reason=models.Text.of(each.pattern.reason),
                    total=each.total,
                    files=each.files,
                )
                for each in self.unread.ignored
            ],
        )

    def _table(self, file: File) -> models.TableSnapshot | None:
        """Say in which state of its database a table was read."""
        found, source = file.snapshot, self.policy.datasets[file.dataset].source
        if not (found and source):
            return None
        return models.TableSnapshot(
            store=source.store,
            table=source.table,
            server=found.server,
            snapshot=found.id,
            taken_at=self.places.when(found.taken_at),
        )

    def _evidence_digest(self) -> str:
        # Two datasets may read different columns of one table.
        read = {(each.sha256, each.file) for each in self.evidence.files}
        read |= {(each.sha256, each.file) for each in self.evidence.attachments}
        lines = sorted(f"{sha256}  {file}" for sha256, file in read)
        return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def _appendix(self, cited: set[int]) -> tuple[models.AuditAppendix | None, set[int]]:
        """Return the appendix, if it is wanted, and the locators of the records it shows."""
        if not (self.question.request.appendix and self.controls):
            return None, set()
        # Needed for reports to auditors alone.
        from ccpolicy.engine.audit_appendix import AppendixBuilder

        builder = AppendixBuilder(
            self.evaluation,
            self.places,
            {control: each.spans for control, each in self.kept.items()},
            self.outcomes,
            self.provenance,
            cited,
        )
        images = [base64.b64encode(each).decode() for each in self.evidence.images.values()]
        return builder.build(self.controls, images), builder.shown

    def _provenance(self, cited: set[int]) -> models.Provenance | None:
        """Return what git knows, and what it knows of the records at some locators."""
        found = self.provenance
        if found is None:
            return None
        return models.Provenance(
            state=found.state,
            reason=models.Text.of(found.reason) if found.reason else None,
            reason_code=found.reason.code if found.reason else None,
            commit=found.commit,
            tree=found.tree,
            committed_at=(
                None if found.committed_at is None else self.places.when(found.committed_at)
            ),
            known_at=self.question.request.known_at,
            uncommitted=[
                models.Uncommitted(file=each.file, change=each.change, sha256=each.sha256)
                for each in found.uncommitted
            ],
            recorded=find_recorded(self.evaluation, self.places, found, cited),
        )

    def _cited_records(self) -> list[int]:
        """Return the locators of the records around the first lapses of each control."""
        found: list[int] = []
        for kept in self.kept.values():
            found += [locator for lapse in kept.listed for locator in lapse.locators][:CITED]
        return found

    def _locate(self) -> None:
        wanted = {
            locator
            for kept in self.kept.values()
            for lapse in kept.listed
            for locator in lapse.locators
        }
        wanted |= {
            finding.locator
            for outcome in self.outcomes.values()
            for finding in outcome.findings
            if finding.locator is not None
        }
        self.places.locate(wanted)
