"""What a batch knows: accounts, lots and holds as they are now, and what each operation would do.

An operation works on a `Draft`: it reads through to the book and writes to itself. A refused
operation throws its draft away; a good one is absorbed, and the next operation sees it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from huitong.ledger.model import (
    HoldState,
    Operation,
    OperationUnknown,
    Side,
    UnknownHold,
    UseKind,
    debt_of,
)
from huitong.platform.ids import bucket_of

NO_FLOOR = -(2**62)  # A debt account may go as far below zero as a number allows.


class Account(NamedTuple):
    """An owner's account of one asset: balance = sum of its lots - debt, and never below floor."""

    id: int
    owner: int
    asset: str
    balance: int = 0
    held: int = 0
    debt: int = 0
    floor: int = 0
    version: int = 0
    merged_into: int | None = None
    aliases: tuple[int, ...] = ()


class LotState(NamedTuple):
    """A lot as it stands; `free` of it can be taken, `used` says that it was ever spent or held."""

    id: int
    account_id: int
    operation_id: int
    amount: int
    remaining: int
    held: int
    clawed: int
    expired: int
    granted_at: datetime
    activates_at: datetime | None
    expires_at: datetime | None
    funding: str
    bearer_entity_id: int | None
    unit_cost_minor: int | None
    source_kind: str
    source_id: int | None
    label: str
    parent_lot_id: int | None = None
    used: bool = False

    @property
    def free(self) -> int:
        """Return what is left and not held."""
        return self.remaining - self.held

    def begun(self, now: datetime) -> bool:
        """Return whether the life of the lot has begun, whether or not it has ended since."""
        return self.activates_at is not None and self.activates_at <= now

    def over(self, now: datetime) -> bool:
        """Return whether the life of the lot has ended."""
        return self.expires_at is not None and self.expires_at <= now

    def active(self, now: datetime) -> bool:
        """Return whether the lot can be spent."""
        return self.begun(now) and not self.over(now)

    def recallable(self, clawed: int) -> int:
        """Return how much value must have been taken back once `clawed` of the grant is.

        What expired unused has come back by itself, so a claw-back does not take it twice.
        """
        return min(clawed, self.amount - self.expired)


class HeldValue(NamedTuple):
    """A hold and the lots it reserves; what no lot covers, the overdraft does."""

    id: int
    account_id: int
    asset: str
    owner: int
    key: str
    amount: int
    captured: int
    state: HoldState
    held_at: datetime
    expires_at: datetime | None
    operation_id: int
    parts: tuple[tuple[int, int], ...]


class Use(NamedTuple):
    """What an operation took from a lot (or gave back, below zero), and called back of its grant.

    Without a lot it is the part that debt covered.
    """

    asset: str
    lot_id: int | None
    kind: UseKind
    amount: int
    clawed: int = 0
    of_operation_id: int | None = None


class Leg(NamedTuple):
    """The owner's leg of an entry; the brand's leg is its mirror."""

    account_id: int
    asset: str
    side: Side
    amount: int
    version: int
    balance_after: int


class Stored(NamedTuple):
    """An operation that was done before, as its key finds it."""

    operation_id: int
    owner: int
    request_hash: bytes
    result: bytes


class Past(NamedTuple):
    """What an earlier operation did to lots: its uses, in order, and the lots it made."""

    operation_id: int
    uses: tuple[Use, ...]
    lots: tuple[int, ...]


class Book:
    """The state that a batch works on, and what it has decided so far."""

    def __init__(self, new_id: Callable[[int], int]):
        """Start empty; `new_id` makes the id of a new row in a bucket."""
        self.new_id = new_id
        self.accounts: dict[tuple[int, str], Account] = {}
        self.new_accounts: set[int] = set()
        self.merged_owners: dict[int, int] = {}
        self.debtors: set[int] = set()
        self.lots: defaultdict[int, dict[int, LotState]] = defaultdict(dict)
        self.holds: defaultdict[int, dict[str, HeldValue]] = defaultdict(dict)
        self.stored: dict[tuple[int, str], Stored] = {}
        self.past: dict[tuple[int, str], Past] = {}
        self.given_back: defaultdict[int, list[Use]] = defaultdict(list)
        self.reversed: set[int] = set()
        self.successor: dict[int, int] = {}
        self.aliases: dict[int, tuple[int, ...]] = {}
        self.done: dict[tuple[int, str], Draft] = {}
        self.changed_accounts: dict[int, Account] = {}
        self.changed_lots: dict[int, LotState] = {}
        self.changed_holds: dict[int, HeldValue] = {}

    def add_accounts(self, accounts: Iterable[Account]) -> None:
        """Take in accounts as the database has them, with the owners whose keys count for them."""
        for account in accounts:
            self.accounts[account.owner, account.asset] = account
            if account.debt:
                self.debtors.add(account.owner)
            if account.merged_into is not None:
                self.merged_owners[account.owner] = account.merged_into
            if account.aliases:
                known = self.aliases.get(account.owner, ())
                self.aliases[account.owner] = tuple({*known, *account.aliases})

    def open_account(self, owner: int, asset: str) -> None:
        """Take in a new account at zero; it is written only once something changes it."""
        account = Account(self.new_id(bucket_of(owner)), owner, asset)
        self.accounts[owner, asset] = account
        self.new_accounts.add(account.id)

    def new_places(self) -> set[tuple[int, str]]:
        """Return the owners and assets for which an account was opened, debts left out."""
        return {
            (account.owner, account.asset)
            for account in self.changed_accounts.values()
            if account.id in self.new_accounts and account.floor > NO_FLOOR
        }

    def find_stored(self, owner: int, key: str) -> Stored | None:
        """Return the operation that was done under the key, by this owner or one merged with it."""
        found = self.stored.get((bucket_of(owner), key))
        if found is None:
            for alias in self.aliases.get(owner, ()):
                found = self.stored.get((bucket_of(alias), key))
                if found is not None:
                    break
        return found

    def may_repeat(self, owner: int, stored: Stored) -> bool:
        """Return whether the stored operation is one of the owner's own."""
        return stored.owner == owner or stored.owner in self.aliases.get(owner, ())

    def current(self, lot_id: int) -> int:
        """Return the lot in which a lot of a merged owner lives on."""
        return self.successor.get(lot_id, lot_id)

    def absorb(self, draft: "Draft") -> None:
        """Make what the draft decided the state that the next operation sees."""
        owner = draft.operation.owner
        for asset, account in draft.accounts.items():
            self.accounts[owner, asset] = account
            self.changed_accounts[account.id] = account
            if account.debt:
                self.debtors.add(owner)
        for lot in draft.lots.values():
            self.lots[lot.account_id][lot.id] = lot
        self.changed_lots.update(draft.lots)
        for key, hold in draft.holds.items():
            self.holds[owner][key] = hold
            self.changed_holds[hold.id] = hold
        for use in draft.uses:
            if use.of_operation_id is not None:
                self.given_back[use.of_operation_id].append(use)
        if draft.reverses_id is not None:
            self.reversed.add(draft.reverses_id)
        self.done[owner, draft.operation.key] = draft


class Draft:
    """What one operation would do."""

    __slots__ = (
        "accounts",
        "book",
        "holds",
        "legs",
        "lots",
        "made",
        "now",
        "operation",
        "operation_id",
        "request_hash",
        "result",
        "reverses_id",
        "uses",
    )

    def __init__(self, book: Book, operation: Operation, now: datetime):
        """Begin with nothing done."""
        self.book = book
        self.operation = operation
        self.operation_id = book.new_id(bucket_of(operation.owner))
        self.now = now
        self.accounts: dict[str, Account] = {}
        self.lots: dict[int, LotState] = {}
        self.holds: dict[str, HeldValue] = {}
        self.legs: list[Leg] = []
        self.uses: list[Use] = []
        self.made: list[int] = []
        self.reverses_id: int | None = None
        self.request_hash = b""
        self.result = b""

    def account(self, asset: str) -> Account:
        """Return the owner's account of the asset."""
        account = self.accounts.get(asset)
        return self.book.accounts[self.operation.owner, asset] if account is None else account

    def in_debt(self, asset: str) -> bool:
        """Return whether the owner owes anything of the asset, within the floor or beyond."""
        owner = self.operation.owner
        if owner not in self.book.debtors and not self.accounts:
            return False  # The way of nearly every grant.
        return bool(self.account(asset).debt or self.owed(asset))

    def debt_account(self, asset: str) -> Account:
        """Return the account of what the owner owes of the asset, new when nothing was owed yet."""
        owed = debt_of(asset)
        found = self.accounts.get(owed) or self.book.accounts.get((self.operation.owner, owed))
        if found is None:
            identity = self.book.new_id(bucket_of(self.operation.owner))
            self.book.new_accounts.add(identity)
            found = Account(identity, self.operation.owner, owed, floor=NO_FLOOR)
        return found

    def owed(self, asset: str) -> int:
        """Return what the owner owes of the asset beyond the floor of its account."""
        owed = debt_of(asset)
        found = self.accounts.get(owed) or self.book.accounts.get((self.operation.owner, owed))
        return 0 if found is None else found.debt

    def enter(self, account: Account, amount: int, side: Side) -> None:
        """Write one entry: the account's balance changes and its version goes up by one."""
        version = account.version + 1
        balance = account.balance + amount
        self.legs.append(Leg(account.id, account.asset, side, amount, version, balance))
        # Written out: this is the step that every grant takes, and `_replace` is four times slower.
        self.accounts[account.asset] = Account(
            account.id,
            account.owner,
            account.asset,
            balance,
            account.held,
            account.debt,
            account.floor,
            version,
            account.merged_into,
            account.aliases,
        )

    def asset_of(self, lot_id: int) -> str:
        """Return the asset of one of the owner's lots."""
        for (owner, asset), account in self.book.accounts.items():
            mine = owner == self.operation.owner
            if mine and lot_id in self.book.lots.get(account.id, {}):
                return asset
        message = f"The lot {lot_id} was loaded with the operation that made it."
        raise AssertionError(message)

    def lot(self, asset: str, lot_id: int) -> LotState:
        """Return a lot of the owner by its id."""
        found = self.lots.get(lot_id)
        return self.book.lots[self.account(asset).id][lot_id] if found is None else found

    def lots_of(self, asset: str) -> list[LotState]:
        """Return the lots of the account that the batch has loaded, as this draft sees them."""
        account_id = self.account(asset).id
        mine = {lot.id: lot for lot in self.lots.values() if lot.account_id == account_id}
        return list({**self.book.lots.get(account_id, {}), **mine}.values())

    def put_lot(self, lot: LotState) -> None:
        """Keep a lot as it is after this operation."""
        self.lots[lot.id] = lot

    def use(
        self,
        asset: str,
        lot: LotState,
        kind: UseKind,
        amount: int,
        *,
        clawed: int = 0,
        of_operation_id: int | None = None,
    ) -> None:
        """Take from a lot (or give back, below zero) and call back so much of its grant."""
        self.uses.append(Use(asset, lot.id, kind, amount, clawed, of_operation_id))
        expired = amount if kind is UseKind.EXPIRE else 0
        self.lots[lot.id] = lot._replace(
            remaining=lot.remaining - amount,
            clawed=lot.clawed + clawed,
            expired=lot.expired + expired,
            used=lot.used or kind is UseKind.SPEND,
        )

    def use_debt(
        self, asset: str, kind: UseKind, amount: int, of_operation_id: int | None = None
    ) -> None:
        """Note the part of a use that no lot covers."""
        self.uses.append(Use(asset, None, kind, amount, 0, of_operation_id))

    def hold(self, key: str) -> HeldValue:
        """Return the owner's hold.

        :raises UnknownHold: when there is none of that key.
        """
        found = self.holds.get(key) or self.book.holds[self.operation.owner].get(key)
        if found is None:
            raise UnknownHold(hold_key=key)
        return found

    def holds_of(self, asset: str) -> list[HeldValue]:
        """Return the open holds on the account."""
        account_id = self.account(asset).id
        held = {**self.book.holds[self.operation.owner], **self.holds}
        return [
            hold
            for _, hold in sorted(held.items())
            if hold.account_id == account_id and hold.state is HoldState.OPEN
        ]

    def past(self, key: str) -> Past:
        """Return what the owner's earlier operation did.

        :raises OperationUnknown: when there is none of that key.
        """
        place = (self.operation.owner, key)
        if place in self.book.past:
            return self.book.past[place]
        if place in self.book.done:
            draft = self.book.done[place]
            return Past(draft.operation_id, tuple(draft.uses), tuple(draft.made))
        raise OperationUnknown(operation_key=key)
