"""Whoever is killed, whenever: after the resume the database holds what it would have held.

Twenty times the importer, the server or one of its sessions is killed without notice, at moments
that a seed chooses; `CRASH_SEED` repeats a run of them.
"""

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg
import pytest

from huitong.entry.migrate import migrate
from huitong.platform import embedded
from tests.crash import make
from tests.crash.goods import Step, write_season
from tests.crash.killing import Kill, Shop, Victim, plan_kills
from tests.crash.projection import Projection, differences

SEED = "CRASH_SEED"
ORDERS = 2_100
VICTIMS = [*[Victim.IMPORTER] * 12, *[Victim.SERVER] * 5, *[Victim.SESSION] * 3]
# How many kills each file gets; what is left of them meets repeats at the end.
KILLS_OF = {
    "members": 2,
    "refunds-early": 2,
    "orders": 7,
    "members-late": 2,
    "orders-late": 4,
    "refunds-late": 3,
}
START_SECONDS = 0.3
REPEATS_MAX = 30
RESUMES_MIN = 5
SESSIONS_END_SECONDS_MAX = 10

# resumes: how often a delivery that was begun before was begun again.
RESUMES = """
SELECT sum(runs) - count(*)
FROM channels.delivery
"""

# left: sessions of importers, locks that outlive sessions, deliveries that nobody ended.
LEFT = """
SELECT 'session', application_name
FROM pg_stat_activity
WHERE application_name = 'huitong'
  AND datname = current_database()
UNION ALL
SELECT 'lock', locktype
FROM pg_locks
WHERE locktype = 'advisory'
UNION ALL
SELECT 'prepared transaction', gid
FROM pg_prepared_xacts
UNION ALL
SELECT 'delivery', source
FROM channels.delivery
WHERE state <> 'done'
"""

# What a crash could leave behind, planted by hand: a lot gone, a tier not moved, a key lost.
PLANTED = {
    "lots": """
DELETE FROM ledger.lot
WHERE id = (
  SELECT min(l.id)
  FROM ledger.lot AS l
  WHERE NOT EXISTS (SELECT 1 FROM ledger.lot_use AS u WHERE u.lot_id = l.id)
    AND NOT EXISTS (SELECT 1 FROM ledger.hold_lot AS h WHERE h.lot_id = l.id)
)
""",
    "standings": """
UPDATE loyalty.standing
SET tier = 'platinum'
WHERE customer_id = (SELECT min(customer_id) FROM loyalty.standing WHERE tier <> 'platinum')
""",
    "rows of each table": """
DELETE FROM vault.person_key
WHERE person_id = (SELECT min(person_id) FROM vault.person_key)
""",
}

TEST_SECONDS_MAX = 400


@dataclass(frozen=True, slots=True)
class Ended:
    """A season imported twice: by a calm run, and by one that was killed again and again."""

    shop: Shop
    calm_files: Path
    url: str
    calm: Projection
    disturbed: Projection
    seed: int


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a home of these tests alone; its path is short, as that of a socket must be."""
    made = Path(tempfile.mkdtemp(prefix="huitong-crash-"))
    made.chmod(0o755)
    yield made
    embedded.stop(made)
    shutil.rmtree((made / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture
def ended(home: Path) -> Iterator[Ended]:
    """Import one season twice, and return both databases when all is done."""
    seed = int(os.environ.get(SEED) or secrets.randbelow(1_000_000))
    with make.keyring_of_shops(), embedded.serving(home) as server:
        migrate(server.url)
        make.found_shop(server.url)
        calm_url = make.copied(server.url, "calm")
        calm_files = home / "calm"
        seconds = [
            seconds
            for _, seconds in make.import_steps(
                calm_url, write_season(calm_files, seed, size=ORDERS)
            )
        ]
        prepare_for_crashes(server.url)
        shop = Shop(home, home / "disturbed", make.SECRET)
        steps = write_season(shop.files, seed, size=ORDERS)
        import_disturbed(shop, dict(zip(steps, seconds, strict=True)), seed)
        url = embedded.start(home).url
        yield Ended(
            shop=shop,
            calm_files=calm_files,
            url=url,
            calm=make.everything_in(calm_url),
            disturbed=make.everything_in(url),
            seed=seed,
        )


def import_disturbed(shop: Shop, steps: Mapping[Step, float], seed: int) -> None:
    """Import a season while importers and server are killed, each file again until it is done.

    `steps` holds how long each file takes. Kills that are left at the end meet repeats.
    """
    kills = plan_kills(Random(f"kills {seed}"), VICTIMS)
    for step, seconds in steps.items():
        is_over = False
        for _ in range(KILLS_OF.get(step.path.stem, 0)):
            if not is_over:
                is_over = _kill_next(shop, step, kills, seconds)
        if not is_over:
            shop.import_whole(step)
    longest = max(steps, key=lambda step: steps[step])
    for _ in range(REPEATS_MAX):
        if not kills:
            break
        _kill_next(shop, longest, kills, steps[longest])
    shop.import_whole(longest)


def _kill_next(shop: Shop, step: Step, kills: list[Kill], seconds: float) -> bool:
    """Import a file and kill the next victim meanwhile; one that escapes stays the next."""
    kill = kills.pop(0)
    struck, is_over = shop.import_and_kill(step, kill, seconds=START_SECONDS + seconds)
    if not struck:
        kills.insert(0, kill.sooner())
    return is_over


def prepare_for_crashes(url: str) -> None:
    """Let each COMMIT take some milliseconds, so that kills meet one, and recovery be short."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET commit_delay = 5000")
        connection.execute("ALTER SYSTEM SET commit_siblings = 0")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")


@pytest.mark.slow
@pytest.mark.timeout(TEST_SECONDS_MAX)
def test_whoever_is_killed_the_database_holds_what_it_would_have_held(ended: Ended) -> None:
    """One test, because workers that share the tests of a file would each make its database."""
    check_that_both_hold_the_same(ended)
    check_that_the_ledger_keeps_every_promise(ended)
    check_that_nothing_is_left_half(ended)
    check_that_kills_met_imports_under_way(ended)
    check_that_the_season_met_every_kind_of_trouble(ended)
    check_that_the_comparison_can_fail(ended)


def check_that_both_hold_the_same(ended: Ended) -> None:
    found = differences(ended.calm, ended.disturbed)
    told = (ended.shop.home / "postgres" / "server.log").read_text().splitlines()
    errors = [line for line in told if " ERROR: " in line]
    assert not found, "\n".join([f"{SEED}={ended.seed}", *ended.shop.log, *errors, *found])


def check_that_the_season_met_every_kind_of_trouble(ended: Ended) -> None:
    assert all(ended.calm.values())
    fates = {(row[2], row[6], row[7]) for row in ended.calm["inbox"]}
    # Two phones at a time are held for review, so the second person's card may be the first one's.
    assert fates - {("member", "refused", "customers.card_taken")} == {
        *((kind, "applied", None) for kind in ("product", "member", "order", "refund")),
        *((kind, "refused", "channels.unreadable") for kind in ("product", "member", "order")),
        ("refund", "refused", "channels.unreadable"),
        ("refund", "refused", "orders.refund_beyond_sale"),
        ("refund", "refused", "orders.unknown_line"),
        ("order", "superseded", None),
    }


def check_that_kills_met_imports_under_way(ended: Ended) -> None:
    struck = [line for line in ended.shop.log if "struck=True" in line]
    assert len(struck) == len(VICTIMS)
    with psycopg.connect(ended.url) as connection:
        row = connection.execute(RESUMES.encode()).fetchone()
    assert row is not None
    assert row[0] >= RESUMES_MIN, ended.shop.log


def check_that_the_ledger_keeps_every_promise(ended: Ended) -> None:
    assert make.breaches_in(ended.url) == []


def check_that_nothing_is_left_half(ended: Ended) -> None:
    deadline = time.monotonic() + SESSIONS_END_SECONDS_MAX
    with psycopg.connect(ended.url, autocommit=True) as connection:
        while (left := connection.execute(LEFT.encode()).fetchall()) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.1)
    assert left == []
    assert list(ended.shop.staging.iterdir()) == []
    ours = {ended.shop.staging, ended.shop.said}
    files = {path.name: told(path) for path in ended.shop.files.iterdir() if path not in ours}
    assert files == {path.name: told(path) for path in ended.calm_files.iterdir()}


def told(path: Path) -> str:
    """Return what a file says, with no number of a customer: each database gives its own."""
    return re.sub(r"\d{6,}", "id", path.read_text())


def check_that_the_comparison_can_fail(ended: Ended) -> None:
    planted_url = make.copied(ended.url, "planted")
    with psycopg.connect(planted_url) as connection:
        for defect in PLANTED.values():
            assert connection.execute(defect.encode()).rowcount == 1
    found = differences(ended.disturbed, make.everything_in(planted_url))
    for part in PLANTED:
        assert [one for one in found if one.startswith(f"{part} ")], (part, found)
    assert make.breaches_in(planted_url) != []
