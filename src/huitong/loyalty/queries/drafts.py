"""Reads of drafts: which there are, who edited them, how a brand approves programmes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from huitong.loyalty.model import (
    DRAFT_PREFIX,
    DRAFTS_MAX,
    EDITING,
    EDITS_SHOWN_MAX,
    Draft,
    DraftEdit,
    DraftNotFound,
    DraftState,
    DraftStep,
    Programme,
    ProgrammePolicy,
)
from huitong.loyalty.tables import drafts as tables
from huitong.platform.db import ReadTx
from huitong.platform.ids import show

NO_POLICY = ProgrammePolicy(four_eyes=False, revision=0, changed_by=None, changed_at=None)


class Signature(NamedTuple):
    """Who put a version into effect, and when they did."""

    actor: str
    at: datetime


class Waiting(NamedTuple):
    """How many drafts wait for approval, and since when the first of them."""

    drafts: int
    since: datetime | None


def drafts_of(tx: ReadTx, *, brand_id: int, every: bool = False) -> list[Draft]:
    """Return the open drafts of a brand, the last changed first; `every` adds the closed ones."""
    params = {**_of(tx, brand_id), "every": every, "limit": DRAFTS_MAX}
    return [draft_from(row) for row in tx.rows(tables.DRAFTS_OF, params)]


def draft_of(tx: ReadTx, *, brand_id: int, draft_id: int) -> Draft:
    """Return one draft.

    :raises DraftNotFound: when the brand has no such draft.
    """
    row = tx.row(tables.DRAFT_OF, {**_of(tx, brand_id), "id": draft_id})
    if row is None:
        raise DraftNotFound(draft=show(DRAFT_PREFIX, draft_id))
    return draft_from(row)


def edits_of(tx: ReadTx, *, brand_id: int, draft_id: int) -> list[DraftEdit]:
    """Return the newest steps of a draft, the last one first."""
    params = {**_of(tx, brand_id), "draft_id": draft_id, "limit": EDITS_SHOWN_MAX}
    return [
        DraftEdit(revision=row[0], step=DraftStep(row[1]), actor=row[2], note=row[3], at=row[4])
        for row in tx.rows(tables.EDITS_OF, params)
    ]


def editors_of(tx: ReadTx, *, brand_id: int, draft_id: int) -> frozenset[str]:
    """Return everybody whose hand is in the document of a draft."""
    params = {**_of(tx, brand_id), "draft_id": draft_id, "steps": [str(one) for one in EDITING]}
    return frozenset(actor for (actor,) in tx.rows(tables.EDITORS_OF, params))


def needs_second_person(tx: ReadTx, *, brand_id: int, draft_id: int) -> bool:
    """Tell whether a draft can be put into effect only by who did not edit it."""
    row = tx.row(tables.NEEDS_SECOND_PERSON, {**_of(tx, brand_id), "draft_id": draft_id})
    assert row is not None, "Whether there is one has a row."
    return bool(row[0])


def drafts_waiting(tx: ReadTx, *, brand_id: int) -> Waiting:
    """Return how many drafts of a brand wait for approval."""
    row = tx.row(tables.COUNT_SUBMITTED, _of(tx, brand_id))
    assert row is not None, "A count has a row."
    return Waiting(*row)


def programme_policy_of(tx: ReadTx, *, brand_id: int) -> ProgrammePolicy:
    """Return how a brand approves programmes; by one person where nobody said otherwise."""
    row = tx.row(tables.POLICY_OF, _of(tx, brand_id))
    return NO_POLICY if row is None else ProgrammePolicy(*row)


def signatures_of(tx: ReadTx, *, brand_id: int) -> Mapping[int, Signature]:
    """Return who put each version of a brand's programme into effect."""
    rows = tx.rows(tables.SIGNATURES_OF, _of(tx, brand_id))
    return {version: Signature(actor, at) for version, actor, at in rows}


def draft_from(row: Sequence[Any]) -> Draft:
    """Return the draft that a row of the drafts holds."""
    return Draft(
        id=row[0],
        brand_id=row[1],
        name=row[2],
        state=DraftState(row[3]),
        revision=row[4],
        base_version=row[5],
        programme=Programme.model_validate_json(row[6]),
        wanted_from=row[7],
        published_version=row[8],
        changed_by=row[9],
        changed_at=row[10],
    )


def _of(tx: ReadTx, brand_id: int) -> dict[str, int]:
    return {"group_id": tx.scope.group_id, "brand_id": brand_id}
