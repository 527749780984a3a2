"""`huitong org` on the command line."""

import json
from pathlib import Path

from tests.entry.test_cli import Cli, founded, huitong

__all__ = ["founded", "huitong"]


class TestOrganisation:
    def test_stores_and_staff_come_from_a_file_and_a_repeat_changes_nothing(
        self, founded: Cli, tmp_path: Path
    ) -> None:
        stores = tmp_path / "stores.csv"
        stores.write_text(
            "\ufeffcode,name,kind,brands,operator,valid_from\n"
            "S1,West Lake,counter,wool,main,2026-01-01\n"
            "S2,Lost,direct,nowhere,,\n",
            "utf-8",
        )
        first = founded("org", "put", "stores", str(stores), "--json")
        assert first.returncode == 1
        states = {one["code"]: one["state"] for one in json.loads(first.stdout)}
        assert states == {"S1": "added", "S2": "refused"}
        again = founded("org", "put", "stores", str(stores), "--json")
        assert json.loads(again.stdout)[0]["state"] == "same"
        staff = tmp_path / "staff.csv"
        staff.write_text("code,name,store,valid_from\nlin,林小会,S1,2026-01-01\n", "utf-8")
        founded.done("org", "put", "staff", str(staff))
        (listed,) = json.loads(founded.done("org", "list", "staff", "--json"))
        assert (listed["code"], listed["name"], listed["store"]) == ("lin", "林小会", "S1")
        shown = json.loads(founded.done("org", "show", "--json"))
        assert (shown["stores"], shown["brands"]) == (1, ["wool"])

    def test_a_file_without_codes_is_refused_with_the_remedy(
        self, founded: Cli, tmp_path: Path
    ) -> None:
        stores = tmp_path / "stores.csv"
        stores.write_text("name\nWest Lake\n", "utf-8")
        refused = founded("org", "put", "stores", str(stores))
        assert (refused.returncode, "has no column" in refused.stderr) == (2, True)
