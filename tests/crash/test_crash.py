"""Whoever is killed, whenever: after the resume the database holds what it would have held.

Twenty times the importer, the server or one of its sessions is killed without notice, at moments
that a seed chooses; `HUITONG_CRASH_SEED` repeats a run of them.
"""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg
import pytest

from huitong.entry.migrate import migrate
from huitong.platform import embedded
from tests.crash import make
from tests.crash.goods import Step, write_season
from tests.crash.killing import Kill, Shop, Victim, plan_kills, strike
from tests.crash.projection import Projection, differences, project

SEED = "HUITONG_CRASH_SEED"
ORDERS = 2_500
VICTIMS = [*[Victim.IMPORTER] * 12, *[Victim.SERVER] * 5, *[Victim.SESSION] * 3]
# How many kills each file gets; what is left of them is spent on repeats at the end.
KILLS_OF = {"members": 2, "refunds-early": 2, "orders": 8, "members-late": 2, "orders-late": 3}
RESUMED_MIN = 5

# runs: how often each delivery was begun.
RUNS = """
SELECT sum(runs) - count(*)
FROM channels.delivery
"""

# running: deliveries that nobody ended.
RUNNING = """
SELECT source
FROM channels.delivery
WHERE state <> 'done'
"""

# locks: locks of sessions that are not this one, and transactions left prepared.
LOCKS = """
SELECT l.locktype, l.mode
FROM pg_locks AS l
WHERE l.pid <> pg_backend_pid()
  AND l.locktype <> 'virtualxid'
UNION ALL
SELECT 'prepared', p.gid
FROM pg_prepared_xacts AS p
"""

# temporary: tables of sessions that ended without cleaning up.
TEMPORARY = """
SELECT relname
FROM pg_class
WHERE relpersistence = 't'
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A season imported twice: by a calm run, and by one that was killed again and again."""

    shop: Shop
    calm_url: str
    url: str
    calm: Projection
    kills: int


@pytest.fixture(scope="module")
def seed() -> int:
    """Return the seed of this run; a new one each time, or the one to be repeated."""
    return int(os.environ.get(SEED) or secrets.randbelow(1_000_000))


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Return a home of these tests alone; its path is short, as that of a socket must be."""
    made = Path(tempfile.mkdtemp(prefix="huitong-crash-"))
    made.chmod(0o755)
    yield made
    embedded.stop(made)
    shutil.rmtree((made / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def ended(home: Path, seed: int) -> Iterator[Ended]:
    """Import one season twice, and return both databases when all is done."""
    with make.keyring_of_shops(), embedded.serving(home) as server:
        migrate(server.url)
        make.found_shop(server.url)
        calm_url = make.copied(server.url, "calm")
        calm_steps = write_season(home / "calm", seed, size=ORDERS)
        done = make.import_steps(calm_url, calm_steps)
        _let_commits_last(server.url)
        shop = Shop(home, home / "disturbed", make.SECRET)
        steps = write_season(shop.files, seed, size=ORDERS)
        kills = import_disturbed(shop, steps, [seconds for _, seconds in done], seed)
        yield Ended(
            shop=shop,
            calm_url=calm_url,
            url=embedded.start(home).url,
            calm=make.everything_in(calm_url),
            kills=kills,
        )


def import_disturbed(shop: Shop, steps: list[Step], seconds: list[float], seed: int) -> int:
    """Import a season while its importers and their server are killed; return how often."""
    chance = Random(f"kills {seed}")
    kills = plan_kills(chance, VICTIMS)
    begun = time.monotonic()
    assert shop.finish(shop.start(steps[0]))
    starting = time.monotonic() - begun
    done = 0
    for step, calm_seconds in zip(steps[1:], seconds[1:], strict=True):
        is_over = False
        for _ in range(KILLS_OF.get(step.path.stem, 0)):
            if not is_over:
                is_over = _kill_one(shop, step, next(kills), starting + calm_seconds)
                done += not is_over
        if not is_over:
            assert shop.finish(shop.start(step))
    return done


def _kill_one(shop: Shop, step: Step, kill: Kill, seconds: float) -> bool:
    begun = time.monotonic()
    running = shop.start(step)
    struck = strike(shop, running, kill, seconds)
    at = time.monotonic() - begun
    is_over = shop.finish(running, kill if struck else None)
    shop.log.append(f"{step.path.stem}: {kill} struck={struck} at {at:.2f}, over={is_over} at {time.monotonic()-begun:.2f}")
    print(shop.log[-1], flush=True)
    return is_over


def _let_commits_last(url: str) -> None:
    """Let each COMMIT wait some milliseconds before it is on disk, so that kills can meet one."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET commit_delay = 5000")
        connection.execute("ALTER SYSTEM SET commit_siblings = 0")
        connection.execute("SELECT pg_reload_conf()")


@pytest.mark.slow
def test_what_was_killed_holds_what_was_not(ended: Ended, seed: int) -> None:
    found = differences(ended.calm, make.everything_in(ended.url))
    assert not found, "\n".join([f"{SEED}={seed}", *ended.shop.log, *found])
