"""Merging one owner's value into another's, and moving it back.

Every lot lives on as a child in the target's account, spent ones too: a refund or a restoration
that comes after the merge finds its lot there. Each side has its own operation in its own bucket;
what leaves here arrives there, so the totals of both owners together stay what they were.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from operator import attrgetter

from huitong.ledger.model import HoldState, Side, UseKind, debt_of
from huitong.ledger.rules.book import Draft, HeldValue, LotState, Use
from huitong.ledger.rules.value import (
    active_lots,
    by_expiry,
    decrease,
    give_to_debt,
    let_go,
    pay_owed,
    take,
    tidy,
)
from huitong.platform.ids import bucket_of


@dataclass(frozen=True, slots=True)
class MovedLot:
    """A lot that a merge moved: where it came from, what it is now, what was done to it by whom."""

    parent: LotState
    child: LotState
    uses: tuple[tuple[int, Use], ...]


def move(source: Draft, target: Draft, asset: str) -> None:
    """Move all of an asset from the source's account into the target's.

    A hold that the source's overdraft covers, and the target cannot, is let go.
    """
    tidy(source, asset)
    tidy(target, asset)
    _let_go_unborne(source, target, asset)
    lots = sorted(source.lots_of(asset), key=attrgetter("id"))  # As old to each other as before.
    heirs = {lot.id: _move_lot(source, target, asset, lot) for lot in lots}
    for hold in source.holds_of(asset):
        _move_hold(source, target, hold, heirs)
    account = source.account(asset)
    inside, owed = account.debt, source.owed(asset)
    arriving = account.balance + inside
    source.accounts[asset] = account._replace(debt=0)
    if account.balance:
        source.enter(source.account(asset), -account.balance, Side.MOVED)
    pay_owed(source, asset, owed, Side.MOVED)
    if arriving:
        target.enter(target.account(asset), arriving, Side.MOVED)
    if inside or owed:
        source.use_debt(asset, UseKind.MOVE, -inside - owed)
        target.use_debt(asset, UseKind.MOVE, inside + owed)
    if inside:
        decrease(target, asset, inside, covered=0, kind=UseKind.MOVE)
    if owed:
        owing = target.debt_account(asset)
        target.enter(owing._replace(debt=owing.debt + owed), -owed, Side.MOVED)


def move_back(source: Draft, target: Draft, asset: str, moved: list[MovedLot], debt: int) -> None:
    """Give the source its lots back as they would be without the merge, at the target's cost.

    What the target spent of them comes from the target's other lots or stands as its debt; what
    the target paid of the moved `debt` comes back to the target. A hold that came along and is
    open still goes back too, as far as the source can bear it.
    """
    tidy(source, asset)
    # What is still owed of the moved debt leaves first, so that nobody pays it on its way out.
    unpaid = min(debt, target.account(asset).debt + target.owed(asset))
    _forgive(target, asset, unpaid)
    tidy(target, asset)
    holds = [hold for hold in target.holds_of(asset) if hold.operation_id == target.reverses_id]
    for hold in holds:
        let_go(target, hold, HoldState.MOVED)
    # What lapsed by now lapsed for the source too: nobody is charged for it.
    moved = [_as_of_now(target, asset, lot) for lot in moved]
    returned, charged = 0, debt
    for lot in moved:
        due = _due(lot)
        _return_lot(source, asset, lot, max(0, due))
        returned += max(0, due)
        charged += max(0, -due)
    _pay(target, asset, moved, returned)
    if returned:
        source.enter(source.account(asset), returned, Side.MOVED)
    if charged:
        taken = take(source, asset, active_lots(source, asset), charged, UseKind.MOVE)
        if charged > taken:
            source.use_debt(asset, UseKind.MOVE, charged - taken)
        decrease(source, asset, charged, covered=taken, kind=UseKind.MOVE)
        _forgive(target, asset, charged - unpaid)
    parents = {lot.child.id: lot.parent.id for lot in moved}
    for hold in holds:
        _move_hold_back(source, target, hold, parents)


def let_go_since(target: Draft, asset: str, keys: Collection[str]) -> None:
    """Let go of the named holds that were made since the merge: what they hold can go back."""
    for hold in target.holds_of(asset):
        if hold.key in keys and hold.operation_id != target.reverses_id:
            let_go(target, hold, HoldState.RELEASED)


def _forgive(target: Draft, asset: str, amount: int) -> None:
    """Take off the target what the source owes again, or give back what it paid of it."""
    if amount:
        target.use_debt(asset, UseKind.MOVE, -amount)
        give_to_debt(target, asset, amount, Side.MOVED)


def _move_hold_back(
    source: Draft, target: Draft, hold: HeldValue, parents: Mapping[int, int]
) -> None:
    asset = hold.asset
    account = source.account(asset)
    parts = tuple((parents[lot_id], part) for lot_id, part in hold.parts)
    lots_bear_it = all(source.lot(asset, lot_id).free >= part for lot_id, part in parts)
    if not lots_bear_it or account.balance - account.held - hold.amount < account.floor:
        target.holds[hold.key] = hold._replace(state=HoldState.RELEASED)
        return
    for lot_id, part in parts:
        lot = source.lot(asset, lot_id)
        source.put_lot(lot._replace(held=lot.held + part))
    source.accounts[asset] = account._replace(held=account.held + hold.amount)
    source.holds[hold.key] = hold._replace(
        id=source.book.new_id(bucket_of(source.operation.owner)),
        account_id=account.id,
        owner=source.operation.owner,
        operation_id=source.operation_id,
        parts=parts,
    )


def _move_lot(source: Draft, target: Draft, asset: str, lot: LotState) -> LotState:
    child = lot._replace(
        id=target.book.new_id(bucket_of(target.operation.owner)),
        account_id=target.account(asset).id,
        operation_id=target.operation_id,
        parent_lot_id=lot.id,
    )
    target.put_lot(child)
    if lot.amount != lot.remaining or lot.clawed:
        carried = lot.amount - lot.remaining
        target.uses.append(Use(asset, child.id, UseKind.CARRY, carried, lot.clawed))
    source.put_lot(lot._replace(held=0))
    if lot.remaining:
        source.use(asset, source.lot(asset, lot.id), UseKind.MOVE, lot.remaining)
    return child


def _let_go_unborne(source: Draft, target: Draft, asset: str) -> None:
    """Let go of holds beyond the source's lots, the latest first, until the target bears the rest.

    What lots cover they bring along; the overdraft that covered more of a hold is not inherited.
    """
    for hold in sorted(source.holds_of(asset), key=attrgetter("held_at", "key"), reverse=True):
        if _room(source, target, asset) >= 0:
            return
        if hold.amount > sum(part for _, part in hold.parts):
            let_go(source, hold, HoldState.RELEASED)


def _room(source: Draft, target: Draft, asset: str) -> int:
    """Return what the target could spend with all that comes to it; below zero, what it lacks."""
    room = -target.account(asset).floor
    for each in (source, target):
        account, lots = each.account(asset), each.lots_of(asset)
        uncovered = account.held - sum(lot.held for lot in lots)
        room += sum(lot.free for lot in lots if lot.active(each.now))
        room -= account.debt + each.owed(asset) + uncovered
    return room


def _move_hold(source: Draft, target: Draft, hold: HeldValue, heirs: dict[int, LotState]) -> None:
    asset = hold.asset
    source.holds[hold.key] = hold._replace(state=HoldState.MOVED)
    account = source.account(asset)
    source.accounts[asset] = account._replace(held=account.held - hold.amount)
    account = target.account(asset)
    target.accounts[asset] = account._replace(held=account.held + hold.amount)
    target.holds[hold.key] = hold._replace(
        id=target.book.new_id(bucket_of(target.operation.owner)),
        account_id=account.id,
        owner=target.operation.owner,
        operation_id=target.operation_id,
        parts=tuple((heirs[lot_id].id, part) for lot_id, part in hold.parts),
    )


def _as_of_now(target: Draft, asset: str, lot: MovedLot) -> MovedLot:
    """Return a moved lot with what the target's operation did to it so far."""
    since = [(target.operation_id, use) for use in target.uses if use.lot_id == lot.child.id]
    return MovedLot(lot.parent, target.lot(asset, lot.child.id), (*lot.uses, *since))


def _due(lot: MovedLot) -> int:
    """Return what the lot would have left for the source had it never been moved."""
    spent = {UseKind.SPEND, UseKind.CAPTURE, UseKind.CLAW}
    spenders = {operation_id for operation_id, use in lot.uses if use.kind in spent}
    given_back = sum(
        use.amount
        for _, use in lot.uses
        if use.kind in {UseKind.RESTORE, UseKind.UNDO} and use.of_operation_id not in spenders
    )
    carried = sum(use.amount for _, use in lot.uses if use.kind is UseKind.CARRY)
    # What had expired was called back without value.
    recalled = lot.child.recallable(lot.child.clawed) - lot.parent.recallable(lot.parent.clawed)
    return lot.child.amount - carried - _expired(lot) - recalled - given_back


def _expired(lot: MovedLot) -> int:
    return sum(use.amount for _, use in lot.uses if use.kind is UseKind.EXPIRE)


def _return_lot(source: Draft, asset: str, lot: MovedLot, due: int) -> None:
    """Bring a lot back to the state that its child came to."""
    expired, recalled = _expired(lot), lot.child.clawed - lot.parent.clawed
    parent = source.lot(asset, lot.parent.id)
    parent = parent._replace(activates_at=lot.child.activates_at, expires_at=lot.child.expires_at)
    source.put_lot(parent)
    if due + expired or recalled:
        source.use(asset, parent, UseKind.MOVE, -due - expired, clawed=recalled)
    if expired:
        source.use(asset, source.lot(asset, parent.id), UseKind.EXPIRE, expired)


def _pay(target: Draft, asset: str, moved: list[MovedLot], amount: int) -> None:
    """Take what goes back: from the moved lots, then from others, then as debt."""
    if not amount:
        return
    children = [target.lot(asset, lot.child.id) for lot in moved]
    taken = take(target, asset, sorted(children, key=by_expiry), amount, UseKind.MOVE)
    if amount > taken:
        taken += take(target, asset, active_lots(target, asset), amount - taken, UseKind.MOVE)
    if amount > taken:
        target.use_debt(asset, UseKind.MOVE, amount - taken)
    decrease(target, asset, amount, covered=taken, kind=UseKind.MOVE)


def assets_of(draft: Draft) -> list[str]:
    """Return the assets of the draft's owner, in order, without debts: they move with theirs."""
    owner = draft.operation.owner
    return sorted(
        asset
        for known, asset in draft.book.accounts
        if known == owner and not asset.startswith(debt_of(""))
    )
