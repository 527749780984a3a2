"""Moves all value of one owner to another (a merge of customers), and moves it back (a split)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    SplitBack,
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
    book = _load(tx, [pair])
    find_stored(tx, book, *_places([(target, _keys(key).target)]))
    repeat = _repeat(book, pair, _MERGE, key)
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
    moved = _finish(book, pair, drafts)
    book.merged_owners[source] = target
    _write(tx, book, [pair], now)
    return moved


def split_back(tx: Tx, asked: Sequence[SplitBack], *, now: datetime) -> list[Moved]:
    """Undo merges, in the order given: each source gets what it would have without its merge.

    What the target spent of it comes from the target's other lots or stands as the target's debt.
    A hold that came with the merge goes back as long as it is open. One made since stays, but for
    those that a split lets go: they end before anything moves. Repeats change nothing.

    :raises CannotMove: when a source is not merged into its target, or a target was merged on.
    :raises OperationUnknown: when there was no such merge.
    :raises KeyConflict: when a key was used for another split.
    """
    pairs = [_Pair(one.source, one.target) for one in asked]
    book = _load(tx, pairs)
    wanted = [
        place
        for one in asked
        for place in (
            (one.target, _keys(one.key).target),
            (one.source, _keys(one.merge_key).source),
            (one.target, _keys(one.merge_key).target),
        )
    ]
    find_stored(tx, book, *_places(wanted))
    history = _History(tx, book, asked)
    results, split = [], []
    for one, pair in zip(asked, pairs, strict=True):
        repeat = _repeat(book, pair, _SPLIT, one.key)
        if repeat is not None:
            results.append(repeat)
            continue
        results.append(_split(book, pair, one, history, now))
        split.append(pair)
    _write(tx, book, split, now)
    return results


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


class _History:
    """What merges moved, and what was done with it since: before this batch, and by it."""

    def __init__(self, tx: Tx, book: Book, asked: Sequence[SplitBack]) -> None:
        """Read what was done with the lots of every merge that is undone."""
        self._book = book
        self._account_of = {
            lot.id: account_id for account_id, lots in book.lots.items() for lot in lots.values()
        }
        self._children: defaultdict[int, list[int]] = defaultdict(list)
        for lots in book.lots.values():
            for lot in lots.values():
                if lot.parent_lot_id:
                    self._children[lot.operation_id].append(lot.id)
        merged = [found for one in asked if (found := _merge_operations(book, one)) is not None]
        moved = [lot_id for _, came in merged for lot_id in self._children[came]]
        self._uses: defaultdict[int | None, list[tuple[int, Use]]] = defaultdict(list)
        for operation_id, use in rows_to_uses(
            tx.rows(loads.FIND_USES_OF_LOTS, {"lots": array(moved)})
        ):
            self._uses[use.lot_id].append((operation_id, use))
        self._debts: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        left = {"operations": array([left for left, _ in merged]), "buckets": "{}"}
        for operation_id, use in rows_to_uses(tx.rows(loads.FIND_USES, left)):
            if use.lot_id is None and use.kind is UseKind.MOVE:
                self._debts[operation_id][use.asset] -= use.amount

    def lots_of(self, came: int) -> dict[str, list[MovedLot]]:
        """Return by asset the lots that the merge brought, with what became of them."""
        asset_of = {account.id: account.asset for account in self._book.accounts.values()}
        found: dict[str, list[MovedLot]] = defaultdict(list)
        for lot_id in sorted(self._children[came]):
            child = self._lot(lot_id)
            parent = self._lot(child.parent_lot_id or 0)
            found[asset_of[child.account_id]].append(
                MovedLot(parent, child, tuple(self._uses[lot_id]))
            )
        return found

    def debts_of(self, left: int) -> Mapping[str, int]:
        """Return by asset the debt that the merge moved."""
        return self._debts[left]

    def note(self, draft: Draft) -> None:
        """Take in what a split of this batch did with the lots that others are about to get."""
        for use in draft.uses:
            self._uses[use.lot_id].append((draft.operation_id, use))

    def _lot(self, lot_id: int) -> LotState:
        return self._book.lots[self._account_of[lot_id]][lot_id]


def _split(book: Book, pair: _Pair, one: SplitBack, history: _History, now: datetime) -> Moved:
    # Who had nothing was merged without a mark: there was no account to put it on.
    had_any = any(owner == pair.source for owner, _ in book.accounts)
    into = book.merged_owners.get(pair.source)
    if into != (pair.target if had_any else None) or pair.target in book.merged_owners:
        message = f"The owner {pair.source} is not merged into {pair.target} by itself."
        raise CannotMove(message)
    merged = _merge_operations(book, one)
    if merged is None:
        raise OperationUnknown(one.merge_key)
    book.merged_owners.pop(pair.source, None)
    drafts = _drafts(book, pair, _SPLIT, one.key, now)
    drafts.source.reverses_id, drafts.target.reverses_id = merged
    left, came = merged
    lots, debts = history.lots_of(came), history.debts_of(left)
    for asset in merging.assets_of(drafts.source):
        merging.let_go_since(drafts.target, asset, one.let_go)
        merging.move_back(
            drafts.source, drafts.target, asset, lots.get(asset, []), debts.get(asset, 0)
        )
    moved = _finish(book, pair, drafts)
    history.note(drafts.source)
    history.note(drafts.target)
    return moved


def _load(tx: Tx, pairs: Sequence[_Pair]) -> Book:
    book = Book(id_supply(tx, IDS_PER_MERGE))
    book.add_accounts(lock_accounts(tx, sorted({owner for pair in pairs for owner in pair})))
    accounts = [account.id for account in book.accounts.values()]
    for row in tx.rows(loads.FIND_ALL_LOTS, {"accounts": array(accounts)}):
        lot = LotState(*row)
        book.lots[lot.account_id][lot.id] = lot
    load_holds(tx, book, accounts, [])
    named = [(pair.target, key) for pair in pairs for key in book.holds[pair.source]]
    if named:
        load_holds(tx, book, [], named)
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


def _places(wanted: Sequence[tuple[int, str]]) -> tuple[list[int], list[str]]:
    return [bucket_of(owner) for owner, _ in wanted], [key for _, key in wanted]


def _drafts(book: Book, pair: _Pair, kind: str, key: str, now: datetime) -> _Drafts:
    keys = _keys(key)
    left = Operation(keys.source, kind, pair.source, (), now, "", "", "owner", pair.target)
    came = Operation(keys.target, kind, pair.target, (), now, "", "", "owner", pair.source)
    return _Drafts(Draft(book, left, now), Draft(book, came, now))


def _hash(kind: str, pair: _Pair) -> bytes:
    asked = Operation("-", kind, pair.target, (), _NO_TIME, "", "", str(pair.source), pair.target)
    return canonical.request_hash(asked)


def _repeat(book: Book, pair: _Pair, kind: str, key: str) -> Moved | None:
    stored = book.find_stored(pair.target, _keys(key).target)
    if stored is None:
        return None
    if stored.request_hash != _hash(kind, pair):
        raise KeyConflict(key)
    return _moved(key, canonical.read_result(key, stored.result))


def _merge_operations(book: Book, one: SplitBack) -> tuple[int, int] | None:
    """Return the two operations of the merge that is undone, of the source and of the target."""
    keys = _keys(one.merge_key)
    left = book.stored.get((bucket_of(one.source), keys.source))
    came = book.stored.get((bucket_of(one.target), keys.target))
    if left is None or came is None or (left.owner, came.owner) != (one.source, one.target):
        return None
    return left.operation_id, came.operation_id


def _finish(book: Book, pair: _Pair, drafts: _Drafts) -> Moved:
    operation = drafts.target.operation
    request_hash = _hash(operation.kind, pair)
    finish(book, drafts.source, request_hash)
    posted = finish(book, drafts.target, request_hash)
    once_one = {*pair, *(alias for owner in pair for alias in book.aliases.get(owner, ()))}
    for owner in pair:
        book.aliases[owner] = tuple(once_one - {owner})
    return _moved(operation.key.rpartition(":")[0], posted)


def _write(tx: Tx, book: Book, pairs: Sequence[_Pair], now: datetime) -> None:
    """Write what was decided, and of each owner where its value is and whose keys count for it.

    Only the two of a merge learn of each other's keys: whoever else is part of one of them asks
    nothing in their own name, and learns all when they are split off.
    """
    write_new_accounts(tx, book)
    write(tx, book, now)
    marked = [
        (owner, book.merged_owners.get(owner), array(sorted(book.aliases[owner])))
        for owner in sorted({owner for pair in pairs for owner in pair})
    ]
    tx.write(writes.MARK_MERGED, writes.MARKED, marked)


def _moved(key: str, posted: Posted) -> Moved:
    amounts: dict[str, int] = defaultdict(int)
    for line in posted.lines:
        if line.side is Side.MOVED:
            amounts[line.asset] += line.amount
    return Moved(key, tuple(sorted(amounts.items())), posted.replayed)
