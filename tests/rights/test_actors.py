"""Who acted stands in the journals: whoever says so, else the user of the machine."""

import getpass
import json
from pathlib import Path

import pytest

from huitong import customers, org
from huitong.customers.model import Purpose
from huitong.platform import clock
from huitong.platform.db import Database, ReadTx, Scope
from tests.entry.make import lines_of, order
from tests.entry.test_cli import Cli
from tests.rights.make import ANNA, ANNA_NAME, member


@pytest.fixture
def huitong(tmp_path: Path, database: Database, group_id: int) -> Cli:
    """Return the command line in a group with one member, Anna, and terms of membership."""
    now = clock.now()
    with database.transaction(Scope(group_id), now=now) as tx:
        made = org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "main")], now=now)
        customers.put_consent_policy(
            tx,
            brand_id=made.brand.id,
            purpose=Purpose.SERVICE,
            version="1",
            content="You are a member.",
            effective_from=now.replace(year=2025),
            actor="test",
            now=now,
        )
    (tmp_path / "members.ndjson").write_bytes(lines_of([member("M-1", ANNA, name=ANNA_NAME)])[0])
    run = Cli(directory=tmp_path, url=database.url, group_id=group_id)
    run.done("import", "member", "members.ndjson", "--channel", "pos")
    return run


def actors(tx: ReadTx, statement: str) -> list[str]:
    return [row[0] for row in tx.rows(statement, {"group_id": tx.scope.group_id})]


RECEIPTS = "SELECT actor FROM customers.receipt WHERE group_id = %(group_id)s ORDER BY id"
REQUESTS = "SELECT actor FROM customers.request WHERE group_id = %(group_id)s"
REVIEWS = "SELECT actor FROM identity.review WHERE group_id = %(group_id)s"
MAPPINGS = "SELECT actor FROM channels.mapping WHERE group_id = %(group_id)s"
FIXES = "SELECT actor FROM channels.fix WHERE group_id = %(group_id)s"


def test_a_receipt_names_who_is_said_to_act_else_who_is_signed_in(
    huitong: Cli, database: Database, group_id: int
) -> None:
    who = json.loads(huitong.done("member", "show", ANNA, "--json"))["id"]
    huitong.done("--as", "lin", "rights", "export", who, "--to", "one")
    named = huitong("rights", "export", who, "--to", "two", HUITONG_AS="mei")
    assert named.returncode == 0, named.stderr
    huitong.done("rights", "correct", who, "--city", "上海", "--reason", "moved")
    with database.reading(Scope(group_id)) as tx:
        told = actors(tx, RECEIPTS)
    assert told == ["cli:lin", "cli:mei", f"cli:{getpass.getuser()}"]


def test_an_enrolment_names_who_acted(huitong: Cli, database: Database, group_id: int) -> None:
    terms = ("pos:main", "phone=13700001111", "--policy", "1")
    huitong.done("--as", "lin", "customers", "enrol", *terms)
    with database.reading(Scope(group_id)) as tx:
        assert actors(tx, REQUESTS) == ["cli:lin"]


def test_a_decision_on_persons_names_who_acted(
    huitong: Cli, database: Database, group_id: int, tmp_path: Path
) -> None:
    (tmp_path / "strict.yaml").write_text("kinds: {pos_card: {living_max: 1}}\n")
    huitong.done("identity", "policy", "set", "strict.yaml", "--reason", "one card each")
    sales = []
    for number, card in enumerate(("CARD0001", "CARD0002")):
        named = [{"kind": "pos_card", "value": card}, {"kind": "phone", "value": ANNA}]
        parties = [{"role": "buyer", "identifiers": named}]
        sales.append({**order(f"O{number}", 10), "parties": parties})
    (tmp_path / "orders.ndjson").write_bytes(b"\n".join(lines_of(sales)))
    huitong.done("import", "order", "orders.ndjson", "--channel", "pos")
    (waiting,) = json.loads(huitong.done("identity", "review", "list", "--json"))
    huitong.done("--as", "lin", "identity", "review", "accept", waiting["id"], "--reason", "lost")
    with database.reading(Scope(group_id)) as tx:
        assert actors(tx, REVIEWS) == ["cli:lin"]


def test_a_mapping_names_who_kept_it(
    huitong: Cli, database: Database, group_id: int, tmp_path: Path
) -> None:
    document = "kind: product\nname: shop\nfields:\n  sku: 货号\n  name: 品名\n"
    (tmp_path / "shop.yaml").write_text(document, encoding="utf-8")
    huitong.done("--as", "lin", "mapping", "save", "shop.yaml")
    with database.reading(Scope(group_id)) as tx:
        assert actors(tx, MAPPINGS) == ["cli:lin"]


def test_a_fix_names_who_put_the_record_right(
    huitong: Cli, database: Database, group_id: int, tmp_path: Path
) -> None:
    wrong = order("O1", 10) | {"status": "done"}
    (tmp_path / "orders.ndjson").write_bytes(lines_of([wrong])[0])
    huitong.done("import", "order", "orders.ndjson", "--channel", "pos")
    fix = ("inbox", "fix", "--all", "--set", "status=completed", "--reason", "a new word")
    huitong.done("--as", "lin", *fix)
    with database.reading(Scope(group_id)) as tx:
        assert actors(tx, FIXES) == ["cli:lin"]


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_name_that_no_journal_could_keep_is_refused(huitong: Cli, name: str) -> None:
    said = huitong("--as", name, "member", "show", ANNA)
    assert (said.returncode, "who acts" in said.stderr) == (2, True)


def test_a_second_copy_in_one_folder_is_refused_and_receipted_once(huitong: Cli) -> None:
    who = json.loads(huitong.done("member", "show", ANNA, "--json"))["id"]
    huitong.done("rights", "export", who, "--to", "copy")
    again = huitong("rights", "export", who, "--to", "copy")
    assert (again.returncode, "--replace" in again.stderr) == (1, True)
    huitong.done("rights", "export", who, "--to", "copy", "--replace")
    told = json.loads((huitong.directory / "copy" / "personal-data.json").read_text())
    assert [one["kind"] for one in told["rights"]] == ["export"]
