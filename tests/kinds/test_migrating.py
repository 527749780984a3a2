"""The parallel run: two books side by side, to the point and the fen, and the cut-over."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from huitong import org
from huitong.channels.connectors.file import Import
from huitong.channels.model import OpeningKind, RecordKind
from huitong.entry import wiring
from huitong.entry.cli.migrating import BalanceKind
from huitong.entry.migrating import Report, Wanted, compare
from huitong.loyalty.model import IssuerNotFound
from huitong.loyalty.routes.openings import BalanceKind as KindByHttp
from huitong.loyalty.rules.opening import TAKEN
from huitong.loyalty.rules.parallel import Verdict, compared
from huitong.org.model import NewLegalEntity
from huitong.platform.auth import Permission
from tests.entry.make import make_client, make_platform, make_token
from tests.kinds.brand import Brand, counts

HEAD = "opening_no,kind,identifiers.pos_card,as_of,lines.amount\n"
AS_OF = "2026-03-01T00:00:00Z"


def row(card: str, amount: int, kind: str = "points") -> str:
    return f"{card},{kind},{card},{AS_OF},{amount}\n"


def members(*cards: str) -> str:
    rows = [f"{card},{card},2026-01-01T10:00:00Z\n" for card in cards]
    return "".join(["member_no,identifiers.pos_card,enrolled_at\n", *rows])


def run(
    brand: Brand, text: str, *, kind: OpeningKind = OpeningKind.POINTS, issuer: str | None = None
) -> tuple[Report, list[dict[str, str]]]:
    """Compare a file of this text, and return the report and its rows."""
    path = brand.folder / "theirs.csv"
    path.write_text(text, encoding="utf-8")
    details = brand.folder / "details.csv"
    found = compare(
        brand.database,
        brand.scope,
        Wanted(Import(path, RecordKind.OPENING, brand.shop), kind, issuer),
        details=details,
        clock=lambda: brand.now,
    )
    with details.open(encoding="utf-8", newline="") as file:
        return found, list(csv.DictReader(file))


class TestRules:
    def test_every_customer_of_both_books_gets_one_verdict(self) -> None:
        found = compared("points:1", theirs={1: 5, 2: 6, 3: 7, 5: 0}, ours={1: 5, 2: 9, 4: 1})
        assert [(one.customer_id, one.verdict) for one in found] == [
            (1, Verdict.EQUAL),
            (2, Verdict.DIFFERS),
            (3, Verdict.MISSING_HERE),
            (4, Verdict.MISSING_THERE),
            (5, Verdict.EQUAL),
        ]


class TestCompare:
    def test_books_that_agree_to_the_last_point_agree(self, brand: Brand) -> None:
        brand.takes(RecordKind.MEMBER, members("C2"))
        brand.takes(RecordKind.OPENING, HEAD + row("C1", 100) + row("C2", 40))
        found, rows = run(brand, HEAD + row("C1", 100) + row("C2", 40))
        assert found.agrees()
        assert (found.theirs, found.ours, found.customers) == (140, 140, {Verdict.EQUAL: 2})
        assert not rows

    def test_each_difference_is_a_row_with_both_amounts_and_nobodys_name(
        self, brand: Brand
    ) -> None:
        brand.takes(RecordKind.MEMBER, members("C2", "C3", "C4"))
        brand.takes(RecordKind.OPENING, HEAD + row("C1", 100) + row("C2", 40) + row("C3", 9))
        text = HEAD + row("C1", 100) + row("C2", 45) + row("C4", 5) + row("stranger", 7)
        found, rows = run(brand, text)
        assert not found.agrees()
        assert found.customers == {
            Verdict.EQUAL: 1,
            Verdict.DIFFERS: 1,
            Verdict.MISSING_HERE: 1,
            Verdict.MISSING_THERE: 1,
        }
        assert (found.theirs, found.ours, found.nobody_here) == (157, 149, 1)
        told = {(one["verdict"], one["theirs"], one["ours"], one["difference"]) for one in rows}
        assert told == {
            ("differs", "45", "40", "-5"),
            ("missing_here", "5", "0", "-5"),
            ("missing_there", "0", "9", "9"),
            ("nobody_here", "7", "0", "-7"),
        }
        cells = {cell for one in rows for cell in one.values()}
        assert not cells & {"C2", "C3", "C4", "stranger"}

    def test_nothing_is_taken_over_by_looking(self, brand: Brand) -> None:
        run(brand, HEAD + row("C1", 100))
        assert brand.points().balance == 0

    def test_rows_of_another_kind_and_rows_that_say_nothing_are_counted(self, brand: Brand) -> None:
        found, rows = run(brand, HEAD + row("C1", 5, kind="growth") + row("C1", -3))
        assert (found.others, found.unreadable, found.agrees()) == (1, 1, False)
        assert [(one["row"], one["verdict"]) for one in rows] == [("3", "unreadable")]

    def test_stored_value_is_compared_by_its_issuer_to_the_fen(self, brand: Brand) -> None:
        entities = [NewLegalEntity(code="cards", name="Cards")]
        with brand.database.transaction(brand.scope, now=brand.now) as tx:
            org.put_legal_entities(tx, entities, now=brand.now)
        head = "opening_no,kind,identifiers.pos_card,as_of,lines.amount,issuer\n"
        text = f"{head}C1,stored_principal,C1,{AS_OF},10001,cards\n"
        brand.takes(RecordKind.OPENING, text)
        found, _ = run(brand, text, kind=OpeningKind.STORED_PRINCIPAL, issuer="cards")
        assert (found.theirs, found.ours, found.agrees()) == (10_001, 10_001, True)
        with pytest.raises(IssuerNotFound):
            run(brand, text, kind=OpeningKind.STORED_PRINCIPAL, issuer="who")

    def test_customers_found_to_be_one_are_compared_as_one(self, brand: Brand) -> None:
        brand.takes(RecordKind.MEMBER, members("C2"))
        brand.takes(RecordKind.OPENING, HEAD + row("C1", 100) + row("C2", 40))
        both = (
            "member_no,identifiers.pos_card,identifiers.openid,enrolled_at\n"
            "C1,C1,app-1,2026-01-01T10:00:00Z\nC2,C2,app-1,2026-01-01T10:00:00Z\n"
        )
        brand.takes(RecordKind.MEMBER, both)
        found, _ = run(brand, HEAD + row("C1", 100) + row("C2", 40))
        assert (found.theirs, found.ours, found.agrees()) == (140, 140, True)


class TestCutOverRoutes:
    @pytest.fixture
    def client(self, brand: Brand) -> TestClient:
        client = make_client(make_platform(brand.database, appliers=wiring.APPLY))
        token = make_token(
            brand.database,
            brand.scope.group_id,
            Permission.PROGRAMME_READ,
            Permission.PROGRAMME_WRITE,
        )
        client.headers.update({**token, "Idempotency-Key": "k1"})
        return client

    def test_freezing_by_http_refuses_the_next_file(self, brand: Brand, client: TestClient) -> None:
        brand.takes(RecordKind.OPENING, HEAD + row("C1", 100))
        place = "/v1/brands/wool/openings/points/cut-over"
        for _ in range(2):
            answer = client.put(place, json={"is_frozen": True, "reason": "cut over"})
            assert answer.status_code == 200, answer.text
        report = brand.takes(RecordKind.OPENING, HEAD + row("C1", 101))
        assert (counts(report), report.refusals) == ((0, 0, 1), {"loyalty.openings_frozen": 1})
        shown = client.get("/v1/brands/wool/openings").json()
        assert shown["taken_over"] == [
            {"kind": "points", "openings": 1, "customers": 1, "amount": 100}
        ]
        assert [(one["is_frozen"], one["reason"]) for one in shown["journal"]] == [
            (True, "cut over")
        ]

    def test_a_reason_is_needed(self, client: TestClient) -> None:
        place = "/v1/brands/wool/openings/points/cut-over"
        answer = client.put(place, json={"is_frozen": True, "reason": ""})
        assert answer.status_code == 422


class TestCommands:
    def huitong(
        self, brand: Brand, database_url: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "HUITONG_HOME": str(brand.folder / "home"),
            "HUITONG_DATABASE_URL": database_url,
            "HUITONG_GROUP": str(brand.scope.group_id),
            "NO_COLOR": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "huitong.entry.cli", "migrate-in", *arguments],
            env=environment,
            cwd=brand.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_freeze_status_unfreeze(self, brand: Brand, database_url: str) -> None:
        def say(*words: str) -> str:
            done = self.huitong(brand, database_url, *words, "--brand", "wool")
            assert done.returncode == 0, done.stderr
            return done.stdout

        say("freeze", "--kind", "points", "--kind", "growth", "--reason", "cut over")
        assert "cut over" in say("status")
        assert "wrong day" in say("unfreeze", "--kind", "points", "--reason", "wrong day")
        again = self.huitong(
            brand, database_url, "unfreeze", "--brand", "wool", "--kind", "points", "--reason", "x"
        )
        assert (again.returncode, "loyalty.nothing_frozen" in again.stderr) == (1, True)

    def test_a_report_that_differs_says_so_by_its_exit_code(
        self, brand: Brand, database_url: str
    ) -> None:
        path = Path(brand.folder / "theirs.csv")
        path.write_text(HEAD + "", encoding="utf-8")
        options = ("--kind", "points", "--channel", "tmall", "--shop", "shop")
        equal = self.huitong(brand, database_url, "report", str(path), *options)
        assert equal.returncode == 0, equal.stderr
        path.write_text(HEAD + row("nobody", 5), encoding="utf-8")
        differs = self.huitong(brand, database_url, "report", str(path), *options)
        assert (differs.returncode, "theirs of nobody  5" in differs.stdout) == (1, True)


def test_the_kinds_of_balance_are_the_same_everywhere() -> None:
    taken = {str(kind) for kind in TAKEN}
    assert {str(kind) for kind in BalanceKind} == taken
    assert {str(kind) for kind in KindByHttp} == taken
