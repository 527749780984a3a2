"""Moves all value of one owner to another (a merge of customers), and moves it back (a split)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from huitong.ledger.model import (
    DEBT_PREFIX,
    CannotMove,
    KeyConflict,
    Moved,
    Operation,
    OperationUnknown,
    Posted,
    Side,
    UseKind,
)
from huitong.ledger.operations.loading import (
    id_supply,
    load_holds,
    lock_accounts,
    open_accounts,
)
from huitong.ledger.operations.past import find_stored, rows_to_uses
from huitong.ledger.operations.posting import write, write_new_accounts
from huitong.ledger.rules import Book, Draft, LotState, Use, canonical, finish, merging
from huitong.ledger.rules.merging import MovedLot
from huitong.ledger.tables import loads, writes
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of

IDS_PER_MERGE = 100
_MERGE, _SPLIT = "reassign", "split_back"
# The instant of a merge is no part of what was asked: a repeat comes later.
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def reassign(tx: Tx, *, source: int, target: int, key: str, now: datetime) -> Moved:
    """Move everything the source owner has, owes and holds to the target; repeats change nothing.

    From then on the source's accounts refuse movements, and the source's operation keys count for
    the target too. An overdraft was granted to the source and is not inherited.

    :raises CannotMove: when one of the two was merged into another owner before, or both have a
        hold of the same key.
    :raises KeyConflict: when the key was used for another merge.
    """
    assert source != target, "An owner is merged into another one."
    pair = _Pair(source, target)
    book = _load(tx, pair)
    repeat = _repeat(tx, book, pair, _MERGE, key)
    if repeat is not None:
        return repeat
    for owner, into in book.merged_owners.items():
        message = f"The owner {owner} was merged into {into} before."
        raise CannotMove(message)
    for hold_key in book.holds[source].keys() & book.holds[target].keys():
        message = f"Both owners have a hold “{hold_key}”."
        raise CannotMove(message)
    _open_missing(tx, book, pair)
    drafts = _drafts(book, pair, _MERGE, key, now)
    for asset in merging.assets_of(drafts.source):
        merging.move(drafts.source, drafts.target, asset)
    return _finish(tx, book, pair, drafts, merged_into=target)


def split_back(
    tx: Tx,
    *,
    source: int,
    target: int,
    merge_key: str,
    key: str,
    now: datetime,
    let_go: Collection[str] = (),
) -> Moved:
    """Undo the merge of `merge_key`: the source gets what it would have without the merge.

    What the target spent of it comes from the target's other lots or stands as the target's debt.
    A hold that came with the merge goes back as long as it is open. One made since stays, but for
    those that `let_go` names: they end before anything moves.

    :raises CannotMove: when the source is not merged into the target, or the target was merged on.
    :raises OperationUnknown: when there was no such merge.
    :raises KeyConflict: when the key was used for another split.
    """
    pair = _Pair(source, target)
    book = _load(tx, pair)
    repeat = _repeat(tx, book, pair, _SPLIT, key)
    if repeat is not None:
        return repeat
    # Who had nothing was merged without a mark: there was no account to put it on.
    had_any = any(owner == source for owner, _ in book.accounts)
    if book.merged_owners != ({source: target} if had_any else {}):
        message = f"The owner {source} is not merged into {target} by itself."
        raise CannotMove(message)
    merged = _merge_operations(tx, book, pair, merge_key)
    book.merged_owners.clear()
    drafts = _drafts(book, pair, _SPLIT, key, now)
    drafts.source.reverses_id, drafts.target.reverses_id = merged
    lots, debts = _what_was_moved(tx, book, merged)
    for asset in merging.assets_of(drafts.source):
        merging.let_go_since(drafts.target, asset, let_go)
        merging.move_back(drafts.source, drafts.target, asset, lots[asset], debts[asset])
    return _finish(tx, book, pair, drafts, merged_into=None)


def erase(tx: Tx, owners: Sequence[int]) -> int:
    """Remove the notes (actor, reason) of the owners' operations; amounts and dates stay.

    Returns the number of operations that had one.
    """
    return tx.execute(writes.DELETE_NOTES, {"owners": array(owners)})


class _Pair(NamedTuple):
    """The two owners of a merge."""

    source: int
    target: int


class _Drafts(NamedTuple):
    """The two operations of a merge, each in the bucket of its owner."""

    source: Draft
    target: Draft


def _load(tx: Tx, pair: _Pair) -> Book:
    book = Book(id_supply(tx, IDS_PER_MERGE))
    book.add_accounts(lock_accounts(tx, pair))
    accounts = [account.id for account in book.accounts.values()]
    for row in tx.rows(loads.FIND_ALL_LOTS, {"accounts": array(accounts)}):
        lot = LotState(*row)
        book.lots[lot.account_id][lot.id] = lot
    load_holds(tx, book, accounts, [])
    if book.holds[pair.source]:
        load_holds(tx, book, [], [(pair.target, key) for key in book.holds[pair.source]])
    return book


def _open_missing(tx: Tx, book: Book, pair: _Pair) -> None:
    missing = [
        (pair.target, asset)
        for owner, asset in sorted(book.accounts)
        if owner == pair.source
        and (pair.target, asset) not in book.accounts
        and not asset.startswith(DEBT_PREFIX)
    ]
    if missing:
        book.add_accounts(open_accounts(tx, missing))


class _Keys(NamedTuple):
    """The keys of the two operations."""

    source: str
    target: str


def _keys(key: str) -> _Keys:
    """Return the keys of the two operations: owners may share a bucket, operations a key not."""
    return _Keys(f"{key}:out", f"{key}:in")


def _drafts(book: Book, pair: _Pair, kind: str, key: str, now: datetime) -> _Drafts:
    keys = _keys(key)
    left = Operation(keys.source, kind, pair.source, (), now, "", "", "owner", pair.target)
    came = Operation(keys.target, kind, pair.target, (), now, "", "", "owner", pair.source)
    return _Drafts(Draft(book, left, now), Draft(book, came, now))


def _hash(kind: str, pair: _Pair) -> bytes:
    asked = Operation("-", kind, pair.target, (), _NO_TIME, "", "", str(pair.source), pair.target)
    return canonical.request_hash(asked)


def _repeat(tx: Tx, book: Book, pair: _Pair, kind: str, key: str) -> Moved | None:
    arrived = _keys(key).target
    find_stored(tx, book, [bucket_of(pair.target)], [arrived])
    stored = book.find_stored(pair.target, arrived)
    if stored is None:
        return None
    if stored.request_hash != _hash(kind, pair):
        raise KeyConflict(key)
    return _moved(key, canonical.read_result(key, stored.result))


def _merge_operations(tx: Tx, book: Book, pair: _Pair, merge_key: str) -> tuple[int, int]:
    keys = _keys(merge_key)
    buckets = [bucket_of(owner) for owner in pair]
    find_stored(tx, book, buckets, list(keys))
    left = book.stored.get((buckets[0], keys.source))
    came = book.stored.get((buckets[1], keys.target))
    if left is None or came is None or (left.owner, came.owner) != pair:
        raise OperationUnknown(merge_key)
    return left.operation_id, came.operation_id


def _what_was_moved(
    tx: Tx, book: Book, merged: tuple[int, int]
) -> tuple[dict[str, list[MovedLot]], dict[str, int]]:
    """Return the lots that a merge moved, with what became of them, and the debt it moved."""
    left, came = merged
    asset_of = {account.id: account.asset for account in book.accounts.values()}
    every = {lot.id: lot for lots in book.lots.values() for lot in lots.values()}
    children = [lot for lot in every.values() if lot.operation_id == came and lot.parent_lot_id]
    found = tx.rows(loads.FIND_USES_OF_LOTS, {"lots": array([lot.id for lot in children])})
    uses: dict[int | None, list[tuple[int, Use]]] = defaultdict(list)
    for operation_id, use in rows_to_uses(found):
        uses[use.lot_id].append((operation_id, use))
    lots: dict[str, list[MovedLot]] = defaultdict(list)
    for child in sorted(children, key=lambda lot: lot.id):
        parent = every[child.parent_lot_id or 0]
        lots[asset_of[child.account_id]].append(MovedLot(parent, child, tuple(uses[child.id])))
    debts: dict[str, int] = defaultdict(int)
    for _, use in rows_to_uses(
        tx.rows(loads.FIND_USES, {"operations": array([left]), "buckets": "{}"})
    ):
        if use.lot_id is None and use.kind is UseKind.MOVE:
            debts[use.asset] -= use.amount
    return lots, debts


def _finish(tx: Tx, book: Book, pair: _Pair, drafts: _Drafts, *, merged_into: int | None) -> Moved:
    operation = drafts.target.operation
    request_hash = _hash(operation.kind, pair)
    finish(book, drafts.source, request_hash)
    posted = finish(book, drafts.target, request_hash)
    write_new_accounts(tx, book)
    write(tx, book, drafts.target.now)
    _mark(tx, book, pair, merged_into)
    return _moved(operation.key.rpartition(":")[0], posted)


def _moved(key: str, posted: Posted) -> Moved:
    amounts: dict[str, int] = defaultdict(int)
    for line in posted.lines:
        if line.side is Side.MOVED:
            amounts[line.asset] += line.amount
    return Moved(key, tuple(sorted(amounts.items())), posted.replayed)


def _mark(tx: Tx, book: Book, pair: _Pair, merged_into: int | None) -> None:
    """Say where the source's value is, and that the keys of all once merged count for each."""
    group_id = tx.scope.group_id
    marked = {"group_id": group_id, "owner": pair.source, "target": merged_into}
    tx.execute(writes.MARK_MERGED, marked)
    once_one = {*pair, *(alias for owner in pair for alias in book.aliases.get(owner, ()))}
    for owner in sorted(once_one):
        aliases = array(sorted(once_one - {owner}))
        tx.execute(writes.ADD_ALIASES, {"group_id": group_id, "owner": owner, "aliases": aliases})
