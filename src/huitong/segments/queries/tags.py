"""Reads of tags: a brand's definitions with what they are made from, refreshes, counts."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from huitong.platform.db import ReadTx
from huitong.segments.model.tags import (
    Festival,
    Lookup,
    NumberValues,
    Pack,
    RefreshKind,
    Tag,
    TagNotFound,
    TagRefresh,
    TagsNotRefreshed,
)
from huitong.segments.rules.bitmaps import KNOWN
from huitong.segments.rules.tag_packs import DEFAULT_PACKS, shipped_pack
from huitong.segments.tables import tags as tables

TREND_MAX = 10_000


@dataclass(frozen=True)
class Definitions:
    """A brand's tags by code, and what they are made from."""

    tags: Mapping[str, Tag]
    lookups: Mapping[str, Lookup]
    festivals: tuple[Festival, ...]

    @property
    def digest(self) -> str:
        """Return what changes when any tag may come to another value for the same facts."""
        told = {
            "tags": [
                tag.model_dump(mode="json", by_alias=True)
                for tag in sorted(self.tags.values(), key=lambda tag: tag.code)
            ],
            "lookups": [
                one.model_dump(mode="json")
                for one in sorted(self.lookups.values(), key=lambda one: one.field)
            ],
            "festivals": [one.model_dump(mode="json") for one in self.festivals],
        }
        text = json.dumps(told, ensure_ascii=False, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def tag(self, code: str) -> Tag:
        """Return a tag.

        :raises TagNotFound: when there is none.
        """
        if code not in self.tags:
            raise TagNotFound(code)
        return self.tags[code]


@dataclass(frozen=True, slots=True)
class GivenTag:
    """What somebody says of a customer."""

    id: int
    customer_id: int
    tag: str
    value: str
    valid_from: date
    valid_until: date | None
    source: str
    given_by: str
    recorded_at: datetime


def definitions(tx: ReadTx, *, brand_id: int) -> Definitions:
    """Return a brand's tags; those of the shipped packs until it has any of its own."""
    place = _place(tx, brand_id)
    packs = [Pack.model_validate(document) for (document,) in tx.rows(tables.LIST_PACKS, place)]
    tags = [Tag.model_validate(document) for (document,) in tx.rows(tables.LIST_TAGS, place)]
    if not packs and not tags:
        packs = [shipped_pack(code) for code in DEFAULT_PACKS]
        tags = [tag for pack in packs for tag in pack.tags]
    return Definitions(
        {tag.code: tag for tag in tags},
        {one.field: one for pack in packs for one in pack.lookups},
        tuple({one.code: one for pack in packs for one in pack.festivals}.values()),
    )


def words(tx: ReadTx, *, brand_id: int) -> Mapping[str, Mapping[str, int]]:
    """Return the number of every known word by field and text."""
    found: dict[str, dict[str, int]] = {}
    for field, number, text in tx.rows(tables.LIST_WORDS, _place(tx, brand_id)):
        found.setdefault(field, {})[text] = number
    return found


def refreshed_values(tx: ReadTx, *, brand_id: int) -> Mapping[str, Sequence[str]] | None:
    """Return the listed values of tags as of the newest refresh, in the order of their numbers.

    None where there was no refresh yet, or one of a release that did not keep them.
    """
    row = tx.row(tables.REFRESHED_VALUES, _place(tx, brand_id))
    return None if row is None else row[0]


def texts_of(tx: ReadTx, tag: Tag, *, brand_id: int) -> Mapping[int, tuple[str, str]]:
    """Return the values of a tag by number: the code, and what people call it.

    Of a number there is one line, for those of whom it is known.
    """
    if isinstance(tag.values, tuple):
        named = {value.code: f"{value.names.zh} {value.names.en}" for value in tag.values}
        known = refreshed_values(tx, brand_id=brand_id)
        order = list(named) if known is None else known.get(tag.code, ())
        first = 0 if tag.multi else 1
        return {place: (code, named.get(code, code)) for place, code in enumerate(order, first)}
    if isinstance(tag.values, NumberValues):
        return {KNOWN: ("known", f"已知 known, in {tag.values.unit}")}
    field = getattr(tag.expression, "field", "")
    own = words(tx, brand_id=brand_id).get(field, {})
    return {number: (text, text) for text, number in own.items()}


def given(tx: ReadTx, *, brand_id: int, today: date) -> Sequence[GivenTag]:
    """Return what is said of customers by hand and from files, now or from a later day on."""
    return tx.all(GivenTag, tables.LIST_GIVEN, {"today": today, **_place(tx, brand_id)})


def last_refresh(tx: ReadTx, *, brand_id: int) -> TagRefresh | None:
    """Return the newest refresh, or None when there was none."""
    row = tx.row(tables.LAST_REFRESH, _place(tx, brand_id))
    if row is None:
        return None
    version, lake_version, as_of, kind, *rest = row
    return TagRefresh(version, lake_version, as_of, RefreshKind(kind), *rest)


def state_of(tx: ReadTx, *, brand_id: int, version: int) -> Mapping[str, object]:
    """Return which files hold a refresh.

    :raises TagsNotRefreshed: when there is no such refresh.
    """
    row = tx.row(tables.STATE_OF_REFRESH, {"version": version, **_place(tx, brand_id)})
    if row is None:
        raise TagsNotRefreshed(brand_id)
    found: Mapping[str, object] = row[0]
    return found


def counts(tx: ReadTx, *, brand_id: int) -> Mapping[str, Mapping[int, int]]:
    """Return how many customers each value of each tag has, by code and number of the value.

    Of a number only how many it is known of is told, under -1.

    :raises TagsNotRefreshed: when the tags were never computed.
    """
    refresh = last_refresh(tx, brand_id=brand_id)
    if refresh is None:
        raise TagsNotRefreshed(brand_id)
    found: dict[str, dict[int, int]] = {}
    asked = {"version": refresh.version, **_place(tx, brand_id)}
    for tag, number, customers in tx.rows(tables.LIST_COUNTS, asked):
        found.setdefault(tag, {})[number] = customers
    return found


def trend(tx: ReadTx, *, brand_id: int, tag: str) -> Sequence[tuple[int, date, int, int]]:
    """Return version, day, number and customers of each value of a tag, the latest first."""
    asked = {"tag": tag, "limit": TREND_MAX, **_place(tx, brand_id)}
    return [tuple(row) for row in tx.rows(tables.LIST_REFRESHES, asked)]


def _place(tx: ReadTx, brand_id: int) -> dict[str, object]:
    return {"group_id": tx.scope.group_id, "brand_id": brand_id}
