"""HTTP in: a person over every brand, why they are one, two of them side by side."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import identity
from huitong.channels.model import IdentifierKind
from huitong.customers.model import Agreement
from huitong.entry.console.person_shapes import (
    IdentifierId,
    MembershipOut,
    PersonId,
    SeenOut,
    SideOut,
    account_names,
    membership_out,
    seen_out,
    side_out,
)
from huitong.entry.console.persons import agreement_of, memberships_of, side_of
from huitong.identity.model import (
    NeighbourhoodTooLarge,
    Person,
    PersonNotFound,
    Standing,
    Weighed,
    Why,
)
from huitong.identity.routes.asking import hold_persons
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, Router, Running

router = Router(tag="identity")


class PersonState(StrEnum):
    """What became of a person."""

    LIVING = "living"
    MERGED = "merged"
    ERASED = "erased"


class PersonOut(BaseModel):
    """A person: their identifiers, masked, and what they are in every brand."""

    id: PersonId
    state: PersonState
    merged_into: PersonId | None
    recorded_at: datetime
    erased_at: datetime | None
    identifiers: list[SeenOut]
    memberships: list[MembershipOut]


class NodeOut(BaseModel):
    """An identifier that hangs together with others, and whose it is."""

    id: IdentifierId
    person_id: PersonId | None
    kind: IdentifierKind
    scope: str
    masked: str
    verified: bool
    standing: Standing


class EdgeOut(BaseModel):
    """What came of the evidence between two identifiers, and which accounts told of both."""

    one: IdentifierId
    other: IdentifierId
    verdict: str = Field(examples=["joined", "held", "shared"])
    rule: str | None
    first_at: datetime
    last_at: datetime
    accounts: list[str]


class EvidenceOut(BaseModel):
    """Everything that hangs together; `is_whole` false where it is too much to be weighed."""

    is_whole: bool
    identifiers: list[NodeOut]
    evidence: list[EdgeOut]


class PersonComparisonOut(BaseModel):
    """Two persons side by side: what they say of themselves is compared, and not shown."""

    one: SideOut
    other: SideOut
    agreement: dict[str, Agreement]
    evidence: EvidenceOut


@router.route(
    "GET",
    "/v1/identity/persons/{person_id}",
    permission=Permission.IDENTITY_READ,
    errors=[PersonNotFound],
)
def show_person(
    platform: Running, caller: Calling, person_id: Annotated[PersonId, Path()]
) -> PersonOut:
    """Show a person: identifiers, where each was seen, and what they are in every brand."""
    with platform.database.reading(caller.scope()) as tx:
        known = identity.person(tx, person_id=person_id)
        hold_persons(platform, tx, [person_id])
        found = identity.seen(tx, person_ids=[person_id])
        memberships = memberships_of(tx, person_ids=[person_id], now=clock.now())
        identifiers = seen_out(found, account_names(tx))
    return PersonOut(
        id=known.id,
        state=_state(known),
        merged_into=known.merged_into,
        recorded_at=known.recorded_at,
        erased_at=known.erased_at,
        identifiers=identifiers,
        memberships=[membership_out(one) for one in memberships],
    )


@router.route(
    "GET",
    "/v1/identity/persons/{person_id}/evidence",
    permission=Permission.IDENTITY_READ,
    errors=[PersonNotFound],
)
def show_evidence(
    platform: Running, caller: Calling, person_id: Annotated[PersonId, Path()]
) -> EvidenceOut:
    """Explain why a person's identifiers are one person, and what hangs beside them."""
    with platform.database.reading(caller.scope()) as tx:
        identity.person(tx, person_id=person_id)
        hold_persons(platform, tx, [person_id])
        found = identity.seen(tx, person_ids=[person_id])
        return _evidence(platform, tx, [one.shown.id for one in found])


@router.route(
    "GET",
    "/v1/identity/comparison",
    permission=Permission.IDENTITY_READ,
    errors=[PersonNotFound],
)
def compare(
    platform: Running,
    caller: Calling,
    one: Annotated[PersonId, Query()],
    other: Annotated[PersonId, Query()],
) -> PersonComparisonOut:
    """Show two persons side by side, with the evidence between them."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        for each in (one, other):
            identity.person(tx, person_id=each)
        hold_persons(platform, tx, [one, other])
        here, there = (side_of(tx, [each], now=now) for each in (one, other))
        accounts = account_names(tx)
        return PersonComparisonOut(
            one=side_out(here, accounts),
            other=side_out(there, accounts),
            agreement=dict(agreement_of(tx, one_id=one, other_id=other)),
            evidence=_evidence(
                platform, tx, [each.shown.id for side in (here, there) for each in side.seen]
            ),
        )


def _state(known: Person) -> PersonState:
    if known.erased_at is not None:
        return PersonState.ERASED
    return PersonState.LIVING if known.merged_into is None else PersonState.MERGED


def _evidence(platform: Platform, tx: ReadTx, identifier_ids: Sequence[int]) -> EvidenceOut:
    if not identifier_ids:
        return EvidenceOut(is_whole=True, identifiers=[], evidence=[])
    try:
        found = identity.explain(tx, identifier_ids)
    except NeighbourhoodTooLarge:
        return EvidenceOut(is_whole=False, identifiers=[], evidence=[])
    owners = {one.person_id for one in found.identifiers if one.person_id is not None}
    known = platform.known_persons(tx, owners)
    beside = [
        one for one in found.identifiers if one.person_id in known or tx.scope.brand_ids is None
    ]
    near = [one.shown.id for one in beside]
    told = _told_by(tx, near)
    return EvidenceOut(
        is_whole=True,
        identifiers=[_node(one) for one in beside],
        evidence=[
            _edge(why, told.get((why.one_id, why.other_id), ()))
            for why in found.evidence
            if {why.one_id, why.other_id} <= set(near)
        ],
    )


def _told_by(tx: ReadTx, identifier_ids: Sequence[int]) -> Mapping[tuple[int, int], set[str]]:
    """Return the names of the accounts that told each two identifiers together, and still do."""
    names = account_names(tx)
    told: dict[tuple[int, int], set[str]] = {}
    for each in identity.sightings(tx, identifier_ids=identifier_ids):
        name = names.get(each.channel_account_id or 0)
        if each.withdrawn_at is None and name is not None:
            told.setdefault((each.one_id, each.other_id), set()).add(name)
    return told


def _node(one: Weighed) -> NodeOut:
    return NodeOut(
        id=one.shown.id,
        person_id=one.person_id,
        kind=one.shown.kind,
        scope=one.shown.scope,
        masked=one.shown.masked,
        verified=one.shown.verified,
        standing=one.standing,
    )


def _edge(why: Why, accounts: Collection[str]) -> EdgeOut:
    return EdgeOut(
        one=why.one_id,
        other=why.other_id,
        verdict=why.verdict,
        rule=why.rule,
        first_at=why.first_at,
        last_at=why.last_at,
        accounts=sorted(accounts),
    )
