"""HTTP in: what a brand took over from an older system, and the cut-over that freezes it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import loyalty, org
from huitong.channels.model import OpeningKind
from huitong.loyalty.model import CutOver, Opened
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, RequestKey, Router, Running

router = Router(tag="openings")

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]


class BalanceKind(StrEnum):
    """What is taken over from an older system."""

    POINTS = OpeningKind.POINTS.value
    GROWTH = OpeningKind.GROWTH.value
    STORED_PRINCIPAL = OpeningKind.STORED_PRINCIPAL.value
    STORED_BONUS = OpeningKind.STORED_BONUS.value
    TIER = OpeningKind.TIER.value


class CutOverOut(BaseModel):
    """Whether openings of a kind are refused, since when, by whom and why."""

    kind: BalanceKind
    is_frozen: bool
    actor: str
    reason: str
    changed_at: datetime


class OpenedOut(BaseModel):
    """What was taken over; the amount is points, growth value or fen, as corrected last."""

    kind: BalanceKind
    openings: int
    customers: int
    amount: int


class OpeningsOut(BaseModel):
    """What a brand took over, and every word on its cut-over, the latest first."""

    taken_over: list[OpenedOut]
    journal: list[CutOverOut]


class CutOverIn(BaseModel):
    """Freeze the openings of a kind, or take them again; the reason is kept for ever."""

    is_frozen: bool
    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


@router.route(
    "GET",
    "/v1/brands/{brand}/openings",
    permission=Permission.PROGRAMME_READ,
    errors=[BrandNotFound],
)
def show_openings(platform: Running, caller: Calling, brand: BrandCode) -> OpeningsOut:
    """Show what a brand took over from an older system and what of it is frozen."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        taken = loyalty.opened(tx, brand_id=brand_id)
        journal = loyalty.cut_over_history(tx, brand_id=brand_id)
    return OpeningsOut(
        taken_over=[_opened(one) for one in taken], journal=[_word(one) for one in journal]
    )


@router.route(
    "PUT",
    "/v1/brands/{brand}/openings/{kind}/cut-over",
    permission=Permission.PROGRAMME_WRITE,
    errors=[BrandNotFound],
)
def put_cut_over(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    kind: Annotated[BalanceKind, Path()],
    wanted: CutOverIn,
    _key: RequestKey,
) -> list[CutOverOut]:
    """Cut a kind of opening over, or go back; a repeat finds it done and changes nothing."""
    now = clock.now()
    of_kind = OpeningKind(kind)
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        words = loyalty.cut_overs(tx, brand_id=brand_id)
        frozen = any(one.kind is of_kind and one.is_frozen for one in words)
        if frozen is not wanted.is_frozen:
            change = loyalty.freeze_openings if wanted.is_frozen else loyalty.unfreeze_openings
            words = change(
                tx,
                brand_id=brand_id,
                kinds=[of_kind],
                actor=caller.actor(),
                reason=wanted.reason,
                now=now,
            )
    return [_word(one) for one in words]


def _opened(one: Opened) -> OpenedOut:
    return OpenedOut(
        kind=BalanceKind(one.kind),
        openings=one.openings,
        customers=one.customers,
        amount=one.amount,
    )


def _word(one: CutOver) -> CutOverOut:
    return CutOverOut(
        kind=BalanceKind(one.kind),
        is_frozen=one.is_frozen,
        actor=one.actor,
        reason=one.reason,
        changed_at=one.changed_at,
    )
