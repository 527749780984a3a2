"""The words of a brand, read from its tags, models and stores, and what segments mean by them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from huitong import org
from huitong.platform.auth import NotPermitted, Permission
from huitong.platform.conditions import Condition, Definitions, check_condition
from huitong.platform.db import ReadTx
from huitong.segments.model.tags import Sensitivity, Tag
from huitong.segments.queries import models as model_queries
from huitong.segments.queries import tags as tag_queries
from huitong.segments.queries.definitions import segments_of
from huitong.segments.rules.allowing import DESCRIBED_MIN, permissions_for
from huitong.segments.rules.definitions import (
    definitions_of,
    facts_in,
    fields_in,
    refuse_ranges_of_birthdays,
)
from huitong.segments.rules.vocabulary import TAG_PREFIX, Words, words_of


@dataclass(frozen=True)
class Speech:
    """What conditions of a brand may say: words, and segments by name.

    `tags` are those that the words are of. `sensitive` are the fields of tags that not everybody
    with customers may see.
    """

    words: Words
    segments: Definitions
    tags: Mapping[str, Tag]
    sensitive: frozenset[str] = frozenset()

    def check(self, condition: Condition) -> None:
        """Refuse a condition that says what there is no word for.

        :raises ConditionInvalid: with everything that does not fit.
        """
        check_condition(condition, self.words.vocabulary, segments=self.segments)
        refuse_ranges_of_birthdays(condition)

    def admit(self, condition: Condition, permissions: Collection[str] | None) -> None:
        """Refuse a condition with strange words, or that asks for more than somebody may know.

        :raises ConditionInvalid: with everything that does not fit.
        :raises NotPermitted: with the first permission that is missing; None: nothing is.
        """
        self.check(condition)
        if permissions is not None:
            self.hold(condition, permissions)

    def left_out(self, customers: int, permissions: Collection[str] | None) -> frozenset[str]:
        """Return the fields that a portrait of so many leaves out for somebody."""
        may = permissions is None or Permission.TAGS_SENSITIVE in permissions
        return frozenset() if may or customers >= DESCRIBED_MIN else self.sensitive

    def missing(
        self,
        permissions: Collection[str],
        *,
        fields: Collection[str] = (),
        facts: Collection[str] = (),
    ) -> frozenset[Permission]:
        """Return the permissions that somebody lacks to ask for fields and kinds of facts."""
        needed = permissions_for(fields=fields, facts=facts, sensitive=self.sensitive)
        return needed - frozenset(permissions)

    def hold(self, condition: Condition, permissions: Collection[str]) -> None:
        """Refuse a condition that was checked and asks for more than somebody may know of people.

        :raises NotPermitted: with the first permission that is missing.
        """
        missing = self.missing(
            permissions,
            fields=fields_in(condition, self.segments),
            facts=facts_in(condition, self.segments),
        )
        for one in sorted(missing):
            raise NotPermitted(permission=one)


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
    sensitive = frozenset(
        f"{TAG_PREFIX}{tag.code}"
        for tag in tags.values()
        if tag.sensitivity is Sensitivity.SENSITIVE
    )
    return Speech(words, definitions_of(segments_of(tx, brand_id=brand_id)), tags, sensitive)
