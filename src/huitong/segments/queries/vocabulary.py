"""The words of a brand, read from its tags, models and stores, and what segments mean by them."""

from dataclasses import dataclass

from huitong import org
from huitong.platform.conditions import Condition, Definitions, check_condition
from huitong.platform.db import ReadTx
from huitong.segments.queries import models as model_queries
from huitong.segments.queries import tags as tag_queries
from huitong.segments.queries.definitions import segments_of
from huitong.segments.rules.definitions import (
    definitions_of,
    refuse_ranges_of_birthdays,
)
from huitong.segments.rules.vocabulary import Words, words_of


@dataclass(frozen=True)
class Speech:
    """What conditions of a brand may say: words, and segments by name."""

    words: Words
    segments: Definitions

    def check(self, condition: Condition) -> None:
        """Refuse a condition that says what there is no word for.

        :raises ConditionInvalid: with everything that does not fit.
        """
        check_condition(condition, self.words.vocabulary, segments=self.segments)
        refuse_ranges_of_birthdays(condition)


def speech_of(tx: ReadTx, *, brand_id: int) -> Speech:
    """Return what conditions of a brand may say now."""
    tags = tag_queries.definitions(tx, brand_id=brand_id).tags
    known = tag_queries.words(tx, brand_id=brand_id)
    stores = sorted((store.code, store.name) for store in org.stores(tx))
    fields = model_queries.published_fields(tx, brand_id=brand_id)
    words = words_of(
        list(tags.values()),
        known,
        stores,
        fields,
        tag_queries.refreshed_values(tx, brand_id=brand_id),
    )
    return Speech(words, definitions_of(segments_of(tx, brand_id=brand_id)))
