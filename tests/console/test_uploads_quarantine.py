"""What was refused: counted by reason, read field by field, put right, tried again all at once."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from huitong.channels.model.uploads import RETRY_REFUSED
from huitong.platform import clock, ids, jobs
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Role, Scope
from huitong.platform.jobs import JobCancelled, Run
from tests.channels.make import make_order_text
from tests.console.uploads_make import BAD_ROWS, Desk, Told, make_desk
from tests.door.reading import csv_of, order_row


@pytest.fixture
def desk(fresh_database: Database, group_id: int, now: datetime, tmp_path: Path) -> Desk:
    return make_desk(fresh_database, group_id, now, tmp_path)


def refused(desk: Desk, **wanted: str) -> list[Told]:
    return list(desk.get("/v1/inbox/refused", **wanted)["items"])


class TestCounts:
    def test_reasons_are_counted_with_an_example(self, desk: Desk) -> None:
        desk.recorder.refuses = {"A3"}
        desk.run(desk.upload(BAD_ROWS))
        counts = desk.get("/v1/inbox/refused/counts")
        assert counts["count"] == 2
        told = {one["code"]: (one["account"], one["kind"], one["count"]) for one in counts["items"]}
        assert told == {
            "channels.unreadable": ("pos:main", "order", 1),
            "test.refused": ("pos:main", "order", 1),
        }
        assert len(refused(desk, code="test.refused", account="pos:main")) == 1


class TestFields:
    def test_the_field_at_fault_is_marked_and_persons_are_masked(
        self, desk: Desk, fresh_database: Database
    ) -> None:
        party = {"role": "buyer", "identifiers": [{"kind": "phone", "value": "13800138001"}]}
        text = make_order_text(status="退货中", parties=[party])
        desk.client.post("/v1/inbox/order?account=pos:main", content=text, headers=desk.headers)
        (one,) = refused(desk)
        path = f"/v1/inbox/records/{one['id']}"
        told = desk.get(f"{path}/fields")
        fields = {each["path"]: each for each in told["fields"]}
        assert (fields["status"]["value"], fields["status"]["fault"]) == ("退货中", "not_listed")
        assert fields["parties.1.identifiers.1.value"]["value"] == "138****8001"
        assert not told["can_unmask"]
        assert desk.client.post(f"{path}/unmask", headers=desk.headers).status_code == 403
        seeing = desk.as_other(
            fresh_database,
            Permission.INBOX_READ,
            Permission.CUSTOMERS_UNMASK,
            Permission.AUDIT_READ,
        )
        shown = seeing.client.post(f"{path}/unmask", headers=seeing.headers).json()["fields"]
        values = {each["path"]: each["value"] for each in shown}
        assert values["parties.1.identifiers.1.value"] == "13800138001"
        entries = seeing.get("/v1/audit/entries")["items"]
        assert [each["subject"] for each in entries if each["act"] == "record.unmask"] == [
            one["id"]
        ]

    def test_what_is_missing_has_a_place_too(self, desk: Desk) -> None:
        desk.run(desk.upload(BAD_ROWS.replace("90,1,S1", ",1,S1", 1)))
        told = [desk.get(f"/v1/inbox/records/{one['id']}/fields") for one in refused(desk)]
        faults = {
            each["path"]: each["fault"] for one in told for each in one["fields"] if each["fault"]
        }
        assert faults == {"ordered_at": "not_time", "paid_minor": "missing"}

    def test_one_is_fixed_and_taken(self, desk: Desk) -> None:
        desk.run(desk.upload(BAD_ROWS))
        (one,) = refused(desk)
        answered = desk.client.post(
            "/v1/inbox/refused/fix",
            json={
                "record_ids": [one["id"]],
                "changes": {"ordered_at": "2026-03-01T10:00:00+08:00"},
                "reason": "the till writes it so",
            },
            headers=desk.headers,
        )
        assert answered.json()["items"][0]["state"] == "applied"
        assert not refused(desk)
        assert desk.recorder.keys() == ["A1", "A3", "A2"]


class TestRetryAll:
    def test_all_of_a_reason_are_tried_and_told_one_by_one(self, desk: Desk) -> None:
        desk.recorder.refuses = {"A1", "A3"}
        desk.run(desk.upload(BAD_ROWS))
        desk.recorder.refuses = {"A3"}
        asked = desk.client.post(
            "/v1/inbox/refused/retry-all",
            json={"code": "test.refused"},
            headers={**desk.headers, "Idempotency-Key": "once"},
        )
        assert asked.status_code == 202
        desk.work()
        assert desk.recorder.keys() == ["A1"]
        left = {one["code"] for one in refused(desk)}
        assert left == {"channels.unreadable", "test.refused"}

    def test_everything_that_matches_is_tried_and_counted_beforehand(self, desk: Desk) -> None:
        desk.recorder.refuses = {"A1", "A3"}
        desk.run(desk.upload(BAD_ROWS))
        desk.recorder.refuses = set()
        answers = []
        for number, wanted in enumerate([{"kind": "refund"}, {}]):
            asked = desk.client.post(
                "/v1/inbox/refused/retry-all",
                json=wanted,
                headers={**desk.headers, "Idempotency-Key": f"filter {number}"},
            )
            desk.work()
            with desk.platform.database.reading(Scope(desk.group_id)) as tx:
                job = jobs.find(tx, job_id=ids.read("job", asked.json()["job_id"]))
            assert job.result is not None
            answers.append((job.done_steps, job.all_steps, job.result["counts"]))
        unread = "channels.unreadable"
        assert answers == [(0, 0, {}), (3, 3, {"applied": 2, unread: 1})]
        assert [one["code"] for one in refused(desk)] == [unread]

    def test_one_that_is_cancelled_leaves_the_rest_and_goes_on_with_it(
        self, desk: Desk, fresh_database: Database
    ) -> None:
        database = fresh_database
        many = csv_of(*[order_row(f"M{number:05}") for number in range(1_200)])
        desk.recorder.refuses = {f"M{number:05}" for number in range(1_200)}
        desk.run(desk.upload(many))
        desk.recorder.refuses = set()
        asked = desk.client.post(
            "/v1/inbox/refused/retry-all",
            json={"code": "test.refused"},
            headers={**desk.headers, "Idempotency-Key": "cancelled"},
        )
        job_id = ids.read("job", asked.json()["job_id"])
        now = clock.now()

        def change(verb: Callable[..., jobs.Job]) -> None:
            with database.transaction(Scope(desk.group_id), now=now) as tx:
                verb(tx, job_id=job_id, actor="test", now=now)

        def cancel_at_the_second() -> Iterator[bool]:
            yield False
            change(jobs.cancel)
            while True:
                yield False

        with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            (job,) = jobs.claim(tx, kinds=[RETRY_REFUSED], limit=1, now=now)
        stops = cancel_at_the_second()
        run = Run(database, job, stopping=lambda: next(stops))
        with pytest.raises(JobCancelled):
            desk.platform.job_handlers[RETRY_REFUSED](run)
        assert len(desk.recorder.keys()) == 500
        ending = jobs.Ending(state=jobs.JobState.CANCELLED, run_at=now)
        with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            jobs.end(tx, job, ending, now=now)
        change(jobs.retry)
        desk.work()
        assert len(desk.recorder.keys()) == len(set(desk.recorder.keys())) == 1_200


class TestFile:
    def test_the_list_comes_as_a_file_without_a_formula(self, desk: Desk) -> None:
        desk.run(desk.upload(BAD_ROWS.replace("A2", "=1+1|cmd")))
        answered = desk.client.get("/v1/inbox/refused/file", headers=desk.headers)
        rows = list(csv.reader(io.StringIO(answered.content.decode("utf-8-sig"))))
        keys = {row[3] for row in rows[1:]}
        assert "'=1+1|cmd" in keys
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
