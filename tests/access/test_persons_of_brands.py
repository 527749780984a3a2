"""Persons are of the group: who sees some brands only sees those whom these know, and no others."""

import pytest
from httpx2 import Response

from huitong import identity, org
from huitong.identity.model import Likely
from huitong.platform import clock, ids
from huitong.platform.auth import CallerKind, Permission
from huitong.platform.db import Database, Scope
from tests.access.shops import Shops, make_shops
from tests.entry.make import lines_of, member

NOBODY = ids.show("per", 1 << 40)


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    """Return shops where somebody merged two persons of silk by hand, after these hung together."""
    shops = make_shops(wired, 830_001)
    shops.act_as(shops.caller("everywhere", kind=CallerKind.KEY))
    twins = [member("gil", "13800000007"), member("hal", "13800000008")]
    sent = shops.client.post(
        "/v1/inbox/member",
        params={"account": "pos:silk"},
        content=b"\n".join(lines_of(twins)),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert sent.is_success, sent.text
    source, target = (person_of(shops, "silk", f"1380000000{one}") for one in (7, 8))
    merged = shops.client.post(
        "/v1/identity/merges",
        json={"source_id": source, "target_id": target, "reason": "twins no more"},
        headers={"Idempotency-Key": "merge"},
    )
    assert merged.is_success, merged.text
    return shops


def person_of(shops: Shops, brand: str, phone: str) -> str:
    found = shops.client.post(
        "/v1/customers/find", json={"brand": brand, "kind": "phone", "value": phone}
    )
    (one,) = found.json()["items"]
    return str(one["person_id"])


def told(shops: Shops, brand: str | None, path: str, **params: str) -> Response:
    """Return what somebody who looks after the persons of a brand is told."""
    shops.act_as(shops.caller("everywhere", Permission.IDENTITY_READ, brand=brand))
    return shops.client.get(f"/v1/identity/{path}", params=params)


@pytest.fixture(scope="module")
def persons(shops: Shops) -> dict[str, str]:
    """Return a person of each brand."""
    shops.act_as(shops.caller("everywhere"))
    return {
        "wool": person_of(shops, "wool", "13800000001"),
        "silk": person_of(shops, "silk", "13800000006"),
    }


@pytest.mark.parametrize("path", ["persons/{}", "persons/{}/evidence", "persons/{}/reviews"])
def test_a_person_of_another_brand_answers_as_nobody(
    shops: Shops, persons: dict[str, str], path: str
) -> None:
    foreign = told(shops, "wool", path.format(persons["silk"]))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "identity.person_not_found")
    for brand in ("silk", None):
        assert told(shops, brand, path.format(persons["silk"])).is_success


def test_a_person_of_another_brand_is_compared_with_nobody(
    shops: Shops, persons: dict[str, str]
) -> None:
    asked = {"one": persons["wool"], "other": persons["silk"]}
    assert told(shops, "wool", "comparison", **asked).status_code == 404
    assert told(shops, None, "comparison", **asked).is_success


def test_an_identifier_of_another_brand_is_not_explained(
    shops: Shops, persons: dict[str, str]
) -> None:
    (identifier,) = told(shops, None, f"persons/{persons['silk']}").json()["identifiers"]
    path = f"identifiers/{identifier['id']}/explanation"
    assert told(shops, "wool", path).json()["code"] == "identity.identifier_not_found"
    assert told(shops, "silk", path).json()["identifiers"]


def test_the_journal_tells_of_persons_of_the_brand_alone(
    shops: Shops, persons: dict[str, str]
) -> None:
    (entry,) = told(shops, None, "journal").json()["items"]
    assert told(shops, "silk", "journal").json()["items"] == [entry]
    assert told(shops, "wool", "journal").json() == {"items": [], "next_cursor": None}
    assert told(shops, "wool", "journal", person_id=persons["silk"]).status_code == 404
    merge = f"merges/{entry['merge_id']}"
    assert told(shops, "wool", merge).json()["code"] == "identity.merge_not_found"
    assert told(shops, "silk", merge).is_success


@pytest.mark.parametrize("path", ["stats", "soundness"])
def test_counts_over_the_group_are_for_who_sees_all_of_it(shops: Shops, path: str) -> None:
    assert told(shops, "wool", path).json()["code"] == "identity.sees_not_every_brand"
    assert told(shops, None, path).is_success


def test_reviews_are_listed_where_the_brand_knows_both_sides(
    wired: Database, shops: Shops, persons: dict[str, str]
) -> None:
    with wired.transaction(Scope(shops.group_id), now=clock.now()) as tx:
        one, other = (ids.read("per", persons[brand]) for brand in ("wool", "silk"))
        domain_id = org.brand(tx, code="wool").identity_domain_id
        identity.queue_suggestions(
            tx, domain_id, suggested=[Likely(one, other, 0.9)], now=clock.now()
        )
    (review,) = told(shops, None, "reviews").json()["items"]
    for brand in ("wool", "silk"):
        assert told(shops, brand, "reviews").json()["items"] == []
        assert told(shops, brand, f"reviews/{review['id']}").status_code == 404
        person = persons[brand]
        assert told(shops, brand, f"persons/{person}/reviews").json()["items"] == []
