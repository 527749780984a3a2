"""The pure decisions of the ledger: one operation after another over a book in memory."""

from datetime import datetime

from huitong.ledger.model import (
    AccountMerged,
    InvalidOperation,
    KeyConflict,
    Line,
    Operation,
    Posted,
)
from huitong.ledger.rules import canonical
from huitong.ledger.rules.book import (
    NO_FLOOR,
    Account,
    Book,
    Draft,
    HeldValue,
    Leg,
    LotState,
    Past,
    Stored,
    Use,
)
from huitong.ledger.rules.movements import MOVE
from huitong.ledger.rules.validity import problem_with
from huitong.platform.errors import DomainError, Ok, Refused, Result
from huitong.platform.ids import bucket_of

__all__ = [
    "NO_FLOOR",
    "Account",
    "Book",
    "Draft",
    "HeldValue",
    "Leg",
    "LotState",
    "Past",
    "Stored",
    "Use",
    "decide",
    "refuse_malformed",
]


def refuse_malformed(operation: Operation) -> Refused | None:
    """Refuse what is not well formed, before anything is looked up for it."""
    problem = problem_with(operation)
    return None if problem is None else InvalidOperation(problem).as_refused()


def decide(book: Book, operation: Operation, now: datetime) -> Result[Posted]:
    """Do one operation on the book, whole or not at all; a known key answers what it did before.

    The operation is well formed (`refuse_malformed`).
    """
    request_hash = canonical.request_hash(operation)
    stored = book.find_stored(operation.owner, operation.key)
    if stored is not None:
        return _repeat(book, operation, request_hash, stored)
    if operation.owner in book.merged_owners:
        return AccountMerged(book.merged_owners[operation.owner]).as_refused()
    draft = Draft(book, operation, now)
    try:
        for movement in operation.movements:
            MOVE[type(movement)](draft, movement)
    except DomainError as refusal:
        return refusal.as_refused()
    return Ok(finish(book, draft, request_hash))


def finish(book: Book, draft: Draft, request_hash: bytes) -> Posted:
    """Take a good draft into the book, with the result that repeats will get."""
    operation = draft.operation
    posted = Posted(
        draft.operation_id,
        operation.key,
        replayed=False,
        lines=tuple(
            [Line(leg.asset, leg.amount, leg.balance_after, leg.side) for leg in draft.legs]
        ),
        lots=tuple(draft.made),
    )
    draft.request_hash = request_hash
    draft.result = canonical.result_bytes(posted)
    book.absorb(draft)
    book.stored[bucket_of(operation.owner), operation.key] = Stored(
        draft.operation_id, operation.owner, request_hash, draft.result
    )
    return posted


def _repeat(
    book: Book, operation: Operation, request_hash: bytes, stored: Stored
) -> Result[Posted]:
    if stored.request_hash != request_hash or not book.may_repeat(operation.owner, stored):
        return KeyConflict(operation.key).as_refused()
    return Ok(canonical.read_result(operation.key, stored.result))
