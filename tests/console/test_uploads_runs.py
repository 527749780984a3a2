"""What is done with an upload: imported by the very path of the command, cancelled, resumed."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from huitong.channels.model.uploads import IMPORT_UPLOAD, UPLOADS_FOLDER
from huitong.channels.operations.uploading import forget_uploads
from huitong.platform import clock, jobs
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Role, Scope
from huitong.platform.jobs import JobCancelled, JobPaused, Run
from tests.console.uploads_make import BAD_ROWS, Desk, make_desk
from tests.door.reading import csv_of, order_row

MANY = csv_of(*[order_row(f"M{number:05}") for number in range(1_200)])


@pytest.fixture
def database(fresh_database: Database) -> Database:
    """A worker takes what is due of any group, so no other test may leave work behind."""
    return fresh_database


@pytest.fixture
def desk(database: Database, group_id: int, now: datetime, tmp_path: Path) -> Desk:
    return make_desk(database, group_id, now, tmp_path)


def claimed(database: Database, stops: Iterator[bool]) -> Run:
    """Return the import that is due, in the hands of a worker that stops as told."""
    now = clock.now()
    with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
        (job,) = jobs.claim(tx, kinds=[IMPORT_UPLOAD], limit=1, now=now)
    return Run(database, job, stopping=lambda: next(stops, True))


class TestImport:
    def test_bad_rows_are_refused_and_the_others_taken(self, desk: Desk) -> None:
        run = desk.run(desk.upload(BAD_ROWS))
        assert run["state"] == "done"
        progress = run["progress"]
        assert (progress["applied"], progress["refused"], progress["records"]) == (2, 1, 3)
        assert run["refusals"] == [{"code": "channels.unreadable", "count": 1, "first_rows": []}]
        assert desk.recorder.keys() == ["A1", "A3"]
        of_delivery = f"/v1/inbox/deliveries/{run['delivery_id']}/records"
        (refused,) = desk.get(of_delivery, state="refused")["items"]
        assert (refused["row"], refused["account"]) == (3, "pos:main")

    def test_the_same_file_again_changes_nothing_and_says_so(self, desk: Desk) -> None:
        desk.run(desk.upload(BAD_ROWS))
        again = desk.upload(BAD_ROWS)
        assert again["is_repeat"]
        assert again["runs"][0]["state"] == "done"
        run = desk.run(again, key="second")
        assert run["is_repeat"]
        assert (run["progress"]["applied"], run["progress"]["known"]) == (0, 2)
        assert desk.recorder.keys() == ["A1", "A3"]

    def test_a_file_of_which_nothing_waits_is_forgotten(self, desk: Desk, tmp_path: Path) -> None:
        upload = desk.upload(MANY)
        assert desk.run(upload)["progress"]["applied"] == 1_200
        assert not desk.get(f"/v1/uploads/{upload['id']}")["is_kept"]
        assert not [one for one in (tmp_path / UPLOADS_FOLDER).rglob("upl_*") if one.is_file()]
        refused = desk.ask(upload, key="later").json()
        assert refused["code"] == "channels.upload_forgotten"

    def test_a_repeat_of_the_request_asks_once(self, desk: Desk) -> None:
        upload = desk.upload(BAD_ROWS)
        first, again = desk.ask(upload).json(), desk.ask(upload).json()
        assert (first["id"], first["job_id"]) == (again["id"], again["job_id"])
        other = desk.ask(upload, kind="refund").json()
        assert other["code"] == "channels.run_key_taken"

    def test_a_file_that_cannot_be_read_says_so_by_its_name(self, desk: Desk) -> None:
        run = desk.run(desk.upload("foo,bar\n1,2\n", "kassel.csv"))
        assert run["state"] == "failed"
        assert run["fault"]["code"] == "channels.unknown_columns"
        many = desk.upload(Path("tests/fixtures/file/orders-openpyxl.xlsx").read_bytes(), "店.xlsx")
        fault = desk.run(many, sheet="nowhere", key="sheet")["fault"]
        assert "“店.xlsx”" in fault["detail"]

    def test_a_look_over_takes_nothing_in(self, desk: Desk) -> None:
        run = desk.run(desk.upload(BAD_ROWS), purpose="check")
        assert (run["state"], run["delivery_id"]) == ("done", None)
        assert run["refusals"] == [{"code": "channels.unreadable", "count": 1, "first_rows": [3]}]
        assert run["check"]["amounts"]["paid_minor"] == 180
        assert run["check"]["unknown_skus"] == {"count": 1, "codes": {"S1": 2}}
        assert not desk.recorder.met
        assert not desk.get("/v1/inbox/refused")["items"]


class TestInterruptions:
    def test_an_import_goes_on_where_it_broke_off_and_counts_once(
        self, desk: Desk, database: Database
    ) -> None:
        upload = desk.upload(MANY)
        asked = desk.ask(upload).json()
        # It is let carry on, begin, and count one page; then the worker stops.
        stopping = claimed(database, iter([False, False, False]))
        with pytest.raises(JobPaused):
            desk.platform.job_handlers[IMPORT_UPLOAD](stopping)
        halfway = desk.get(f"/v1/uploads/{upload['id']}/runs/{asked['id']}")
        assert (halfway["state"], halfway["progress"]["records_done"]) == ("running", 500)
        pause = jobs.Ending(state=jobs.JobState.WAITING, run_at=clock.now())
        with database.transaction(jobs.QUEUE, now=clock.now(), role=Role.WORKER) as tx:
            jobs.end(tx, stopping.job, pause, now=clock.now())
        desk.work()
        run = desk.get(f"/v1/uploads/{upload['id']}/runs/{asked['id']}")
        progress = run["progress"]
        assert (run["state"], progress["applied"], progress["known"]) == ("done", 1_200, 0)
        assert not run["is_repeat"]
        assert len(desk.recorder.keys()) == len(set(desk.recorder.keys())) == 1_200

    def test_a_cancelled_import_keeps_its_finished_pages_and_ends_its_delivery(
        self, desk: Desk, database: Database
    ) -> None:
        upload = desk.upload(MANY)
        asked = desk.ask(upload).json()

        def cancel_at_the_third() -> Iterator[bool]:
            yield False
            yield False
            desk.client.post(
                f"/v1/uploads/{upload['id']}/runs/{asked['id']}/cancel", headers=desk.headers
            )
            while True:
                yield False

        cancelling = claimed(database, cancel_at_the_third())
        with pytest.raises(JobCancelled):
            desk.platform.job_handlers[IMPORT_UPLOAD](cancelling)
        (delivery,) = desk.get("/v1/inbox/deliveries")["items"]
        assert (delivery["state"], delivery["applied"], delivery["records"]) == ("done", 500, 1_200)
        assert delivery["source"] == "orders.csv"

    def test_one_that_waits_is_cancelled_at_once(self, desk: Desk) -> None:
        upload = desk.upload(MANY)
        asked = desk.ask(upload).json()
        path = f"/v1/uploads/{upload['id']}/runs/{asked['id']}/cancel"
        assert desk.client.post(path, headers=desk.headers).json()["state"] == "cancelled"
        desk.work()
        assert not desk.recorder.met


class TestRejects:
    def test_refused_rows_come_back_whole_and_no_cell_is_a_formula(self, desk: Desk) -> None:
        evil = '=HYPERLINK("http://x";"y")'
        rows = csv_of(order_row("A1"), order_row(evil.replace(",", ";"), at="never"))
        upload = desk.upload(rows.replace("=HYPERLINK", "=cmd|"))
        run = desk.run(upload)
        assert run["has_rejects"]
        path = f"/v1/uploads/{upload['id']}/runs/{run['id']}"
        answered = desk.client.get(f"{path}/rejects", headers=desk.headers)
        assert answered.headers["content-disposition"].endswith("orders.csv.rejects.csv")
        (heading, row) = csv.reader(io.StringIO(answered.content.decode("utf-8-sig")))
        assert heading[:4] == ["rejected.row", "rejected.code", "rejected.reason", "order_no"]
        assert row[0] == "3"
        assert row[3].startswith("'=cmd|")
        assert not [cell for cell in row if cell.startswith(("=", "+", "@"))]
        (listed,) = desk.get(f"{path}/refused")["items"]
        assert (listed["row"], listed["code"]) == (3, "channels.unreadable")
        assert "cmd" not in listed["reason"]

    def test_a_repaired_reject_file_is_taken(self, desk: Desk) -> None:
        upload = desk.upload(BAD_ROWS)
        run = desk.run(upload)
        path = f"/v1/uploads/{upload['id']}/runs/{run['id']}/rejects"
        rejects = desk.client.get(path, headers=desk.headers).content.decode("utf-8-sig")
        repaired = desk.upload(rejects.replace("tomorrow", "2026-03-02T10:00:00+08:00"))
        assert desk.run(repaired, key="repaired")["progress"]["applied"] == 1
        assert desk.recorder.keys() == ["A1", "A3", "A2"]

    def test_only_who_uploaded_it_or_may_unmask_takes_the_rows(
        self, desk: Desk, database: Database
    ) -> None:
        upload = desk.upload(BAD_ROWS)
        run = desk.run(upload)
        path = f"/v1/uploads/{upload['id']}/runs/{run['id']}/rejects"
        other = desk.as_other(database, Permission.INBOX_READ, Permission.INBOX_WRITE)
        assert other.client.get(path, headers=other.headers).status_code == 403

    def test_a_run_without_refusals_has_none(self, desk: Desk) -> None:
        upload = desk.upload(csv_of(order_row("A1")))
        run = desk.run(upload, purpose="check")
        path = f"/v1/uploads/{upload['id']}/runs/{run['id']}/rejects"
        answered = desk.client.get(path, headers=desk.headers)
        assert answered.json()["code"] == "channels.no_rejects"


class TestForgetting:
    def test_after_its_days_a_file_opens_for_nobody(
        self, desk: Desk, database: Database, tmp_path: Path
    ) -> None:
        upload = desk.upload(BAD_ROWS)
        run = desk.run(upload)
        later = clock.now() + timedelta(days=8)
        with database.transaction(Scope(desk.group_id), now=later) as tx:
            assert len(forget_uploads(tx, now=later)) == 1
        path = f"/v1/uploads/{upload['id']}/runs/{run['id']}/rejects"
        answered = desk.client.get(path, headers=desk.headers)
        assert answered.json()["code"] == "channels.upload_forgotten"
        now = clock.now()
        with database.transaction(Scope(desk.group_id), now=now, role=Role.WORKER) as tx:
            wanted = jobs.WantedJob("channels.sweep_uploads", "now", {})
            jobs.ask(tx, wanted, now=now)
        desk.work()
        assert not [one for one in (tmp_path / UPLOADS_FOLDER).rglob("upl_*") if one.is_file()]

    def test_somebody_may_forget_it_now(self, desk: Desk) -> None:
        upload = desk.upload(BAD_ROWS)
        path = f"/v1/uploads/{upload['id']}"
        assert not desk.client.delete(path, headers=desk.headers).json()["is_kept"]
