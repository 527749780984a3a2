"""A command goes through brands: what is wrong with one is told and stops no other."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import typer

from huitong.entry.cli.brands import OneByOne
from huitong.platform.db import Database
from huitong.platform.lake import LakeEmpty
from tests.lake.shop import Shop
from tests.loyalty.club import Club


def test_a_refused_brand_is_complained_of_and_fails_the_command_at_its_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    brands, done = OneByOne(), []
    for code in ("wool", "silk", "linen"):
        with brands.attempt(code):
            if code == "silk":
                raise LakeEmpty(brand_id=1)
            done.append(code)
    assert done == ["wool", "linen"]
    with pytest.raises(typer.Exit) as ended:
        brands.end()
    assert ended.value.exit_code == 1
    assert "brand silk: " in capsys.readouterr().err


def test_nothing_wrong_ends_well() -> None:
    brands = OneByOne()
    with brands.attempt("wool"):
        pass
    brands.end()


def test_a_bug_is_no_refusal() -> None:
    with pytest.raises(AssertionError), OneByOne().attempt("wool"):
        raise AssertionError


def test_a_brand_in_no_time_zone_does_not_keep_the_others_from_their_tags(
    fresh_database: Database, tmp_path: Path, now: datetime
) -> None:
    shop = Shop.found(fresh_database, 92, tmp_path / "lake", now)
    with shop.transaction(now) as tx:
        Club(tx, now).enrol("her")
        # As an older release wrote it: earlier in the order of brands than the other one.
        tx.execute(
            "INSERT INTO org.brand (group_id, id, code, name, legal_entity_id, identity_domain_id,"
            " time_zone, recorded_at) SELECT group_id, id - 4096, 'aaa', 'A', legal_entity_id,"
            " identity_domain_id, 'Asia/Shanghi', recorded_at FROM org.brand"
        )
    assert shop.run(tmp_path, "lake", "refresh", "--brand", "wool").returncode == 0
    said = shop.run(tmp_path, "tags", "refresh", "--json")
    assert said.returncode == 1
    assert [row["brand"] for row in json.loads(said.stdout)] == ["wool"]
    assert "brand aaa: " in said.stderr
    assert "Traceback" not in said.stderr
