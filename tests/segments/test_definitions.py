"""Segments by definition: checked, versioned, told apart in words, never in a circle."""

from datetime import datetime
from typing import Protocol

import pytest

from huitong import org, segments
from huitong.platform.conditions import ConditionInvalid, Language
from huitong.platform.db import Tx
from huitong.segments.model.definitions import (
    Segment,
    SegmentChanged,
    SegmentInUse,
    SegmentInvalid,
    SegmentNotFound,
)
from tests.segments.audience_pack import install

NAMES = {"zh": "忠诚客", "en": "Loyal"}
OFTEN = {"field": "tags.frequency_band", "in": ["two"]}


@pytest.fixture
def brand_id(tx: Tx, now: datetime) -> int:
    """Return a brand with four tags and no segment."""
    org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "tills")], now=now)
    brand_id = org.brand(tx, code="wool").id
    install(tx, brand_id=brand_id, now=now)
    return brand_id


class Keep(Protocol):
    """Keeps a segment."""

    def __call__(
        self, code: str, condition: object, expected: int | None = None, **more: object
    ) -> Segment: ...


@pytest.fixture
def kept(tx: Tx, brand_id: int, now: datetime) -> Keep:
    """Return a function that keeps a segment."""

    def keep(code: str, condition: object, expected: int | None = None, **more: object) -> Segment:
        document = {"code": code, "names": NAMES, "condition": condition, **more}
        return segments.put_segment(
            tx,
            brand_id=brand_id,
            document=segments.read_segment(document),
            expected_version=expected,
            actor="test",
            now=now,
        )

    return keep


class TestKeeping:
    def test_a_change_is_a_version_and_the_same_document_is_none(
        self, tx: Tx, brand_id: int, kept: Keep
    ) -> None:
        assert kept("loyal", OFTEN, 0).version == 1
        assert kept("loyal", OFTEN, 1).version == 1
        assert kept("loyal", {"all": [OFTEN]}, 1).version == 2
        versions = segments.versions_of(tx, brand_id=brand_id, code="loyal")
        assert [one.version for one in versions] == [2, 1]
        assert segments.segment_of(tx, brand_id=brand_id, code="loyal") == versions[0]

    def test_who_read_an_older_version_is_refused(self, kept: Keep) -> None:
        kept("loyal", OFTEN, 0)
        for expected in (0, 2):
            with pytest.raises(SegmentChanged, match="at version 1"):
                kept("loyal", {"all": []}, expected)

    def test_words_that_are_not_there_are_refused_with_those_that_are(self, kept: Keep) -> None:
        with pytest.raises(ConditionInvalid, match="order_count"):
            kept("loyal", {"field": "tags.order_counts", "at_least": 2})
        with pytest.raises(ConditionInvalid, match="has no value “thrice”"):
            kept("loyal", {"field": "tags.frequency_band", "in": ["thrice"]})
        with pytest.raises(ConditionInvalid, match="anniversary_in_days"):
            kept("loyal", {"not": {"field": "birthday", "less_than": "1990-01-01"}})

    def test_a_segment_never_comes_round_to_itself(self, kept: Keep) -> None:
        kept("a", OFTEN)
        kept("b", {"not": {"segment": "a"}})
        with pytest.raises(ConditionInvalid):
            kept("a", {"any": [{"segment": "b"}]})
        with pytest.raises(ConditionInvalid):
            kept("c", {"segment": "c"})

    def test_a_document_that_is_none_is_refused_with_its_place(self) -> None:
        documents: tuple[object, ...] = (
            [],
            {"code": "x", "names": NAMES},
            {"code": "X!", "names": NAMES, "condition": OFTEN},
            {"code": "x", "names": NAMES, "condition": OFTEN, "colour": "red"},
        )
        for wrong in documents:
            with pytest.raises(SegmentInvalid):
                segments.read_segment(wrong)

    def test_a_document_comes_back_as_it_was_written(self, kept: Keep) -> None:
        condition = {
            "all": [
                {"facts": "orders", "where": {"field": "kind", "in": ["normal"]}, "last_days": 90,
                 "measure": {"sum": "kept_minor"}, "at_least": 100_00},
                {"not": {"field": "enrolled_at", "less_than": "2026-01-01"}},
            ]
        }  # fmt: skip
        document = kept("rich", condition).document
        assert segments.read_segment(segments.written(document)) == document


class TestArchiving:
    def test_what_others_are_defined_by_stays(self, tx: Tx, brand_id: int, kept: Keep) -> None:
        kept("a", OFTEN)
        kept("b", {"segment": "a"})
        with pytest.raises(SegmentInUse, match="“b”"):
            segments.archive_segment(tx, brand_id=brand_id, code="a", expected_version=1)
        segments.archive_segment(tx, brand_id=brand_id, code="b", expected_version=1)
        segments.archive_segment(tx, brand_id=brand_id, code="a", expected_version=1)
        found = segments.segments_of(tx, brand_id=brand_id)
        assert all(one.is_archived for one in found.values())
        assert not kept("a", OFTEN).is_archived
        with pytest.raises(SegmentNotFound):
            segments.archive_segment(tx, brand_id=brand_id, code="z", expected_version=None)


def test_two_versions_are_told_apart_in_words(tx: Tx, brand_id: int, kept: Keep) -> None:
    kept("loyal", {"all": [OFTEN, {"field": "status", "in": ["member"]}]})
    kept("loyal", {"all": [OFTEN, {"field": "tags.order_count", "at_least": 3}]}, owner="anna")
    after, before = segments.versions_of(tx, brand_id=brand_id, code="loyal")
    speech = segments.speech_of(tx, brand_id=brand_id)
    for language, wanted in (
        (Language.ZH, ["负责人：operations → anna", "去掉：会员状态为会员", "新增：订单数不低于3"]),
        (Language.EN, ["Owner: operations → anna", "Gone: ", "New: "]),
    ):
        told = segments.differences(
            before.document, after.document, speech.words.vocabulary,
            segments=speech.segments, language=language,
        )  # fmt: skip
        assert len(told) == 3
        assert all(one.startswith(part) for one, part in zip(told, wanted, strict=True)), told
