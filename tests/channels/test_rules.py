"""What a text says, which version it is, and whether it is news: no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.channels.model import Arrival, Order, RecordKind, RecordState
from huitong.channels.rules import (
    Seen,
    Verdict,
    arrive,
    judge,
    pack,
    read_record,
    refusal_of,
    unpack,
    version_of,
    waves,
)
from huitong.platform.errors import Refused
from tests.channels.make import make_account, make_order_text

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


def reason_of(kind: RecordKind, **fields: object) -> str:
    read = read_record(kind, orjson.dumps(fields))
    assert isinstance(read, Refused)
    return read.reason


def reason_of_order(**fields: object) -> str:
    read = read_record(RecordKind.ORDER, make_order_text(**{"order_no": "A1", **fields}))
    assert isinstance(read, Refused)
    return read.reason


def an_arrival(external_id: str = "A1", version_at: datetime | None = None) -> Arrival:
    text = make_order_text(external_id)
    arrival = arrive(make_account(1), RecordKind.ORDER, text)
    version = version_of(text, version_at)
    return replace(arrival, version=version, version_at=version_at)


class TestReadRecord:
    def test_a_text_becomes_the_record_it_says(self) -> None:
        read = read_record(RecordKind.ORDER, make_order_text("A1"))
        assert isinstance(read, Order)
        assert (read.order_no, read.paid_minor, read.lines[0].sku) == ("A1", 90, "S1")

    @pytest.mark.parametrize(
        "fields,sentence",
        [
            ({"paid_minor": "1.5"}, "“paid_minor” (“1.5”) is not a whole number."),
            ({"paid_minor": -1}, "“paid_minor” (“-1”) is less than 0."),
            (
                {"ordered_at": "2026-03-01T10:00:00"},
                (
                    "“ordered_at” (“2026-03-01T10:00:00”) has no time zone;"
                    " write it like 2026-03-01T10:00:00+08:00."
                ),
            ),
            (
                {"ordered_at": "March"},
                "“ordered_at” (“March”) is not a time; write it like 2026-03-01T10:00:00+08:00.",
            ),
            ({"lines": []}, "“lines” needs at least 1."),
            ({"weather": "rain"}, "“weather” is no field of this kind of record."),
            ({"order_no": ""}, "“order_no” is empty."),
            (
                {"paid_minor": {"unreadable": "12,3x"}},
                "“paid_minor” (“12,3x”) is no amount in whole fen.",
            ),
            (
                {"status": {"conflicting": "paid | closed"}},
                "“status” (“paid | closed”) is not the same in all rows of the record.",
            ),
        ],
    )
    def test_a_refusal_names_the_field_and_what_is_wrong(
        self, fields: dict[str, object], sentence: str
    ) -> None:
        assert reason_of_order(**fields) == sentence

    def test_the_place_in_a_list_is_named_as_people_count(self) -> None:
        line = {"line_id": "1", "sku": "S1", "quantity": "x", "list_minor": 0, "paid_minor": 0}
        assert (
            reason_of_order(lines=[line])
            == "“lines.quantity” of item 1 (“x”) is not a whole number."
        )

    def test_the_source_is_told_its_own_name_of_a_field(self) -> None:
        read = read_record(
            RecordKind.ORDER, make_order_text("A1", paid_minor="x"), {"paid_minor": "实付金额"}
        )
        assert isinstance(read, Refused)
        assert read.reason == "“实付金额” (“x”) is not a whole number."

    def test_many_faults_are_summed_up(self) -> None:
        reason = reason_of(RecordKind.PRODUCT, sku=1, spu=2, name=3, colour=4, size=5)
        assert reason.endswith("; and 2 more.")

    def test_no_personal_value_is_quoted(self) -> None:
        phone = "13800138001"
        reason = reason_of(
            RecordKind.MEMBER,
            member_no={"unreadable": phone},
            name={"unreadable": phone},
            birthday_on=phone + "x",
            gender=phone,
            identifiers=[{"kind": "phone", "value": [phone]}],
            telephone=phone,
        )
        assert phone not in reason
        assert "“name”" in reason

    def test_two_lines_with_one_id_are_refused(self) -> None:
        line = {"line_id": "1", "sku": "S1", "quantity": 1, "list_minor": 0, "paid_minor": 0}
        read = read_record(RecordKind.ORDER, make_order_text("A1", lines=[line, line]))
        assert isinstance(read, Refused)
        assert read.code == "channels.repeated_line"

    def test_rows_that_disagree_have_a_code_of_their_own(self) -> None:
        text = make_order_text("A1", ordered_at={"conflicting": "a | b"})
        read = read_record(RecordKind.ORDER, text)
        assert isinstance(read, Refused)
        assert read.code == "channels.conflicting_rows"

    @pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b'"order"', b"\xff", b"null"])
    def test_what_is_no_record_at_all_is_refused(self, text: bytes) -> None:
        read = read_record(RecordKind.ORDER, text)
        assert isinstance(read, Refused)
        assert read.code == "channels.unreadable"

    def test_a_nul_character_is_refused(self) -> None:
        assert "NUL" in reason_of_order(order_no="A\0")

    @pytest.mark.parametrize("said", ["20260301", 1_772_323_200, "20260301103000", 1.5, "-1", True])
    def test_digits_are_no_time(self, said: object) -> None:
        assert "“ordered_at”" in (reason := reason_of_order(ordered_at=said))
        assert "is not a time; write it like" in reason
        assert "“paid_at”" in reason_of_order(paid_at=said)

    @pytest.mark.parametrize("said", ["20260301", 20_000])
    def test_digits_are_no_day(self, said: object) -> None:
        reason = reason_of(RecordKind.MEMBER, member_no="M1", birthday_on=said)
        assert "“birthday_on” is not a day; write it like 2026-03-01" in reason


class TestRefusalOf:
    def test_an_order_of_an_account_that_only_ships_is_refused(self) -> None:
        account = make_account(1, fulfilment_only=True)
        arrival = arrive(account, RecordKind.ORDER, make_order_text("A1"))
        assert arrival.refused is not None
        assert arrival.refused.code == "channels.fulfilment_only"
        assert arrival.record is None
        assert arrival.external_id == "A1"

    def test_an_order_of_an_account_that_tells_none_is_refused(self) -> None:
        account = replace(make_account(1), sees_orders=False)
        read = read_record(RecordKind.ORDER, make_order_text("A1"))
        assert isinstance(read, Order)
        refusal = refusal_of(account, read)
        assert refusal is not None
        assert refusal.code == "channels.sees_no_orders"

    def test_a_package_of_an_account_that_only_ships_is_welcome(self) -> None:
        account = make_account(1, fulfilment_only=True)
        arrival = arrive(account, RecordKind.FULFILMENT, b'{"package_no":"P1","order_no":"A1"}')
        assert arrival.refused is None


class TestVersionOf:
    def test_the_sources_time_is_the_version_in_any_zone(self) -> None:
        east = read_record(
            RecordKind.ORDER, make_order_text("A1", updated_at="2026-03-02T18:00:00+08:00")
        )
        assert isinstance(east, Order)
        assert version_of(b"same", east.updated_at) == version_of(b"same", MONDAY)

    def test_other_content_at_the_same_time_is_another_version(self) -> None:
        assert version_of(b"one", MONDAY) != version_of(b"other", MONDAY)
        assert version_of(b"one", MONDAY) < version_of(b"one", TUESDAY)

    @pytest.mark.parametrize("updated_at", ["2026-03-02T18:00:00+08:00", "2026-03-02T10:00:00Z"])
    def test_a_text_that_cannot_be_read_still_has_its_time(self, updated_at: str) -> None:
        text = make_order_text("A1", paid_minor="x", updated_at=updated_at)
        arrival = arrive(make_account(1), RecordKind.ORDER, text)
        assert arrival.version_at == MONDAY
        assert arrival.version == version_of(text, MONDAY)

    @pytest.mark.parametrize("updated_at", ["soon", "2026-03-02T10:00:00", 7, None, [], "20260302"])
    def test_a_time_that_is_none_leaves_the_content(self, updated_at: object) -> None:
        text = make_order_text("A1", paid_minor="x", updated_at=updated_at)
        arrival = arrive(make_account(1), RecordKind.ORDER, text)
        assert arrival.version_at is None
        assert arrival.version == version_of(text, None)

    def test_without_a_time_the_content_is_the_version(self) -> None:
        assert version_of(b"one", None) == version_of(b"one", None)
        assert version_of(b"one", None) != version_of(b"other", None)

    def test_a_text_that_cannot_be_read_still_has_its_key(self) -> None:
        arrival = arrive(make_account(1), RecordKind.ORDER, b'{"order_no":"A1"}')
        assert arrival.external_id == "A1"
        assert arrival.refused is not None

    @pytest.mark.parametrize("key", ["A\0", "", "x" * 101, 7, None])
    def test_a_key_that_is_none_is_replaced_by_the_content(self, key: object) -> None:
        arrival = arrive(make_account(1), RecordKind.ORDER, orjson.dumps({"order_no": key}))
        assert arrival.external_id == arrival.version


class TestWaves:
    def test_different_records_are_one_wave(self) -> None:
        assert waves([an_arrival("A1"), an_arrival("A2")]) == [[0, 1]]

    def test_a_repeated_record_waits_and_its_older_version_goes_first(self) -> None:
        newer, other = an_arrival("A1", TUESDAY), an_arrival("A2")
        older = an_arrival("A1", MONDAY)
        assert waves([newer, other, older]) == [[1, 2], [0]]

    @given(st.lists(st.sampled_from("abc"), max_size=12))
    def test_every_place_is_in_one_wave_and_no_wave_repeats_a_record(self, keys: list[str]) -> None:
        arrivals = [an_arrival(key) for key in keys]
        cut = waves(arrivals)
        assert sorted(place for wave in cut for place in wave) == list(range(len(keys)))
        for wave in cut:
            assert len({keys[place] for place in wave}) == len(wave)


class TestJudge:
    def seen(self, version_at: datetime | None, state: RecordState = RecordState.APPLIED) -> Seen:
        version = version_of(make_order_text("A1"), version_at)
        return Seen(record_id=1, version=version, version_at=version_at, state=state)

    def test_what_was_never_seen_is_new(self) -> None:
        assert judge(an_arrival(), []) is Verdict.NEW

    @pytest.mark.parametrize("state", [RecordState.APPLIED, RecordState.SUPERSEDED])
    def test_the_same_version_is_known(self, state: RecordState) -> None:
        assert judge(an_arrival("A1", MONDAY), [self.seen(MONDAY, state)]) is Verdict.KNOWN

    def test_an_older_version_is_superseded(self) -> None:
        assert judge(an_arrival("A1", MONDAY), [self.seen(TUESDAY)]) is Verdict.SUPERSEDED

    def test_a_newer_version_is_new(self) -> None:
        assert judge(an_arrival("A1", TUESDAY), [self.seen(MONDAY)]) is Verdict.NEW

    def test_a_refused_version_is_tried_again(self) -> None:
        refused = self.seen(MONDAY, RecordState.REFUSED)
        assert judge(an_arrival("A1", MONDAY), [refused]) is Verdict.AGAIN

    def test_a_refused_newer_version_does_not_keep_an_older_one_out(self) -> None:
        refused = self.seen(TUESDAY, RecordState.REFUSED)
        assert judge(an_arrival("A1", MONDAY), [refused]) is Verdict.NEW

    def test_a_refused_version_that_is_late_by_now_is_superseded(self) -> None:
        seen = [self.seen(MONDAY, RecordState.REFUSED), self.seen(TUESDAY)]
        assert judge(an_arrival("A1", MONDAY), seen) is Verdict.SUPERSEDED


class TestPack:
    @given(st.lists(st.binary(max_size=50), min_size=1, max_size=20))
    def test_texts_come_back_in_their_places(self, texts: list[bytes]) -> None:
        assert unpack(pack(texts)) == [text.replace(b"\n", b" ") for text in texts]
