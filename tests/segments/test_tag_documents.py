"""Definitions of tags: taken over from what is shipped, checked, each change a version."""

from datetime import datetime

import pytest

from huitong.platform.db import Tx
from huitong.segments.model.tag_versions import TagChanged
from huitong.segments.model.tags import Pack, TagInvalid, TagNotFound
from huitong.segments.operations.tag_documents import archive_tag, install_pack, put_tag, put_tags
from huitong.segments.queries.tag_documents import (
    packs_in_versions,
    tags_in_versions,
    versions_of_tag,
)
from huitong.segments.queries.tags import definitions
from huitong.segments.rules.tag_packs import DEFAULT_PACKS
from tests.loyalty.club import Club
from tests.loyalty.conftest import database
from tests.segments.tag_lake import tag, values

__all__ = ["database"]

OWN = tag("own", {"primitive": "given"}, kind="manual", values=values("yes", "no"))
BUYER = tag("buyer", {"primitive": "count", "facts": "orders"}, values={"unit": "times"})
DOUBLED = tag("doubled", {"primitive": "tag", "tag": "buyer"}, values={"unit": "times"})


@pytest.fixture
def brand_id(tx: Tx, now: datetime) -> int:
    """Return a brand that has no tag of its own."""
    return Club.found(tx, now).brand.id


class TestWhatIsShipped:
    def test_it_stays_when_a_brand_defines_a_tag_of_its_own(
        self, tx: Tx, brand_id: int, now: datetime
    ) -> None:
        before = definitions(tx, brand_id=brand_id)
        kept = put_tag(tx, OWN, brand_id=brand_id, expected_version=0, actor="test", now=now)
        assert kept.version == 1
        after = definitions(tx, brand_id=brand_id)
        assert after.tags.keys() == before.tags.keys() | {"own"}
        assert after.lookups == before.lookups
        assert set(after.festivals) == set(before.festivals)
        versions = tags_in_versions(tx, brand_id=brand_id)
        assert {one.version for code, one in versions.items() if code != "own"} == {0}
        assert packs_in_versions(tx, brand_id=brand_id).keys() == set(DEFAULT_PACKS)

    def test_a_shipped_tag_is_changed_and_archived_as_version_0(
        self, tx: Tx, brand_id: int, now: datetime
    ) -> None:
        shipped = versions_of_tag(tx, brand_id=brand_id, code="shoe_size")[0]
        assert (shipped.version, shipped.changed_by) == (0, None)
        changed = shipped.tag.model_copy(update={"owner": "guides"})
        put_tag(tx, changed, brand_id=brand_id, expected_version=0, actor="test", now=now)
        newest, first = versions_of_tag(tx, brand_id=brand_id, code="shoe_size")
        assert (newest.version, newest.tag.owner) == (1, "guides")
        assert (first.version, first.tag) == (0, shipped.tag)
        archive_tag(
            tx, brand_id=brand_id, code="shoe_size", expected_version=1, actor="test", now=now
        )
        assert "shoe_size" not in definitions(tx, brand_id=brand_id).tags


class TestChanging:
    def test_who_read_an_older_version_changes_nothing(
        self, tx: Tx, brand_id: int, now: datetime
    ) -> None:
        put_tags(tx, [BUYER], brand_id=brand_id, actor="test", now=now)
        with pytest.raises(TagChanged, match="version 1 and not at 0"):
            put_tag(tx, BUYER, brand_id=brand_id, expected_version=0, actor="test", now=now)
        assert put_tags(tx, [BUYER], brand_id=brand_id, actor="test", now=now) == 0

    def test_a_tag_that_another_asks_for_is_not_archived(
        self, tx: Tx, brand_id: int, now: datetime
    ) -> None:
        put_tags(tx, [BUYER, DOUBLED], brand_id=brand_id, actor="test", now=now)
        with pytest.raises(TagInvalid, match="doubled"):
            archive_tag(tx, brand_id=brand_id, code="buyer", actor="test", now=now)
        archive_tag(tx, brand_id=brand_id, code="doubled", actor="test", now=now)
        archive_tag(tx, brand_id=brand_id, code="buyer", actor="test", now=now)
        with pytest.raises(TagNotFound):
            archive_tag(tx, brand_id=brand_id, code="buyer", actor="test", now=now)

    def test_an_archived_tag_that_is_put_again_is_there_again(
        self, tx: Tx, brand_id: int, now: datetime
    ) -> None:
        put_tags(tx, [BUYER], brand_id=brand_id, actor="test", now=now)
        archive_tag(tx, brand_id=brand_id, code="buyer", actor="test", now=now)
        kept = put_tag(tx, BUYER, brand_id=brand_id, expected_version=1, actor="test", now=now)
        assert (kept.version, kept.is_archived) == (2, False)
        assert definitions(tx, brand_id=brand_id).tags.keys() == {"buyer"}

    def test_a_pack_that_cannot_be_computed_leaves_everything_as_it_was(
        self, tx: Tx, brand_id: int, now: datetime
    ) -> None:
        names = {"zh": "错", "en": "Wrong"}
        pack = Pack.model_validate({"code": "wrong", "names": names}).model_copy(
            update={"tags": (DOUBLED,)}
        )
        with pytest.raises(TagInvalid, match="buyer"):
            install_pack(tx, pack, brand_id=brand_id, actor="test", now=now)
        assert packs_in_versions(tx, brand_id=brand_id).keys() == set(DEFAULT_PACKS)
