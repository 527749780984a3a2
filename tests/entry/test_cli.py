"""The command line: quick to start, exact in its exit codes, one sentence for each error."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from huitong import org
from huitong.platform import auth, clock, jobs
from huitong.platform.db import Database, Scope
from huitong.platform.jobs import WantedJob
from tests.entry.make import PHONE, PROGRAMME, lines_of, member, order

HEAVY = ("sqlalchemy", "alembic", "fastapi", "starlette", "duckdb", "psycopg", "pydantic", "rich")
DOMAINS = ("org", "catalog", "channels", "identity", "ledger", "customers", "orders", "loyalty")
HELP_MODULES_MAX = 450

NO_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing"
NO_KEY = "key_0000000000001"
# Ten years after the order that earned them.
EXPIRY_MONTHS = 120


@dataclass(frozen=True)
class Cli:
    """The command line on a database of one test."""

    directory: Path
    url: str
    group_id: int

    def done(self, *arguments: str) -> str:
        """Run one command that must succeed and return what it prints."""
        said = self(*arguments)
        assert said.returncode == 0, said.stderr
        return said.stdout

    def __call__(
        self, *arguments: str, stdin: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one command as a process of its own."""
        environment = {
            **os.environ,
            "HUITONG_HOME": str(self.directory / "home"),
            "HUITONG_DATABASE_URL": self.url,
            "HUITONG_GROUP": str(self.group_id),
            "NO_COLOR": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "huitong.entry.cli", *arguments],
            env={**environment, **settings},
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
            input=stdin,
        )


@pytest.fixture
def huitong(tmp_path: Path, database_url: str, group_id: int) -> Cli:
    """Return the command line on this worker's database, in a group that nobody has founded."""
    return Cli(directory=tmp_path, url=database_url, group_id=group_id)


@pytest.fixture
def founded(huitong: Cli, database: Database) -> Cli:
    """Return the command line in a group with a brand and a till, as `init` makes them."""
    now = clock.now()
    with database.transaction(Scope(huitong.group_id), now=now) as tx:
        org.set_up(tx, name="Sheep & Co", brand="wool", accounts=[("pos", "main")], now=now)
    return huitong


def make_empty_database(server_url: str) -> str:
    """Make a database without our schema and return its address; the run removes it."""
    name = f"huitong_test_{os.environ['HUITONG_TEST_RUN']}_empty"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


class TestStart:
    def test_help_imports_no_domain_and_nothing_heavy(self) -> None:
        said = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from huitong.entry.cli import app, main; print(*sorted(sys.modules))",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        modules = said.stdout.split()
        forbidden = (*HEAVY, *(f"huitong.{domain}" for domain in DOMAINS), "huitong.platform.db")
        assert [name for name in modules if name.startswith(forbidden)] == []
        assert len(modules) < HELP_MODULES_MAX

    def test_help_lists_the_commands(self, huitong: Cli) -> None:
        said = huitong("--help")
        assert said.returncode == 0
        for command in ("init", "import", "inbox", "member", "ledger", "programme", "serve", "api",
                        "worker", "doctor", "openapi", "keys", "demo"):  # fmt: skip
            assert f"\n  {command} " in said.stdout


class TestExitCodes:
    def test_a_wrong_call_is_2_and_says_what_is_wrong(self, huitong: Cli) -> None:
        for arguments in (["feed-sheep"], ["keys", "issue"], ["keys", "revoke", "key_x"]):
            said = huitong(*arguments)
            assert (said.returncode, said.stdout) == (2, "")
            assert said.stderr

    def test_a_refusal_is_1_and_one_sentence_with_the_remedy(self, founded: Cli) -> None:
        said = founded("keys", "revoke", NO_KEY)
        assert said.returncode == 1
        (line,) = said.stderr.splitlines()
        remedy = "“huitong keys list” shows those that are. [platform.no_such_key]"
        assert line == f"huitong: No key {NO_KEY} is in use: {remedy}"

    def test_a_database_that_is_not_there_is_1_and_one_sentence(self, huitong: Cli) -> None:
        said = huitong("keys", "list", HUITONG_DATABASE_URL=NO_DATABASE)
        assert said.returncode == 1
        assert len(said.stderr.splitlines()) == 1
        assert "huitong doctor" in said.stderr

    def test_a_wrong_setting_is_1_and_names_it(self, huitong: Cli) -> None:
        said = huitong("keys", "list", HUITONG_LOG_LEVEL="shout")
        assert said.returncode == 1
        assert "HUITONG_LOG_LEVEL" in said.stderr


class TestInit:
    def test_it_makes_the_schema_the_group_and_its_first_key_once(
        self, tmp_path: Path, server_url: str
    ) -> None:
        empty = Cli(directory=tmp_path, url=make_empty_database(server_url), group_id=1)
        refused = empty("keys", "list")
        assert (refused.returncode, "huitong init" in refused.stderr) == (1, True)
        wanted = ("init", "--name", "Sheep & Co", "--brand", "wool", "--account", "pos:main")
        (token,) = [line for line in empty.done(*wanted).splitlines() if line.startswith("key_")]
        assert "key_" not in empty.done(*wanted)
        database = Database(empty.url)
        assert auth.check(database, token, now=clock.now()).group_id == 1
        database.close()

    def test_without_a_name_and_a_terminal_it_stops_after_the_database(self, huitong: Cli) -> None:
        said = huitong("init")
        assert said.returncode == 0
        assert "No group was made" in said.stdout

    def test_an_account_has_a_platform_and_a_code(self, huitong: Cli) -> None:
        said = huitong("init", "--name", "Sheep", "--brand", "wool", "--account", "pos")
        assert said.returncode == 2
        assert "PLATFORM:CODE" in said.stderr


class TestKeys:
    def test_a_key_is_issued_listed_rotated_and_revoked(self, founded: Cli) -> None:
        issued = json.loads(
            founded(
                "keys", "issue", "till", "--allow", "orders.read", "--days", "7", "--json"
            ).stdout
        )
        assert issued["permissions"] == ["orders.read"]
        rotated = json.loads(founded("keys", "rotate", issued["id"], "--json").stdout)
        assert (rotated["name"], rotated["id"] != issued["id"]) == ("till", True)
        assert founded("keys", "revoke", rotated["id"]).returncode == 0
        listed = json.loads(founded("keys", "list", "--json").stdout)
        assert [(key["name"][:4], key["revoked"] is None) for key in listed] == [
            ("till", False),
            ("till", True),
        ]

    def test_an_unknown_permission_is_a_wrong_call(self, founded: Cli) -> None:
        said = founded("keys", "issue", "till", "--allow", "sheep.shear")
        assert said.returncode == 2
        assert "orders.read" in said.stderr

    def test_a_key_can_be_for_some_brands_only(self, founded: Cli) -> None:
        issued = json.loads(founded("keys", "issue", "till", "--brand", "wool", "--json").stdout)
        assert issued["brands"] == 1
        said = founded("keys", "issue", "other", "--brand", "silk")
        assert (said.returncode, "silk" in said.stderr) == (1, True)


class TestDoctor:
    def test_a_sound_platform_is_well(self, tmp_path: Path, fresh_database: Database) -> None:
        said = Cli(directory=tmp_path, url=fresh_database.url, group_id=1)("doctor", "--json")
        assert said.returncode == 0
        found = {one["check"]: one["state"] for one in json.loads(said.stdout)}
        assert found == {
            "secret key": "well",
            "proxies": "well",
            "disk": "well",
            "database": "well",
            "roles": "well",
            "clock": "well",
            "schema": "well",
            "jobs": "well",
            "outbox": "well",
            "lake": "unused",
        }

    def test_a_queue_that_nobody_works_on_is_broken(
        self, tmp_path: Path, fresh_database: Database
    ) -> None:
        now = clock.now() - timedelta(hours=1)
        with fresh_database.transaction(Scope(1), now=now) as tx:
            jobs.enqueue(tx, [WantedJob("shear", "today", {})], now=now)
        huitong = Cli(directory=tmp_path, url=fresh_database.url, group_id=1)
        said = huitong("doctor", "--json")
        assert said.returncode == 1
        (queue,) = [one for one in json.loads(said.stdout) if one["check"] == "jobs"]
        assert (queue["state"], queue["remedy"]) == (
            "broken",
            "start “huitong worker”, or another one",
        )

    def test_a_database_that_is_away_is_broken_and_the_rest_is_told(self, huitong: Cli) -> None:
        said = huitong("doctor", "--json", HUITONG_DATABASE_URL=NO_DATABASE)
        assert said.returncode == 1
        found = {one["check"]: one["state"] for one in json.loads(said.stdout)}
        assert (found["database"], found["disk"]) == ("broken", "well")

    def test_settings_are_shown_without_their_secrets(self, huitong: Cli) -> None:
        said = huitong(
            "doctor",
            "--settings",
            "--json",
            HUITONG_SECRET_KEY=32 * "7",
            HUITONG_DATABASE_URL="postgresql://till:hunter2@db/huitong",
        )
        assert said.returncode == 0
        assert json.loads(said.stdout)["inbox_retention_days"] == "30"
        assert "7777" not in said.stdout
        assert "hunter2" not in said.stdout


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with a programme, a member and two orders, one of them broken."""
    folder = tmp_path / "files"
    folder.mkdir()
    plan = PROGRAMME | {"expiry": {"months": EXPIRY_MONTHS}}
    (folder / "programme.yaml").write_text(json.dumps(plan))
    (folder / "members.ndjson").write_bytes(lines_of([member("M1")])[0] + b"\n")
    broken = {**order("O2", 5), "paid_minor": "much"}
    (folder / "orders.ndjson").write_bytes(b"\n".join(lines_of([order("O1", 128), broken])))
    return folder


class TestRecords:
    def test_files_go_in_and_a_member_has_points(self, founded: Cli, files: Path) -> None:
        begins = ("--from", "2026-01-01T00:00:00+08:00")
        founded.done(
            "programme", "apply", str(files / "programme.yaml"), "--brand", "wool", *begins
        )
        founded.done("import", "member", str(files / "members.ndjson"), "--channel", "pos")
        wanted = ("import", "order", str(files / "orders.ndjson"), "--channel", "pos", "--json")
        (first,) = json.loads(founded.done(*wanted))
        assert (first["applied"], first["refused"]) == (1, 1)
        assert first["refusals"] == {"channels.unreadable": 1}
        assert Path(first["rejects"]).is_file()
        (again,) = json.loads(founded.done(*wanted))
        assert (again["applied"], again["known"]) == (0, 1)
        (refused,) = json.loads(founded.done("inbox", "list", "--refused", "--json"))
        assert (refused["external_id"], refused["code"]) == ("O2", "channels.unreadable")
        assert "channels.unreadable" in founded.done("inbox", "show", refused["id"])
        retried = founded("inbox", "retry", "--all", "--json")
        assert (retried.returncode, json.loads(retried.stdout)["summary"]) == (1, {"refused": 1})
        shown = json.loads(founded.done("member", "show", PHONE, "--json"))
        assert (shown["status"], shown["points"], shown["tier"]) == ("member", 128, "会员 (member)")
        assert shown["points_expire_at"] == "2036-02-01T16:00:00+00:00"
        assert shown["points_last_day"] == "2036-02-01"
        assert shown["latest_orders"] == ["2026-02-01 O1 completed 128.00"]
        assert PHONE not in json.dumps(shown)
        by_id = json.loads(founded.done("member", "show", shown["id"], "--json"))
        assert by_id == shown
        assert "keeps every promise" in founded.done("ledger", "verify")

    def test_an_offline_dry_run_needs_no_database(self, huitong: Cli, files: Path) -> None:
        orders = str(files / "orders.ndjson")
        wanted = ("import", "order", orders, "--channel", "pos", "--dry-run", "--offline", "--json")
        said = huitong(*wanted, HUITONG_DATABASE_URL=NO_DATABASE)
        (report,) = json.loads(said.stdout)
        assert (report["applied"], report["refused"], report["standings"]) == (1, 1, None)

    def test_a_dry_run_holds_a_file_against_the_database_and_writes_nothing(
        self, founded: Cli, files: Path
    ) -> None:
        wanted = ("import", "order", str(files / "orders.ndjson"), "--channel", "pos", "--dry-run")
        (report,) = json.loads(founded.done(*wanted, "--json"))
        assert report["standings"] == {"new": 1}
        assert report["unknown_skus"] == {"JUMPER": 1}
        assert report["first_rows"] == {"channels.unreadable": [2]}
        assert report["amounts"]["paid_minor"] == 12_800
        said = founded.done(*wanted)
        assert "128.00" in said
        assert "Nothing was written" in said
        assert founded.done("inbox", "list").strip() == "Nothing is there."

    def test_what_was_refused_is_put_right_by_hand(self, founded: Cli, files: Path) -> None:
        founded.done("import", "order", str(files / "orders.ndjson"), "--channel", "pos")
        (refused,) = json.loads(founded.done("inbox", "list", "--refused", "--json"))
        wanted = ("inbox", "fix", refused["id"], "--set", "paid_minor=500")
        assert founded(*wanted).returncode == 2, "A fix says why."
        fixed = founded.done(*wanted, "--reason", "the till wrote a word", "--json")
        assert json.loads(fixed)["summary"] == {"applied": 1}
        assert founded.done("inbox", "list", "--refused").strip() == "Nothing is there."
        assert founded("inbox", "fix", refused["id"], "--set", "x", "--reason", "y").returncode == 2

    def test_a_better_mapping_puts_a_whole_delivery_right(self, founded: Cli, files: Path) -> None:
        document = (
            "kind: order\nname: shop\nzone: Asia/Shanghai\nfields:\n"
            "  order_no: 单号\n  ordered_at: 时间\n"
            "  status: {column: 状态, values: {成功: completed}}\n"
            "  list_minor: {sum: lines.list_minor}\n  paid_minor: {sum: lines.paid_minor}\n"
            "  lines.line_id: {position: true}\n  lines.sku: 货号\n  lines.quantity: 数量\n"
            "  lines.list_minor: {column: 金额, unit: yuan}\n"
            "  lines.paid_minor: {column: 金额, unit: yuan}\n"
        )
        (files / "shop.yaml").write_text(document, encoding="utf-8")
        (files / "shop.csv").write_bytes(
            "单号,时间,状态,货号,数量,金额\nT1,2026/3/1 10:00,成功,S1,1,9.90\n"
            "T2,2026/3/1 11:00,已完成,S1,1,9.90\n".encode("gbk")
        )
        assert "version 1" in founded.done("mapping", "save", str(files / "shop.yaml"))
        best = json.loads(founded.done("mapping", "guess", str(files / "shop.csv"), "--json"))[0]
        assert (best["name"], best["score"], best["missing"]) == ("shop@1", 1.0, [])
        wanted = ("import", "order", str(files / "shop.csv"), "--channel", "pos")
        (report,) = json.loads(founded.done(*wanted, "--mapping", "shop", "--json"))
        assert (report["applied"], report["refused"]) == (1, 1)
        better = document.replace("成功: completed", "成功: completed, 已完成: completed")
        (files / "shop.yaml").write_text(better, encoding="utf-8")
        assert "version 2" in founded.done("mapping", "save", str(files / "shop.yaml"))
        (delivery,) = json.loads(founded.done("inbox", "list", "--json"))
        told = founded.done(
            "inbox", "retry", "--delivery", delivery["id"], "--mapping", "shop", "--json"
        )
        assert json.loads(told)["summary"] == {"applied": 1}
        assert "已完成" in founded.done("mapping", "show", "shop")
        assert "已完成" not in founded.done("mapping", "show", "shop@1")

    def test_standard_input_is_a_file_too_and_its_rejects_stay_here(
        self, founded: Cli, files: Path
    ) -> None:
        said = founded(
            "import", "order", "-", "--channel", "pos", "--json",
            stdin=(files / "orders.ndjson").read_text(),
        )  # fmt: skip
        (report,) = json.loads(said.stdout)
        assert (report["applied"], report["refused"]) == (1, 1)
        assert Path(report["rejects"]) == founded.directory / "stdin.ndjson.rejects.csv"
        assert Path(report["rejects"]).is_file()

    def test_what_cannot_be_meant_is_a_wrong_call(self, founded: Cli, files: Path) -> None:
        orders = str(files / "orders.ndjson")
        for arguments, told in (
            (("order", "nowhere.csv", "--channel", "pos"), "nowhere.csv"),
            (("sheep", orders, "--channel", "pos"), "sheep"),
            (("order", orders, "--channel", "tmall"), "0 accounts of “tmall” fit"),
        ):
            said = founded("import", *arguments)
            assert said.returncode == 2
            assert told in said.stderr

    def test_nobody_is_a_refusal(self, founded: Cli) -> None:
        said = founded("member", "show", PHONE)
        assert (said.returncode, "customers.not_found" in said.stderr) == (1, True)


class TestProgramme:
    def test_what_is_exported_can_be_applied_and_changes_nothing(
        self, founded: Cli, files: Path
    ) -> None:
        source = str(files / "programme.yaml")
        assert "base" in founded.done("programme", "validate", source)
        founded.done("programme", "apply", source, "--brand", "wool", "--on-version", "0")
        exported = founded.done("programme", "export", "--brand", "wool")
        (files / "exported.yaml").write_text(exported)
        again = founded.done(
            "programme", "apply", str(files / "exported.yaml"), "--brand", "wool", "--json"
        )
        assert json.loads(again)["version"] == 1

    def test_a_programme_with_errors_is_refused_with_their_places(
        self, huitong: Cli, files: Path
    ) -> None:
        wrong = files / "wrong.yaml"
        wrong.write_text(json.dumps({**PROGRAMME, "rules": [{"code": "No Code"}]}))
        said = huitong("programme", "validate", str(wrong), HUITONG_DATABASE_URL=NO_DATABASE)
        assert said.returncode == 1
        (line,) = said.stderr.splitlines()
        assert "rules.0.code" in line


def test_openapi_is_printed_without_a_database(huitong: Cli) -> None:
    said = huitong("openapi", HUITONG_DATABASE_URL=NO_DATABASE)
    assert said.returncode == 0
    described = json.loads(said.stdout)
    assert described["openapi"].startswith("3.1")
    assert "/v1/customers/{customer_id}" in described["paths"]
