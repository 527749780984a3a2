"""The parallel run at the console, what waits for orders, and what an erasure takes along."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huitong import channels, loyalty, org
from huitong.channels.model.uploads import UPLOADS_FOLDER
from huitong.entry import wiring
from huitong.entry.console import openings
from huitong.platform import clock, jobs
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Role, Scope
from huitong.platform.jobs import JobCancelled, Run
from tests.console.uploads_make import BAD_ROWS, Desk, Told, make_desk
from tests.loyalty.make import programme

HEAD = "opening_no,kind,identifiers.pos_card,as_of,lines.amount\n"
MEMBERS = "member_no,identifiers.pos_card,enrolled_at\nC1,C1,2026-01-01T10:00:00Z\n"
REFUND = (
    "refund_no,order_no,kind,refunded_at,amount_minor,lines.line_id,lines.quantity,"
    "lines.amount_minor\nR1,A-NOT-YET,return,2026-02-01T10:00:00Z,100,1,1,100\n"
)


def balances(amount: int, card: str = "C1") -> str:
    return f"{HEAD}{card},points,{card},2026-03-01T00:00:00Z,{amount}\n"


@pytest.fixture
def desk(fresh_database: Database, group_id: int, now: datetime, tmp_path: Path) -> Desk:
    made = make_desk(
        fresh_database,
        group_id,
        now,
        tmp_path,
        Permission.INBOX_READ,
        Permission.INBOX_WRITE,
        appliers=lambda _: wiring.APPLY,
    )
    with fresh_database.transaction(Scope(group_id), now=now) as tx:
        loyalty.apply_programme(
            tx,
            brand_id=org.brand(tx, code="main").id,
            programme=programme(),
            effective_from=datetime(2026, 1, 1, tzinfo=UTC),
            actor="test",
            expected_version=None,
            now=now,
        )
    handlers = {**made.platform.job_handlers, **openings.handlers(tmp_path / UPLOADS_FOLDER)}
    return replace(made, platform=replace(made.platform, job_handlers=handlers))


def compare(desk: Desk, text: str, *, key: str) -> Told:
    """Upload a file of balances, compare it, and return what was found."""
    upload = desk.upload(text, "balances.csv")
    asked = desk.client.post(
        "/v1/brands/main/openings/comparisons",
        json={"upload_id": upload["id"], "balance": "points"},
        headers={**desk.headers, "Idempotency-Key": key},
    )
    assert asked.status_code == 202, asked.text
    desk.work()
    listed = desk.get("/v1/brands/main/openings/comparisons")["items"]
    return dict(next(one for one in listed if one["run"]["id"] == asked.json()["run"]["id"]))


class TestComparing:
    def test_books_that_agree_are_said_to_and_others_are_shown_by_example(self, desk: Desk) -> None:
        desk.run(desk.upload(MEMBERS), key="members", kind="member")
        taken = desk.run(desk.upload(balances(100)), key="openings", kind="opening")
        assert taken["progress"]["applied"] == 1, taken
        agreeing = compare(desk, balances(100), key="agreeing")
        assert agreeing["found"]["agrees"]
        assert not agreeing["run"]["has_rejects"]
        differing = compare(desk, balances(130), key="differing")
        found = differing["found"]
        assert (found["agrees"], found["theirs"], found["ours"]) == (False, 130, 100)
        (example,) = found["examples"]
        assert (example["difference"], example["verdict"]) == ("-30", "differs")
        assert "C1" not in example["known_as"]
        run = differing["run"]
        path = f"/v1/uploads/{run['upload_id']}/runs/{run['id']}/rejects"
        answered = desk.client.get(path, headers=desk.headers)
        assert answered.headers["content-disposition"].endswith("balances.csv.compared.csv")
        assert "-30" in answered.text

    def test_one_that_is_cancelled_ends_without_an_answer_and_can_be_asked_again(
        self, desk: Desk, fresh_database: Database
    ) -> None:
        upload = desk.upload(balances(130))
        asked = desk.client.post(
            "/v1/brands/main/openings/comparisons",
            json={"upload_id": upload["id"], "balance": "points"},
            headers={**desk.headers, "Idempotency-Key": "cancelled"},
        ).json()["run"]
        run_path = f"/v1/uploads/{upload['id']}/runs/{asked['id']}"

        def cancel_at_the_second() -> Iterator[bool]:
            yield False
            assert desk.client.post(f"{run_path}/cancel", headers=desk.headers).is_success
            while True:
                yield False

        now = clock.now()
        with fresh_database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            (job,) = jobs.claim(tx, kinds=[openings.COMPARE_OPENINGS], limit=1, now=now)
        stops = cancel_at_the_second()
        cancelled = Run(fresh_database, job, stopping=lambda: next(stops))
        with pytest.raises(JobCancelled):
            desk.platform.job_handlers[openings.COMPARE_OPENINGS](cancelled)
        ending = jobs.Ending(state=jobs.JobState.CANCELLED, run_at=now)
        with fresh_database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            jobs.end(tx, job, ending, now=now)
        (told,) = desk.get("/v1/brands/main/openings/comparisons")["items"]
        assert (told["run"]["state"], told["found"]) == ("cancelled", None)
        with fresh_database.reading(Scope(desk.group_id)) as reading:
            stood = jobs.find(reading, job_id=job.id)
        # The one row of the file was read, and nothing noted of the 4,096 buckets of ours.
        assert (stood.done_steps, stood.all_steps) == (1, 1 + 4_096)
        with fresh_database.transaction(Scope(desk.group_id), now=now) as tx:
            jobs.retry(tx, job_id=job.id, actor="test", now=now)
        desk.work()
        (again,) = desk.get("/v1/brands/main/openings/comparisons")["items"]
        assert (again["run"]["state"], again["found"]["theirs"]) == ("done", 130)

    def test_a_file_of_another_brand_is_none(self, desk: Desk) -> None:
        answered = desk.client.post(
            "/v1/brands/other/openings/comparisons",
            json={"upload_id": desk.upload(balances(1))["id"], "balance": "points"},
            headers={**desk.headers, "Idempotency-Key": "other"},
        )
        assert answered.status_code == 404


class TestWaiting:
    def test_a_refund_before_its_order_is_told_until_the_order_comes(self, desk: Desk) -> None:
        run = desk.run(desk.upload(REFUND, "refunds.csv"), kind="refund")
        assert run["progress"]["applied"] == 1, run
        counts = desk.get("/v1/inbox/waiting/counts")
        assert [(one["account"], one["kind"], one["count"]) for one in counts["items"]] == [
            ("pos:main", "refund", 1)
        ]
        (one,) = desk.get("/v1/inbox/waiting")["items"]
        assert (one["order_no"], one["external_id"]) == ("A-NOT-YET", "R1")


class TestErasing:
    def test_an_erasure_takes_every_kept_file_along(
        self, desk: Desk, fresh_database: Database, now: datetime
    ) -> None:
        upload = desk.upload(BAD_ROWS)
        later = now + timedelta(days=1)
        with fresh_database.transaction(Scope(desk.group_id), now=later) as tx:
            assert channels.forget_every_upload(tx, now=later) == 1
        look = desk.client.get(f"/v1/uploads/{upload['id']}/look", headers=desk.headers)
        assert look.json()["code"] == "channels.upload_forgotten"
