"""Finds what earlier operations did, so that it can be repeated in words or undone in fact."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from psycopg.rows import TupleRow

from huitong.ledger.model import UseKind
from huitong.ledger.rules import Book, LotState, Past, Stored, Use, canonical
from huitong.ledger.tables import loads
from huitong.platform.db import Tx, array, text_array
from huitong.platform.ids import bucket_of

# An owner and the key of one of its operations.
Place: TypeAlias = tuple[int, str]


def find_stored(tx: Tx, book: Book, buckets: list[int], keys: list[str]) -> None:
    """Take into the book what was done before under the keys."""
    found = tx.rows(
        loads.FIND_STORED,
        {"group_id": tx.scope.group_id, "buckets": array(buckets), "keys": text_array(keys)},
    )
    for bucket, key, *stored in found:
        book.stored[bucket, key] = Stored(*stored)


def find_past(tx: Tx, book: Book, wanted: Collection[Place]) -> dict[Place, Past]:
    """Find what the named operations did: their uses of lots, and the lots they made."""
    places = [
        (alias, key) for owner, key in wanted for alias in (owner, *book.aliases.get(owner, ()))
    ]
    buckets = [bucket_of(alias) for alias, _ in places]
    find_stored(tx, book, buckets, [key for _, key in places])
    stored = {
        (owner, key): found
        for owner, key in wanted
        if (found := book.find_stored(owner, key)) and book.may_repeat(owner, found)
    }
    if not stored:
        return {}
    params = {
        "operations": array([found.operation_id for found in stored.values()]),
        "buckets": array(sorted(set(buckets))),
    }
    book.reversed |= {row[0] for row in tx.rows(loads.FIND_REVERSED, params)}
    uses = _find_uses(tx, book, params)
    return {
        place: Past(
            found.operation_id,
            tuple(uses[found.operation_id]),
            canonical.read_result(place[1], found.result).lots,
        )
        for place, found in stored.items()
    }


def lots_of_past(past: Mapping[Place, Past]) -> list[int]:
    """Return the lots that earlier operations used or made."""
    return [
        lot_id
        for one in past.values()
        for lot_id in (*one.lots, *(use.lot_id for use in one.uses if use.lot_id is not None))
    ]


def place_past(book: Book, past: Mapping[Place, Past], loaded: Mapping[int, LotState]) -> None:
    """Keep what can be undone here: operations whose lots are the owner's, or live on as such.

    After a split both owners know the other's keys, so that a repeat is told; but what one of them
    did with its lots is not for the other to undo.
    """
    heirs: dict[int, list[LotState]] = defaultdict(list)
    for lot in loaded.values():
        if lot.parent_lot_id is not None:
            heirs[lot.parent_lot_id].append(lot)
    accounts: dict[int, set[int]] = defaultdict(set)
    for account in book.accounts.values():
        accounts[account.owner].add(account.id)
    for place, one in past.items():
        found = {
            lot_id: _where_it_lives(loaded[lot_id], heirs, accounts[place[0]])
            for lot_id in lots_of_past({place: one})
        }
        if None not in found.values():
            book.past[place] = one
            book.successor |= {lot: heir for lot, heir in found.items() if heir is not None}


def _where_it_lives(
    lot: LotState, heirs: Mapping[int, Sequence[LotState]], ours: Collection[int]
) -> int | None:
    """Follow a lot through merges to the account where it is now."""
    at: LotState | None = lot
    while at is not None and at.account_id not in ours:
        moved = [heir for heir in heirs.get(at.id, ()) if heir.account_id != at.account_id]
        at = max(moved, key=lambda heir: heir.id, default=None)
    return None if at is None else at.id


def _find_uses(tx: Tx, book: Book, params: dict[str, str]) -> dict[int, list[Use]]:
    uses: dict[int, list[Use]] = defaultdict(list)
    for operation_id, use in rows_to_uses(tx.rows(loads.FIND_USES, params)):
        uses[operation_id].append(use)
        if use.of_operation_id is not None:
            book.given_back[use.of_operation_id].append(use)
    return uses


def rows_to_uses(rows: Sequence[TupleRow]) -> list[tuple[int, Use]]:
    """Return uses as the rules know them, each with the operation that made it."""
    return [
        (operation_id, Use(asset, lot_id, UseKind(kind), amount, clawed, of_operation_id))
        for operation_id, asset, lot_id, kind, amount, clawed, of_operation_id, _ in rows
    ]
