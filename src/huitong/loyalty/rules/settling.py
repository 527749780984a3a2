"""Brings what an order has granted to what it should have granted: one decision for every change.

A new order, a late one, a changed amount, a return, a closed order and a repeat all ask the same
question (what should this order have given by now?), so they cannot disagree.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from huitong.ledger.model import Activate, ClawBack, Grant, Hold, Movement, Release
from huitong.loyalty.model import Asset, Position, RuleShare
from huitong.loyalty.rules import earning, living, returning
from huitong.loyalty.rules.earning import Earned, Terms
from huitong.orders.model import Snapshot

Cap = Callable[[Sequence[RuleShare]], tuple[RuleShare, ...]]


class Case(NamedTuple):
    """An order to settle, with all that the decision may look at."""

    order: Snapshot
    platform: str
    zone: ZoneInfo
    may_earn: bool
    version: int
    terms: Terms
    now: datetime


class Settled(NamedTuple):
    """What one order should have granted of one asset, and the movements that lead there."""

    position: Position
    movements: tuple[Movement, ...]


def settle(
    case: Case, asset: Asset, before: Position | None, cap: Cap, *, spendable: int
) -> Settled | None:
    """Return where the order should stand and how to get there; None when it stands there.

    `spendable` is what a freeze may hold, below zero what is owed; it is asked for only when the
    order is disputed.
    """
    full = earning.earned(case.order, case.terms, asset)
    shares = _shares(case, before, full, cap)
    earned = sum([share.amount for share in shares])
    if before is None and not earned:
        return None
    net = _net(case, asset, full, earned)
    had = before.granted - before.clawed if before else 0
    active_from = _active_from(case, before)
    frozen = _frozen(case, before, net, spendable)
    frozen_anew = bool(before and frozen and frozen != before.frozen)
    movements = _movements(
        case, asset, before, change=net - had, active_from=active_from, frozen=frozen
    )
    if not movements:
        return None
    revision = before.revision + 1 if before else 1
    return Settled(
        position=Position(
            order_id=case.order.order_id,
            asset=asset,
            customer_id=before.customer_id if before else _customer(case),
            earned=earned,
            granted=(before.granted if before else 0) + max(0, net - had),
            clawed=(before.clawed if before else 0) + max(0, had - net),
            frozen=frozen,
            frozen_revision=revision if frozen_anew else _frozen_revision(before, frozen),
            revision=revision,
            programme_version=before.programme_version if before else case.version,
            activates_at=active_from,
            shares=shares,
        ),
        movements=movements,
    )


def hold_key(order_id: int, asset: Asset, revision: int) -> str:
    """Return the key under which a dispute holds an order's value."""
    return f"order:{order_id}:{asset}:frozen:{revision}"


def _shares(case: Case, before: Position | None, full: Earned, cap: Cap) -> tuple[RuleShare, ...]:
    """Return what each rule gives; what was decided before stands while its bases stand."""
    may_earn = case.may_earn and earning.earns(case.order)
    if before is None:
        return cap(full.shares) if may_earn else ()
    bases_before = [(share.rule, share.base_minor) for share in before.shares]
    bases_now = [(share.rule, share.base_minor) for share in full.shares]
    if bases_before == bases_now:
        return before.shares
    if not may_earn:
        # Who is no member any more keeps what they earned, but for rules that never were for it.
        rules = {share.rule for share in full.shares}
        return tuple(share for share in before.shares if share.rule in rules)
    return _no_less(cap(full.shares), before.shares, full.shares)


def _no_less(
    capped: Sequence[RuleShare], before: Sequence[RuleShare], full: Sequence[RuleShare]
) -> tuple[RuleShare, ...]:
    """Return capped shares, none below what was granted before, as far as its base still gives it.

    Two members whom a merge made one may have earned more than their caps together; it stays.
    """
    granted = {share.rule: share.amount for share in before}
    return tuple(
        share._replace(amount=max(share.amount, min(granted.get(share.rule, 0), uncapped.amount)))
        for share, uncapped in zip(capped, full, strict=True)
    )


def _net(case: Case, asset: Asset, full: Earned, earned: int) -> int:
    """Return what the order should have given by now: nothing when it is closed or unpaid."""
    if not earning.earns(case.order):
        return 0
    back = returning.clawed_for(case.order, case.terms, asset, full=full, granted=earned)
    return earned - back


def _active_from(case: Case, before: Position | None) -> datetime | None:
    """Return when the value becomes active; what is active already stays so."""
    if before and before.activates_at and before.activates_at <= case.now:
        return before.activates_at
    window = living.window_of(case.terms.programme, case.order, case.platform)
    return living.activates_at(case.order, window)


def _frozen(case: Case, before: Position | None, net: int, spendable: int) -> int:
    """Return how much a dispute holds: all that is left of an active grant, if it can be had.

    What comes back meanwhile is taken out of what is held.
    """
    if before is None or not case.order.disputed:
        return 0
    taken = max(0, before.granted - before.clawed - net)
    if before.frozen:
        return max(0, before.frozen - taken + min(0, spendable)) if taken else before.frozen
    is_active = before.activates_at is not None and before.activates_at <= case.now
    return max(0, min(net, spendable - taken)) if is_active else 0


def _frozen_revision(before: Position | None, frozen: int) -> int:
    return before.frozen_revision if before and frozen else 0


def _movements(
    case: Case,
    asset: Asset,
    before: Position | None,
    *,
    change: int,
    active_from: datetime | None,
    frozen: int,
) -> tuple[Movement, ...]:
    order_id = case.order.order_id
    name = asset.of_brand(case.order.brand_id)
    dies_at = (
        living.expires_at(active_from, case.terms.programme.expiry, case.zone)
        if active_from and asset is Asset.POINTS
        else None
    )
    movements: list[Movement] = []
    if before and before.frozen and frozen != before.frozen:
        movements.append(Release(hold_key(order_id, asset, before.frozen_revision)))
    if before and before.granted > before.clawed and before.activates_at != active_from:
        movements.append(Activate(name, order_id, active_from, dies_at))
    if change > 0:
        movements.append(Grant(name, change, active_from, dies_at))
    if change < 0:
        movements.append(ClawBack(name, -change, order_id))
    if before and frozen and frozen != before.frozen:
        movements.append(Hold(name, frozen, hold_key(order_id, asset, before.revision + 1)))
    return tuple(movements)


def _customer(case: Case) -> int:
    assert case.order.customer_id is not None, "Only an order of somebody earns."
    return case.order.customer_id
