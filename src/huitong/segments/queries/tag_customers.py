"""Reads of one customer's tags: what was computed, from the bitmaps, and what people said."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform.db import ReadTx
from huitong.platform.ids import bucket_of, show
from huitong.segments.model.audiences import CustomerNotKnown
from huitong.segments.model.bitmaps import SetKey
from huitong.segments.model.tag_versions import StandingTag, TaggedCustomer
from huitong.segments.model.tags import Tag
from huitong.segments.queries.bitmaps import Bitmaps, open_bitmaps
from huitong.segments.queries.vocabulary import Speech
from huitong.segments.rules.bitmaps import Leaf, SetCache, column_of_ordinals
from huitong.segments.tables import audiences as place_tables
from huitong.segments.tables import tags as tables


def tags_of_customer(
    tx: ReadTx,
    customer_id: int,
    *,
    brand_id: int,
    tags: Sequence[Tag],
    speech: Speech,
    cache: SetCache,
    today: date,
) -> TaggedCustomer:
    """Return the values of these tags for a customer, and what stands of them by hand.

    :raises CustomerNotKnown: when the customer has no place in the bitmaps yet.
    :raises NothingPublished: when the tags of the brand were never computed.
    """
    bitmaps = open_bitmaps(tx, brand_id=brand_id, cache=cache)
    asked = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "bucket": bucket_of(customer_id),
        "customer_id": customer_id,
    }
    place = tx.row(place_tables.FIND_PLACE, asked)
    if place is None:
        raise CustomerNotKnown(customer=show(CUSTOMER_PREFIX, customer_id))
    ordinal, is_retired = place
    values: dict[str, Sequence[str] | int] = {}
    if not is_retired:
        has = frozenset(bitmaps.values_of(customer_id) or ())
        values = _values(bitmaps, tags, speech.words.codes_of_tags, has, ordinal)
    given = tx.all(StandingTag, tables.GIVEN_TO_ONE, {"today": today, **asked})
    codes = {tag.code for tag in tags}
    standing = [one for one in given if one.tag in codes]
    return TaggedCustomer(
        customer_id, not is_retired, bitmaps.version.version, values, standing
    )  # fmt: skip


def _values(
    bitmaps: Bitmaps,
    tags: Sequence[Tag],
    codes: Mapping[str, Mapping[str, int]],
    has: frozenset[SetKey],
    ordinal: int,
) -> dict[str, Sequence[str] | int]:
    """Return the values of one place in the bitmaps; a tag of which none is known is left out."""
    only = Leaf(column_of_ordinals(np.array([ordinal], np.int64)))
    found: dict[str, Sequence[str] | int] = {}
    for tag in tags:
        if tag.is_number:
            total = bitmaps.total(tag.code, only)
            if total.count:
                found[tag.code] = total.sum
            continue
        own = codes.get(tag.code, {})
        values = tuple(code for code, number in own.items() if SetKey(tag.code, number) in has)
        if values:
            found[tag.code] = values
    return found
