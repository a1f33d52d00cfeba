"""What an assessment quotes of the policy: the plan, a control's numbers, the waivers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ccpolicy.assessment import models
from ccpolicy.engine.waivers import waiver_span
from ccpolicy.policy import Control, Norm, Policy, Revision, Waiver
from ccpolicy.time.calendar import moment
from ccpolicy.time.zones import time_zone


def quote_policy(policy: Policy) -> models.Policy:
    """Return the plan with its clauses, and the digests of the policy."""
    plan = policy.plan
    return models.Policy(
        id=plan.id,
        title=models.Text.of(plan.title),
        languages=plan.languages,
        version=plan.version,
        owner=models.Text.of(plan.owner),
        organisation=models.Text.of(plan.organisation) if plan.organisation else None,
        zone=plan.zone,
        tags={name: models.Text.of(label) for name, label in plan.tags.items()},
        digest=policy.digest,
        revision=policy.revision,
        checks_digest=policy.checks_digest,
        clauses=[
            models.Clause(
                id=clause.id,
                title=models.Text.of(clause.title),
                text=models.Text.of(clause.text) if clause.text else None,
                controls=[c.id for c in policy.controls.values() if clause.id in c.clauses],
                no_control=models.Text.of(clause.no_control) if clause.no_control else None,
            )
            for clause in plan.clauses
        ],
    )


def quote_parameters(
    policy: Policy, control: Control, revision: Revision
) -> list[models.Parameter]:
    """Return the parameters of a revision, with their norms and the names of their classes."""
    specs = policy.kinds[control.check].parameters
    return [
        models.Parameter(
            name=name,
            label=models.Text.of(specs[name].label),
            value=given.value,
            value_labels={
                value: models.Text.of(label)
                for value, label in control.value_labels.items()
                if value in given.words
            },
            norm=quote_norm(policy.norms[given.norm]) if given.norm else None,
        )
        for name, given in revision.parameters.items()
    ]


def quote_norm(norm: Norm) -> models.Norm:
    """Return a norm as the assessment quotes it."""
    return models.Norm(
        id=norm.id,
        title=models.Text.of(norm.title),
        source=models.Text.of(norm.source),
        grade=norm.grade,
        consulted=models.Text.of(norm.consulted) if norm.consulted else None,
        url=norm.url,
    )


def quote_waivers(
    policy: Policy, subjects: Mapping[str, Collection[str]], unread: Collection[str], as_of: int
) -> list[models.Waiver]:
    """Return the waivers of some controls, and whether each is in force at an instant.

    `subjects`: control → the subjects named by waivers that are on file for it. `unread`: controls
    with unreadable records, among which a subject of a waiver may be.
    """
    return [
        _waiver(
            policy,
            waiver,
            as_of,
            subject_known=waiver.control in unread or waiver.subject in subjects[waiver.control],
        )
        for waiver in policy.waivers.values()
        if waiver.control in subjects
    ]


def _waiver(policy: Policy, waiver: Waiver, as_of: int, *, subject_known: bool) -> models.Waiver:
    zone = time_zone(policy.plan.zone)
    starts, ends = waiver_span(policy, waiver)
    return models.Waiver(
        id=waiver.id,
        control=waiver.control,
        subject=waiver.subject,
        reason=models.Text.of(waiver.reason),
        owner=models.Text.of(waiver.owner),
        approver=models.Text.of(waiver.approver),
        starts=moment(starts, zone).isoformat(),
        ends=moment(ends, zone).isoformat(),
        state="coming" if as_of < starts else "in_force" if as_of < ends else "expired",
        subject_known=subject_known,
    )
