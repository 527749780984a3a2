"""The ten movements, each one function: checks first, then the plain story."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from huitong.ledger.model import (
    Activate,
    AlreadyReversed,
    Capture,
    ClawBack,
    ClawBackExceedsGrant,
    Expire,
    Grant,
    Hold,
    HoldCaptured,
    HoldExceeded,
    HoldExists,
    HoldExpired,
    HoldReleased,
    HoldState,
    Insufficient,
    MovedOn,
    NothingGranted,
    NothingToRestore,
    NotReversible,
    Release,
    Restore,
    RestoreExceedsUse,
    Reverse,
    Side,
    Spend,
    UnknownHold,
    UseKind,
)
from huitong.ledger.rules.book import Draft, HeldValue, LotState, Past, Use
from huitong.ledger.rules.value import (
    active_lots,
    by_expiry,
    decrease,
    give_back,
    let_go,
    settle_and_expire,
    spendable,
    take,
    tidy,
)
from huitong.platform.ids import bucket_of

_SPENT = (UseKind.SPEND, UseKind.CAPTURE)
_REVERSIBLE = {*_SPENT, UseKind.CLAW, UseKind.EXPIRE, UseKind.SETTLE}


def grant(draft: Draft, movement: Grant) -> None:
    """Make a lot; when the owner is in debt, an active one pays at once."""
    asset = movement.asset
    in_debt = draft.in_debt(asset)
    if in_debt:
        tidy(draft, asset)
    account = draft.account(asset)
    operation = draft.operation
    lot = LotState(
        draft.book.new_id(bucket_of(operation.owner)),
        account.id,
        draft.operation_id,
        movement.amount,
        movement.amount,
        0,
        0,
        0,
        operation.occurred_at,
        movement.activates_at,
        movement.expires_at,
        movement.funding,
        movement.bearer_entity_id,
        movement.unit_cost_minor,
        operation.source_kind,
        operation.source_id,
        movement.label,
    )
    draft.put_lot(lot)
    draft.made.append(lot.id)
    draft.enter(account, movement.amount, Side.GRANTED)
    if in_debt:
        settle_and_expire(draft, asset)


def activate(draft: Draft, movement: Activate) -> None:
    """Give the pending lots of a source their life, or take a life that has not begun."""
    granted = _granted_for(draft, movement.asset, movement.source_id)
    begins, ends = movement.activates_at, movement.expires_at
    for lot in granted:
        sooner = lot.activates_at is None or (begins is not None and begins <= lot.activates_at)
        # Clocks differ: by another's clock a lot may have begun and been used already. It must not
        # come to life after its use.
        if lot.remaining and not lot.begun(draft.now) and (sooner or not lot.used):
            draft.put_lot(lot._replace(activates_at=begins, expires_at=ends))


def spend(draft: Draft, movement: Spend) -> None:
    """Use active lots, then the overdraft that the floor allows."""
    tidy(draft, movement.asset)
    _check_spendable(draft, movement.asset, movement.amount)
    lots = active_lots(draft, movement.asset)
    covered = take(draft, movement.asset, lots, movement.amount, UseKind.SPEND)
    _spend_down(draft, movement.asset, movement.amount, covered, UseKind.SPEND)


def claw_back(draft: Draft, movement: ClawBack) -> None:
    """Take back from the source's own lots, then from other active ones, then as debt."""
    asset = movement.asset
    tidy(draft, asset)
    granted = _granted_for(draft, asset, movement.source_id)
    left = sum(lot.amount - lot.clawed for lot in granted)
    if movement.amount > left:
        raise ClawBackExceedsGrant(asset, movement.source_id, movement.amount, left)
    _recall(draft, asset, granted, movement.amount, UseKind.CLAW)


def restore(draft: Draft, movement: Restore) -> None:
    """Give spent value back to the lots it came from, last used first."""
    asset, key = movement.asset, movement.operation_key
    past = draft.past(key)
    tidy(draft, asset)
    parts = [part for part in _spent_left(draft, past) if part[0].asset == asset]
    left = sum(amount for _, amount in parts)
    if not left:
        raise NothingToRestore(asset, key)
    if movement.amount > left:
        raise RestoreExceedsUse(asset, key, movement.amount, left)
    rest = movement.amount
    for use, amount in reversed(parts):
        part = min(amount, rest)
        if part:
            give_back(
                draft,
                use,
                part,
                kind=UseKind.RESTORE,
                of_operation_id=past.operation_id,
                policy=movement,
            )
            rest -= part


def reverse(draft: Draft, movement: Reverse) -> None:
    """Undo a whole operation: what it took comes back, what it gave is taken."""
    past = draft.past(movement.operation_key)
    if past.operation_id in draft.book.reversed:
        raise AlreadyReversed(movement.operation_key)
    kinds = {use.kind for use in past.uses}
    if not kinds <= _REVERSIBLE or not (past.lots or kinds & {*_SPENT, UseKind.CLAW}):
        raise NotReversible(movement.operation_key)
    draft.reverses_id = past.operation_id
    _undo_takes(draft, past)
    for lot_id in past.lots:
        _undo_grant(draft, draft.book.current(lot_id), movement)


def expire(draft: Draft, movement: Expire) -> None:
    """Post what is due."""
    tidy(draft, movement.asset)


def hold(draft: Draft, movement: Hold) -> None:
    """Reserve active lots, then the overdraft that the floor allows."""
    asset = movement.asset
    tidy(draft, asset)
    _check_free_key(draft, movement.hold_key)
    _check_spendable(draft, asset, movement.amount)
    parts, rest = [], movement.amount
    for lot in active_lots(draft, asset):
        part = min(lot.free, rest)
        if part:
            draft.put_lot(lot._replace(held=lot.held + part, used=True))
            parts.append((lot.id, part))
            rest -= part
    account = draft.account(asset)
    draft.accounts[asset] = account._replace(held=account.held + movement.amount)
    draft.holds[movement.hold_key] = HeldValue(
        id=draft.book.new_id(bucket_of(draft.operation.owner)),
        account_id=account.id,
        asset=asset,
        owner=draft.operation.owner,
        key=movement.hold_key,
        amount=movement.amount,
        captured=0,
        state=HoldState.OPEN,
        held_at=draft.now,
        expires_at=movement.expires_at,
        operation_id=draft.operation_id,
        parts=tuple(parts),
    )


def capture(draft: Draft, movement: Capture) -> None:
    """Spend what is held, in the order in which it was reserved; the rest is free again."""
    held = _open_hold(draft, movement.hold_key)
    asset = held.asset
    if movement.amount > held.amount:
        raise HoldExceeded(movement.hold_key, held.amount, movement.amount)
    let_go(draft, held, HoldState.CAPTURED, movement.amount)
    rest = movement.amount
    for lot_id, part in held.parts:
        taken = min(part, rest)
        if taken:
            draft.use(asset, draft.lot(asset, lot_id), UseKind.CAPTURE, taken)
            rest -= taken
    _spend_down(draft, asset, movement.amount, movement.amount - rest, UseKind.CAPTURE)
    settle_and_expire(draft, asset)


def release(draft: Draft, movement: Release) -> None:
    """Let go of a hold; what expired under it expires now."""
    held = _open_hold(draft, movement.hold_key)
    let_go(draft, held, HoldState.RELEASED)
    settle_and_expire(draft, held.asset)


# Each function takes its own kind of movement, which a mapping by type cannot say.
MOVE: Mapping[type, Callable[[Draft, Any], None]] = {
    Grant: grant,
    Activate: activate,
    Spend: spend,
    ClawBack: claw_back,
    Restore: restore,
    Reverse: reverse,
    Expire: expire,
    Hold: hold,
    Capture: capture,
    Release: release,
}


def _check_spendable(draft: Draft, asset: str, asked: int) -> None:
    available = spendable(draft, asset)
    if asked > available:
        raise Insufficient(asset, asked, available)


def _spend_down(draft: Draft, asset: str, amount: int, covered: int, kind: UseKind) -> None:
    if amount > covered:
        draft.use_debt(asset, kind, amount - covered)
    if amount:
        decrease(draft, asset, amount, covered=covered, kind=kind)


def _granted_for(draft: Draft, asset: str, source_id: int) -> list[LotState]:
    """Return the lots granted for a source: pending ones first, then in the order of use."""
    granted = [lot for lot in draft.lots_of(asset) if lot.source_id == source_id]
    if not granted:
        raise NothingGranted(asset, source_id)
    return sorted(granted, key=lambda lot: (lot.begun(draft.now), by_expiry(lot)))


def _recall(draft: Draft, asset: str, granted: list[LotState], amount: int, kind: UseKind) -> None:
    """Call back so much of the grants, and take the value from them or from elsewhere."""
    value, unmarked = 0, amount
    for lot in granted:
        mark = min(lot.amount - lot.clawed, unmarked)
        if mark:
            value += lot.recallable(lot.clawed + mark) - lot.recallable(lot.clawed)
            draft.use(asset, lot, kind, 0, clawed=mark)
            unmarked -= mark
    own = [draft.lot(asset, lot.id) for lot in granted]
    taken = take(draft, asset, own, value, kind)
    taken += take(draft, asset, active_lots(draft, asset), value - taken, kind)
    if value > taken:
        draft.use_debt(asset, kind, value - taken)
    if value:
        decrease(draft, asset, value, covered=taken, kind=kind)


def _spent_left(draft: Draft, past: Past) -> list[tuple[Use, int]]:
    """Return what the operation spent, use by use, less what was given back since.

    A lot that was used twice had its last use given back first.
    """
    given: dict[tuple[str, int | None], int] = {}
    for back in draft.book.given_back.get(past.operation_id, []) + draft.uses:
        if back.of_operation_id == past.operation_id:
            place = (back.asset, back.lot_id and draft.book.current(back.lot_id))
            given[place] = given.get(place, 0) - back.amount
    parts = []
    for use in reversed(past.uses):
        if use.kind in _SPENT:
            place = (use.asset, use.lot_id and draft.book.current(use.lot_id))
            back_already = min(use.amount, given.get(place, 0))
            given[place] = given.get(place, 0) - back_already
            parts.append((use, use.amount - back_already))
    return parts[::-1]


def _undo_takes(draft: Draft, past: Past) -> None:
    for asset in dict.fromkeys(use.asset for use in past.uses):
        tidy(draft, asset)
    undo = partial(give_back, draft, kind=UseKind.UNDO, of_operation_id=past.operation_id)
    for use, left in reversed(_spent_left(draft, past)):
        if left:
            undo(use, left)
    for use in past.uses:
        if use.kind is UseKind.CLAW:
            undo(use, use.amount, clawed=use.clawed)


def _undo_grant(draft: Draft, lot_id: int, movement: Reverse) -> None:
    asset = draft.asset_of(lot_id)
    tidy(draft, asset)
    lot = draft.lot(asset, lot_id)
    wanted = lot.recallable(lot.amount) - lot.recallable(lot.clawed)
    if lot.free < wanted and not movement.force:
        raise MovedOn(asset, movement.operation_key, lot.amount, lot.free)
    _recall(draft, asset, [lot], lot.amount - lot.clawed, UseKind.UNDO)


def _check_free_key(draft: Draft, key: str) -> None:
    try:
        found = draft.hold(key)
    except UnknownHold:
        return
    raise HoldExists(key, found.amount)


def _open_hold(draft: Draft, key: str) -> HeldValue:
    """Return the hold once its account is at the present, or say why it is open no more."""
    tidy(draft, draft.hold(key).asset)
    found = draft.hold(key)
    if found.state is HoldState.CAPTURED:
        raise HoldCaptured(key, found.captured)
    if found.state is HoldState.RELEASED:
        raise HoldReleased(key)
    if found.state is HoldState.EXPIRED:
        raise HoldExpired.at(key, found.expires_at)
    if found.state is HoldState.MOVED:
        raise UnknownHold(key)
    return found
