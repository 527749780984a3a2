"""`huitong inbox fix|retry` go on behind a record that does not fit, and tell of each."""

import json
from pathlib import Path

import pytest

from huitong import org
from huitong.platform import clock
from huitong.platform.db import Database, Scope
from tests.entry.make import lines_of, order
from tests.entry.test_cli import Cli

NOT_A_RECORD = b'{"order_no": "O2", cut off'


@pytest.fixture
def till(tmp_path: Path, database_url: str, database: Database, group_id: int) -> Cli:
    """Return the command line of a till that sent a wrong status twice, and a line cut off."""
    huitong = Cli(directory=tmp_path, url=database_url, group_id=group_id)
    now = clock.now()
    with database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(tx, name="Sheep & Co", brand="wool", accounts=[("pos", "main")], now=now)
    wrong = lines_of([{**order(number, 10), "status": "done"} for number in ("O1", "O3")])
    (tmp_path / "sales.ndjson").write_bytes(b"\n".join([wrong[0], NOT_A_RECORD, wrong[1]]))
    huitong.done("import", "order", "sales.ndjson", "--channel", "pos")
    return huitong


def refused_ids(till: Cli) -> dict[int, str]:
    """Return the ids of what is refused, by the row of each."""
    listed = json.loads(till.done("inbox", "list", "--refused", "--json"))
    return {one["row"]: one["id"] for one in listed}


def test_a_correction_that_does_not_fit_stops_nobody_behind_it(till: Cli) -> None:
    ids = refused_ids(till)
    said = till(
        "inbox", "fix", "--all", "--set", "status=completed", "--reason", "a new word", "--json"
    )
    told = json.loads(said.stdout)
    assert said.returncode == 1
    by_id = {one["id"]: one for one in told["records"]}
    assert by_id.keys() == set(ids.values())
    assert [by_id[ids[row]]["state"] for row in (1, 2, 3)] == ["applied", "refused", "applied"]
    assert by_id[ids[2]]["code"] == "channels.no_record_text"
    assert "repair the row in the reject file" in by_id[ids[2]]["reason"]
    assert told["summary"] == {"applied": 2, "refused": 1}
    assert refused_ids(till) == {2: ids[2]}


def test_people_read_a_line_a_record_and_a_summary(till: Cli) -> None:
    ids = refused_ids(till)
    said = till(
        "inbox", "fix", "--all", "--set", "lines.2.sku=S", "--reason", "a new word",
    )  # fmt: skip
    assert said.returncode == 1
    *lines, _ = said.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [[ids[row], "refused"] for row in (2, 1, 3)]
    assert "“lines.2.sku” leads nowhere in this record" in lines[1]
    assert said.stdout.splitlines()[-1].split() == ["refused", "3"]
    assert "3 of 3 stay refused" in said.stderr


def test_a_retry_tells_of_each_record_why_it_stays_refused(till: Cli) -> None:
    ids = refused_ids(till)
    till.done("inbox", "fix", ids[1], "--set", "status=completed", "--reason", "a new word")
    said = till("inbox", "retry", ids[1], ids[2], ids[3], "--json")
    assert said.returncode == 1
    told = json.loads(said.stdout)
    assert [(one["id"], one["code"]) for one in told["records"]] == [
        (ids[1], "channels.not_refused"),
        (ids[2], "channels.unreadable"),
        (ids[3], "channels.unreadable"),
    ]
    assert "“status” (“done”) is none of" in told["records"][2]["reason"]
    assert told["summary"] == {"refused": 3}


def test_a_mapping_that_does_not_help_is_told_of_what_it_could_have_helped(till: Cli) -> None:
    ids = refused_ids(till)
    till.done("inbox", "fix", ids[1], "--set", "status=completed", "--reason", "a new word")
    said = till("inbox", "retry", ids[1], ids[3], "--mapping", "jd-orders", "--json")
    told = json.loads(said.stdout)["records"]
    assert [one["code"] for one in told] == ["channels.not_refused", "channels.nothing_fixed"]


def test_what_is_done_already_is_no_refusal(till: Cli) -> None:
    ids = refused_ids(till)
    fixed = till("inbox", "fix", ids[1], ids[3], "--set", "status=completed", "--reason", "word")
    assert (fixed.returncode, fixed.stderr) == (0, "")
    assert fixed.stdout.splitlines() == [f"{ids[1]}  applied", f"{ids[3]}  applied", "applied  2"]
