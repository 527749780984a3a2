"""Freezes what was taken over from an older system, and opens it again with a reason."""

from collections.abc import Sequence
from datetime import datetime

from huitong import org
from huitong.channels.model import OpeningKind
from huitong.loyalty.model import CutOver, NothingFrozen
from huitong.loyalty.queries.openings import cut_overs
from huitong.loyalty.tables import openings as tables
from huitong.platform import audit
from huitong.platform.audit import Act, Change
from huitong.platform.db import Tx


def freeze_openings(
    tx: Tx, *, brand_id: int, kinds: Sequence[OpeningKind], actor: str, reason: str, now: datetime
) -> list[CutOver]:
    """Refuse every opening of these kinds from now on; what is frozen already stays as it was.

    Waits for openings on their way in. Returns the newest word on every kind.
    """
    frozen = {one.kind for one in _barred(tx, brand_id) if one.is_frozen}
    kept = [kind for kind in dict.fromkeys(kinds) if kind not in frozen]
    _write(tx, brand_id, kept, is_frozen=True, actor=actor, reason=reason, now=now)
    return cut_overs(tx, brand_id=brand_id)


def unfreeze_openings(
    tx: Tx, *, brand_id: int, kinds: Sequence[OpeningKind], actor: str, reason: str, now: datetime
) -> list[CutOver]:
    """Take openings of these kinds again, as before the cut-over; the reason is kept for ever.

    :raises NothingFrozen: when one of the kinds is not frozen.
    """
    frozen = {one.kind for one in _barred(tx, brand_id) if one.is_frozen}
    for kind in kinds:
        if kind not in frozen:
            raise NothingFrozen(opening_kind=kind)
    wanted = list(dict.fromkeys(kinds))
    _write(tx, brand_id, wanted, is_frozen=False, actor=actor, reason=reason, now=now)
    return cut_overs(tx, brand_id=brand_id)


def _barred(tx: Tx, brand_id: int) -> list[CutOver]:
    tx.rows(tables.BAR_OPENINGS, {"brand_id": brand_id})
    return cut_overs(tx, brand_id=brand_id)


def _write(
    tx: Tx,
    brand_id: int,
    kinds: Sequence[OpeningKind],
    *,
    is_frozen: bool,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    # Nothing here belongs to a customer, so every id carries bucket 0.
    new_ids = tx.new_ids([0] * len(kinds))
    rows = [
        (new_id, brand_id, kind, is_frozen, actor, reason)
        for new_id, kind in zip(new_ids, kinds, strict=True)
    ]
    tx.write(tables.INSERT_CUT_OVERS, tables.CUT_OVER, rows, {"now": now})
    if kinds:
        _record(tx, brand_id, kinds, is_frozen=is_frozen, actor=actor, now=now)


def _record(
    tx: Tx,
    brand_id: int,
    kinds: Sequence[OpeningKind],
    *,
    is_frozen: bool,
    actor: str,
    now: datetime,
) -> None:
    """Tell the audit; the reason stands in the cut-over's own history."""
    code = next(one.code for one in org.brands(tx) if one.id == brand_id)
    changes = [
        Change(
            subject=f"opening:{code}/{kind}",
            before={"is_frozen": not is_frozen},
            after={"is_frozen": is_frozen},
            brand_id=brand_id,
        )
        for kind in kinds
    ]
    audit.record_all(tx, changes, by=actor, act=Act.CUT_OVER_PUT, now=now)
