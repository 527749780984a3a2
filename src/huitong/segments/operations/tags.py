"""Writes of tags: what is given by hand and from files, and what a refresh found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huitong import customers
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform.db import Tx, array, text_array
from huitong.platform.errors import Ok, Refused, Result
from huitong.platform.ids import bucket_of, show
from huitong.segments.model.givings import (
    GivenEndsBefore,
    GivenNumberUnfit,
    GivenToErased,
    GivenToMerged,
    GivenToStranger,
    GivenValueUnfit,
    TagIsComputed,
)
from huitong.segments.model.tags import (
    NumberValues,
    RefreshKind,
    Tag,
    TagKind,
    TagRefresh,
    is_whole_number,
)
from huitong.segments.queries.tags import definitions
from huitong.segments.tables import tags as tables

GIVEN_KINDS = {TagKind.MANUAL: "manual", TagKind.IMPORTED: "imported"}


@dataclass(frozen=True, slots=True)
class Giving:
    """What somebody says of a customer; `until` is the first day on which it does not hold."""

    customer_id: int
    value: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class _Person:
    """Whether somebody can be spoken of."""

    brand_id: int
    merged_into: int | None
    is_erased: bool


def give(
    tx: Tx,
    givings: Sequence[Giving],
    *,
    brand_id: int,
    tag: str,
    actor: str,
    now: datetime,
    today: date,
) -> list[Result[None]]:
    """Say a tag of customers by hand or from a file, from today on; per item what became of it.

    What was said before of an exclusive tag is taken back; of one of several values the same value
    is said anew. So a repeat changes nothing but who said it, and when.

    :raises TagNotFound: when the brand has no such tag.
    """
    found = definitions(tx, brand_id=brand_id).tag(tag)
    people = _people(tx, givings)
    checked = [_problem(found, one, today) or _stranger(one, people, brand_id) for one in givings]
    fitting = [one for one, problem in zip(givings, checked, strict=True) if problem is None]
    constants = _constants(tx, brand_id) | {"tag": tag, "actor": actor, "now": now}
    _withdraw(
        tx, [(one.customer_id, one.value if found.multi else None) for one in fitting], constants
    )
    ids = tx.new_ids([bucket_of(one.customer_id) for one in fitting])
    rows = [
        (bucket_of(one.customer_id), own, one.customer_id, tag, one.value, today, one.until)
        for own, one in zip(ids, fitting, strict=True)
    ]
    source = GIVEN_KINDS.get(found.kind, "manual")
    tx.write(tables.GIVE, tables.GIVEN, rows, constants | {"source": source})
    return [Ok(None) if problem is None else problem for problem in checked]


def withdraw(
    tx: Tx,
    customer_ids: Sequence[int],
    *,
    brand_id: int,
    tag: str,
    actor: str,
    now: datetime,
    value: str | None = None,
) -> int:
    """Take back what was said of customers, and return how many sayings that were.

    `value` is the one that is taken back of a tag of several; None takes back all of them.
    """
    constants = _constants(tx, brand_id) | {"tag": tag, "actor": actor, "now": now}
    return _withdraw(tx, [(one, value) for one in customer_ids], constants)


def forget_tags(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Delete what was said of erased customers, and return how many sayings that were.

    What was computed of them leaves with the next refresh.
    """
    return tx.execute(tables.FORGET_GIVEN, {"group_id": tx.scope.group_id, **_wanted(customer_ids)})


def save_words(
    tx: Tx,
    words: Mapping[str, Mapping[str, int]],
    known: Mapping[str, Mapping[str, int]],
    *,
    brand_id: int,
) -> None:
    """Keep the numbers of new words."""
    rows = [
        (field, number, text)
        for field, numbers in words.items()
        for text, number in numbers.items()
        if text not in known.get(field, {})
    ]
    tx.write(tables.PUT_WORDS, tables.WORD, rows, _constants(tx, brand_id))


def publish_refresh(
    tx: Tx, refresh: TagRefresh, state: str, *, brand_id: int, tags: Sequence[str]
) -> None:
    """Let everybody see a refresh whose bitmaps are published in the same transaction."""
    constants = _constants(tx, brand_id) | {
        "version": refresh.version,
        "lake_version": refresh.lake_version,
        "as_of": refresh.as_of,
        "kind": RefreshKind(refresh.kind).value,
        "definitions": refresh.definitions,
        "state": state,
        "customers": refresh.customers,
        "computed": refresh.computed,
        "changed": refresh.changed,
        "now": refresh.finished_at,
    }
    tx.execute(tables.PUT_REFRESH, constants)
    tx.execute(tables.COUNT_VALUES, constants | {"tags": text_array(tags)})


def _problem(tag: Tag, giving: Giving, today: date) -> Refused | None:
    if giving.until is not None and giving.until <= today:
        return GivenEndsBefore(until=giving.until.isoformat()).as_refused()
    if tag.expression.primitive != "given":
        return TagIsComputed(tag=tag.code).as_refused()
    if isinstance(tag.values, NumberValues):
        whole = is_whole_number(giving.value)
        return None if whole else GivenNumberUnfit(value=giving.value).as_refused()
    codes = [value.code for value in tag.values] if isinstance(tag.values, tuple) else []
    if codes and giving.value not in codes:
        unfit = GivenValueUnfit(tag=tag.code, value=giving.value, values=", ".join(codes))
        return unfit.as_refused()
    return None


def _people(tx: Tx, givings: Sequence[Giving]) -> Mapping[int, _Person]:
    asked = {"group_id": tx.scope.group_id, **_wanted([one.customer_id for one in givings])}
    rows = tx.rows(tables.FIND_PEOPLE, asked) if givings else []
    return {row[0]: _Person(*row[1:]) for row in rows}


def _stranger(giving: Giving, people: Mapping[int, _Person], brand_id: int) -> Refused | None:
    """Return why nothing is said of somebody: not of this brand, merged away, or erased."""
    shown, person = show(CUSTOMER_PREFIX, giving.customer_id), people.get(giving.customer_id)
    if person is None or person.brand_id != brand_id:
        return GivenToStranger(customer=shown).as_refused()
    if person.is_erased:
        return GivenToErased(customer=shown).as_refused()
    if person.merged_into is not None:
        head = show(CUSTOMER_PREFIX, person.merged_into)
        return GivenToMerged(customer=shown, merged_into=head).as_refused()
    return None


def _withdraw(
    tx: Tx, wanted: Sequence[tuple[int, str | None]], constants: Mapping[str, object]
) -> int:
    """Take back one value, or with None every value, of each customer.

    What was said of those who were merged into them counts for them, and is taken back with it.
    """
    if not wanted:
        return 0
    family = customers.families(tx, customer_ids=[one for one, _ in wanted])
    every = [(member, value) for one, value in wanted for member in {one, *family.get(one, ())}]
    asked = {
        "buckets": array([bucket_of(one) for one, _ in every]),
        "customer_ids": array([one for one, _ in every]),
        "values": [value for _, value in every],
    }
    return tx.execute(tables.WITHDRAW, {**constants, **asked})


def _wanted(customer_ids: Sequence[int]) -> dict[str, object]:
    ids = sorted(set(customer_ids))
    return {
        "buckets": array([bucket_of(one) for one in ids]),
        "customer_ids": array(ids),
    }


def _constants(tx: Tx, brand_id: int) -> dict[str, object]:
    return {"group_id": tx.scope.group_id, "brand_id": brand_id}
