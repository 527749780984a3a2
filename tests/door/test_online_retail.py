"""The example about Online Retail: its oddities on a few lines, and the data where given."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from examples.online_retail.convert import Policy
from examples.online_retail.run import Done, published, run, summary, write_table
from huitong.entry import wiring
from huitong.platform.assembly import Platform
from huitong.platform.db import Database
from huitong.platform.settings import Settings

INVOICES = Path(__file__).parents[1] / "fixtures" / "online_retail" / "invoices.csv"
GIVEN = os.environ.get("HUITONG_ONLINE_RETAIL")


@pytest.fixture
def platform(database: Database) -> Platform:
    return Platform(
        settings=Settings(),
        database=database,
        appliers=wiring.APPLY,
        job_handlers=wiring.JOBS,
        deliveries=wiring.DELIVERIES,
    )


def disagreeing(done: Done) -> list[str]:
    return [str(figure) for figure in done.figures if figure.found != figure.wanted]


class TestFewLines:
    def test_every_return_is_settled_by_a_policy_and_every_figure_agrees(
        self, platform: Platform, group_id: int, tmp_path: Path
    ) -> None:
        done = run(platform, INVOICES, tmp_path, group_id=group_id)
        assert disagreeing(done) == []
        assert done.breaches == ()
        told = Counter(
            (part.invoice, part.policy, outcome.split(":")[0], part.quantity, part.amount_minor)
            for part, outcome in done.outcomes
        )
        assert told == Counter(
            [
                ("C536372", Policy.MATCHED, "applied", 3, 1_017),
                ("C536373", Policy.MATCHED, "applied", 10, 1_850),
                ("C536373", Policy.BEYOND_PURCHASE, "quarantined", 2, 370),
                ("C536374", Policy.PRESUMED_SALE, "applied", 1, 375),
                ("C536375", Policy.MATCHED, "applied", 2, 590),
                ("C536376", Policy.PRESUMED_SALE, "applied", 1, 500),
            ]
        )
        assert done.source["pairs_beyond_purchase"] == 2
        assert done.source["pairs_never_bought"] == 1
        assert done.source["duplicate_lines"] == 1

    def test_what_is_no_sale_is_kept_with_its_reason(
        self, platform: Platform, group_id: int, tmp_path: Path
    ) -> None:
        done = run(platform, INVOICES, tmp_path, group_id=group_id)
        assert done.reports["orders"].refusals == {"channels.unreadable": 1}
        rejects = done.reports["orders"].rejects
        assert rejects is not None
        assert "is less than 0; what came back is a refund" in rejects.read_text(encoding="utf-8")

    def test_a_second_run_changes_nothing(
        self, platform: Platform, group_id: int, tmp_path: Path
    ) -> None:
        first = run(platform, INVOICES, tmp_path, group_id=group_id)
        again = run(platform, INVOICES, tmp_path, group_id=group_id)
        assert [one.applied for one in again.reports.values()] == [0, 0, 0, 0]
        assert again.figures == first.figures
        assert again.outcomes == first.outcomes

    def test_the_table_explains_every_odd_return(
        self, platform: Platform, group_id: int, tmp_path: Path
    ) -> None:
        done = run(platform, INVOICES, tmp_path, group_id=group_id)
        write_table(done, tmp_path / "returns.csv")
        with (tmp_path / "returns.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["invoice"]: row for row in csv.DictReader(file)}
        assert set(rows) == {"C536373", "C536374", "C536376"}
        assert "orders.refund_beyond_sale" in rows["C536373"]["outcome"]
        assert rows["C536374"]["policy"] == "presumed_sale"
        assert "The ledger keeps every promise." in list(summary(done))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(GIVEN is None, reason="HUITONG_ONLINE_RETAIL names no file with the data.")
def test_the_published_figures_come_out(platform: Platform, group_id: int, tmp_path: Path) -> None:
    assert GIVEN is not None
    done = run(platform, Path(GIVEN), tmp_path, group_id=group_id)
    assert [str(one) for one in published(done) if one.found != one.wanted] == []
    assert disagreeing(done) == []
    assert done.breaches == ()
    assert all(
        outcome == "applied" or part.policy is Policy.BEYOND_PURCHASE
        for part, outcome in done.outcomes
    )
