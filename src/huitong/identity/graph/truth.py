"""Measures the persons in the database against a file that tells who is who."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from huitong.channels.model import IdentifierKind
from huitong.identity import rules
from huitong.identity.graph.quality import Quality, measure
from huitong.identity.tables import graph as tables
from huitong.org.model import Brand
from huitong.platform import crypto
from huitong.platform.db import ReadTx, array, byte_array
from huitong.platform.errors import DomainError, Kind
from huitong.platform.ids import bucket_of_digest

COLUMNS = ("kind", "scope", "value", "person", "provable", "cause")
ROWS_A_TRIP = 10_000
NOBODY = 0


@dataclass(eq=False)
class UnreadableTruth(DomainError):
    """A truth file says something that cannot be read."""

    code: ClassVar[str] = "identity.unreadable_truth"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "Line {line} of the truth file cannot be read: {reason}. A line gives an account's own"
        " identifier and whose it truly is, in the columns {columns}."
    )
    line: int
    reason: str
    columns: str = ", ".join(COLUMNS)


@dataclass(frozen=True, slots=True)
class TrueAccount:
    """An account by its own identifier, the person it truly belongs to, and why it may mislead.

    Accounts with the same `provable` can be known to be one person from what was told of them.
    """

    kind: IdentifierKind
    scope: str
    value: str
    person: str
    provable: str
    cause: str


@dataclass(frozen=True, slots=True)
class QualityReport:
    """How well the accounts of a truth file were recognised; `unknown` ones were never told."""

    accounts: int
    unknown: int
    quality: Quality


def read_truth(path: Path) -> list[TrueAccount]:
    """Return the accounts of a truth file (CSV with a heading).

    :raises UnreadableTruth: when a column is missing or a kind is not known.
    """
    accounts = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UnreadableTruth(line=1, reason=f"it has no column {', '.join(missing)}")
        for row in reader:
            said = {name: row[name] or "" for name in COLUMNS}
            if said["kind"] not in list(IdentifierKind):
                reason = f"“{said['kind']}” is no kind of identifier"
                raise UnreadableTruth(line=reader.line_num, reason=reason)
            kind = IdentifierKind(said.pop("kind"))
            accounts.append(TrueAccount(kind=kind, **said))
    return accounts


def measure_domain(tx: ReadTx, *, brand: Brand, truth: Sequence[TrueAccount]) -> QualityReport:
    """Return how well the identity domain of a brand recognises the accounts of a truth."""
    persons = _persons(tx, brand, truth)
    known = np.flatnonzero(persons != NOBODY)
    kept = [truth[place] for place in known.tolist()]
    causes = sorted({each.cause for each in truth})
    quality = measure(
        found=persons[known],
        true=_labels([each.person for each in kept]),
        provable=_labels([f"{each.person} {each.provable}" for each in kept]),
        cause=np.array([causes.index(each.cause) for each in kept], np.int8),
        causes=causes,
    )
    return QualityReport(len(truth), len(truth) - len(kept), quality)


def _persons(
    tx: ReadTx, brand: Brand, truth: Sequence[TrueAccount]
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """Return whose each account is in the database."""
    persons = np.full(len(truth), NOBODY, np.int64)
    indexer = _Indexer(tx.scope.group_id, brand.id)
    for begin in range(0, len(truth), ROWS_A_TRIP):
        digests = [indexer.digest_of(each) for each in truth[begin : begin + ROWS_A_TRIP]]
        params = {
            "group_id": tx.scope.group_id,
            "domain_id": brand.identity_domain_id,
            "buckets": array([bucket_of_digest(digest) for digest in digests]),
            "digests": byte_array(digests),
        }
        for place, person in tx.rows(tables.PERSONS_BY_INDEX, params):
            persons[begin + place] = person
    return persons


class _Indexer:
    """Makes blind indexes, with one key for each kind and scope."""

    def __init__(self, group_id: int, brand_id: int) -> None:
        self._group_id = group_id
        self._brand_id = brand_id
        self._makers: dict[tuple[IdentifierKind, str], Callable[[str], bytes]] = {}

    def digest_of(self, account: TrueAccount) -> bytes:
        """Return the blind index of an account's identifier; of what is unusable, as it stands."""
        normal = rules.normalised(account.kind, account.value)
        value = account.value if isinstance(normal, rules.Unusable) else normal
        key = (account.kind, account.scope)
        if key not in self._makers:
            scope = rules.scope_in_brand(account.kind, account.scope, self._brand_id)
            self._makers[key] = crypto.keyring().blind_indexer(
                self._group_id, account.kind.value, scope
            )
        return self._makers[key](value)


def _labels(names: Sequence[str]) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)
