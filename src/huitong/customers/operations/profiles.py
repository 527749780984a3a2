"""Keeps what sources say customers are like, and what people of the brand correct by hand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from huitong import identity
from huitong.channels.model import Incoming, Member
from huitong.customers import queries, rules, tables
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    Correction,
    CorrectionEmpty,
    CorrectionNotFound,
    CustomerNotFound,
    Profile,
    TrustedSource,
)
from huitong.customers.operations.facets import fold_facets
from huitong.customers.operations.locking import LockedCustomer, lock_living
from huitong.customers.operations.requests import begin
from huitong.customers.rules import FIELDS, MANUAL, PROFILE_PLACE, Statement
from huitong.platform.crypto import Cipher
from huitong.platform.db import Tx, array
from huitong.platform.errors import Ok, Result
from huitong.platform.ids import bucket_of, show


class _Said(NamedTuple):
    """A statement that is to be kept, whose, and the record it came in."""

    statement: Statement
    owner: LockedCustomer
    record_id: int | None


def keep_profiles(
    tx: Tx,
    told: Sequence[tuple[Incoming, Member, LockedCustomer]],
    *,
    named: Mapping[int, int],
    ciphers: Mapping[int, Cipher],
    now: datetime,
) -> None:
    """Keep what member records of one brand say; `named` is the identifier each came under."""
    says = [
        _Said(
            Statement(
                id=0,
                customer_id=owner.id,
                identifier_id=named[incoming.record_id],
                source=incoming.account.platform,
                told_at=record.updated_at or now,
                recorded_at=now,
                profile=rules.profile_of(record),
            ),
            owner,
            incoming.record_id,
        )
        for incoming, record, owner in told
    ]
    _keep(tx, [one for one in says if one.statement.says()], ciphers=ciphers, now=now)


def correct(
    tx: Tx, corrections: Sequence[Correction], *, now: datetime
) -> list[Result[Mapping[str, int]]]:
    """Correct profiles by hand; each answers the id of its statement.

    A correction leads over every source, field by field, until it is withdrawn.
    """
    answers = begin(tx, "correct", [(one.key, one) for one in corrections], now=now)
    locked = lock_living(tx, [one.customer_id for one in corrections])
    ciphers = identity.ciphers_of(tx, person_ids={one.person_id for one in locked.values()})
    says, places = [], []
    for place in answers.open:
        asked = corrections[place]
        owner = locked.get(asked.customer_id)
        if owner is None or owner.person_id not in ciphers:
            shown = show(CUSTOMER_PREFIX, asked.customer_id)
            answers.refuse(place, CustomerNotFound(customer=shown))
            continue
        statement = _corrected(asked, owner, now)
        if not statement.says() or set(asked.cleared) - set(FIELDS):
            answers.refuse(place, CorrectionEmpty())
            continue
        says.append(_Said(statement, owner, None))
        places.append(place)
    for place, kept in zip(places, _keep(tx, says, ciphers=ciphers, now=now), strict=True):
        answers.put(place, {"statement_id": kept})
    return answers.keep(tx)


def withdraw_corrections(
    tx: Tx, statement_ids: Sequence[int], *, actor: str, now: datetime
) -> list[Result[None]]:
    """Take corrections back: the sources lead again."""
    params = {"group_id": tx.scope.group_id, "statement_ids": array(sorted(set(statement_ids)))}
    found: dict[int, int] = dict(tx.rows(tables.statements.FIND_CORRECTIONS, params))
    lock_living(tx, found.values())
    rows = [(bucket_of(customer_id), one, actor) for one, customer_id in found.items()]
    shape = tables.statements.WITHDRAWAL
    tx.write(tables.statements.WITHDRAW_STATEMENTS, shape, rows, {"now": now})
    fold_facets(tx, found.values())
    return [
        Ok(None) if one in found else CorrectionNotFound(statement_id=one).as_refused()
        for one in statement_ids
    ]


def trust_sources(
    tx: Tx, trusted: Sequence[TrustedSource], *, brand_id: int, actor: str, now: datetime
) -> None:
    """Set how far a brand trusts sources for fields of the profile; the highest rank leads.

    Profiles follow at once, facets with the next job that folds those that are due.
    """
    rows = list(
        {(one.field, one.source): (one.field, one.source, one.rank) for one in trusted}.values()
    )
    constants = {"brand_id": brand_id, "actor": actor, "now": now}
    tx.write(tables.statements.PUT_TRUST, tables.statements.TRUST, rows, constants)


def give_back_statements(
    tx: Tx, *, source: LockedCustomer, target: LockedCustomer, identifier_ids: Sequence[int]
) -> None:
    """Give what was said under a split person's identifiers to their customer, sealed for them."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_id": target.id,
        "identifier_ids": array(identifier_ids),
    }
    found = tx.rows(tables.statements.STATEMENTS_UNDER, params)
    if not found:
        return
    persons = {source.person_id, *(row[3] for row in found)}
    ciphers = identity.ciphers_of(tx, person_ids=persons)
    rows = [
        (
            bucket,
            statement_id,
            source.id,
            _resealed(sealed, ciphers[sealed_for], ciphers[source.person_id], statement_id),
            source.person_id,
        )
        for statement_id, bucket, sealed, sealed_for in found
        if sealed is not None and {sealed_for, source.person_id} <= ciphers.keys()
    ]
    tx.write(tables.statements.MOVE_STATEMENTS, tables.statements.MOVED_STATEMENT, rows)


def _keep(
    tx: Tx, says: Sequence[_Said], *, ciphers: Mapping[int, Cipher], now: datetime
) -> list[int]:
    """Write statements of one brand that are new and return their ids, or of those repeated."""
    if not says:
        return []
    before: defaultdict[int, list[Statement]] = defaultdict(list)
    for one in queries.statements_of(tx, customer_ids={said.owner.id for said in says}):
        before[one.customer_id].append(one)
    new_ids = tx.new_ids([bucket_of(said.owner.id) for said in says])
    rows, kept = [], []
    changed: set[int] = set()
    old: dict[int, int] = {}
    for new_id, (statement, owner, record_id) in zip(new_ids, says, strict=True):
        known = before[owner.id]
        repeated = rules.repeated(statement, known)
        if repeated is not None:
            kept.append(repeated)
            continue
        kept.append(new_id)
        changed.add(owner.id)
        gone = rules.superseded(statement, known)
        old |= dict.fromkeys(gone, bucket_of(owner.id))
        before[owner.id] = [one for one in known if one.id not in gone]
        before[owner.id].append(replace(statement, id=new_id))
        rows.append(_row(statement, new_id, owner, record_id, ciphers[owner.person_id]))
    # Statements of one page may supersede each other, so they are written first.
    tx.write(tables.statements.INSERT_STATEMENTS, tables.statements.STATEMENT, rows, {"now": now})
    _supersede(tx, old, now)
    fold_facets(tx, changed)
    return kept


def _supersede(tx: Tx, old: Mapping[int, int], now: datetime) -> None:
    if old:
        params = {
            "group_id": tx.scope.group_id,
            "buckets": array(list(old.values())),
            "statement_ids": array(list(old)),
            "now": now,
        }
        tx.execute(tables.statements.SUPERSEDE_STATEMENTS, params)


def _row(
    statement: Statement,
    new_id: int,
    owner: LockedCustomer,
    record_id: int | None,
    cipher: Cipher,
) -> tuple[object, ...]:
    document = rules.packed(statement.profile, statement.cleared)
    return (
        bucket_of(owner.id),
        new_id,
        owner.brand_id,
        owner.id,
        record_id,
        statement.identifier_id,
        statement.source,
        statement.told_at,
        cipher.seal(document, place=PROFILE_PLACE, row=new_id),
        owner.person_id,
        statement.actor,
        statement.reason,
    )


def _corrected(asked: Correction, owner: LockedCustomer, now: datetime) -> Statement:
    profile = Profile(
        name=asked.name,
        gender=asked.gender,
        birthday_on=asked.birthday_on,
        city=asked.city,
    )
    return Statement(
        id=0,
        customer_id=owner.id,
        identifier_id=None,
        source=MANUAL,
        told_at=now,
        recorded_at=now,
        profile=profile,
        cleared=asked.cleared,
        actor=asked.actor,
        reason=asked.reason,
    )


def _resealed(sealed: bytes, before: Cipher, after: Cipher, row: int) -> bytes:
    return after.seal(
        before.open(sealed, place=PROFILE_PLACE, row=row), place=PROFILE_PLACE, row=row
    )
