"""The organisation over HTTP: batches by code, versions, dated facts, and who may see what."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from huitong import org
from huitong.org.model import NewLegalEntity
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from tests.entry.make import LONG_AGO, make_client, make_platform, make_token

READ, WRITE = Permission.ORG_READ, Permission.ORG_WRITE
TODAY = "2026-01-01"


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    with make_client(make_platform(database)) as opened:
        yield opened


@pytest.fixture
def office(database: Database, group_id: int) -> dict[str, str]:
    """A group of two brands, and the key of whoever keeps its organisation."""
    with database.transaction(Scope(group_id), now=LONG_AGO) as tx:
        org.set_up(tx, name="Group", brand="wool", accounts=[("pos", "till")], now=LONG_AGO)
        org.set_up(tx, name="Group", brand="silk", accounts=[], now=LONG_AGO)
        org.put_legal_entities(tx, [NewLegalEntity("dealer", "Dealer Co")], now=LONG_AGO)
    return make_token(database, group_id, READ, WRITE)


def match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


def store(code: str, **more: object) -> dict[str, object]:
    return {"code": code, "name": code.upper(), "brands": ["wool"], **more}


def states(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["state"] for one in answer["items"]]


class TestOrganisation:
    def test_a_document_adds_and_renames_by_code_and_counts_a_version(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        wanted = {
            "name": "Wool Group",
            "entities": [{"code": "east", "name": "East Co"}],
            "domains": [{"code": "east", "name": "East", "entity": "east"}],
            "brands": [{"code": "linen", "name": "Linen", "entity": "east", "domain": "east"}],
            "units": [{"brand": "linen", "code": "home", "name": "Home"}],
            "hierarchies": [{"code": "sales", "name": "Sales"}],
        }
        made = client.put("/v1/organisation", json=wanted, headers=office | match(0))
        assert made.status_code == 200, made.text
        shown = client.get("/v1/organisation", headers=office)
        assert shown.headers["ETag"] == '"1"'
        told = shown.json()
        assert told["name"] == "Wool Group"
        assert [one["code"] for one in told["entities"]] == ["dealer", "east", "main"]
        assert [one["code"] for one in told["brands"]] == ["linen", "silk", "wool"]
        assert told["units"] == [{"brand": "linen", "code": "home", "name": "Home", "stores": 0}]

    def test_who_read_an_older_version_changes_nothing(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        wanted = {"entities": [{"code": "east", "name": "East Co"}]}
        assert client.put("/v1/organisation", json=wanted, headers=office | match(0)).is_success
        late = client.put(
            "/v1/organisation",
            json={"entities": [{"code": "west", "name": "West Co"}]},
            headers=office | match(0),
        )
        assert (late.status_code, late.json()["code"]) == (409, "org.organisation_changed")
        told = client.get("/v1/organisation", headers=office).json()
        assert [one["code"] for one in told["entities"]] == ["dealer", "east", "main"]

    def test_what_is_named_must_be_there(self, client: TestClient, office: dict[str, str]) -> None:
        wanted = {"units": [{"brand": "cotton", "code": "home", "name": "Home"}]}
        answer = client.put("/v1/organisation", json=wanted, headers=office | match(0))
        assert (answer.status_code, answer.json()["code"]) == (404, "org.unit_not_found")
        assert "brand with the code “cotton”" in answer.json()["detail"]

    def test_who_sees_one_brand_does_not_change_what_all_share(
        self, client: TestClient, office: dict[str, str], database: Database, group_id: int
    ) -> None:
        with database.reading(Scope(group_id)) as tx:
            wool = org.brand(tx, code="wool").id
        clerk = make_token(database, group_id, READ, WRITE, brand_ids=[wool], name="clerk")
        for path, body in (
            ("/v1/organisation", {"name": "Mine"}),
            ("/v1/stores", {"items": [store("s9")]}),
            ("/v1/staff", {"items": [{"code": "lin"}]}),
        ):
            answer = client.put(path, json=body, headers=clerk | match(0))
            assert (answer.status_code, answer.json()["code"]) == (403, "org.needs_every_brand")
        client.put(
            "/v1/stores",
            json={"items": [store("s1"), store("s2", brands=["silk"])]},
            headers=office,
        )
        seen = client.get("/v1/stores", headers=clerk).json()["items"]
        assert [one["code"] for one in seen] == ["s1"]
        told = client.get("/v1/organisation", headers=clerk).json()
        assert [one["code"] for one in told["brands"]] == ["wool"]


class TestRegions:
    @pytest.fixture
    def sales(self, client: TestClient, office: dict[str, str]) -> str:
        hierarchies = {"hierarchies": [{"code": "sales", "name": "Sales"}]}
        assert client.put(
            "/v1/organisation", json=hierarchies, headers=office | match(0)
        ).is_success
        return "/v1/organisation/hierarchies/sales/regions"

    def test_a_region_moves_from_a_day_on_and_its_past_stays(
        self, client: TestClient, office: dict[str, str], sales: str
    ) -> None:
        first = [
            {"code": "north", "name": "North"},
            {"code": "south", "name": "South"},
            {"code": "city", "name": "City", "parent": "north", "valid_from": "2026-01-01"},
        ]
        assert client.put(sales, json={"items": first}, headers=office | match(1)).is_success
        moved = [{"code": "city", "name": "City", "parent": "south", "valid_from": "2026-02-01"}]
        assert client.put(sales, json={"items": moved}, headers=office | match(2)).is_success
        parents = [
            {
                one["code"]: one["parent"]
                for one in client.get(sales, params={"day": day}, headers=office).json()["items"]
            }
            for day in ("2026-01-15", "2026-02-15")
        ]
        assert [each["city"] for each in parents] == ["north", "south"]
        back = [{"code": "city", "name": "City", "parent": "north", "valid_from": "2026-01-15"}]
        refused = client.put(sales, json={"items": back}, headers=office | match(3))
        assert refused.json()["code"] == "org.placement_overlaps"

    def test_a_region_cannot_lie_below_itself(
        self, client: TestClient, office: dict[str, str], sales: str
    ) -> None:
        items = [
            {"code": "north", "name": "North", "parent": "city"},
            {"code": "city", "name": "City", "parent": "north"},
        ]
        answer = client.put(sales, json={"items": items}, headers=office | match(1))
        assert (answer.status_code, answer.json()["code"]) == (422, "org.regions_in_a_ring")
        assert client.get(sales, headers=office).json()["items"] == []


class TestStores:
    def test_each_row_is_taken_or_refused_by_itself_and_a_repeat_changes_nothing(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        rows = [
            store("s1", operator={"code": "dealer", "valid_from": "2026-01-01"}),
            store("s2", operator={"code": "nobody"}),
            store("s3", brands=["cotton"]),
            store("s4"),
            store("s4"),
        ]
        told = client.put("/v1/stores", json={"items": rows}, headers=office).json()
        assert states(told) == ["added", "refused", "refused", "refused", "refused"]
        assert [one["refusal"] for one in told["items"][1:]] == [
            "org.unit_not_found",
            "org.unit_not_found",
            "org.named_twice",
            "org.named_twice",
        ]
        again = client.put("/v1/stores", json={"items": rows[:1]}, headers=office).json()
        assert states(again) == ["same"]
        renamed = [store("s1") | {"name": "West Lake"}]
        assert states(client.put("/v1/stores", json={"items": renamed}, headers=office).json()) == [
            "changed"
        ]
        listed = client.get("/v1/stores", headers=office).json()["items"]
        assert [(one["code"], one["name"], one["operator"]) for one in listed] == [
            ("s1", "West Lake", "dealer")
        ]

    def test_a_store_tells_who_ran_it_when(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        for code, day in (("main", "2026-01-01"), ("dealer", "2026-03-01")):
            row = store("s1", operator={"code": code, "valid_from": day})
            client.put("/v1/stores", json={"items": [row]}, headers=office)
        (listed,) = client.get("/v1/stores", params={"day": "2026-02-01"}, headers=office).json()[
            "items"
        ]
        assert listed["operator"] == "main"
        shown = client.get(f"/v1/stores/{listed['id']}", headers=office).json()
        assert [
            (one["kind"], one["code"], one["valid_from"], one["valid_until"])
            for one in shown["history"]
        ] == [
            ("operator", "dealer", "2026-03-01", None),
            ("operator", "main", "2026-01-01", "2026-03-01"),
        ]

    def test_the_past_is_not_rewritten_but_a_slip_of_today_is_corrected(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        def run_by(code: str, day: str | None) -> str:
            row = store("s1", operator={"code": code, "valid_from": day})
            told = client.put("/v1/stores", json={"items": [row]}, headers=office).json()
            return str(told["items"][0]["refusal"] or told["items"][0]["state"])

        assert run_by("main", "2026-01-01") == "added"
        assert run_by("dealer", "2026-01-01") == "org.placement_overlaps"
        assert run_by("dealer", "2025-01-01") == "org.placement_overlaps"
        assert run_by("dealer", None) == "changed"
        assert run_by("main", None) == "changed"

    def test_the_list_is_searched_filtered_and_paged(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        rows = [store("a1"), store("a2", kind="counter"), store("b1", brands=["silk"])]
        client.put("/v1/stores", json={"items": rows}, headers=office)

        def codes(**params: str | int | list[str]) -> list[str]:
            found = client.get("/v1/stores", params=params, headers=office).json()["items"]
            return [one["code"] for one in found]

        assert codes() == ["a1", "a2", "b1"]
        assert codes(text="A") == ["a1", "a2"]
        assert codes(kind="counter") == ["a2"]
        assert codes(brand="silk") == ["b1"]
        assert codes(code=["b1", "a1", "unknown"]) == ["a1", "b1"]
        page = client.get("/v1/stores", params={"limit": 2}, headers=office).json()
        assert codes(limit=2, cursor=page["next_cursor"]) == ["b1"]


class TestStaff:
    def test_a_name_is_kept_sealed_and_forgotten_when_it_is_emptied(
        self, client: TestClient, office: dict[str, str], database: Database, group_id: int
    ) -> None:
        row = {"code": "lin", "name": "林小会"}
        assert states(client.put("/v1/staff", json={"items": [row]}, headers=office).json()) == [
            "added"
        ]
        (listed,) = client.get("/v1/staff", headers=office).json()["items"]
        assert listed["name"] == "林小会"
        with database.reading(Scope(group_id)) as tx:
            ((sealed,),) = tx.rows("SELECT sealed FROM org.staff_name")
            entries = tx.rows("SELECT subject, before, after FROM platform.audit_entry")
        assert "林小会".encode() not in bytes(sealed)
        assert "staff:lin" in str(entries)
        assert "林小会" not in str(entries)
        forgotten = {"code": "lin", "name": ""}
        assert states(
            client.put("/v1/staff", json={"items": [forgotten]}, headers=office).json()
        ) == ["changed"]
        (listed,) = client.get("/v1/staff", headers=office).json()["items"]
        assert listed["name"] is None

    def test_staff_are_found_by_a_part_of_their_name_or_code_and_by_whole_codes(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        rows = [
            {"code": "g-01", "name": "林小满"},
            {"code": "g-02", "name": "Lina Mei"},
            {"code": "lin-3"},
        ]
        client.put("/v1/staff", json={"items": rows}, headers=office)

        def codes(**params: str | list[str]) -> list[str]:
            found = client.get("/v1/staff", params=params, headers=office).json()["items"]
            return [one["code"] for one in found]

        assert codes(text="小满") == ["g-01"]
        assert codes(text="LIN") == ["g-02", "lin-3"]
        assert codes(text="g-") == ["g-01", "g-02"]
        assert codes(code=["lin-3", "g-02", "unknown"]) == ["g-02", "lin-3"]

    def test_somebody_moves_between_stores_and_leaves(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        client.put("/v1/stores", json={"items": [store("s1"), store("s2")]}, headers=office)
        for row in (
            {"code": "lin", "store": {"code": "s1", "valid_from": "2026-01-01"}},
            {"code": "lin", "store": {"code": "s2", "valid_from": "2026-02-01"}},
            {"code": "lin", "until": "2026-03-01"},
        ):
            told = client.put("/v1/staff", json={"items": [row]}, headers=office).json()
            assert told["refused"] == 0, told
        where = [
            client.get("/v1/staff", params={"day": day}, headers=office).json()["items"][0]["store"]
            for day in ("2026-01-31", "2026-02-28", "2026-03-01")
        ]
        assert where == ["s1", "s2", None]
        (listed,) = client.get("/v1/staff", headers=office).json()["items"]
        shown = client.get(f"/v1/staff/{listed['id']}", headers=office).json()
        assert [one["code"] for one in shown["history"]] == ["s2", "s1"]
        back = {"code": "lin", "store": {"code": "s1", "valid_from": "2026-02-15"}}
        told = client.put("/v1/staff", json={"items": [back]}, headers=office).json()
        assert told["items"][0]["refusal"] == "org.placement_overlaps"


class TestAccounts:
    def account(self, **more: object) -> dict[str, object]:
        return {"brand": "wool", "platform": "oms", "code": "hub", "entity": "main", **more}

    def test_an_account_that_only_ships_neither_sells_nor_earns(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        path = "/v1/organisation/accounts"
        wrong = self.account(fulfilment_only=True)
        answer = client.put(path, json={"items": [wrong]}, headers=office | match(0))
        assert answer.json()["code"] == "org.ships_only"
        ships = self.account(fulfilment_only=True, books_revenue=False, earns=False)
        told = client.put(path, json={"items": [ships]}, headers=office | match(0)).json()
        assert [(one["code"], one["fulfilment_only"]) for one in told["items"]] == [
            ("hub", True),
            ("till", False),
        ]

    def test_an_account_keeps_its_brand(self, client: TestClient, office: dict[str, str]) -> None:
        path = "/v1/organisation/accounts"
        assert client.put(
            path, json={"items": [self.account()]}, headers=office | match(0)
        ).is_success
        answer = client.put(
            path, json={"items": [self.account(brand="silk")]}, headers=office | match(1)
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "org.belongs_elsewhere")

    def test_touchpoints_and_personas_are_entered_by_code(
        self, client: TestClient, office: dict[str, str]
    ) -> None:
        point = {"brand": "wool", "code": "card", "name": "Parcel card", "account": "pos:till"}
        path = "/v1/organisation/touchpoints"
        for changed in (1, 0):
            told = client.put(path, json={"items": [point]}, headers=office).json()
            assert told == {"sent": 1, "changed": changed}
        (listed,) = client.get(path, params={"text": "parcel"}, headers=office).json()["items"]
        assert listed["account"] == "pos:till"
        client.put("/v1/staff", json={"items": [{"code": "lin"}, {"code": "mei"}]}, headers=office)
        persona = {"account": "pos:till", "code": "sister", "name": "小会姐姐"}
        path = "/v1/organisation/personas"
        for version, staff in enumerate((["lin", "mei"], ["mei"])):
            body = {"items": [persona | {"staff": staff}]}
            answer = client.put(path, json=body, headers=office | match(version))
            assert answer.is_success, answer.text
        (listed,) = client.get(path, headers=office).json()["items"]
        # Who was named today stays until tomorrow: a day is the shortest that anything holds.
        assert listed["staff"] == ["lin", "mei"]
