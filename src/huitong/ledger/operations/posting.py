"""`post`, the one way in which value moves: lock, load, decide, write."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter

from huitong.ledger import rules
from huitong.ledger.model import Operation, Posted
from huitong.ledger.operations.loading import load, open_accounts
from huitong.ledger.rules import Book, Draft, LotState
from huitong.ledger.tables import writes
from huitong.platform.db import Row, Tx
from huitong.platform.errors import Result

OPERATIONS_MAX = 10_000
TRIES = 2
_ACCOUNT_COLUMNS = len(writes.ACCOUNT.columns)
# Of an untouched lot everything but what is left, held, called back, expired, moved or used.
_untouched_row = itemgetter(*map(LotState._fields.index, writes.NEW_LOT.columns))


def post(tx: Tx, operations: Sequence[Operation], *, now: datetime) -> list[Result[Posted]]:
    """Move value: each operation whole or not at all, once for its key, in the order given.

    Operations of one batch see those before them. A refused one leaves no trace, so its key may
    be tried again. The number of statements does not depend on the number of operations.
    """
    assert len(operations) <= OPERATIONS_MAX, "A batch of operations is split by its caller."
    malformed = [rules.refuse_malformed(operation) for operation in operations]
    sound = [
        operation for operation, refused in zip(operations, malformed, strict=True) if not refused
    ]
    decided = iter(_post_sound(tx, sound, now) if sound else [])
    return [refused or next(decided) for refused in malformed]


def _post_sound(tx: Tx, operations: Sequence[Operation], now: datetime) -> list[Result[Posted]]:
    """Decide and write; once more when another batch opened one of the same accounts meanwhile.

    New accounts are written with their first balance. Who comes second opens its own at zero before
    it decides again: then they are locked, and nobody can come between.
    """
    for _ in range(TRIES):
        book = load(tx, operations)
        results = [rules.decide(book, operation, now) for operation in operations]
        try:
            write_new_accounts(tx, book)
        except _OpenedMeanwhile:
            open_accounts(tx, sorted(book.new_places()))
            continue
        write(tx, book, now)
        return results
    message = "Accounts that this transaction has opened cannot be opened by another."
    raise AssertionError(message)


class _OpenedMeanwhile(Exception):
    """Another batch opened an account that this one meant to open."""


def write_new_accounts(tx: Tx, book: Book) -> None:
    """Write the accounts that the book opened, all of them or none.

    :raises _OpenedMeanwhile: when another batch opened one of them.
    """
    new = [
        account[:_ACCOUNT_COLUMNS]
        for account in book.changed_accounts.values()
        if account.id in book.new_accounts
    ]
    if new:
        _insert_accounts(tx, new)


def _insert_accounts(tx: Tx, rows: Sequence[Sequence[object]]) -> None:
    with tx.savepoint():
        if len(tx.write(writes.INSERT_ACCOUNTS, writes.NEW_ACCOUNT, rows)) < len(rows):
            raise _OpenedMeanwhile


def write(tx: Tx, book: Book, now: datetime) -> None:
    """Write what the book decided; its new accounts are there, as other rows point to them."""
    drafts = list(book.done.values())
    if not drafts:
        return
    _write_accounts(tx, book)
    _write_lots(tx, book, drafts)
    _write_operations(tx, drafts, now)
    _write_holds(tx, book, drafts)
    tx.write(writes.INSERT_USES, writes.USE, [row for draft in drafts for row in _uses(draft)])


def _write_accounts(tx: Tx, book: Book) -> None:
    rows = [
        account[:_ACCOUNT_COLUMNS]
        for account in book.changed_accounts.values()
        if account.id not in book.new_accounts
    ]
    tx.write(writes.PUT_ACCOUNTS, writes.ACCOUNT, rows)


def _write_lots(tx: Tx, book: Book, drafts: Sequence[Draft]) -> None:
    granted = {lot_id for draft in drafts for lot_id in draft.made}
    untouched: list[Row] = []
    others: list[Row] = []
    for lot in book.changed_lots.values():
        if lot.id in granted and lot.remaining == lot.amount and not (lot.used or lot.clawed):
            untouched.append(_untouched_row(lot))
        else:
            others.append(lot)
    tx.write(writes.INSERT_LOTS, writes.NEW_LOT, untouched)
    tx.write(writes.PUT_LOTS, writes.LOT, others)


def _write_operations(tx: Tx, drafts: Sequence[Draft], now: datetime) -> None:
    rows, notes = [], []
    for draft in drafts:
        operation = draft.operation
        rows.append(
            (
                draft.operation_id,
                operation.key,
                operation.kind,
                operation.owner,
                draft.request_hash,
                draft.result,
                operation.occurred_at,
                operation.source_kind,
                operation.source_id,
                draft.reverses_id,
            )
        )
        if operation.actor or operation.reason:
            notes.append((draft.operation_id, operation.owner, operation.actor, operation.reason))
    tx.write(writes.INSERT_OPERATIONS, writes.OPERATION, rows, {"now": now})
    tx.write(writes.INSERT_NOTES, writes.NOTE, notes)
    entries = [
        (draft.operation_id, place * 2, leg.asset, leg.side, leg.amount, *_after(leg))
        for draft in drafts
        for place, leg in enumerate(draft.legs)
    ]
    tx.write(writes.INSERT_ENTRIES, writes.ENTRY, entries)


def _after(leg: rules.Leg) -> tuple[int, int, int]:
    return (leg.account_id, leg.version, leg.balance_after)


def _uses(draft: Draft) -> Iterable[tuple[object, ...]]:
    for place, use in enumerate(draft.uses):
        account = draft.accounts.get(use.asset) or draft.account(use.asset)
        yield (
            draft.operation_id,
            place,
            account.id,
            use.lot_id,
            use.kind,
            use.amount,
            use.clawed,
            use.of_operation_id,
        )


def _write_holds(tx: Tx, book: Book, drafts: Sequence[Draft]) -> None:
    if not book.changed_holds:
        return
    holds = book.changed_holds.values()
    tx.write(
        writes.PUT_HOLDS,
        writes.HOLD,
        [
            (
                hold.id,
                hold.account_id,
                hold.owner,
                hold.key,
                hold.amount,
                hold.captured,
                hold.state,
                hold.held_at,
                hold.expires_at,
                hold.operation_id,
            )
            for hold in holds
        ],
    )
    made = {draft.operation_id for draft in drafts}
    tx.write(
        writes.INSERT_HOLD_LOTS,
        writes.HOLD_LOT,
        [
            (hold.id, place, lot_id, amount)
            for hold in holds
            if hold.operation_id in made
            for place, (lot_id, amount) in enumerate(hold.parts)
        ],
    )
