"""Beneficiaries and owned items: how they are sealed, and when a guardian has to agree."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime

import orjson

from huitong.channels.model import Gender
from huitong.customers.model import (
    GUARDIAN_AGE_YEARS,
    BelongingKind,
    Classed,
    Classification,
    Particulars,
)

BELONGING_PLACE = "customers.belonging"
LEAP_DAY = (2, 29)


def needs_guardian(kind: BelongingKind, particulars: Particulars, *, today: date) -> bool:
    """Tell whether a guardian has to agree: for a child of unknown age or under fourteen."""
    if kind is not BelongingKind.CHILD:
        return False
    born = particulars.birthday_on
    return born is None or today < _birthday(born, GUARDIAN_AGE_YEARS)


def packed_particulars(particulars: Particulars) -> bytes:
    """Return what is said of a belonging as the document that is sealed."""
    return orjson.dumps(asdict(particulars), option=orjson.OPT_SORT_KEYS)


def unpacked_particulars(document: bytes) -> Particulars:
    """Return what `packed_particulars` wrote."""
    said = orjson.loads(document)
    return Particulars(
        name=said["name"],
        gender=Gender(said["gender"]) if said["gender"] else None,
        due_on=_day(said["due_on"]),
        birthday_on=_day(said["birthday_on"]),
        sku=said["sku"],
        bought_on=_day(said["bought_on"]),
        facts=said["facts"],
    )


def classes_at(classifications: Iterable[Classification], instant: datetime) -> frozenset[Classed]:
    """Return what kind of buyer somebody was at an instant."""
    return frozenset(
        one.classed
        for one in classifications
        if one.valid_from <= instant and (one.valid_until is None or instant < one.valid_until)
    )


def same_class(standing: Sequence[Classification], new: Classification) -> int | None:
    """Return the classification that says already what a new one would."""
    for one in standing:
        covers = one.valid_from <= new.valid_from and (
            one.valid_until is None
            or (new.valid_until is not None and new.valid_until <= one.valid_until)
        )
        if one.classed is new.classed and covers:
            return one.id
    return None


def _birthday(born: date, years: int) -> date:
    if (born.month, born.day) == LEAP_DAY:
        # Who was born on a leap day comes of age on the first of March.
        return date(born.year + years, 3, 1)
    return born.replace(year=born.year + years)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
