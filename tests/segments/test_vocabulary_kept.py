"""The words of a brand are read once, and anew as soon as any of them has changed."""

from collections.abc import Callable

import pytest

from huitong.platform.conditions import read_condition
from huitong.platform.db import Database, Tx
from huitong.segments import archive_segment, put_segment, read_segment
from huitong.segments.model.tags import Tag
from huitong.segments.operations.tag_documents import archive_tag, put_tag
from huitong.segments.queries.vocabulary import Speech, speech_of
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.rules.bitmaps import SetCache
from tests.lake.conftest import database, shop
from tests.segments.test_audiences import Store, store
from tests.segments.test_tags_routes import LOYAL

__all__ = ["database", "shop", "store"]

OLD = {"code": "old", "names": {"zh": "老客", "en": "Old"}, "condition": {"all": []}}


def kept(store: Store, cache: SetCache) -> Speech:
    with store.shop.transaction(store.now) as tx:
        return speech_kept(tx, brand_id=store.shop.place.brand_id, cache=cache)


def is_current(store: Store, cache: SetCache) -> bool:
    with store.shop.transaction(store.now) as tx:
        fresh = speech_of(tx, brand_id=store.shop.place.brand_id)
    return kept(store, cache) == fresh


def put_old(store: Store, tx: Tx, **changed: object) -> None:
    put_segment(
        tx, brand_id=store.shop.place.brand_id, document=read_segment({**OLD, **changed}),
        expected_version=None, actor="test", now=store.now,
    )  # fmt: skip


def put_loyal(store: Store, tx: Tx) -> None:
    tag = Tag.model_validate({**LOYAL, "code": "loyal"})
    brand_id = store.shop.place.brand_id
    put_tag(tx, tag, brand_id=brand_id, expected_version=None, actor="test", now=store.now)


CHANGES: dict[str, Callable[[Store, Tx], object]] = {
    "a new segment": put_old,
    "another condition": lambda store, tx: put_old(
        store, tx, condition={"field": "status", "in": ["member"]}
    ),
    "another name": lambda store, tx: put_old(store, tx, names={"zh": "老", "en": "Elder"}),
    "a new tag": put_loyal,
    "a tag put away": lambda store, tx: archive_tag(
        tx, brand_id=store.shop.place.brand_id, code="loyal", actor="test", now=store.now
    ),
}


def test_words_are_read_again_after_each_change_and_only_then(store: Store) -> None:
    cache = SetCache()
    before = kept(store, cache)
    assert kept(store, cache) is before
    for name, change in CHANGES.items():
        with store.shop.transaction(store.now) as tx:
            change(store, tx)
        assert is_current(store, cache), name
        after = kept(store, cache)
        assert after is not before, name
        assert kept(store, cache) is after, name
        before = after


def test_words_of_open_tags_come_with_the_refresh_that_numbered_them(
    store: Store, database: Database
) -> None:
    cache = SetCache()
    before = kept(store, cache)
    store.refresh(database)
    assert kept(store, cache) is not before
    assert is_current(store, cache)


def test_what_was_undone_is_not_kept_under_the_version_it_would_have_had(store: Store) -> None:
    cache, brand_id = SetCache(), store.shop.place.brand_id

    def undone() -> None:
        with store.shop.transaction(store.now) as tx:
            put_old(store, tx)
            speech_kept(tx, brand_id=brand_id, cache=cache)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undone()
    with store.shop.transaction(store.now) as tx:
        put_old(store, tx, condition={"field": "status", "in": ["member"]})
    told = kept(store, cache).segments.conditions["old"]
    assert told == read_condition({"field": "status", "in": ["member"]})


def test_an_archived_segment_put_again_counts_again(store: Store) -> None:
    cache, brand_id = SetCache(), store.shop.place.brand_id
    with store.shop.transaction(store.now) as tx:
        put_old(store, tx)
    with store.shop.transaction(store.now) as tx:
        archive_segment(tx, brand_id=brand_id, code="old", expected_version=None)
    assert is_current(store, cache)
    with store.shop.transaction(store.now) as tx:
        put_old(store, tx)
    assert is_current(store, cache)
