"""`huitong identity` from end to end: what is wrong is found, decided and undone by commands."""

import json
from pathlib import Path

import pytest

from huitong import org
from huitong.platform import clock
from huitong.platform.db import Database, Scope
from tests.entry.make import lines_of, order
from tests.entry.test_cli import Cli

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
