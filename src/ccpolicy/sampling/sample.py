"""Make a sample: the population, its digest, and the draw."""

from __future__ import annotations

from collections.abc import Mapping

from ccpolicy import __version__
from ccpolicy.api import Repository
from ccpolicy.assessment.agenda import PlanReference
from ccpolicy.assessment.models import Tool
from ccpolicy.assessment.sample import SCHEMA_VERSION, Sample, SampledItem, Stratum
from ccpolicy.errors import CcpolicyError
from ccpolicy.policy.names import unknown
from ccpolicy.sampling.draw import Member, allocate, chosen_size, draw, population_digest
from ccpolicy.sampling.population import records, subjects
from ccpolicy.texts import Text
from ccpolicy.time.moments import Period


def make_sample(
    repository: Repository,
    about: str,
    *,
    size: int | None = None,
    as_of: str | None = None,
    period: Period | None = None,
    by: str | None = None,
    at: str | None = None,
    allow_tables: bool = False,
) -> Sample:
    """Draw from the records of a dataset or the subjects of a control.

    `allow_tables` is whether the tables of a control may be read.

    Raises:
        PolicyError: nothing is called so, or the population has no such column.
        EvidenceError: the population is not complete.
        CcpolicyError: it is empty, or a time cannot be read.
    """
    if about in repository.controls:
        result, members = subjects(repository, about, as_of, period, allow_tables=allow_tables)
        title = repository.controls[about].title
    elif about in repository.datasets:
        result, members = records(repository, about, as_of, period, at, allow_tables=allow_tables)
        title = repository.datasets[about].title
    else:
        known = [*repository.controls, *repository.datasets]
        raise unknown("neither a dataset nor a control is called '{name}'", about, known, None)
    if not members:
        raise CcpolicyError(
            "nothing can be drawn: '{name}' has no record or subject in the period",
            hint="name another period, such as --period 2026-Q2",
            name=about,
        )
    digest = population_digest(members)
    seed = f"{digest} {result.window.starts} {result.window.ends}"
    wanted = chosen_size(len(members)) if size is None else min(size, len(members))
    strata = _strata(members, by, about)
    drawn = allocate({name: len(own) for name, own in strata.items()}, wanted)
    return Sample(
        schema_version=SCHEMA_VERSION,
        tool=Tool(name="ccpolicy", version=__version__),
        plan=PlanReference(
            id=result.policy.id,
            title=result.policy.title,
            version=result.policy.version,
            zone=result.policy.zone,
        ),
        about=about,
        kind="control" if about in repository.controls else "dataset",
        title=Text.of(title),
        as_of=result.as_of,
        window=result.window,
        population=len(members),
        population_digest=digest,
        seed=seed,
        size=wanted,
        is_size_chosen=size is None,
        by=by,
        strata=[
            Stratum(name=name, population=len(own), drawn=drawn[name])
            for name, own in strata.items()
        ],
        items=[
            SampledItem(id=each.id, stratum=name, place=each.place, fields=dict(each.fields))
            for name, own in strata.items()
            for each in draw(own, drawn[name], seed)
        ],
    )


def _strata(members: list[Member], by: str | None, about: str) -> Mapping[str, list[Member]]:
    """Divide a population by the values of a column, by name.

    Raises:
        PolicyError: no member has the column.
    """
    known = {name for member in members for name in member.fields}
    if by is not None and by not in known:
        raise unknown("'{dataset}' has no field '{name}'", by, known, None, dataset=about)
    strata: dict[str, list[Member]] = {}
    for member in members:
        strata.setdefault(member.fields.get(by, "") if by else "", []).append(member)
    return dict(sorted(strata.items()))
