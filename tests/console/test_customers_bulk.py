"""Work on everybody whom a filter holds: confirmed by number, watched as a job, undone whole."""

import pytest
from httpx2 import Response

from huitong import segments
from huitong.entry.worker import Worker
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.ids import show
from tests.browser.worlds import members
from tests.console.customers_make import READ, Console, console, understood
from tests.entry.make import make_token

__all__ = ["console", "understood"]

BRAND = f"/v1/brands/{members.BRAND}"
SEARCH = f"{BRAND}/customers/search"
WORK = f"{BRAND}/customers/tag-work"
# Of thirty people those who bought something.
BUYERS = {"facts": "orders", "measure": "count", "at_least": 1}


@pytest.fixture(scope="module")
def desk(understood: Console) -> Console:
    """Return the world with somebody who may give tags and export."""
    more = (Permission.TAGS_GIVE, Permission.SEGMENTS_EXPORT, Permission.JOBS_READ)
    understood.key = make_token(understood.database, 1, *READ, *more, name="worker of filters")
    return understood


def asked(desk: Console, key: str, **more: object) -> Response:
    """Return the answer to a wish for work."""
    body = {"condition": BUYERS, "verb": "give", "tag": "care", "value": "call_evening", **more}
    return desk.client.post(WORK, json=body, headers=desk.key | {"Idempotency-Key": key})


def done(desk: Console) -> None:
    """Let the worker do what was asked for."""
    Worker(desk.platform).drain()


def noted(desk: Console) -> dict[str, set[str]]:
    """Return what stands of everybody by hand."""
    page = desk.post(f"{SEARCH}?limit=100", {})
    return {one["id"]: {note["value"]["code"] for note in one["notes"]} for one in page["items"]}


def test_a_filter_holds_whom_its_condition_says(desk: Console) -> None:
    told = desk.post(SEARCH, {"condition": BUYERS, "sort": "spent"})
    buyers = {
        desk.id_of(place) for place in range(len(members.NAMES)) if members.order_count_of(place)
    }
    assert {one["id"] for one in told["items"]} == buyers
    assert told["count"] == len(buyers)


def test_another_number_than_was_confirmed_is_refused_with_the_number_of_now(
    desk: Console,
) -> None:
    answer = asked(desk, "wrong number", confirmed=1)
    assert answer.status_code == 409
    assert answer.json()["code"] == "platform.filter_changed"
    assert "1 were confirmed" in answer.json()["detail"]


def test_a_tag_is_given_to_everybody_of_a_filter_and_undone_whole(desk: Console) -> None:
    before = noted(desk)
    count = desk.post(SEARCH, {"condition": BUYERS})["count"]
    answer = asked(desk, "evening", confirmed=count)
    assert answer.status_code == 202, answer.text
    assert answer.json()["customers"] == count
    done(desk)
    job_id = answer.json()["job_id"]
    result = desk.get(f"/v1/jobs/{job_id}")["result"]
    assert result == {
        "confirmed_count": count,
        "matched_count": count,
        "changed_count": count,
        "refused_count": 0,
    }
    given = {who for who, codes in noted(desk).items() if "call_evening" in codes}
    assert len(given) == count
    # What somebody else says after the job stays when the job is undone.
    other = next(iter(given - {who for who, codes in before.items() if codes}))
    said = {"items": [{"customer_id": other, "value": "call_evening"}]}
    desk.post(f"{BRAND}/tags/care/givings", said)
    assert desk.client.post(f"{WORK}/{job_id}/undo", headers=desk.key).status_code == 202
    done(desk)
    assert noted(desk) == before | {other: {"call_evening"}}
    desk.post(f"{BRAND}/tags/care/withdrawals", {"customers": [other]})


def test_a_tag_is_taken_back_from_everybody_and_stands_again_when_that_is_undone(
    desk: Console,
) -> None:
    before = noted(desk)
    everyone = desk.post(SEARCH, {})["count"]
    wanted = {"condition": None, "verb": "withdraw", "value": None, "everybody": True}
    answer = asked(desk, "none", confirmed=everyone, **wanted)
    done(desk)
    assert not any(noted(desk).values())
    job_id = answer.json()["job_id"]
    desk.client.post(f"{WORK}/{job_id}/undo", headers=desk.key)
    done(desk)
    assert noted(desk) == before


@pytest.mark.parametrize("empty", [None, {"all": []}, {"all": [{"all": []}, {"all": []}]}])
def test_work_on_everybody_is_refused_unless_somebody_says_that_they_mean_it(
    desk: Console, empty: object
) -> None:
    everyone = desk.post(SEARCH, {})["count"]
    before = noted(desk)
    answers = [
        asked(desk, "nobody said", condition=empty, confirmed=everyone),
        desk.client.post(
            f"{BRAND}/customers/exports",
            json={"condition": empty, "purpose": "marketing", "confirmed": everyone},
            headers=desk.key | {"Idempotency-Key": "nobody said"},
        ),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "platform.filter_missing")
    done(desk)
    assert noted(desk) == before


def test_whoever_gives_tags_watches_and_cancels_their_own_work(desk: Console) -> None:
    service = make_token(
        desk.database,
        1,
        Permission.CUSTOMERS_READ,
        Permission.ORDERS_READ,
        Permission.TAGS_GIVE,
        name="service",
    )
    count = desk.post(SEARCH, {"condition": BUYERS})["count"]
    body = {"condition": BUYERS, "verb": "give", "tag": "care", "value": "vip_care"}
    headers = service | {"Idempotency-Key": "own"}
    answer = desk.client.post(WORK, json=body | {"confirmed": count}, headers=headers)
    path = f"/v1/jobs/{answer.json()['job_id']}"
    assert desk.client.get(path, headers=service).json()["state"] == "waiting"
    assert desk.client.post(f"{path}/cancel", headers=service).json()["state"] == "cancelled"
    undo = desk.client.post(f"{WORK}/{answer.json()['job_id']}/undo", headers=service)
    assert undo.status_code == 202, "What was cancelled may have begun: it can be undone."
    done(desk)


def test_undoing_what_is_no_such_work_is_refused(desk: Console) -> None:
    answer = desk.client.post(f"{WORK}/{show('job', 77)}/undo", headers=desk.key)
    assert (answer.status_code, answer.json()["code"]) == (404, "platform.no_such_job")


def test_a_filter_without_a_name_is_exported_and_tells_for_ever_who_was_in_it(
    desk: Console,
) -> None:
    count = desk.post(SEARCH, {"condition": BUYERS})["count"]
    told = desk.post(
        f"{BRAND}/customers/exports",
        {"condition": BUYERS, "purpose": "marketing", "confirmed": count},
        **{"Idempotency-Key": "export"},
    )
    done(desk)
    export = desk.get(f"{BRAND}/exports/{told['export_id']}")
    # The fourth took the consent to marketing back and bought three times.
    assert (export["written"], export["left_out"]) == (
        count - 1,
        {"customers.consent_withdrawn": 1},
    )
    kept = desk.get(f"{BRAND}/segments/{export['segment']}")
    assert (kept["document"]["condition"], kept["is_archived"]) == (BUYERS, True)


def test_segments_tell_whether_the_customer_was_in_them_on_their_latest_day(
    desk: Console,
) -> None:
    path = f"/v1/customers/{desk.id_of(0)}/segments"
    assert desk.get(path)["items"] == [], "What was put away is no segment any more."
    with desk.database.transaction(desk.scope, now=desk.now) as tx:
        for code, least in (("regulars", 4), ("giants", 99)):
            condition = {**BUYERS, "at_least": least}
            names = {"zh": "常客", "en": "Regulars"}
            document = {"code": code, "names": names, "condition": condition}
            segments.put_segment(
                tx,
                brand_id=desk.members.brand.id,
                document=segments.read_segment(document),
                expected_version=None,
                actor="test",
                now=desk.now,
            )
    before = {one["segment"]["code"]: one["is_member"] for one in desk.get(path)["items"]}
    assert before == {"regulars": None, "giants": None}
    members.understand(desk.platform, desk.members, now=clock.now())
    after = {one["segment"]["code"]: one["is_member"] for one in desk.get(path)["items"]}
    assert after == {"regulars": True, "giants": False}
