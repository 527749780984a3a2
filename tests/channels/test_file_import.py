"""Files imported into a real inbox: once, again, after a crash, with rows that are refused."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from huitong import channels
from huitong.channels.connectors.file import (
    Import,
    ImportReport,
    Progress,
    import_file,
    load_mapping,
)
from huitong.channels.connectors.file.importing import RejectsUnwritable
from huitong.channels.model import DeliveryState, RecordKind
from huitong.platform.db import Database, Scope
from tests.channels.make import Recorder, make_account

FIXTURES = Path(__file__).parents[1] / "fixtures" / "file"
HEAD = (
    "order_no,ordered_at,status,list_minor,paid_minor,lines.line_id,lines.sku,lines.quantity,"
    "lines.list_minor,lines.paid_minor"
)
ORDER_COUNT = 1_200

# What must be equal after a crash: by natural key, without ids and instants of recording.
PROJECTION = """
SELECT external_id, version, state, code, reason, source_row
FROM channels.record
ORDER BY external_id, version
"""


class Crash(BaseException):
    """The process dies here."""


class Inbox:
    """A database and a group to import into."""

    def __init__(self, database: Database, group_id: int, now: datetime) -> None:
        self.database = database
        self.scope = Scope(group_id)
        self.account = make_account(group_id)
        self.now = now

    def take(
        self, path: Path, recorder: Recorder, kind: RecordKind = RecordKind.ORDER
    ) -> ImportReport:
        return import_file(
            self.database,
            self.scope,
            Import(path, kind, self.account),
            appliers=[recorder.apply],
            clock=lambda: self.now,
        )

    def rows(self, sql: str) -> Sequence[Sequence[object]]:
        with self.database.reading(self.scope) as tx:
            return tx.rows(sql)


@pytest.fixture
def inbox(database: Database, group_id: int, now: datetime) -> Inbox:
    return Inbox(database, group_id, now)


@pytest.fixture
def bring(tmp_path: Path) -> Callable[[str], Path]:
    """Copy a fixture to where its reject file may go."""
    return lambda name: Path(shutil.copy(FIXTURES / name, tmp_path / name))


def many_orders(folder: Path) -> Path:
    path = folder / "many.csv"
    rows = [
        f"N{place},2026-03-01T10:{place % 60:02}:00Z,completed,2,2,{line},S,1,1,1"
        for place in range(ORDER_COUNT)
        for line in ("1", "2")
    ]
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.applied, report.known, report.refused


class TestImport:
    def test_a_file_is_applied_once(self, inbox: Inbox, bring: Callable[[str], Path]) -> None:
        path, recorder = bring("orders.csv"), Recorder()
        assert counts(inbox.take(path, recorder)) == (2, 0, 0)
        assert recorder.keys() == ["A1", "B2"]
        before = inbox.rows("SELECT record FROM channels.record ORDER BY id")
        assert counts(inbox.take(path, recorder)) == (0, 2, 0)
        assert recorder.keys() == ["A1", "B2"]
        assert inbox.rows("SELECT record FROM channels.record ORDER BY id") == before

    def test_the_same_file_is_the_same_delivery(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        path = bring("orders.csv")
        first = inbox.take(path, Recorder())
        again = inbox.take(path, Recorder())
        assert first.delivery_id == again.delivery_id
        with inbox.database.reading(inbox.scope) as tx:
            (found,) = channels.deliveries(tx, limit=9)
        assert (found.runs, found.state, found.known_count) == (2, DeliveryState.DONE, 2)
        assert (found.source, found.record_count) == ("orders.csv", 2)

    def test_the_same_orders_in_another_file_change_nothing(
        self, inbox: Inbox, bring: Callable[[str], Path], tmp_path: Path
    ) -> None:
        path = bring("orders.csv")
        inbox.take(path, Recorder())
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        shuffled = tmp_path / "other.csv"
        shuffled.write_text("\n".join([head, *sorted(rows)]), encoding="utf-8")
        assert counts(inbox.take(shuffled, Recorder())) == (0, 2, 0)

    def test_a_changed_order_is_a_new_version(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        path, recorder = bring("orders.csv"), Recorder()
        inbox.take(path, recorder)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("BAG", "HAT"), encoding="utf-8")
        assert counts(inbox.take(path, recorder)) == (1, 1, 0)
        assert recorder.keys() == ["A1", "B2", "B2"]

    def test_members_of_a_file_are_known_again(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        path = bring("members.csv")
        assert counts(inbox.take(path, Recorder(), RecordKind.MEMBER)) == (2, 0, 1)
        assert counts(inbox.take(path, Recorder(), RecordKind.MEMBER)) == (0, 2, 1)

    def test_progress_is_told_page_by_page(self, inbox: Inbox, tmp_path: Path) -> None:
        told: list[Progress] = []
        import_file(
            inbox.database,
            inbox.scope,
            Import(many_orders(tmp_path), RecordKind.ORDER, inbox.account),
            appliers=[Recorder().apply],
            clock=lambda: inbox.now,
            progress=told.append,
        )
        assert [(one.records_done, one.records) for one in told] == [
            (0, 1_200),
            (500, 1_200),
            (1_000, 1_200),
            (1_200, 1_200),
        ]
        assert told[-1].rows_done == told[-1].rows == 2_400


class TestRejects:
    def test_refused_rows_come_back_with_their_columns_and_the_reason(
        self, inbox: Inbox, bring: Callable[[str], Path], tmp_path: Path
    ) -> None:
        report = inbox.take(bring("broken.csv"), Recorder(refuses=["G1"]))
        assert counts(report) == (1, 0, 8)
        assert report.rejects == tmp_path / "broken.csv.rejects.csv"
        with report.rejects.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        numbers = [row["rejected.row"] for row in rows]
        assert numbers == ["2", "4", "5", "6", "7", "9", "10", "11", "3", "12"]
        assert rows[0]["rejected.reason"] == "The test refuses this record."
        assert rows[0]["parties.buyer.phone"] == "13800138001"
        assert rows[2]["rejected.code"] == "channels.conflicting_rows"
        assert rows[-2]["order_no"] == "too,few"
        assert report.rejects.stat().st_mode & 0o077 == 0

    def test_a_file_may_have_columns_of_any_name(self, inbox: Inbox, tmp_path: Path) -> None:
        path = tmp_path / "refunds.csv"
        path.write_text(
            "refund_no,order_no,kind,refunded_at,amount_minor,reason,attributes.code,lines.line_id,"
            "lines.amount_minor\n"
            "R1,A1,return,2026-03-01T10:00:00Z,5,too small,x,1,5\n"
            "R2,A2,return,2026-03-01T09:00:00Z,5,too large,y,1,5\n",
            encoding="utf-8",
        )
        report = inbox.take(path, Recorder(refuses=["R1", "R2"]), RecordKind.REFUND)
        assert report.rejects is not None
        with report.rejects.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["reason"], row["attributes.code"]) for row in rows] == [
            ("too small", "x"),
            ("too large", "y"),
        ]

    def test_a_repaired_reject_file_goes_in_as_it_is(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        recorder = Recorder()
        report = inbox.take(bring("broken.csv"), recorder)
        assert report.rejects is not None
        text = report.rejects.read_text(encoding="utf-8")
        head, *rows = text.splitlines()
        right = [row.replace("10:00:00,", "10:00:00Z,", 1) for row in rows if ",N1," in row]
        report.rejects.write_text("\n".join([head, *right]), encoding="utf-8")
        assert counts(inbox.take(report.rejects, recorder)) == (1, 0, 0)
        assert recorder.keys()[-1] == "N1"

    def test_a_row_whose_cause_is_gone_goes_in_with_the_same_file(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        path = bring("orders.csv")
        first = inbox.take(path, Recorder(refuses=["A1"]))
        assert counts(first) == (1, 0, 1)
        assert first.rejects is not None
        assert first.rejects.exists()
        assert counts(inbox.take(path, Recorder())) == (1, 1, 0)
        assert not first.rejects.exists()

    def test_rows_of_json_come_back_as_their_lines(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        report = inbox.take(bring("orders.ndjson"), Recorder())
        assert counts(report) == (2, 0, 2)
        assert report.rejects is not None
        with report.rejects.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["rejected.row"]: row["line"][:16] for row in rows} == {
            "3": '{"order_no":"A2"',
            "4": '{"order_no":"A3"',
        }

    def test_refused_rows_stay_in_the_inbox(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        inbox.take(bring("broken.csv"), Recorder())
        with inbox.database.reading(inbox.scope) as tx:
            found = channels.refused_records(tx, limit=50)
            texts = [channels.text_of(tx, one.id) for one in found]
        assert sorted(one.source_row or 0 for one in found) == [3, 4, 6, 7, 9, 10, 12]
        assert b"too,few" in texts

    def test_a_mapped_file_is_refused_in_its_own_words(
        self, inbox: Inbox, bring: Callable[[str], Path]
    ) -> None:
        mapping = load_mapping(FIXTURES / "till.yaml")
        report = import_file(
            inbox.database,
            inbox.scope,
            Import(bring("till.csv"), RecordKind.ORDER, inbox.account, mapping),
            appliers=[Recorder().apply],
            clock=lambda: inbox.now,
        )
        assert counts(report) == (2, 0, 2)
        assert report.rejects is not None
        assert report.rejects.read_bytes().startswith(b"\xef\xbb\xbf")
        assert "¥" not in report.rejects.read_text(encoding="utf-8").split("\n")[0]
        assert "实付金额" in report.rejects.read_text(encoding="utf-8").split("\n")[0]

    @pytest.mark.skipif(os.geteuid() == 0, reason="The superuser may write anywhere.")
    def test_a_folder_that_cannot_be_written_is_refused_at_once(
        self, inbox: Inbox, bring: Callable[[str], Path], tmp_path: Path
    ) -> None:
        path = bring("orders.csv")
        tmp_path.chmod(0o500)
        with pytest.raises(RejectsUnwritable):
            inbox.take(path, Recorder())


class TestCrashes:
    @pytest.mark.parametrize("statement", [3, 9, 14, 20, 31, 44])
    def test_an_import_that_died_is_finished_by_the_next_run(
        self, database_url: str, inbox: Inbox, tmp_path: Path, statement: int
    ) -> None:
        path = many_orders(tmp_path)
        left = [statement]

        def die() -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        crashing = Database(database_url, watch=die)
        first = Inbox(crashing, inbox.scope.group_id, inbox.now)
        with pytest.raises(Crash):
            first.take(path, Recorder(refuses=["N7"]))
        crashing.close()
        report = inbox.take(path, Recorder(refuses=["N7"]))
        assert report.applied + report.known == ORDER_COUNT - 1
        undisturbed = Inbox(inbox.database, inbox.scope.group_id + 2_000_000, inbox.now)
        undisturbed.take(path, Recorder(refuses=["N7"]))
        assert inbox.rows(PROJECTION) == undisturbed.rows(PROJECTION)

    def test_an_import_that_was_killed_is_finished_by_the_next_run(
        self, database_url: str, inbox: Inbox, tmp_path: Path
    ) -> None:
        path = many_orders(tmp_path)
        command = [sys.executable, "-m", "tests.channels.killed_import", database_url, str(path)]
        group_id = str(inbox.scope.group_id)
        with subprocess.Popen([*command, group_id], cwd=Path(__file__).parents[2]) as killed:
            deadline = time.monotonic() + 60
            while not inbox.rows("SELECT 1 FROM channels.record LIMIT 1"):
                assert time.monotonic() < deadline, "The import takes its first page in a minute."
                time.sleep(0.005)
            killed.send_signal(signal.SIGKILL)
        report = inbox.take(path, Recorder())
        assert report.applied + report.known == ORDER_COUNT
        assert report.known > 0
        undisturbed = Inbox(inbox.database, inbox.scope.group_id + 2_000_000, inbox.now)
        undisturbed.take(path, Recorder())
        assert inbox.rows(PROJECTION) == undisturbed.rows(PROJECTION)
