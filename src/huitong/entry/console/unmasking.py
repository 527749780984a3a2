"""Tells personal values of a customer to who may see them, and calls without telling the number.

Each value that is told is an entry of the audit, and how many a caller may see in a day is limited.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from huitong import customers, identity
from huitong.channels.model import IdentifierKind
from huitong.customers.model import CUSTOMER_PREFIX, Customer, Profile
from huitong.identity.rules import masked
from huitong.platform import audit, ids
from huitong.platform.audit import Act, Change
from huitong.platform.auth import Caller
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Kind
from huitong.platform.unmasking import DAY, hold_unmasking

DIALS_PER_DAY_MAX = 200
NOTE_LENGTH_MAX = 200


class PersonalField(StrEnum):
    """What of a customer can be unmasked."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    BIRTHDAY = "birthday"


class UnmaskReason(StrEnum):
    """Why somebody has to see a personal value."""

    CONTACT = "contact"
    VERIFY = "verify"
    DELIVERY = "delivery"
    COMPLAINT = "complaint"
    LEGAL = "legal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unmasked:
    """Personal values as they are; fields that were not asked for stay empty."""

    left_today: int
    name: str | None = field(default=None, repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    birthday_on: date | None = field(default=None, repr=False)


@dataclass(eq=False)
class TooManyDials(DomainError):
    """The caller has made as many calls as a day allows."""

    code: ClassVar[str] = "platform.too_many_dials"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "In 24 hours you may call {dials_max} times: the next call opens at {opens_at}."
    )
    opens_at: str
    dials_max: int = DIALS_PER_DAY_MAX


@dataclass(eq=False)
class ReasonMissing(DomainError):
    """The reason is “other”, and nobody said which."""

    code: ClassVar[str] = "platform.reason_missing"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "Say in a few words why you have to see it, without names or numbers."


@dataclass(eq=False)
class NoPhone(DomainError):
    """No phone of the customer is known, or it was erased."""

    code: ClassVar[str] = "platform.no_phone"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "No phone of {customer} is known: ask at the next visit."
    customer: str


def unmask(
    tx: Tx,
    caller: Caller,
    *,
    customer_id: int,
    fields: Sequence[PersonalField],
    reason: UnmaskReason,
    note: str,
    now: datetime,
) -> Unmasked:
    """Tell personal values of a customer, each an entry of the audit.

    :raises CustomerNotFound: when the scope sees no such customer.
    :raises ReasonMissing: when the reason is “other” without a word about it.
    :raises TooManyUnmasked: when the caller has seen as many as a day allows.
    """
    if reason is UnmaskReason.OTHER and not note.strip():
        raise ReasonMissing
    customer = customers.find_today(tx, customer_id=customer_id)
    wanted = sorted(set(fields))
    left = hold_unmasking(tx, caller, wanted=len(wanted), now=now)
    changes = [
        Change(
            subject=ids.show(CUSTOMER_PREFIX, customer.id),
            after={"field": one.value, "reason": reason.value},
            reason=note or None,
            brand_id=customer.brand_id,
        )
        for one in wanted
    ]
    audit.record_all(tx, changes, by=caller, act=Act.CUSTOMER_UNMASK, now=now)
    return _unmasked(tx, customer, wanted, left_today=left)


def number_to_dial(
    tx: Tx, caller: Caller, *, customer_id: int, reason: UnmaskReason, now: datetime
) -> tuple[str, str]:
    """Return the number to ring and how it is masked, once the call is an entry of the audit.

    :raises CustomerNotFound: when the scope sees no such customer.
    :raises NoPhone: when none is known.
    :raises TooManyDials: when the caller has made as many calls as a day allows.
    """
    customer = customers.find_today(tx, customer_id=customer_id)
    used, opens_at = _dialled(tx, caller, now)
    if used >= DIALS_PER_DAY_MAX:
        raise TooManyDials(opens_at=_told(opens_at or now))
    shown = ids.show(CUSTOMER_PREFIX, customer.id)
    numbers = _values(tx, customer, IdentifierKind.PHONE)
    if not numbers:
        raise NoPhone(customer=shown)
    audit.record(
        tx,
        by=caller,
        act=Act.CUSTOMER_DIAL,
        subject=shown,
        after={"reason": reason.value},
        brand_id=customer.brand_id,
        now=now,
    )
    return numbers[0], masked(IdentifierKind.PHONE, numbers[0])


def _dialled(tx: Tx, caller: Caller, now: datetime) -> tuple[int, datetime | None]:
    """Return how often the caller rang in a day, and when the first of these is a day old.

    Two calls at once wait for each other, so that together they keep the limit.
    """
    audit.wait_for_actor(tx, caller.actor())
    used, first = audit.done_since(
        tx, actor=caller.actor(), acts=[Act.CUSTOMER_DIAL], since=now - DAY
    )
    return used, None if first is None else first + DAY


def _unmasked(
    tx: ReadTx, customer: Customer, wanted: Sequence[PersonalField], *, left_today: int
) -> Unmasked:
    profile = Profile()
    if {PersonalField.NAME, PersonalField.BIRTHDAY} & set(wanted):
        profile = customers.profiles_of(tx, customer_ids=[customer.id]).get(customer.id, profile)
    phone, email = IdentifierKind.PHONE, IdentifierKind.EMAIL
    return Unmasked(
        left_today=left_today,
        name=profile.name if PersonalField.NAME in wanted else None,
        birthday_on=profile.birthday_on if PersonalField.BIRTHDAY in wanted else None,
        phones=_values(tx, customer, phone) if PersonalField.PHONE in wanted else (),
        emails=_values(tx, customer, email) if PersonalField.EMAIL in wanted else (),
    )


def _values(tx: ReadTx, customer: Customer, kind: IdentifierKind) -> tuple[str, ...]:
    """Return the customer's identifiers of a kind, verified ones first, then the latest."""
    known = identity.export(tx, [customer.person_id]).get(customer.person_id, [])
    of_kind = [one for one in known if one["kind"] == kind]
    of_kind.sort(key=lambda one: (bool(one["verified"]), str(one["known_since"])), reverse=True)
    return tuple(dict.fromkeys(str(one["value"]) for one in of_kind))


def _told(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes")
