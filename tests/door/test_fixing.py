"""What was refused is put right: by hand, by a better mapping, one by one or all of a cause."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from huitong import channels, org
from huitong.channels.connectors.file import Mapping, remapped
from huitong.channels.model import (
    Arrival,
    Fix,
    NoRecordText,
    NoSuchPlace,
    NotRefused,
    RecordKind,
    RecordState,
    Taken,
    Way,
)
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused, Result
from tests.channels.make import Recorder, make_delivery, make_order_text

BROKEN = b"too,few,columns"


@pytest.fixture
def account(tx: Tx, now: datetime) -> ChannelAccount:
    made = org.set_up(tx, name="Group", brand="main", accounts=[("pos", "main")], now=now)
    return made.accounts[0]


def take(
    tx: Tx, account: ChannelAccount, texts: Sequence[bytes], recorder: Recorder, now: datetime
) -> list[int]:
    """Take texts in and return the ids of those that were refused, the oldest first."""
    feed = channels.Feed(account, RecordKind.ORDER, [recorder.apply])
    arrivals: list[Arrival] = [
        channels.arrive(account, RecordKind.ORDER, text, row=row)
        for row, text in enumerate(texts, start=2)
    ]
    delivery_id = make_delivery(tx, account, now=now)
    channels.take_page(tx, arrivals, feed=feed, delivery_id=delivery_id, now=now)
    return [one.id for one in channels.refused_records(tx, limit=50)][::-1]


def fix(tx: Tx, fixes: Sequence[Fix], recorder: Recorder, now: datetime) -> list[Result[Taken]]:
    return channels.fix(
        tx,
        fixes,
        actor="Li Hua",
        reason="the till was set up wrong",
        appliers={RecordKind.ORDER: [recorder.apply]},
        now=now,
    )


def states(tx: Tx, *record_ids: int) -> list[RecordState]:
    return [channels.record(tx, one).state for one in record_ids]


class TestFix:
    def test_a_fixed_record_is_applied_and_what_came_is_kept(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        recorder = Recorder()
        (refused,) = take(tx, account, [make_order_text(status="done")], recorder, now)
        text = channels.edited(channels.text_of(tx, refused), {"status": "completed"})
        (result,) = fix(tx, [Fix(refused, text, ("status",))], recorder, now)
        assert isinstance(result, Ok)
        fixed = result.value.record_id
        assert recorder.keys() == ["A1"]
        assert states(tx, refused, fixed) == [RecordState.SUPERSEDED, RecordState.APPLIED]
        assert b'"done"' in channels.text_of(tx, refused)
        assert channels.record(tx, fixed).source_row == 2
        (made,) = channels.fixes_of(tx, [fixed])
        assert (made.record_id, made.fields, made.actor) == (refused, ("status",), "Li Hua")
        (latest, _) = channels.deliveries(tx, limit=9)
        assert (latest.way, latest.applied_count) == (Way.FIX, 1)

    def test_what_came_changes_nothing_when_it_comes_again(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        recorder, wrong = Recorder(), make_order_text(status="done")
        (refused,) = take(tx, account, [wrong], recorder, now)
        fix(tx, [Fix(refused, make_order_text(), ("status",))], recorder, now)
        assert take(tx, account, [wrong], recorder, now) == []
        assert recorder.keys() == ["A1"]

    def test_a_fix_that_is_refused_in_turn_leaves_one_entry_open(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        recorder = Recorder()
        (refused,) = take(tx, account, [make_order_text(status="done")], recorder, now)
        still_wrong = make_order_text(status="finished")
        (result,) = fix(tx, [Fix(refused, still_wrong, ("status",))], recorder, now)
        assert isinstance(result, Refused)
        (open_one,) = channels.refused_records(tx, limit=9)
        assert open_one.id != refused
        (result,) = fix(tx, [Fix(open_one.id, make_order_text(), ("status",))], recorder, now)
        assert isinstance(result, Ok)
        assert channels.refused_records(tx, limit=9) == []

    def test_a_row_that_is_no_record_is_given_as_a_whole(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        recorder = Recorder()
        (refused,) = take(tx, account, [BROKEN], recorder, now)
        with pytest.raises(NoRecordText):
            channels.edited(BROKEN, {"status": "completed"})
        (result,) = fix(tx, [Fix(refused, make_order_text(), ("record",))], recorder, now)
        assert isinstance(result, Ok)
        assert recorder.keys() == ["A1"]
        assert states(tx, refused) == [RecordState.SUPERSEDED]

    def test_what_is_not_refused_is_not_fixed(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        recorder = Recorder()
        (refused,) = take(tx, account, [make_order_text(status="done")], recorder, now)
        wanted = [Fix(refused, make_order_text(), ("status",))]
        fix(tx, wanted, recorder, now)
        (again,) = fix(tx, wanted, recorder, now)
        assert isinstance(again, Refused)
        assert again.code == NotRefused.code
        assert recorder.keys() == ["A1"]

    def test_the_same_text_is_only_tried_again(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        text = make_order_text()
        (refused,) = take(tx, account, [text], Recorder(refuses=["A1"]), now)
        (result,) = fix(tx, [Fix(refused, text, ("status",))], Recorder(), now)
        assert isinstance(result, Ok)
        assert result.value.record_id == refused
        assert channels.fixes_of(tx, [refused]) == []

    def test_many_take_as_many_statements_as_one(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        def used(numbers: range) -> int:
            texts = [make_order_text(f"N{at}", status="done") for at in numbers]
            refused = take(tx, account, texts, Recorder(), now)
            fixes = [
                Fix(one, make_order_text(f"N{at}"), ("status",))
                for one, at in zip(refused, numbers, strict=True)
            ]
            before = tx.statements
            fix(tx, fixes, Recorder(), now)
            return tx.statements - before

        assert used(range(1, 2)) == used(range(2, 30))


class TestEdited:
    def test_items_are_counted_from_one_and_an_empty_value_takes_away(self) -> None:
        text = make_order_text(close_reason="x")
        said = channels.edited(
            text, {"lines.1.sku": "S9", "close_reason": "", "origin.author": "Li"}
        )
        (found,) = [channels.arrive(_nobody(), RecordKind.ORDER, said).record]
        assert found is not None
        assert b'"S9"' in said
        assert b"close_reason" not in said
        assert b'"origin":{"author":"Li"}' in said

    @pytest.mark.parametrize("path", ["lines.2.sku", "lines.0.sku", "lines.x.sku", "status.more"])
    def test_a_place_that_is_not_there_is_refused(self, path: str) -> None:
        with pytest.raises(NoSuchPlace, match="leads nowhere"):
            channels.edited(make_order_text(), {path: "x"})


def _nobody() -> ChannelAccount:
    from tests.channels.make import make_account  # noqa: PLC0415

    return make_account(1)


class TestRemapped:
    def mapping(self, **values: str) -> Mapping:
        return Mapping.model_validate(
            {
                "kind": "order",
                "zone": "Asia/Shanghai",
                "fields": {
                    "order_no": "no",
                    "status": {"column": "s", "values": values},
                    "ordered_at": {"column": "at", "format": "%d/%m/%Y"},
                    "parties.buyer.phone": "phone",
                    "lines.paid_minor": {"column": "paid", "unit": "yuan"},
                    "store": {"const": "S1"},
                },
            }
        )

    def test_values_that_could_not_be_read_are_read_by_another_mapping(self) -> None:
        text = make_order_text(
            status={"unreadable": "退货中"}, ordered_at={"unreadable": "02/03/2026"}
        )
        ((said, fields),) = remapped([text], self.mapping(退货中="completed"))
        assert fields == ("ordered_at", "status", "store")
        arrival = channels.arrive(_nobody(), RecordKind.ORDER, said)
        assert arrival.refused is None

    def test_values_in_lines_are_read_too_and_others_are_left(self) -> None:
        line = {"line_id": "1", "sku": "S", "quantity": 1, "list_minor": 5}
        text = make_order_text(store="S1", lines=[{**line, "paid_minor": {"unreadable": "9.90"}}])
        ((said, fields),) = remapped([text], self.mapping(x="paid"))
        assert fields == ("lines.paid_minor",)
        assert b'"paid_minor":990' in said

    def test_what_stays_unreadable_is_left_as_it_came(self) -> None:
        text = make_order_text(store="S1", status={"unreadable": "?"})
        assert remapped([text, b"no record"], self.mapping(x="paid")) == [
            (text, ()),
            (b"no record", ()),
        ]
