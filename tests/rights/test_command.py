"""The commands as people run them: a copy, an erasure, the proof, the replay."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from huitong import org
from huitong.platform import clock
from huitong.platform.db import Database, Scope
from tests.rights.make import ANNA, ANNA_NAME, member

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def huitong(tmp_path: Path, database: Database, group_id: int) -> Run:
    """Return the command line in a group with one member, Anna."""
    with database.transaction(Scope(group_id), now=clock.now()) as tx:
        org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "main")], now=clock.now())

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        settings = {
            "HUITONG_HOME": str(tmp_path / "home"),
            "HUITONG_DATABASE_URL": database.url,
            "HUITONG_GROUP": str(group_id),
        }
        return subprocess.run(
            [sys.executable, "-m", "huitong.entry.cli", *arguments],
            env={**os.environ, **settings, "NO_COLOR": "1"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    (tmp_path / "members.ndjson").write_text(json.dumps(member("M-1", ANNA, name=ANNA_NAME)))
    done = run("import", "member", "members.ndjson", "--channel", "pos")
    assert done.returncode == 0, done.stderr
    return run


def test_a_person_is_copied_erased_and_proven_gone(huitong: Run, tmp_path: Path) -> None:
    who = json.loads(huitong("member", "show", ANNA, "--json").stdout)["id"]
    copied = huitong("person", "export", who, "--to", "copy")
    assert copied.returncode == 0, copied.stderr
    before = huitong("rights", "scan", "copy/personal-data.json")
    assert (before.returncode, "identity.identifier.sealed" in before.stdout) == (1, True)
    erased = huitong("rights", "erase", who, "--yes", "--json")
    assert json.loads(erased.stdout)["rows"]["customers"] == 1
    after = huitong("rights", "scan", "copy/personal-data.json", "--also", ANNA_NAME)
    assert (after.returncode, after.stdout.startswith("Nothing in ")) == (0, True), after.stdout
    replayed = huitong("rights", "replay", "--json")
    assert json.loads(replayed.stdout)["erasures_in_the_journal"] == 1
    assert (tmp_path / "home" / "erasures.ndjson").exists()


def test_a_file_that_is_no_export_is_refused_in_one_sentence(huitong: Run) -> None:
    said = huitong("rights", "scan", "members.ndjson")
    assert said.returncode == 1
    assert "is not the export of a person" in said.stderr
