"""`huitong identity` from end to end: what is wrong is found, decided and undone by commands."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from huitong import org
from huitong.entry import wiring
from huitong.entry.worker import Worker
from huitong.platform import clock, ids
from huitong.platform.db import Database, Scope
from tests.entry.make import lines_of, make_platform, order
from tests.entry.test_cli import Cli
from tests.identity_graph.described import people

HER_PHONE = "13812345678"


@pytest.fixture
def shop(tmp_path: Path, database_url: str, database: Database, group_id: int) -> Cli:
    """Return the command line of a group in which one phone was told with two cards."""
    huitong = Cli(directory=tmp_path, url=database_url, group_id=group_id)
    now = clock.now()
    with database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(tx, name="Sheep & Co", brand="wool", accounts=[("pos", "main")], now=now)
    (tmp_path / "strict.yaml").write_text("kinds: {pos_card: {living_max: 1}}\n")
    huitong.done("identity", "policy", "set", "strict.yaml", "--reason", "one card each")
    sales = []
    for number, (card, day) in enumerate((("CARD0001", 1), ("CARD0002", 2))):
        named = [{"kind": "pos_card", "value": card}, {"kind": "phone", "value": HER_PHONE}]
        parties = [{"role": "buyer", "identifiers": named}]
        at = f"2026-02-0{day}T10:00:00+08:00"
        sales.append({**order(f"O{number}", 10), "parties": parties, "ordered_at": at})
    (tmp_path / "orders.ndjson").write_bytes(b"\n".join(lines_of(sales)))
    huitong.done("import", "order", "orders.ndjson", "--channel", "pos")
    return huitong


def test_a_conflict_is_listed_accepted_explained_and_undone(shop: Cli) -> None:
    assert json.loads(shop.done("identity", "stats", "--json"))["reviews_open"] == 1
    (waiting,) = json.loads(shop.done("identity", "review", "list", "--json"))
    assert waiting["rule"] == "living_max"
    shop.done("identity", "review", "accept", waiting["id"], "--reason", "a lost card")
    counted = json.loads(shop.done("identity", "stats", "--json"))
    assert (counted["persons"], counted["reviews_open"]) == (1, 0)
    assert "Way: pos_card" in shop.done("identity", "explain", "CARD0001", "CARD0002")
    shop.done("identity", "undo", HER_PHONE, "--reason", "the till's own")
    assert json.loads(shop.done("identity", "stats", "--json"))["persons"] == 3
    assert "No evidence joins" in shop.done("identity", "explain", "CARD0001", "CARD0002")


def test_persons_are_merged_and_split_by_hand(shop: Cli) -> None:
    (waiting,) = json.loads(shop.done("identity", "review", "list", "--json"))
    persons = (waiting["other_person"], waiting["person"])
    merged = json.loads(shop.done("identity", "merge", *persons, "--reason", "asked", "--json"))
    assert json.loads(shop.done("identity", "stats", "--json"))["persons"] == 1
    shop.done("identity", "split", merged["merge"], "--reason", "a mistake")
    assert json.loads(shop.done("identity", "stats", "--json"))["persons"] == 2


def test_the_policy_in_effect_is_printed_as_it_is_set(shop: Cli) -> None:
    shown = json.loads(shop.done("identity", "policy", "show"))
    assert shown["kinds"]["pos_card"]["living_max"] == 1
    refused = shop("identity", "policy", "set", "strict.yaml", "--reason", "x", "--on-version", "7")
    assert refused.returncode == 1
    assert "[identity.policy_changed]" in refused.stderr


def test_likely_pairs_wait_in_the_review_queue_once(shop: Cli) -> None:
    pytest.importorskip("splink", reason="It is an extra.")
    shop.done("import", "order", write_orders(shop, "CARD0003", "CARD0004"), "--channel", "pos")
    persons = [
        re.findall("per_[0-9a-z]+", shop.done("identity", "explain", card))[0]
        for card in ("CARD0003", "CARD0004")
    ]
    described = people()
    alike = {described[0].id: persons[0], f"{described[0].id}-again": persons[1]}
    lines = ["id,name,birthday,address,place"]
    for number, each in enumerate(described):
        told_by = alike.get(each.id, ids.show("per", number << 12))
        lines.append(f"{told_by},{each.name},{each.birthday},{each.address},{each.place}")
    (shop.directory / "people.csv").write_text("\n".join(lines), encoding="utf-8")
    done = json.loads(shop.done("identity", "suggest", "people.csv", "--queue", "--json"))
    assert (done["opened"], done["known"]) == (1, 0)
    waiting = json.loads(shop.done("identity", "review", "list", "--json"))
    (likely,) = (one for one in waiting if one["rule"] == "likely")
    assert {likely["person"], likely["other_person"]} == set(persons)


def test_a_file_of_other_ids_is_not_queued(shop: Cli) -> None:
    (shop.directory / "people.csv").write_text("id,name,birthday,address,place\n7,王伟,,,\n")
    refused = shop("identity", "suggest", "people.csv", "--queue")
    assert refused.returncode == 2
    assert "persons of the platform" in refused.stderr


def test_a_policy_is_previewed_and_applied_to_everybody_by_jobs(
    shop: Cli, database: Database
) -> None:
    (shop.directory / "lax.yaml").write_text("kinds: {pos_card: {}}\n")
    asked = json.loads(
        shop.done("identity", "preview", "--policy", "lax.yaml", "--background", "--json")
    )
    early = shop("identity", "preview", "--of", asked["job"])
    assert (early.returncode, "waiting" in early.stderr) == (2, True)
    worker = Worker(replace(make_platform(database), job_handlers=wiring.JOBS))
    worker.drain()
    assert json.loads(shop.done("identity", "preview", "--of", asked["job"], "--json"))[
        "persons_that_merge"
    ] == 2  # fmt: skip
    set_ = ("identity", "policy", "set", "lax.yaml", "--reason", "cards get lost", "--apply")
    weighing = json.loads(shop.done(*set_, "--json"))["job"]
    worker.drain()
    listed = json.loads(shop.done("jobs", "list", "--json"))
    (job,) = (one for one in listed if one["job"] == weighing)
    assert (job["state"], job["steps"]) == ("done", "2/2")
    assert json.loads(shop.done("identity", "stats", "--json"))["persons"] == 1


def write_orders(shop: Cli, *cards: str) -> str:
    """Write an order for each card and return the name of the file."""
    sales = []
    for number, card in enumerate(cards):
        parties = [{"role": "buyer", "identifiers": [{"kind": "pos_card", "value": card}]}]
        sales.append({**order(f"P{number}", 10), "parties": parties})
    (shop.directory / "more.ndjson").write_bytes(b"\n".join(lines_of(sales)))
    return "more.ndjson"
