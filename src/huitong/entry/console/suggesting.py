"""Queue in: pairs of persons who are likely one by what they say, put before an operator.

Names and birthdays are the customers', pairs and reviews identity's; only here do they meet.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from huitong import customers, identity
from huitong.identity.model import DOMAIN_PREFIX, PERSON_PREFIX, Likely
from huitong.platform import clock, ids, jobs
from huitong.platform.db import ReadTx, Tx
from huitong.platform.jobs import Job, Json, Run, WantedJob

if TYPE_CHECKING:
    from huitong.identity.graph.likelihood import Described

SUGGEST = "identity.suggest"
STEPS = 3
# Whoever is newest is looked at first; beyond it, comparing takes too much memory for one job.
PEOPLE_MAX = 200_000
PERSONS_A_READ = 2_000
PAIRS_A_WRITE = 1_000


def ask_for_suggestions(
    tx: Tx, domain_id: int, *, likelihood_min: float, key: str, now: datetime
) -> Job:
    """Ask for pairs that are at least so likely one person to be put into the queue.

    :raises JobKeyTaken: when the key was that of another wish.
    """
    arguments = {
        "identity_domain": ids.show(DOMAIN_PREFIX, domain_id),
        "likelihood_min": likelihood_min,
    }
    return jobs.ask(tx, WantedJob(SUGGEST, key, arguments), now=now)


def suggest(run: Run) -> Json:
    """Compare the persons of a domain by what they say, and queue those who are likely one."""
    # Splink and DuckDB are nothing that every process should have to import.
    from huitong.identity.graph import likelihood  # noqa: PLC0415 - Not every process needs it.

    domain_id = ids.read(DOMAIN_PREFIX, str(run.job.arguments["identity_domain"]))
    least = float(str(run.job.arguments["likelihood_min"]))
    with run.database.reading(run.scope) as tx:
        people = list(_described(tx, domain_id))
    _note(run, 1)
    found = likelihood.suggest(people, likelihood_min=least)
    _note(run, 2)
    pairs = [
        Likely(ids.read(PERSON_PREFIX, one.one), ids.read(PERSON_PREFIX, one.other), one.likelihood)
        for one in found
    ]
    opened = known = 0
    for first in range(0, len(pairs), PAIRS_A_WRITE):
        now = clock.now()
        with run.transaction(now=now) as writing:
            queued = identity.queue_suggestions(
                writing, domain_id, suggested=pairs[first : first + PAIRS_A_WRITE], now=now
            )
            opened, known = opened + queued.opened, known + queued.known
    _note(run, STEPS)
    return {
        "people_count": len(people),
        "pair_count": len(pairs),
        "opened_count": opened,
        "known_count": known,
    }


def _described(tx: ReadTx, domain_id: int) -> "Iterator[Described]":
    """Yield the living persons of a domain as they describe themselves, the newest first."""
    from huitong.identity.graph.likelihood import Described  # noqa: PLC0415 - The same.

    before = (1 << ids.ID_BITS) - 1
    left = PEOPLE_MAX
    while left > 0:
        persons = identity.living_persons(
            tx, domain_id=domain_id, before=before, limit=min(left, PERSONS_A_READ)
        )
        if not persons:
            return
        said = _said(tx, persons)
        for person_id in persons:
            name, birthday, city = said.get(person_id, ("", "", ""))
            if name:
                shown = ids.show(PERSON_PREFIX, person_id)
                yield Described(id=shown, name=name, birthday=birthday, address="", place=city)
        before, left = persons[-1], left - len(persons)


def _said(tx: ReadTx, person_ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Return the name, birthday and city of persons, as the newest of their brands has them."""
    living = customers.of_persons(tx, person_ids=person_ids)
    profiles = customers.profiles_of(tx, customer_ids=[one.customer_id for one in living])
    said: dict[int, tuple[str, str, str]] = {}
    for one in living:
        profile = profiles.get(one.customer_id)
        if profile is not None and profile.name:
            birthday = profile.birthday_on.isoformat() if profile.birthday_on else ""
            said[one.person_id] = (profile.name, birthday, profile.city or "")
    return said


def _note(run: Run, done_steps: int) -> None:
    now = clock.now()
    with run.transaction(now=now) as tx:
        run.step(tx, done_steps=done_steps, all_steps=STEPS, now=now)
