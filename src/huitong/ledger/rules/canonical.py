"""Requests and results as bytes: the same facts give the same bytes, in this release and later.

A request is hashed without its notes (they can be erased) and without the defaults at its end, so
that a field that a later release appends leaves the old hashes alone. A result holds ids and
amounts only.
"""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple, get_args

import orjson

from huitong.ledger.model import Line, Movement, Operation, Posted, Side

HASH_BYTES = 16


def request_hash(operation: Operation) -> bytes:
    """Return the fingerprint of what was asked, by which a repeat is told from a conflict."""
    facts = (
        operation.kind,
        _instant(operation.occurred_at),
        operation.source_kind,
        operation.source_id,
        [_facts(movement) for movement in operation.movements],
    )
    return blake2b(orjson.dumps(facts), digest_size=HASH_BYTES).digest()


def _instant(value: datetime) -> datetime:
    """Return the instant in UTC: it has one fingerprint, whatever the zone it is told in."""
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _facts(movement: Movement) -> list[object]:
    kind = type(movement)
    read, instants, defaults = _READING[kind]
    values = [*read(movement)]
    for place in instants:
        instant = values[place]
        if isinstance(instant, datetime):
            values[place] = _instant(instant)
    for default in defaults:
        if values[-1] != default:
            break
        values.pop()
    values.append(kind.__name__)
    return values


class _Reading(NamedTuple):
    """How a kind of movement is read: its fields, which are instants, its defaults from the end."""

    read: Callable[[Movement], Sequence[object]]
    instants: list[int]
    defaults: list[object]


def _reading(kind: type[Movement]) -> _Reading:
    known = fields(kind)
    names = [field.name for field in known]
    only = attrgetter(names[0])
    return _Reading(
        read=attrgetter(*names) if len(names) > 1 else lambda movement: (only(movement),),
        instants=[place for place, name in enumerate(names) if name.endswith("_at")],
        defaults=[field.default for field in reversed(known) if field.default is not MISSING],
    )


_READING = {kind: _reading(kind) for kind in get_args(Movement)}


def result_bytes(posted: Posted) -> bytes:
    """Return the bytes that are stored for the repeat."""
    lines = [(line.asset, line.amount, line.balance_after, line.side) for line in posted.lines]
    return orjson.dumps((posted.operation_id, lines, posted.lots))


def read_result(key: str, stored: bytes) -> Posted:
    """Return the result that was stored, marked as replayed."""
    operation_id, lines, lots = orjson.loads(stored)
    return Posted(
        operation_id=operation_id,
        key=key,
        replayed=True,
        lines=tuple(
            Line(asset, amount, balance_after, Side(side))
            for asset, amount, balance_after, side in lines
        ),
        lots=tuple(lots),
    )
