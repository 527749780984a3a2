"""Pages taken into the inbox, tried again and forgotten, on a real database."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from huitong import channels, org
from huitong.channels.model import (
    NotRefused,
    RecordKind,
    RecordNotFound,
    RecordState,
    Taken,
    TextForgotten,
)
from huitong.channels.rules import bucket_of_key
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Refused, Result
from huitong.platform.pipeline import Applier
from tests.channels.make import (
    Recorder,
    make_account,
    make_delivery,
    make_feed,
    make_order_text,
    make_orders,
)

MONDAY = "2026-03-02T10:00:00+08:00"
TUESDAY = "2026-03-03T10:00:00+08:00"


@pytest.fixture
def account(group_id: int) -> ChannelAccount:
    return make_account(group_id)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def take(
    tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime, *texts: bytes
) -> list[str]:
    """Take a page of orders and tell what became of each: a state or a refusal's code."""
    answers = channels.take_page(
        tx,
        make_orders(account, *texts),
        feed=make_feed(account, recorder.apply),
        delivery_id=make_delivery(tx, account, now=now),
        now=now,
    )
    return [told(one) for one in answers]


def told(answer: Result[Taken]) -> str:
    return answer.code if isinstance(answer, Refused) else answer.value.state


def the_refused(tx: Tx) -> list[int]:
    return [one.id for one in channels.refused_records(tx, limit=50)]


class TestTakePage:
    def test_news_is_applied_once(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        texts = [make_order_text("A1"), make_order_text("A2")]
        assert take(tx, account, recorder, now, *texts) == ["applied", "applied"]
        assert take(tx, account, recorder, now, *texts) == ["known", "known"]
        assert recorder.keys() == ["A1", "A2"]

    def test_appliers_meet_the_record_with_its_account_and_inbox_id(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now, make_order_text("A1"))
        (met,) = recorder.met
        assert met.account == account
        assert channels.record(tx, met.record_id).external_id == "A1"

    def test_an_older_version_never_overwrites_a_newer_one(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        newer = make_order_text("A1", updated_at=TUESDAY, status="completed")
        older = make_order_text("A1", updated_at=MONDAY, status="paid")
        assert take(tx, account, recorder, now, newer) == ["applied"]
        assert take(tx, account, recorder, now, older) == ["superseded"]
        assert take(tx, account, recorder, now, older) == ["known"]
        assert len(recorder.met) == 1

    def test_two_versions_on_one_page_are_applied_in_the_worlds_order(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        newer = make_order_text("A1", updated_at=TUESDAY)
        older = make_order_text("A1", updated_at=MONDAY)
        assert take(tx, account, recorder, now, newer, older) == ["applied", "applied"]
        assert [str(one.record.updated_at) for one in recorder.met] == [
            "2026-03-02 10:00:00+08:00",
            "2026-03-03 10:00:00+08:00",
        ]

    def test_the_same_version_twice_on_one_page_is_applied_once(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        text = make_order_text("A1")
        assert take(tx, account, recorder, now, text, text) == ["applied", "known"]
        assert recorder.keys() == ["A1"]

    def test_a_refused_record_is_kept_with_its_reason_and_blocks_nobody(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        recorder = Recorder(refuses=["A1"])
        texts = [
            make_order_text("A1"),
            make_order_text("A2", paid_minor="x"),
            make_order_text("A3"),
        ]
        assert take(tx, account, recorder, now, *texts) == [
            "test.refused",
            "channels.unreadable",
            "applied",
        ]
        refused = channels.refused_records(tx, limit=50)
        assert {(one.external_id, one.reason, one.source_row) for one in refused} == {
            ("A1", "The test refuses this record.", 1),
            ("A2", "“paid_minor” (“x”) is not a whole number.", 2),
        }

    def test_a_refused_version_that_comes_again_is_tried_again(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        text = make_order_text("A1")
        assert take(tx, account, Recorder(refuses=["A1"]), now, text) == ["test.refused"]
        assert take(tx, account, Recorder(), now, text) == ["applied"]
        assert the_refused(tx) == []

    def test_a_repaired_version_closes_the_refused_one(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now, make_order_text("A1", paid_minor="x"))
        (broken_id,) = the_refused(tx)
        take(tx, account, recorder, now, make_order_text("A1"))
        assert the_refused(tx) == []
        assert channels.record(tx, broken_id).state is RecordState.SUPERSEDED

    def test_a_refused_newer_version_stays_open_when_an_older_one_is_applied(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        newer = make_order_text("A1", updated_at=TUESDAY)
        take(tx, account, Recorder(refuses=["A1"]), now, newer)
        older = make_order_text("A1", updated_at=MONDAY)
        assert take(tx, account, recorder, now, older) == ["applied"]
        assert len(the_refused(tx)) == 1

    def test_an_unreadable_newer_version_stays_open_when_an_older_one_is_applied(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        newer = make_order_text("A1", updated_at=TUESDAY, paid_minor="x")
        assert take(tx, account, recorder, now, newer) == ["channels.unreadable"]
        older = make_order_text("A1", updated_at=MONDAY)
        assert take(tx, account, recorder, now, older) == ["applied"]
        assert len(the_refused(tx)) == 1
        repaired = make_order_text("A1", updated_at=TUESDAY)
        assert take(tx, account, recorder, now, repaired) == ["applied"]
        assert the_refused(tx) == []

    def test_the_later_arrival_of_two_contents_at_one_instant_wins(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        one = make_order_text("A1", updated_at=MONDAY, status="paid")
        other = make_order_text("A1", updated_at=MONDAY, status="completed")
        assert take(tx, account, recorder, now, one) == ["applied"]
        assert take(tx, account, recorder, now, other, one) == ["applied", "known"]
        assert take(tx, account, recorder, now, one, other) == ["known", "known"]
        assert len(recorder.met) == 2

    def test_an_order_of_an_account_that_only_ships_is_kept_refused(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        shipping = replace(account, fulfilment_only=True)
        assert take(tx, shipping, recorder, now, make_order_text("A1")) == [
            "channels.fulfilment_only"
        ]
        assert recorder.met == []

    def test_two_accounts_may_use_the_same_number(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        text = make_order_text("A1")
        take(tx, account, recorder, now, text)
        assert take(tx, replace(account, id=8), recorder, now, text) == ["applied"]

    def test_a_page_takes_the_same_number_of_statements_whatever_its_size(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        def statements(prefix: str, count: int) -> int:
            before = tx.statements
            texts = [make_order_text(f"{prefix}{one}") for one in range(count)]
            take(tx, account, recorder, now, *texts)
            return tx.statements - before

        statements("warm", 100)
        # A page may have to lease one more block of ids, whatever its size.
        assert abs(statements("many", 500) - statements("some", 100)) <= 1

    def test_the_delivery_counts_what_became_of_its_records(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        delivery_id = make_delivery(tx, account, now=now)
        recorder = Recorder(refuses=["A1"])
        texts = [make_order_text("A1"), make_order_text("A2"), make_order_text("A2")]
        channels.take_page(
            tx,
            make_orders(account, *texts),
            feed=make_feed(account, recorder.apply),
            delivery_id=delivery_id,
            now=now,
        )
        channels.finish_delivery(tx, delivery_id, now=now)
        found = channels.delivery(tx, delivery_id)
        counts = (found.applied_count, found.refused_count, found.known_count)
        assert counts == (1, 1, 1)
        assert found.finished_at == now


class TestMembers:
    def test_a_member_is_known_to_the_inbox_by_a_blind_index(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        phone = "13800138001"
        text = b'{"member_no":"13800138001","identifiers":[{"kind":"phone","value":"13800138001"}]}'
        arrival = channels.arrive(account, RecordKind.MEMBER, text)
        feed = channels.Feed(account, RecordKind.MEMBER, [recorder.apply])
        delivery_id = make_delivery(tx, account, now=now)
        for expected in ("applied", "known"):
            (answer,) = channels.take_page(
                tx, [arrival], feed=feed, delivery_id=delivery_id, now=now
            )
            assert told(answer) == expected
        (found,) = channels.versions_of(tx, account, kind=RecordKind.MEMBER, external_id=phone)
        assert phone not in repr(found)
        stored = repr(tx.rows("SELECT record FROM channels.record"))
        assert phone not in stored

    def test_the_text_of_a_member_is_sealed(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        text = make_order_text("A1", receiver_city="Hangzhou")
        take(tx, account, recorder, now, text)
        ((content,),) = tx.rows("SELECT content FROM channels.body")
        assert b"Hangzhou" not in content
        assert channels.text_of(tx, recorder.met[0].record_id) == text


class TestRetry:
    @pytest.fixture
    def account(self, tx: Tx, now: datetime) -> ChannelAccount:
        made = org.set_up(tx, name="G", brand="B", accounts=[("pos", "main")], now=now)
        return made.accounts[0]

    def retry(self, tx: Tx, ids: list[int], recorder: Recorder, now: datetime) -> list[str]:
        appliers: dict[str, list[Applier]] = {RecordKind.ORDER: [recorder.apply]}
        return [told(one) for one in channels.retry(tx, ids, appliers=appliers, now=now)]

    def test_a_refused_record_is_applied_when_its_cause_is_gone(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        texts = [make_order_text("A1"), make_order_text("A2")]
        take(tx, account, Recorder(refuses=["A1", "A2"]), now, *texts)
        ids = the_refused(tx)
        assert self.retry(tx, ids, recorder, now) == ["applied", "applied"]
        assert sorted(recorder.keys()) == ["A1", "A2"]
        assert channels.record(tx, ids[0]).state is RecordState.APPLIED

    def test_a_record_that_is_refused_again_keeps_the_new_reason(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, Recorder(refuses=["A1"]), now, make_order_text("A1"))
        ids = the_refused(tx)
        assert self.retry(tx, ids, Recorder(refuses=["A1"]), now) == ["test.refused"]
        assert the_refused(tx) == ids

    def test_a_retry_learns_the_time_that_keeps_older_versions_out(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        newer = make_order_text("A1", updated_at=TUESDAY)
        take(tx, account, Recorder(refuses=["A1"]), now, newer)
        # As an earlier release left it, which could not make the time out.
        tx.execute("UPDATE channels.record SET version_at = NULL")
        assert self.retry(tx, the_refused(tx), recorder, now) == ["applied"]
        older = make_order_text("A1", updated_at=MONDAY)
        assert take(tx, account, recorder, now, older) == ["superseded"]

    def test_an_applied_record_is_not_retried(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now, make_order_text("A1"))
        ids = [one.record_id for one in recorder.met]
        assert self.retry(tx, ids, recorder, now) == [NotRefused.code]

    def test_a_retry_of_an_older_version_never_overwrites_a_newer_one(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        older = make_order_text("A1", updated_at=MONDAY)
        take(tx, account, Recorder(refuses=["A1"]), now, older)
        ids = the_refused(tx)
        take(tx, account, recorder, now, make_order_text("A1", updated_at=TUESDAY))
        assert self.retry(tx, ids, recorder, now) == [NotRefused.code]
        assert len(recorder.met) == 1

    def test_a_text_whose_days_are_over_cannot_be_retried(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, Recorder(refuses=["A1"]), now, make_order_text("A1"))
        channels.forget_bodies(tx, before=now.date() + timedelta(days=1))
        assert self.retry(tx, the_refused(tx), recorder, now) == [TextForgotten.code]


class TestForgetting:
    def test_texts_are_kept_for_their_days_and_no_longer(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now - timedelta(days=31), make_order_text("old"))
        take(tx, account, recorder, now, make_order_text("young"))
        forgotten = channels.forget_bodies(tx, before=now.date() - timedelta(days=30))
        assert (forgotten.day_count, forgotten.body_count) == (1, 1)
        old, young = (one.record_id for one in recorder.met)
        with pytest.raises(TextForgotten):
            channels.text_of(tx, old)
        assert b"young" in channels.text_of(tx, young)
        assert channels.record(tx, old).state is RecordState.APPLIED

    def test_a_body_without_its_day_key_opens_for_nobody(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now, make_order_text("A1"))
        tx.execute("DELETE FROM vault.day_key")
        with pytest.raises(TextForgotten):
            channels.text_of(tx, recorder.met[0].record_id)

    def test_an_erased_record_leaves_the_others_of_its_page(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now, make_order_text("A1"), make_order_text("A2"))
        erased, other = (one.record_id for one in recorder.met)
        assert channels.erase(tx, [erased]) == 1
        assert channels.erase(tx, [erased]) == 0
        with pytest.raises(TextForgotten):
            channels.text_of(tx, erased)
        assert channels.text_of(tx, other) == make_order_text("A2")

    def test_an_erased_record_does_not_come_back_with_the_same_file(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        text = make_order_text("A1")
        take(tx, account, recorder, now, text)
        channels.erase(tx, [recorder.met[0].record_id])
        assert take(tx, account, recorder, now, text) == ["known"]

    def test_a_merge_of_persons_moves_nothing_in_the_inbox(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now, make_order_text("A1"))
        before = tx.rows("SELECT record FROM channels.record")
        assert channels.reassign(tx, source=1, target=2) == 0
        assert tx.rows("SELECT record FROM channels.record") == before


class TestLists:
    def test_refused_records_come_newest_first_in_pages(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        texts = [make_order_text(f"A{place}", paid_minor="x") for place in range(5)]
        take(tx, account, Recorder(), now, *texts)
        first = channels.refused_records(tx, limit=3)
        rest = channels.refused_records(tx, before_id=first[-1].id, limit=3)
        ids = [one.id for one in [*first, *rest]]
        assert len(ids) == 5
        assert ids == sorted(ids, reverse=True)

    def test_refused_records_are_found_by_code_and_kind(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, Recorder(refuses=["A1"]), now, make_order_text("A1"), b"{}")
        (found,) = channels.refused_records(
            tx, code="test.refused", kind=RecordKind.ORDER, account_id=account.id, limit=9
        )
        assert found.external_id == "A1"
        assert channels.refused_records(tx, kind=RecordKind.MEMBER, limit=9) == []

    def test_the_records_of_a_delivery_are_its_own(
        self, tx: Tx, account: ChannelAccount, recorder: Recorder, now: datetime
    ) -> None:
        take(tx, account, recorder, now, make_order_text("A1"))
        take(tx, account, recorder, now, make_order_text("A2"))
        newest = channels.deliveries(tx, limit=1)[0]
        (found,) = channels.records_of_delivery(tx, newest.id, limit=9)
        assert found.external_id == "A2"
        assert channels.records_of_delivery(tx, newest.id, state=RecordState.REFUSED, limit=9) == []

    def test_a_record_that_is_not_there_is_not_found(self, tx: Tx) -> None:
        with pytest.raises(RecordNotFound):
            channels.record(tx, 4096)
        with pytest.raises(RecordNotFound):
            channels.text_of(tx, 4096)


def test_another_group_sees_nothing(
    database: Database, group_id: int, now: datetime, recorder: Recorder
) -> None:
    account = make_account(group_id)
    with database.transaction(Scope(group_id), now=now) as tx:
        take(tx, account, recorder, now, make_order_text("A1"), b"{}")
    with database.reading(Scope(group_id + 1_000_000)) as other:
        assert channels.deliveries(other, limit=9) == []
        assert channels.refused_records(other, limit=9) == []
        with pytest.raises(RecordNotFound):
            channels.record(other, recorder.met[0].record_id)


def test_another_brand_sees_nothing(
    database: Database, group_id: int, now: datetime, recorder: Recorder
) -> None:
    account = make_account(group_id)
    with database.transaction(Scope(group_id), now=now) as tx:
        take(tx, account, recorder, now, b"{}")
    with database.reading(Scope(group_id, brand_ids=(account.brand_id + 1,))) as other:
        assert channels.deliveries(other, limit=9) == []
        assert channels.refused_records(other, limit=9) == []
    with database.reading(Scope(group_id, brand_ids=(account.brand_id,))) as own:
        assert len(channels.refused_records(own, limit=9)) == 1


def test_two_pages_with_the_same_record_at_once_apply_it_once(
    database: Database, group_id: int, now: datetime
) -> None:
    account = make_account(group_id)
    recorders = [Recorder(), Recorder()]
    together = threading.Barrier(2)

    def work(recorder: Recorder) -> None:
        texts = [make_order_text(f"A{place}") for place in range(50)]
        with database.transaction(Scope(group_id), now=now) as tx:
            together.wait()
            take(tx, account, recorder, now, *texts)

    threads = [threading.Thread(target=work, args=[recorder]) for recorder in recorders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(recorder.met) for recorder in recorders) == [0, 50]


def test_keys_spread_over_the_buckets() -> None:
    buckets = {bucket_of_key(f"A{place}") for place in range(20_000)}
    assert len(buckets) > 4_000
