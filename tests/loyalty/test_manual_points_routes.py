"""Points by hand over HTTP: permissions, limits, keys, and who and why in the history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.ids import show
from tests.entry.make import make_client, make_platform, make_token
from tests.loyalty.club import HER, Club

CLERK = (Permission.POINTS_READ, Permission.POINTS_ADJUST)


@dataclass
class Counter:
    """A till at which somebody moves her points by hand."""

    client: TestClient
    path: str
    clerk: dict[str, str]

    def adjust(self, points: int, key: str = "k1", **changes: object) -> tuple[int, dict[str, Any]]:
        body = {"points": points, "reason": "goodwill", "note": "the parcel came late", **changes}
        headers = {**self.clerk, "Idempotency-Key": key}
        answer = self.client.post(f"{self.path}/points/adjustments", json=body, headers=headers)
        return answer.status_code, answer.json()

    def history(self) -> list[dict[str, Any]]:
        answer = self.client.get(f"{self.path}/points/history", headers=self.clerk)
        assert answer.status_code == 200, answer.text
        found = answer.json()["items"]
        assert isinstance(found, list)
        return found


@pytest.fixture
def counter(database: Database, group_id: int, now: datetime) -> Iterator[Counter]:
    with database.transaction(Scope(group_id), now=now) as tx:
        club = Club.found(tx, now)
        club.enrol(HER)
        shown = show(CUSTOMER_PREFIX, club.customer_id(HER))
    clerk = make_token(database, group_id, *CLERK, name="Wang Fang")
    with make_client(make_platform(database)) as client:
        yield Counter(client, f"/v1/customers/{shown}", clerk)


def test_a_repeat_answers_what_the_first_call_did(counter: Counter) -> None:
    status, first = counter.adjust(300)
    assert (status, first["points"], first["replayed"]) == (200, 300, False)
    assert counter.adjust(300) == (200, {**first, "replayed": True})
    assert [one["points"] for one in counter.history()] == [300]


def test_the_history_tells_who_and_why_and_what_was_undone(counter: Counter) -> None:
    _, done = counter.adjust(300)
    undone = counter.client.post(
        f"{counter.path}/points/adjustments/{done['operation_id']}/reversal",
        json={"note": "it was somebody else"},
        headers={**counter.clerk, "Idempotency-Key": "k2"},
    )
    assert undone.status_code == 200, undone.text
    back, given = counter.history()
    assert given["by_hand"] == {
        "actor": given["by_hand"]["actor"],
        "actor_name": "Wang Fang",
        "reason": "goodwill",
        "is_reversal": False,
        "reversed_by": undone.json()["operation_id"],
    }
    assert given["reason"] == "the parcel came late"
    assert (back["points"], back["reason"]) == (-300, "it was somebody else")
    assert back["by_hand"]["is_reversal"] is True


@pytest.mark.parametrize(
    "points, changes, status, code",
    [
        (5_001, {}, 409, "loyalty.adjustment_too_large"),
        (-1, {}, 409, "loyalty.not_enough_points"),
        (0, {}, 422, "loyalty.adjustment_of_nothing"),
        (1_000_001, {}, 422, "platform.invalid_request"),
        (1, {"note": ""}, 422, "platform.invalid_request"),
        (1, {"reason": "because"}, 422, "platform.invalid_request"),
    ],
)
def test_what_is_refused_says_why(
    counter: Counter, points: int, changes: dict[str, Any], status: int, code: str
) -> None:
    answered, problem = counter.adjust(points, **changes)
    assert (answered, problem["code"]) == (status, code)


def test_an_approver_may_move_more(counter: Counter, database: Database, group_id: int) -> None:
    approving = (*CLERK, Permission.POINTS_ADJUST_LARGE)
    counter.clerk = make_token(database, group_id, *approving, name="approver")
    limits = counter.client.get("/v1/points/adjusting", headers=counter.clerk).json()
    assert limits["points_max"] == 1_000_000
    assert counter.adjust(5_001)[0] == 200


def test_a_key_of_another_brand_finds_nobody(
    counter: Counter, database: Database, group_id: int
) -> None:
    counter.clerk = make_token(database, group_id, *CLERK, brand_ids=[99], name="elsewhere")
    assert counter.adjust(1)[0] == 404
