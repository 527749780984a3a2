"""Drafts over HTTP: from the first word to the day they take effect, and who may do what."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import pytest
import yaml
from fastapi.testclient import TestClient

from huitong import loyalty, org
from huitong.loyalty.model import Programme
from huitong.platform import audit, clock
from huitong.platform.auth import GROUP_ADMIN, Permission
from huitong.platform.db import Database, Scope
from tests.entry.make import LONG_AGO, PROGRAMME, make_client, make_platform, make_token

HOME = "/v1/brands/wool/programme"
DRAFTS = f"{HOME}/drafts"
WEDNESDAYS = {
    "code": "wednesdays",
    "names": {"zh": "周三双倍", "en": "Double Wednesdays"},
    "points": 1,
    "per_minor": 100,
    "days": {"weekdays": ["wednesday"]},
}
Json: TypeAlias = dict[str, Any]
Answer: TypeAlias = Any
READ, WRITE = Permission.PROGRAMME_READ, Permission.PROGRAMME_WRITE
PUBLISH, UNGUARD = Permission.PROGRAMME_PUBLISH, Permission.PROGRAMME_UNGUARD


@pytest.fixture
def client(database: Database, group_id: int) -> Iterator[TestClient]:
    """Return a client of a group whose brand wool has had a programme since long ago."""
    with database.transaction(Scope(group_id), now=LONG_AGO) as tx:
        org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "tills")], now=LONG_AGO)
        org.set_up(tx, name="Sheep", brand="silk", accounts=[("pos", "stalls")], now=LONG_AGO)
        loyalty.apply_programme(
            tx,
            brand_id=org.brand(tx, code="wool").id,
            programme=Programme.model_validate(PROGRAMME),
            effective_from=LONG_AGO,
            actor="cli:founder",
            expected_version=0,
            now=LONG_AGO,
        )
    with make_client(make_platform(database)) as opened:
        yield opened


@pytest.fixture
def editor(client: TestClient, database: Database, group_id: int) -> dict[str, str]:
    assert client is not None
    return make_token(database, group_id, READ, WRITE, PUBLISH, name="editor")


@pytest.fixture
def approver(client: TestClient, database: Database, group_id: int) -> dict[str, str]:
    assert client is not None
    return make_token(database, group_id, READ, PUBLISH, name="approver")


def at(headers: dict[str, str], revision: int, **more: str) -> dict[str, str]:
    return {**headers, "If-Match": f'"{revision}"', **more}


def start(client: TestClient, by: dict[str, str], name: str = "spring", **more: object) -> Json:
    keyed = {**by, "Idempotency-Key": f"start {name}"}
    answer = client.post(DRAFTS, json={"name": name, **more}, headers=keyed)
    assert answer.status_code == 201, answer.text
    told: Json = answer.json()
    return told


def with_wednesdays(draft: Json, **changes: object) -> Json:
    said = draft["programme"]
    return {**said, "rules": [*said["rules"], WEDNESDAYS], **changes}


def save(client: TestClient, by: dict[str, str], draft: Json, **more: object) -> Json:
    path = f"{DRAFTS}/{draft['id']}"
    said = more or {"programme": with_wednesdays(draft)}
    answer = client.put(path, json=said, headers=at(by, draft["revision"]))
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


def publish(client: TestClient, by: dict[str, str], draft: Json, when: str | None = None) -> Answer:
    headers = at(by, draft["revision"], **{"Idempotency-Key": "publish"})
    path = f"{DRAFTS}/{draft['id']}/publication"
    return client.post(path, json={"effective_from": when}, headers=headers)


class TestEditing:
    def test_a_rule_is_added_and_the_draft_says_in_words_what_changes(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        draft = start(client, editor)
        assert (draft["revision"], draft["base_version"], draft["changes"]) == (1, 1, [])
        saved = save(client, editor, draft)
        (change,) = saved["changes"]
        assert change["words"]["zh"].startswith("新增积分规则「周三双倍」")
        assert saved["told"]["rules"]["wednesdays"]["zh"].startswith("每满 1 元得 1 积分；仅周三")
        assert [one["step"] for one in saved["edits"]] == ["saved", "started"]
        (listed,) = client.get(DRAFTS, headers=editor).json()["items"]
        assert (listed["id"], listed["changes"]) == (draft["id"], 1)

    def test_form_and_document_are_the_same_draft(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        saved = save(client, editor, start(client, editor))
        document = saved["document"].replace("周三双倍", "周三翻倍")
        again = save(client, editor, saved, document=document, name="spring 2")
        assert again["programme"]["rules"][1]["names"]["zh"] == "周三翻倍"
        assert again["name"] == "spring 2"
        assert yaml.safe_load(again["document"])["rules"][1]["days"] == {"weekdays": ["wednesday"]}

    def test_the_same_request_starts_one_draft_and_a_name_names_one(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        assert start(client, editor)["id"] == start(client, editor)["id"]
        other = {**editor, "Idempotency-Key": "another"}
        refused = client.post(DRAFTS, json={"name": "spring"}, headers=other)
        assert (refused.status_code, refused.json()["code"]) == (409, "loyalty.draft_name_taken")

    def test_a_save_on_an_older_revision_is_refused_and_names_who_was_quicker(
        self, client: TestClient, editor: dict[str, str], approver: dict[str, str]
    ) -> None:
        draft = start(client, editor)
        save(client, editor, draft)
        path = f"{DRAFTS}/{draft['id']}"
        late = {"programme": draft["programme"]}
        refused = client.put(path, json=late, headers=at(editor, 1))
        assert (refused.status_code, refused.json()["code"]) == (409, "loyalty.draft_changed")
        assert refused.json()["facts"]["changed_by"].startswith("key_")
        assert client.put(path, json=late, headers=editor).status_code == 428
        denied = client.put(path, json=late, headers=at(approver, 2))
        assert denied.status_code == 403

    def test_a_document_with_problems_is_refused_at_their_places_and_nothing_is_kept(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        draft = start(client, editor)
        wrong = draft["document"].replace("points: 1", "points: 0")
        path = f"{DRAFTS}/{draft['id']}"
        refused = client.put(path, json={"document": wrong}, headers=at(editor, 1))
        assert refused.status_code == 422
        assert "earning rule “Points for spending” · points: must be 1 or more" in refused.text
        checked = client.post(f"{HOME}/checks", json={"document": wrong}, headers=editor).json()
        (problem,) = checked["problems"]
        assert problem["place"] == ["rules", 0, "points"]
        assert problem["words"]["zh"] == "不能小于 1"
        assert wrong.splitlines()[problem["line"] - 1].strip() == "points: 0"
        assert client.get(path, headers=editor).json()["revision"] == 1

    def test_what_is_checked_tells_its_changes_without_being_kept(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        said = {"programme": with_wednesdays({"programme": PROGRAMME})}
        checked = client.post(f"{HOME}/checks", json=said, headers=editor).json()
        assert [one["turn"] for one in checked["changes"]] == ["added"]
        assert client.get(DRAFTS, headers=editor).json()["items"] == []

    def test_what_is_checked_is_held_against_a_draft_as_it_is_saved(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        draft = start(client, editor)
        saved = {"name": "spring", "programme": with_wednesdays(draft)}
        path = f"{DRAFTS}/{draft['id']}"
        assert client.put(path, json=saved, headers=at(editor, 1)).status_code == 200
        said = {"document": draft["document"], "against_draft": draft["id"]}
        checked = client.post(f"{HOME}/checks", json=said, headers=editor).json()
        (change,) = checked["changes"]
        assert (change["turn"], change["place"][:1]) == ("removed", ["rules"])
        nowhere = {**said, "against_draft": draft["id"][:-1] + "z"}
        missing = client.post(f"{HOME}/checks", json=nowhere, headers=editor)
        assert (missing.status_code, missing.json()["code"]) == (404, "loyalty.draft_not_found")

    def test_a_first_programme_begins_from_what_is_sent(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        path = "/v1/brands/silk/programme/drafts"
        keyed = {**editor, "Idempotency-Key": "first"}
        nothing = client.post(path, json={"name": "first"}, headers=keyed)
        assert nothing.json()["code"] == "loyalty.programme_not_found"
        begun = client.post(path, json={"name": "first", "programme": PROGRAMME}, headers=keyed)
        assert begun.json()["base_version"] == 0
        assert "base" in {one["code"] for one in begun.json()["changes"]}

    def test_what_is_given_up_changes_no_more(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        draft = start(client, editor)
        path = f"{DRAFTS}/{draft['id']}"
        assert client.delete(path, headers=at(editor, 1)).json()["state"] == "discarded"
        late = client.put(path, json={"programme": PROGRAMME}, headers=at(editor, 2))
        assert late.json()["code"] == "loyalty.draft_closed"
        assert client.get(DRAFTS, headers=editor).json()["items"] == []
        every = client.get(DRAFTS, params={"every": True}, headers=editor).json()["items"]
        assert [one["state"] for one in every] == ["discarded"]

    def test_a_key_of_another_brand_sees_no_draft(
        self, client: TestClient, editor: dict[str, str], database: Database, group_id: int
    ) -> None:
        draft = start(client, editor)
        with database.reading(Scope(group_id)) as tx:
            silk = org.brand(tx, code="silk").id
        theirs = make_token(database, group_id, READ, WRITE, brand_ids=[silk], name="silk")
        assert client.get(f"{DRAFTS}/{draft['id']}", headers=theirs).status_code == 404
        other = f"/v1/brands/silk/programme/drafts/{draft['id']}"
        assert client.get(other, headers=theirs).json()["code"] == "loyalty.draft_not_found"


class TestPublishing:
    def test_a_draft_takes_effect_at_once_and_a_repeat_answers_the_same(
        self, client: TestClient, editor: dict[str, str], database: Database, group_id: int
    ) -> None:
        draft = save(client, editor, start(client, editor))
        first = publish(client, editor, draft)
        assert first.status_code == 200, first.text
        assert first.json()["version"] == 2
        assert publish(client, editor, draft).json() == first.json()
        shown = client.get(HOME, headers=editor).json()
        assert [rule["code"] for rule in shown["in_effect"]["programme"]["rules"]][
            -1
        ] == "wednesdays"
        assert shown["in_effect"]["put_by"].startswith("key_")
        with database.reading(Scope(group_id)) as tx:
            acts = [one.act for one in audit.entries(tx, audit.Wanted(), before_id=None, limit=20)]
        assert acts.count("programme.put") == 1

    def test_the_differences_of_any_two_versions_can_be_read(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        draft = save(client, editor, start(client, editor))
        publish(client, editor, draft)
        asked = {"before": "2", "after": "1"}
        (gone,) = client.get(f"{HOME}/differences", params=asked, headers=editor).json()["items"]
        assert gone["turn"] == "removed"
        same = {"before": "2", "after": draft["id"]}
        assert client.get(f"{HOME}/differences", params=same, headers=editor).json()["items"] == []
        none = {"before": "1", "after": "7"}
        missing = client.get(f"{HOME}/differences", params=none, headers=editor)
        assert missing.json()["code"] == "loyalty.version_not_found"

    def test_nothing_begins_in_the_past_or_before_what_is_planned(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        draft = save(client, editor, start(client, editor))
        yesterday = (clock.now() - timedelta(days=1)).isoformat()
        refused = publish(client, editor, draft, yesterday)
        assert (refused.status_code, refused.json()["code"]) == (409, "loyalty.programme_too_early")
        soon = clock.now() + timedelta(days=3)
        assert publish(client, editor, draft, soon.isoformat()).status_code == 200
        after = start(client, editor, "after")
        changed = save(client, editor, after, programme={**after["programme"], "downgrade": "keep"})
        early = publish(client, editor, changed)
        assert early.json()["code"] == "loyalty.programme_too_early"
        earliest = datetime.fromisoformat(early.json()["facts"]["earliest"])
        assert publish(client, editor, changed, earliest.isoformat()).status_code == 200

    def test_a_draft_that_changes_nothing_is_not_published(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        refused = publish(client, editor, start(client, editor))
        assert refused.json()["code"] == "loyalty.nothing_to_publish"

    def test_a_draft_whose_base_moved_on_takes_over_what_changed_first(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        mine = save(client, editor, start(client, editor, "mine"))
        theirs = start(client, editor, "theirs")
        theirs = save(
            client, editor, theirs, programme={**theirs["programme"], "welcome": {"points": 50}}
        )
        assert publish(client, editor, theirs).status_code == 200
        refused = publish(client, editor, mine)
        assert refused.json()["code"] == "loyalty.draft_overtaken"
        path = f"{DRAFTS}/{mine['id']}"
        assert client.get(path, headers=editor).json()["has_moved_on"]
        preview = client.get(f"{path}/rebase", headers=editor).json()
        assert [one["place"] for one in preview["theirs"]] == [["welcome"]]
        assert preview["ours"] == preview["result"]
        assert preview["conflicts"] == []
        rebased = client.put(f"{path}/rebase", headers=at(editor, mine["revision"])).json()
        assert (rebased["base_version"], rebased["has_moved_on"]) == (2, False)
        assert publish(client, editor, rebased).json()["version"] == 3
        shown = client.get(HOME, headers=editor).json()["in_effect"]["programme"]
        assert shown["welcome"] == {"points": 50}
        assert len(shown["rules"]) == 2


class TestFourEyes:
    @pytest.fixture
    def _on(self, client: TestClient, approver: dict[str, str]) -> None:
        policy = client.get(f"{HOME}/policy", headers=approver)
        assert (policy.json()["four_eyes"], policy.headers["ETag"]) == (False, '"0"')
        on = {"four_eyes": True}
        put = client.put(f"{HOME}/policy", json=on, headers=at(approver, 0))
        assert (put.status_code, put.json()["revision"]) == (200, 1)
        late = client.put(f"{HOME}/policy", json=on, headers=at(approver, 0))
        assert late.json()["code"] == "loyalty.policy_changed"

    @pytest.mark.usefixtures("_on")
    def test_who_writes_and_publishes_cannot_turn_it_off(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        off = client.put(f"{HOME}/policy", json={"four_eyes": False}, headers=at(editor, 1))
        assert (off.status_code, off.json()["facts"]["permission"]) == (403, "programme.unguard")
        assert client.get(f"{HOME}/policy", headers=editor).json()["four_eyes"] is True
        holders = {one.code for one in org.STANDARD_ROLES if UNGUARD in one.permissions}
        assert holders == {GROUP_ADMIN}

    @pytest.mark.usefixtures("_on")
    def test_turning_it_off_frees_no_draft_that_was_started_before(
        self, client: TestClient, editor: dict[str, str], database: Database, group_id: int
    ) -> None:
        before = save(client, editor, start(client, editor))
        keeper = make_token(database, group_id, READ, PUBLISH, UNGUARD, name="keeper")
        off = client.put(f"{HOME}/policy", json={"four_eyes": False}, headers=at(keeper, 1))
        assert (off.status_code, off.json()["four_eyes"]) == (200, False)
        assert publish(client, editor, before).json()["code"] == "loyalty.second_person_needed"
        shown = client.get(f"{DRAFTS}/{before['id']}", headers=editor).json()
        assert shown["publishing"] == "second_person"
        assert publish(client, keeper, shown).json()["version"] == 2

    @pytest.mark.usefixtures("_on")
    def test_no_editor_approves_their_own_draft_and_another_person_does(
        self, client: TestClient, editor: dict[str, str], approver: dict[str, str]
    ) -> None:
        draft = save(client, editor, start(client, editor))
        assert draft["publishing"] == "second_person"
        refused = publish(client, editor, draft)
        assert (refused.status_code, refused.json()["code"]) == (
            403,
            "loyalty.second_person_needed",
        )
        path = f"{DRAFTS}/{draft['id']}"
        submission = {"note": "为三八节准备"}
        waiting = client.put(
            f"{path}/submission", json=submission, headers=at(editor, draft["revision"])
        ).json()
        assert waiting["state"] == "submitted"
        assert waiting["edits"][0]["note"] == "为三八节准备"
        stale = publish(client, approver, draft)
        assert stale.json()["code"] == "loyalty.draft_changed"
        seen = client.get(path, headers=approver).json()
        assert seen["publishing"] == "open"
        assert publish(client, approver, seen).json()["version"] == 2

    @pytest.mark.usefixtures("_on")
    def test_a_programme_cannot_be_put_past_the_second_person(
        self, client: TestClient, editor: dict[str, str]
    ) -> None:
        said = {"programme": with_wednesdays({"programme": PROGRAMME})}
        refused = client.put(HOME, json=said, headers=at(editor, 1))
        assert refused.json()["code"] == "loyalty.second_person_needed"

    @pytest.mark.usefixtures("_on")
    def test_what_is_sent_back_is_edited_again_and_says_why(
        self, client: TestClient, editor: dict[str, str], approver: dict[str, str]
    ) -> None:
        draft = save(client, editor, start(client, editor))
        path = f"{DRAFTS}/{draft['id']}"
        back = {"note": "封顶没写"}
        early = client.put(f"{path}/return", json=back, headers=at(approver, draft["revision"]))
        assert early.json()["code"] == "loyalty.draft_not_submitted"
        client.put(f"{path}/submission", json={}, headers=at(editor, draft["revision"]))
        returned = client.put(
            f"{path}/return", json=back, headers=at(approver, draft["revision"] + 1)
        ).json()
        assert (returned["state"], returned["edits"][0]["note"]) == ("edited", "封顶没写")


def test_who_may_write_cannot_publish(
    client: TestClient, database: Database, group_id: int
) -> None:
    writer = make_token(database, group_id, READ, WRITE, name="writer")
    draft = save(client, writer, start(client, writer))
    assert draft["publishing"] == "not_permitted"
    assert publish(client, writer, draft).status_code == 403
    assert (
        client.put(f"{HOME}/policy", json={"four_eyes": True}, headers=at(writer, 0)).status_code
        == 403
    )
