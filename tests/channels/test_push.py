"""Records pushed by a program, and files, through pages that may have to be run again."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from psycopg.errors import DeadlockDetected

from huitong import channels
from huitong.channels.connectors.file import Import, import_file
from huitong.channels.connectors.push import Answer, Summary, push
from huitong.channels.model import RecordKind, RecordState
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok
from huitong.platform.page import Outcome, Page
from tests.channels.make import Recorder, make_account, make_feed, make_order_text


class Unlucky(Recorder):
    """An applier that loses a deadlock when it is first called, after it has written."""

    def __init__(self) -> None:
        super().__init__()
        self.scopes: list[Scope] = []

    def apply(self, tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
        self.scopes.append(tx.scope)
        outcomes = super().apply(tx, page, now)
        if len(self.scopes) == 1:
            raise DeadlockDetected
        return outcomes


@pytest.fixture
def unlucky() -> Unlucky:
    return Unlucky()


def push_orders(
    database: Database, scope: Scope, recorder: Recorder, now: datetime
) -> list[Answer | Summary]:
    feed = make_feed(make_account(scope.group_id), recorder.apply)
    lines = [make_order_text("A1"), make_order_text("A2")]
    return list(push(database, scope, lines, feed=feed, sender="test", clock=lambda: now))


class TestPush:
    def test_a_page_that_loses_a_deadlock_is_taken_again_and_counted_once(
        self, database: Database, group_id: int, now: datetime, unlucky: Unlucky
    ) -> None:
        *answers, summary = push_orders(database, Scope(group_id), unlucky, now)
        assert isinstance(summary, Summary)
        assert summary.states == Counter({RecordState.APPLIED: 2})
        assert all(isinstance(one, Answer) and isinstance(one.result, Ok) for one in answers)
        assert len(unlucky.scopes) == 2
        with database.reading(Scope(group_id)) as tx:
            assert channels.delivery(tx, summary.delivery_id).applied_count == 2

    def test_pages_of_a_brands_key_reach_the_persons_of_the_group(
        self, database: Database, group_id: int, now: datetime, unlucky: Unlucky
    ) -> None:
        push_orders(database, Scope(group_id, (make_account(group_id).brand_id,)), unlucky, now)
        assert set(unlucky.scopes) == {Scope(group_id)}

    def test_another_brands_key_cannot_push(
        self, database: Database, group_id: int, now: datetime, unlucky: Unlucky
    ) -> None:
        other = Scope(group_id, (make_account(group_id).brand_id + 1,))
        with pytest.raises(Exception, match="row-level security"):
            push_orders(database, other, unlucky, now)
        assert unlucky.scopes == []


class TestImport:
    def test_a_page_that_loses_a_deadlock_is_taken_again_and_counted_once(
        self, database: Database, group_id: int, now: datetime, unlucky: Unlucky, tmp_path: Path
    ) -> None:
        path = tmp_path / "orders.ndjson"
        path.write_bytes(make_order_text("A1") + b"\n" + make_order_text("A2") + b"\n")
        report = import_file(
            database,
            Scope(group_id),
            Import(path, RecordKind.ORDER, make_account(group_id)),
            appliers=[unlucky.apply],
            clock=lambda: now,
        )
        assert (report.applied, report.known, report.refused) == (2, 0, 0)
        assert len(unlucky.scopes) == 2

    def test_files_of_two_forms_have_reject_files_of_their_own(
        self, database: Database, group_id: int, now: datetime, tmp_path: Path
    ) -> None:
        def take(name: str, data: bytes) -> Path | None:
            (tmp_path / name).write_bytes(data)
            account = make_account(group_id)
            return import_file(
                database,
                Scope(group_id),
                Import(tmp_path / name, RecordKind.ORDER, account),
                appliers=[],
                clock=lambda: now,
            ).rejects

        kept = take("a.jsonl", b"no json\n")
        assert kept == tmp_path / "a.jsonl.rejects.csv"
        assert take("a.ndjson", make_order_text("A1")) is None
        assert kept.is_file()
