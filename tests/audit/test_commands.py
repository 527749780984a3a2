"""A command that changes something is an entry, once, and nothing personal of it is kept."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from huitong import loyalty, org
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.loyalty.model import Programme
from huitong.platform import audit, clock, jobs
from huitong.platform.audit import Act, Command, Entry, Wanted
from huitong.platform.db import Database, Scope
from huitong.platform.ids import show
from huitong.platform.jobs import WantedJob
from tests.entry.make import PROGRAMME, lines_of, member
from tests.entry.test_cli import Cli


@pytest.fixture
def telling(fresh_database: Database) -> Database:
    """Return a database whose transactions tell of commands, as the product's does."""
    return Database(fresh_database.url, ending=audit.tell_command)


def told(database: Database, group_id: int) -> list[Entry]:
    with database.reading(Scope(group_id)) as tx:
        return audit.entries(tx, Wanted(), before_id=None, limit=50)


def shear() -> Command:
    return Command(actor="cli:an", words="sheep shear", parameters={"brand": "main"})


def write(database: Database, group_id: int, now: datetime, key: str) -> None:
    with database.transaction(Scope(group_id), now=now) as tx:
        jobs.ask(tx, WantedJob("sheep.shear", key, {}), now=now)


def test_a_command_is_told_once_however_many_transactions_it_has(
    telling: Database, group_id: int, now: datetime
) -> None:
    with audit.running_command(shear()):
        for key in ("one", "two"):
            write(telling, group_id, now, key)
    (entry,) = told(telling, group_id)
    assert (entry.act, entry.subject) == ("command.run", "command:sheep shear")
    assert (entry.actor_name, entry.after) == ("an", {"brand": "main"})


def test_a_command_that_only_reads_is_not_told(
    telling: Database, group_id: int, now: datetime
) -> None:
    with audit.running_command(shear()), telling.transaction(Scope(group_id), now=now) as tx:
        jobs.newest(tx, before=1, limit=1)
    assert told(telling, group_id) == []


def test_what_an_operation_tells_by_itself_is_not_told_twice(
    telling: Database, group_id: int, now: datetime
) -> None:
    with audit.running_command(shear()):
        with telling.transaction(Scope(group_id), now=now) as tx:
            audit.record(tx, by="cli:an", act=Act.TAG_PUT, subject="tag:main/wool", now=now)
        write(telling, group_id, now, "one")
    assert [one.act for one in told(telling, group_id)] == ["tag.put"]


def test_outside_of_a_command_nothing_is_told(
    telling: Database, group_id: int, now: datetime
) -> None:
    write(telling, group_id, now, "one")
    assert told(telling, group_id) == []


def test_what_a_command_serves_to_others_is_not_told_as_its_own(
    telling: Database, group_id: int, now: datetime
) -> None:
    with audit.running_command(shear()), audit.coming_from(address="10.0.0.7"):
        write(telling, group_id, now, "one")
    assert told(telling, group_id) == []


@pytest.fixture
def huitong(tmp_path: Path, database: Database, group_id: int) -> Cli:
    """Return the command line in a group with a brand and a till."""
    now = clock.now()
    with database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(tx, name="Sheep & Co", brand="wool", accounts=[("pos", "main")], now=now)
    return Cli(directory=tmp_path, url=database.url, group_id=group_id)


def test_commands_are_searched_and_taken_at_the_command_line(
    huitong: Cli, database: Database, tmp_path: Path
) -> None:
    huitong.done("--as", "Wang Fang", "keys", "issue", "till 7 of Zhang San", "--brand", "wool")
    (entry,) = told(database, huitong.group_id)
    assert (entry.actor, entry.actor_name) == ("cli:Wang Fang", "Wang Fang")
    assert (entry.address, entry.agent) == ("this machine", "huitong")
    # A key's own entry says more than that of the command would, so there is one.
    assert entry.act == "key.issue"
    assert entry.subject in huitong.done("audit", "list", "--actor", "cli:Wang Fang")
    file = tmp_path / "audit.csv"
    huitong.done("--as", "auditor", "audit", "export", str(file), "--actor", "cli:Wang Fang")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        (line,) = csv.DictReader(opened)
    assert (line["actor_name"], line["subject"]) == ("Wang Fang", entry.subject)
    assert next(one.act for one in told(database, huitong.group_id)) == "audit.export"


def test_an_act_that_nobody_knows_is_refused_with_those_that_are(huitong: Cli) -> None:
    said = huitong("audit", "list", "--act", "sheep.shear")
    assert said.returncode == 2
    assert "programme.put" in said.stderr


def test_points_are_adjusted_and_undone_at_the_command_line(
    huitong: Cli, database: Database
) -> None:
    now = clock.now()
    with database.transaction(Scope(huitong.group_id), now=now) as tx:
        plan = Programme.model_validate(PROGRAMME)
        loyalty.apply_programme(
            tx,
            brand_id=org.brand(tx, code="wool").id,
            programme=plan,
            effective_from=now,
            actor="test",
            expected_version=None,
            now=now,
        )
    huitong.directory.joinpath("members.ndjson").write_bytes(lines_of([member("M1")])[0])
    huitong.done("import", "member", "members.ndjson", "--channel", "pos")
    with database.reading(Scope(huitong.group_id)) as tx:
        found = tx.row("SELECT id FROM customers.customer")
    assert found is not None
    shown = show(CUSTOMER_PREFIX, found[0])
    asking = ("points", "adjust", shown, "300", "--reason", "goodwill", "--note", "sorry")
    done = json.loads(huitong.done(*asking, "--key", "k1", "--json"))
    assert (done["points"], done["was_done_before"]) == (300, False)
    again = json.loads(huitong.done(*asking, "--key", "k1", "--json"))
    assert again == {**done, "was_done_before": True}
    refused = huitong(*asking[:3], "9000", *asking[4:], "--key", "k2")
    assert refused.returncode == 1
    assert "loyalty.adjustment_too_large" in refused.stderr
    undone = huitong.done("points", "reverse", shown, done["operation"], "--note", "not her")
    assert "-300" in undone
    acts = [one.act for one in told(database, huitong.group_id) if one.act.startswith("points")]
    assert acts == ["points.reverse", "points.adjust"]
