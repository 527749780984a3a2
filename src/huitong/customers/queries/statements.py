"""Reads of what sources said customers are like."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from huitong import identity
from huitong.customers import rules, tables
from huitong.customers.model import FieldShown, Told
from huitong.customers.rules import Statement, Trust
from huitong.platform.crypto import Cipher
from huitong.platform.db import ReadTx, array

Row = tuple[int, int, int | None, str, datetime, datetime, bytes, int, str | None, str | None]


def statements_of(tx: ReadTx, *, customer_ids: Iterable[int]) -> list[Statement]:
    """Return the statements about customers that count, oldest first; erased ones are left out."""
    sealed = sealed_statements(tx, customer_ids=customer_ids)
    return opened(sealed, identity.ciphers_of(tx, person_ids=persons_of(sealed)) if sealed else {})


def sealed_statements(tx: ReadTx, *, customer_ids: Iterable[int]) -> list[Row]:
    """Return the statements about customers that count as they are kept, oldest first."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    return tx.rows(tables.statements.FIND_STATEMENTS, params)


def persons_of(sealed: Iterable[Row]) -> set[int]:
    """Return the persons for whom statements were sealed."""
    return {row[7] for row in sealed}


def opened(sealed: Iterable[Row], ciphers: Mapping[int, Cipher]) -> list[Statement]:
    """Return what statements say; those of erased persons, who have no cipher, are left out."""
    return [_statement(row, ciphers[row[7]]) for row in sealed if row[7] in ciphers]


def trust_of(tx: ReadTx, *, brand_ids: Iterable[int]) -> Mapping[int, Trust]:
    """Return how far brands trust sources, by brand; what is not there has rank 0."""
    trust: defaultdict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    params = {"group_id": tx.scope.group_id, "brand_ids": array(sorted(set(brand_ids)))}
    for brand_id, field, source, rank in tx.rows(tables.statements.FIND_TRUST, params):
        trust[brand_id][field, source] = rank
    return trust


def profile_history(tx: ReadTx, *, customer_id: int) -> list[Told]:
    """Return what was ever said about a customer, oldest first: by whom, and if it still counts.

    Those merged into them are not looked at; values are left out, fields are named.
    """
    params = {"group_id": tx.scope.group_id, "customer_ids": array([customer_id])}
    rows = tx.rows(tables.statements.FIND_HISTORY, params)
    ciphers = identity.ciphers_of(tx, person_ids={row[7] for row in rows})
    return [
        Told(
            statement_id=row[0],
            source=row[3],
            told_at=row[4],
            fields=tuple(sorted(_statement(row[:10], ciphers[row[7]]).says())),
            actor=row[8],
            reason=row[9],
            counts=row[10] is None and row[11] is None,
        )
        for row in rows
        if row[7] in ciphers
    ]


def fields_of(tx: ReadTx, *, customer_id: int, brand_id: int) -> list[FieldShown]:
    """Return which source leads for each field of a profile and what it says, masked.

    The family's statements are included.
    """
    params = {"group_id": tx.scope.group_id, "customer_ids": array([customer_id])}
    family = [row[1] for row in tx.rows(tables.people.FAMILIES, params)]
    trust = trust_of(tx, brand_ids=[brand_id])[brand_id]
    said = statements_of(tx, customer_ids=family)
    values = rules.shown_values(rules.surviving(said, trust))
    return [
        FieldShown(name, one.source, one.told_at, one.id, one.actor, values.get(name))
        for name, one in rules.leading(said, trust).items()
    ]


def _statement(row: Row, cipher: Cipher) -> Statement:
    sealed = cipher.open(row[6], place=rules.PROFILE_PLACE, row=row[0])
    profile, cleared = rules.unpacked(sealed)
    return Statement(row[0], row[1], row[2], row[3], row[4], row[5], profile, cleared, *row[8:10])
