"""How value leaves and enters lots and accounts: the few steps all movements are made of."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from huitong.ledger.model import HoldState, Restore, Side, UseKind
from huitong.ledger.rules.book import Draft, HeldValue, LotState, Use
from huitong.platform.ids import bucket_of

_NEVER = datetime.max.replace(tzinfo=UTC)
SIDE_OF: Mapping[UseKind, Side] = {
    UseKind.SPEND: Side.SPENT,
    UseKind.CAPTURE: Side.SPENT,
    UseKind.CLAW: Side.RECALLED,
    UseKind.EXPIRE: Side.EXPIRED,
    UseKind.RESTORE: Side.RESTORED,
    UseKind.UNDO: Side.REVERSED,
    UseKind.MOVE: Side.MOVED,
}


def by_expiry(lot: LotState) -> tuple[datetime, datetime, int]:
    """Return the order in which lots are used: soonest-expiring first, then the older.

    The older is the one granted for what happened earlier, however late we heard of it: so files in
    another order come to the same lots.
    """
    return (lot.expires_at or _NEVER, lot.granted_at, lot.id)


def active_lots(draft: Draft, asset: str) -> list[LotState]:
    """Return the lots that can be spent, in the order of use."""
    found = [lot for lot in draft.lots_of(asset) if lot.free and lot.active(draft.now)]
    return sorted(found, key=by_expiry)


def spendable(draft: Draft, asset: str) -> int:
    """Return what a spend or a hold may take; the account must be tidy."""
    account = draft.account(asset)
    lots = draft.lots_of(asset)
    free = sum(lot.free for lot in lots if lot.active(draft.now))
    uncovered = account.held - sum(lot.held for lot in lots)
    return max(0, free - account.debt - draft.owed(asset) - uncovered - account.floor)


def tidy(draft: Draft, asset: str) -> None:
    """Bring the account to the present: holds time out, debt is settled, lots expire."""
    for hold in draft.holds_of(asset):
        if hold.expires_at is not None and hold.expires_at <= draft.now:
            let_go(draft, hold, HoldState.EXPIRED)
    settle_and_expire(draft, asset)


def settle_and_expire(draft: Draft, asset: str) -> None:
    """Pay debt from lots whose life has begun, then post what is past its life.

    A lot that began and ended since the last operation was there while the debt was: it pays
    before it expires, so the outcome does not depend on when somebody looked.
    """
    _settle(draft, asset)
    ended = [lot for lot in draft.lots_of(asset) if lot.free and lot.over(draft.now)]
    for lot in sorted(ended, key=by_expiry):
        draft.use(asset, lot, UseKind.EXPIRE, lot.free)
    lapsed = sum(lot.free for lot in ended)
    if lapsed:
        decrease(draft, asset, lapsed, covered=lapsed, kind=UseKind.EXPIRE)


def _settle(draft: Draft, asset: str) -> None:
    inside = draft.account(asset).debt
    unpaid = inside + draft.owed(asset)
    if not unpaid:
        return
    begun = [lot for lot in draft.lots_of(asset) if lot.free and lot.begun(draft.now)]
    paid = take(draft, asset, sorted(begun, key=by_expiry), unpaid, UseKind.SETTLE)
    account = draft.account(asset)
    draft.accounts[asset] = account._replace(debt=inside - min(paid, inside))
    pay_owed(draft, asset, max(0, paid - inside), Side.SETTLED)
    if paid > inside:
        draft.enter(draft.account(asset), inside - paid, Side.SETTLED)


def take(draft: Draft, asset: str, lots: Sequence[LotState], wanted: int, kind: UseKind) -> int:
    """Take up to `wanted` from the lots in order and return how much they had."""
    rest = wanted
    for lot in lots:
        part = min(lot.free, rest)
        if part:
            draft.use(asset, lot, kind, part)
            rest -= part
    return wanted - rest


def decrease(draft: Draft, asset: str, amount: int, *, covered: int, kind: UseKind) -> None:
    """Lower the balance; what lots did not cover becomes debt, beyond the floor debt of its own."""
    account = draft.account(asset)
    beyond = max(0, amount - (account.balance - account.held - account.floor))
    debt = account.debt + amount - covered - beyond
    assert debt >= 0, "What lies beyond the floor is never more than what no lot covers."
    account = account._replace(debt=debt)
    draft.accounts[asset] = account
    side = SIDE_OF[kind]
    if amount > beyond:
        draft.enter(account, beyond - amount, side)
    if beyond:
        owing = draft.debt_account(asset)
        draft.enter(owing._replace(debt=owing.debt + beyond), -beyond, side)


def pay_owed(draft: Draft, asset: str, amount: int, side: Side) -> None:
    """Lower what the owner owes beyond the floor."""
    if amount:
        owing = draft.debt_account(asset)
        draft.enter(owing._replace(debt=owing.debt - amount), amount, side)


def give_back(
    draft: Draft,
    use: Use,
    amount: int,
    *,
    kind: UseKind,
    of_operation_id: int,
    clawed: int = 0,
    policy: Restore | None = None,
) -> None:
    """Give back what an earlier operation used: to its lot, or to the debt that covered it."""
    asset = use.asset
    if use.lot_id is None:
        draft.use_debt(asset, kind, -amount, of_operation_id)
        give_to_debt(draft, asset, amount, SIDE_OF[kind])
        return
    lot = draft.lot(asset, draft.book.current(use.lot_id))
    draft.use(asset, lot, kind, -amount, clawed=-clawed, of_operation_id=of_operation_id)
    if not amount:
        return
    draft.enter(draft.account(asset), amount, SIDE_OF[kind])
    if lot.over(draft.now):
        _give_after_expiry(draft, asset, draft.lot(asset, lot.id), amount, policy)


def give_to_debt(draft: Draft, asset: str, amount: int, side: Side) -> None:
    """Lower debt by what comes back; what finds no debt any more becomes a lot without end."""
    account = draft.account(asset)
    inside = min(account.debt, amount)
    owed = min(draft.owed(asset), amount - inside)
    rest = amount - inside - owed
    draft.accounts[asset] = account._replace(debt=account.debt - inside)
    pay_owed(draft, asset, owed, side)
    if rest:
        add_lot(draft, asset, rest, activates_at=draft.now, expires_at=None)
    if inside + rest:
        draft.enter(draft.account(asset), inside + rest, side)


def _give_after_expiry(
    draft: Draft, asset: str, lot: LotState, amount: int, policy: Restore | None
) -> None:
    if policy is None or policy.expired == "keep":
        draft.use(asset, lot, UseKind.EXPIRE, amount)
        decrease(draft, asset, amount, covered=amount, kind=UseKind.EXPIRE)
        return
    draft.use(asset, lot, UseKind.MOVE, amount)
    ends = draft.now + timedelta(days=policy.grace_days)
    add_lot(draft, asset, amount, activates_at=draft.now, expires_at=ends, parent=lot)


def add_lot(
    draft: Draft,
    asset: str,
    amount: int,
    *,
    activates_at: datetime | None,
    expires_at: datetime | None,
    parent: LotState | None = None,
) -> LotState:
    """Make a lot that no source granted, so that no claw-back counts it."""
    lot = LotState(
        id=draft.book.new_id(bucket_of(draft.operation.owner)),
        account_id=draft.account(asset).id,
        operation_id=draft.operation_id,
        amount=amount,
        remaining=amount,
        held=0,
        clawed=0,
        expired=0,
        granted_at=draft.operation.occurred_at,
        activates_at=activates_at,
        expires_at=expires_at,
        funding="brand" if parent is None else parent.funding,
        bearer_entity_id=None if parent is None else parent.bearer_entity_id,
        unit_cost_minor=None if parent is None else parent.unit_cost_minor,
        source_kind="",
        source_id=None,
        label="" if parent is None else parent.label,
        parent_lot_id=None if parent is None else parent.id,
    )
    draft.put_lot(lot)
    return lot


def let_go(draft: Draft, hold: HeldValue, state: HoldState, captured: int = 0) -> None:
    """End a hold: its lots and its account are free of it."""
    for lot_id, part in hold.parts:
        lot = draft.lot(hold.asset, lot_id)
        draft.put_lot(lot._replace(held=lot.held - part))
    account = draft.account(hold.asset)
    draft.accounts[hold.asset] = account._replace(held=account.held - hold.amount)
    draft.holds[hold.key] = hold._replace(state=state, captured=captured)
