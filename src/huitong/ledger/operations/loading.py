"""Reads what a batch needs into its book, in a number of statements that does not grow with it.

The owners' accounts are locked before anything else is read, so nothing in the book can change
until the commit, and a repeat that comes at the same moment waits for the first.
"""

from collections.abc import Callable, Sequence

from huitong.ledger.model import (
    Activate,
    Capture,
    ClawBack,
    Grant,
    Hold,
    HoldState,
    Movement,
    Operation,
    Release,
    Restore,
    Reverse,
    debt_of,
)
from huitong.ledger.operations.past import find_past, find_stored, lots_of_past, place_past
from huitong.ledger.rules import Account, Book, HeldValue, LotState
from huitong.ledger.tables import loads, writes
from huitong.platform.db import Tx, array, text_array
from huitong.platform.ids import bucket_of


class _Needs:
    """What the operations of a batch need besides their accounts."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.open_accounts: set[int] = set()
        self.open_owners: set[int] = set()
        self.sources: set[tuple[int, int]] = set()
        self.hold_keys: set[tuple[int, str]] = set()
        self.past_keys: set[tuple[int, str]] = set()

    def note(self, owner: int, movement: Movement) -> None:
        """Note what one movement of the owner needs."""
        if isinstance(movement, Grant):
            self._note_grant(owner, movement.asset)
            return
        if isinstance(movement, Hold | Capture | Release):
            self.hold_keys.add((owner, movement.hold_key))
        if isinstance(movement, Restore | Reverse):
            self.past_keys.add((owner, movement.operation_key))
        if isinstance(movement, Capture | Release | Reverse):
            # Of which asset they are is known only once the hold or the operation is found.
            self.open_owners.add(owner)
            return
        account_id = self.book.accounts[owner, movement.asset].id
        if isinstance(movement, Activate | ClawBack):
            self.sources.add((account_id, movement.source_id))
        if not isinstance(movement, Activate):
            self.open_accounts.add(account_id)

    def _note_grant(self, owner: int, asset: str) -> None:
        """Need the other lots of a grant's account only where there is debt to settle."""
        account = self.book.accounts[owner, asset]
        owing = self.book.accounts.get((owner, debt_of(asset)))
        if account.debt or (owing is not None and owing.debt):
            self.open_accounts.add(account.id)


def load(tx: Tx, operations: Sequence[Operation]) -> Book:
    """Lock the accounts of the batch and return the book that decides it."""
    book = Book(id_supply(tx, len(operations)))
    _load_accounts(tx, book, operations)
    _load_stored(tx, book, operations)
    needs = _needs_of(book, operations)
    past = find_past(tx, book, needs.past_keys) if needs.past_keys else {}
    if needs.open_accounts or needs.hold_keys:
        load_holds(tx, book, list(needs.open_accounts), list(needs.hold_keys))
    if needs.open_accounts or needs.sources or past:
        lots = _load_lots(tx, book, needs, lots_of_past(past))
        place_past(book, past, lots)
    return book


def id_supply(tx: Tx, operations: int) -> Callable[[int], int]:
    """Return what makes ids one at a time, out of ids that are fetched many at a time."""
    supply: list[int] = []
    portion = 3 * operations + 4

    def new_id(bucket: int) -> int:
        if not supply:
            supply.extend(reversed(tx.new_ids([0] * portion)))
        return supply.pop() | bucket

    return new_id


def lock_accounts(tx: Tx, owners: Sequence[int]) -> list[Account]:
    """Lock every account of the owners, in the order in which everybody locks them."""
    params = {"group_id": tx.scope.group_id, "owners": array(sorted(owners))}
    rows = tx.rows(loads.LOCK_ACCOUNTS, params)
    return [Account._make((*row[:-1], tuple(row[-1]))) for row in rows]


def _load_accounts(tx: Tx, book: Book, operations: Sequence[Operation]) -> None:
    owners = list({operation.owner for operation in operations})
    book.add_accounts(lock_accounts(tx, owners))
    for operation in operations:
        for movement in operation.movements:
            asset = getattr(movement, "asset", None)
            if asset is not None and (operation.owner, asset) not in book.accounts:
                book.open_account(operation.owner, asset)


def open_accounts(tx: Tx, wanted: Sequence[tuple[int, str]], floor: int = 0) -> list[Account]:
    """Open accounts at zero and return them locked, also those that others open at this moment."""
    identities = tx.new_ids([bucket_of(owner) for owner, _ in wanted])
    tx.write(
        writes.INSERT_ACCOUNTS,
        writes.NEW_ACCOUNT,
        [
            (identity, owner, asset, 0, 0, 0, floor, 0)
            for identity, (owner, asset) in zip(identities, wanted, strict=True)
        ],
    )
    found = lock_accounts(tx, list({owner for owner, _ in wanted}))
    return [account for account in found if (account.owner, account.asset) in wanted]


def _load_stored(tx: Tx, book: Book, operations: Sequence[Operation]) -> None:
    buckets, keys = [], []
    for operation in operations:
        for owner in (operation.owner, *book.aliases.get(operation.owner, ())):
            buckets.append(bucket_of(owner))
            keys.append(operation.key)
    find_stored(tx, book, buckets, keys)


def _needs_of(book: Book, operations: Sequence[Operation]) -> _Needs:
    needs = _Needs(book)
    for operation in operations:
        for movement in operation.movements:
            needs.note(operation.owner, movement)
    needs.open_accounts |= {
        account.id for account in book.accounts.values() if account.owner in needs.open_owners
    }
    return needs


def load_holds(
    tx: Tx, book: Book, accounts: Sequence[int], named: Sequence[tuple[int, str]]
) -> None:
    """Take into the book the open holds of the accounts, and the named ones in any state."""
    rows = tx.rows(
        loads.FIND_HOLDS,
        {
            "group_id": tx.scope.group_id,
            "accounts": array(accounts),
            "owners": array([owner for owner, _ in named]),
            "keys": text_array([key for _, key in named]),
        },
    )
    for *facts, lots, amounts in rows:
        found = HeldValue._make((*facts, tuple(zip(lots, amounts, strict=True))))
        hold = found._replace(state=HoldState(found.state))
        book.holds[hold.owner][hold.key] = hold


def _load_lots(tx: Tx, book: Book, needs: _Needs, lots: Sequence[int]) -> dict[int, LotState]:
    sources = list(needs.sources)
    rows = tx.rows(
        loads.FIND_LOTS,
        {
            "group_id": tx.scope.group_id,
            "accounts": array(list(needs.open_accounts)),
            "source_accounts": array([account_id for account_id, _ in sources]),
            "sources": array([source_id for _, source_id in sources]),
            "lots": array(lots),
        },
    )
    loaded = {row[0]: LotState._make(row) for row in rows}
    for lot in loaded.values():
        book.lots[lot.account_id][lot.id] = lot
    return loaded
