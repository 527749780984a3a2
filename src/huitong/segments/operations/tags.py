"""Writes of tags: packs, definitions, what is given by hand, and what a refresh found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huitong.platform.db import Tx, array, text_array
from huitong.platform.errors import Ok, Refused, Result
from huitong.platform.ids import bucket_of
from huitong.segments.model.tags import (
    NumberValues,
    Pack,
    RefreshKind,
    Tag,
    TagKind,
    TagNotFound,
    TagRefresh,
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


def install_pack(tx: Tx, pack: Pack, *, brand_id: int, actor: str, now: datetime) -> int:
    """Take a pack's tags and fields over, and return how many tags are new or changed."""
    constants = _constants(tx, brand_id) | {"actor": actor, "now": now}
    fields = pack.model_copy(update={"tags": ()})
    tx.execute(
        tables.PUT_PACK, {"code": pack.code, "document": fields.model_dump_json(), **constants}
    )
    return put_tags(tx, pack.tags, brand_id=brand_id, actor=actor, now=now)


def put_tags(tx: Tx, tags: Sequence[Tag], *, brand_id: int, actor: str, now: datetime) -> int:
    """Define tags, and return how many are new or changed."""
    if not tags:
        return 0
    rows = [(tag.code, tag.model_dump_json(by_alias=True)) for tag in tags]
    constants = _constants(tx, brand_id) | {"actor": actor, "now": now}
    tx.write(tables.PUT_TAGS, tables.TAG, rows, constants)
    return len(rows)


def archive_tag(tx: Tx, *, brand_id: int, code: str, actor: str, now: datetime) -> None:
    """Stop computing a tag.

    :raises TagNotFound: when the brand defines none of that code.
    """
    asked = _constants(tx, brand_id) | {"code": code, "actor": actor, "now": now}
    if not tx.execute(tables.ARCHIVE_TAG, asked):
        raise TagNotFound(code)


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

    What was said before of an exclusive tag is taken back.

    :raises TagNotFound: when the brand has no such tag.
    """
    found = definitions(tx, brand_id=brand_id).tag(tag)
    checked = [_problem(found, one, today) for one in givings]
    fitting = [one for one, problem in zip(givings, checked, strict=True) if problem is None]
    constants = _constants(tx, brand_id) | {"tag": tag, "actor": actor, "now": now}
    if fitting and not found.multi:
        _withdraw(tx, [one.customer_id for one in fitting], constants)
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
) -> int:
    """Take back what was said of customers, and return how many sayings that were."""
    constants = _constants(tx, brand_id) | {"tag": tag, "actor": actor, "now": now}
    return _withdraw(tx, customer_ids, constants)


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
        return Refused("segments.given_ends_before", "It would end before it begins.")
    if isinstance(tag.values, NumberValues):
        whole = giving.value.lstrip("-").isdigit()
        return None if whole else Refused("segments.value_unfit", "A whole number is needed.")
    if tag.expression.primitive != "given":
        message = f"“{tag.code}” is computed; only tags by hand and from files are given."
        return Refused("segments.tag_computed", message)
    codes = [value.code for value in tag.values] if isinstance(tag.values, tuple) else []
    if codes and giving.value not in codes:
        message = f"“{tag.code}” has no value “{giving.value}”; it has {', '.join(codes)}."
        return Refused("segments.value_unfit", message)
    return None


def _withdraw(tx: Tx, customer_ids: Sequence[int], constants: Mapping[str, object]) -> int:
    return tx.execute(tables.WITHDRAW, {**constants, **_wanted(customer_ids)})


def _wanted(customer_ids: Sequence[int]) -> dict[str, object]:
    ids = sorted(set(customer_ids))
    return {
        "buckets": array([bucket_of(one) for one in ids]),
        "customer_ids": array(ids),
    }


def _constants(tx: Tx, brand_id: int) -> dict[str, object]:
    return {"group_id": tx.scope.group_id, "brand_id": brand_id}
