"""The tags that refreshes gave a customer and took away, for their story; read from the lake."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from huitong.entry import tag_history
from huitong.entry.console.customers_rows import Named, tag_words
from huitong.entry.console.timeline import Asked, Happening, Item, Source, latest
from huitong.platform.assembly import Platform
from huitong.platform.db import ReadTx
from huitong.platform.lake import LakeEmpty, Place
from huitong.segments.model.tag_intervals import TagInterval
from huitong.segments.model.tags import TagsNotRefreshed

ID_BYTES = 7


def computed_tags(platform: Platform) -> Source:
    """Return the source of tags that were computed; without any refresh it has nothing."""

    def told(tx: ReadTx, asked: Asked, before: tuple[datetime, int], limit: int) -> Sequence[Item]:
        brand = asked.brand
        place = Place(brand.group_id, brand.id, brand.time_zone)
        words = tag_words(tx, brand_id=brand.id)
        try:
            found = tag_history.history(
                platform.database,
                platform.open_lake,
                place,
                customer_id=asked.customer_id,
                tags=list(words),
            )
        except (TagsNotRefreshed, LakeEmpty):
            return []
        zone = ZoneInfo(brand.time_zone)
        items = [item for one in found for item in _items(one, *words[one.tag], zone)]
        return latest(items, before, limit)

    return told


def _items(one: TagInterval, tag: Named, names: Mapping[str, Named], zone: ZoneInfo) -> list[Item]:
    value = names.get(str(one.value)) or Named(str(one.value), str(one.value), str(one.value))
    facts = {
        "tag_chinese": tag.chinese,
        "tag_english": tag.english,
        "value_chinese": value.chinese,
        "value_english": value.english,
        "source": "computed",
    }
    days = (("gained", one.since), ("lost", one.until))
    return [
        Item(Happening.TAG, _at(day, zone), _id(one), what, facts=facts)
        for what, day in days
        if day is not None
    ]


def _at(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _id(one: TagInterval) -> int:
    """Return a number of an interval that stays the same from page to page."""
    told = f"{one.tag}|{one.value}|{one.since}".encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=ID_BYTES).digest())
