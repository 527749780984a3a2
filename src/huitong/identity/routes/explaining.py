"""HTTP in: how much is known of people, and why somebody is one person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import identity
from huitong.channels.model import IdentifierKind
from huitong.identity.model import (
    IdentifierNotFound,
    NeighbourhoodTooLarge,
    SeesNotEveryBrand,
    Standing,
)
from huitong.identity.routes.asking import (
    IdentifierId,
    IdentifierOut,
    PersonId,
    every_brand,
    identifier_out,
)
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, Router, Running

router = Router(tag="identity")


class WeighedOut(BaseModel):
    """An identifier, whose it is, and whether it is shared, blocked or was given on."""

    identifier: IdentifierOut
    person_id: PersonId | None
    standing: Standing


class WhyOut(BaseModel):
    """What came of the evidence between two identifiers."""

    one: IdentifierId
    other: IdentifierId
    verdict: str = Field(examples=["joined", "held", "shared"])
    rule: str | None
    first_at: datetime
    last_at: datetime


class ExplanationOut(BaseModel):
    """Everything that hangs together with what was asked for, and why."""

    identifiers: list[WeighedOut]
    evidence: list[WhyOut]
    path: list[IdentifierId] = Field(description="From the first asked for to the last, if any.")


class StatsOut(BaseModel):
    """How much is known of people."""

    identifiers: dict[IdentifierKind, dict[Standing, int]]
    persons: int
    erased: int
    merges: int
    carvings: int
    links: int
    withdrawn: int
    reviews_open: int
    most_linked: "list[MostLinkedOut]"


class MostLinkedOut(BaseModel):
    """An identifier that is told with many others; take it out if it is everybody's."""

    identifier: IdentifierOut
    standing: Standing
    told_with: int
    persons: int
    accounts: int


@router.route(
    "GET", "/v1/identity/stats", permission=Permission.IDENTITY_READ, errors=[SeesNotEveryBrand]
)
def show_stats(platform: Running, caller: Calling) -> StatsOut:
    """Count identifiers, persons, merges and open reviews."""
    with platform.database.reading(every_brand(caller)) as tx:
        found = identity.stats(tx)
        most_linked = identity.most_linked(tx)
    return StatsOut(
        identifiers={kind: dict(counts) for kind, counts in found.identifiers.items()},
        persons=found.persons,
        erased=found.erased,
        merges=found.merges,
        carvings=found.carvings,
        links=found.links,
        withdrawn=found.withdrawn,
        reviews_open=found.reviews_open,
        most_linked=[
            MostLinkedOut(
                identifier=identifier_out(one.shown),
                standing=one.standing,
                told_with=one.told_with,
                persons=one.persons,
                accounts=one.accounts,
            )
            for one in most_linked
        ],
    )


@router.route(
    "GET",
    "/v1/identity/identifiers/{identifier_id}/explanation",
    permission=Permission.IDENTITY_READ,
    errors=[IdentifierNotFound, NeighbourhoodTooLarge],
)
def explain(
    platform: Running,
    caller: Calling,
    identifier_id: Annotated[IdentifierId, Path()],
    to: Annotated[IdentifierId | None, Query(description="Why this one too, or not.")] = None,
) -> ExplanationOut:
    """Explain why an identifier belongs to whom it does."""
    asked = [identifier_id] if to is None else [identifier_id, to]
    with platform.database.reading(caller.scope()) as tx:
        _hold_identifiers(platform, tx, asked)
        found = identity.explain(tx, asked)
        owners = {one.person_id for one in found.identifiers if one.person_id is not None}
        known = platform.known_persons(tx, owners)
        sees_all = caller.brand_ids is None
    near = [one for one in found.identifiers if sees_all or one.person_id in known]
    shown = {one.shown.id for one in near}
    return ExplanationOut(
        identifiers=[
            WeighedOut(
                identifier=identifier_out(one.shown), person_id=one.person_id, standing=one.standing
            )
            for one in near
        ],
        evidence=[
            WhyOut(
                one=why.one_id,
                other=why.other_id,
                verdict=why.verdict,
                rule=why.rule,
                first_at=why.first_at,
                last_at=why.last_at,
            )
            for why in found.evidence
            if {why.one_id, why.other_id} <= shown
        ],
        path=list(found.path) if shown.issuperset(found.path) else [],
    )


def _hold_identifiers(platform: Platform, tx: ReadTx, identifier_ids: Sequence[int]) -> None:
    """Refuse identifiers of persons whom only brands know that the caller does not see.

    :raises IdentifierNotFound: as for one that does not exist.
    """
    if tx.scope.brand_ids is None:
        return
    owners = identity.owners_of(tx, identifier_ids=identifier_ids)
    known = platform.known_persons(tx, set(owners.values()))
    if any(owners.get(one) not in known for one in identifier_ids):
        raise IdentifierNotFound
