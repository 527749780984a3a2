"""How long it takes to take one number out that glued hundreds of people, beside a full rebuild.

Files come in through the real door, under a policy that lets a phone number have as many
neighbours as it likes: everybody buys with a card of their own, then some hundreds buy once more
and the clerk types the same phone number for each. `identity.undo_identifier` takes the number out
in one transaction of the fully wired product, which splits the customers, their points, growth and
tiers. The baseline is the batch engine, which reads and links the whole domain anew in memory and
writes nothing. At the end who is one person must be what the batch engine says, nobody glued may be
left, and the ledger must hold, or the run fails.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.measuring import Target, keep, machine
from huitong import identity, ledger, loyalty, org
from huitong.channels.connectors.file import Import, import_file
from huitong.channels.model import (
    Identifier,
    IdentifierKind,
    Line,
    Member,
    Order,
    OrderStatus,
    Party,
    PartyRole,
    RecordKind,
)
from huitong.entry import wiring
from huitong.entry.demo import running
from huitong.entry.migrate import migrate
from huitong.identity.graph.arrays import Linked
from huitong.identity.graph.linking import link
from huitong.identity.graph.loading import Domain, load_domain
from huitong.identity.model import KindRules, PolicyDocument, Undone
from huitong.identity.operations.policies import effective_policy
from huitong.loyalty.model import Programme
from huitong.org.model import Brand, ChannelAccount
from huitong.platform import embedded, logs
from huitong.platform.assembly import Platform
from huitong.platform.db import ReadTx, Role, Scope, Tx
from huitong.platform.settings import LogFormat, LogLevel, Settings

# The second is the most identifiers that a person has by the rules that the platform brings along;
# only a brand that lifts these can meet the others.
SIZES = (20, 60, 100, 300)
PEOPLE = 5_000
ORDERS_EACH = 3
POINTS_AN_ORDER = 100
SECONDS_MAX = 2.0
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LAX = PolicyDocument(
    kinds={
        IdentifierKind.PHONE: KindRules(neighbours_max=None),
        IdentifierKind.POS_CARD: KindRules(living_max=None),
    }
)


PERSONS = "SELECT count(DISTINCT person_id) FROM identity.identifier"
# balances: how many customers have how many points, what was moved between rows added up.
BALANCES = """
SELECT balance, count(*)
FROM (
  SELECT sum(a.balance)::bigint AS balance
  FROM ledger.account AS a
  WHERE a.asset LIKE 'points:%%'
  GROUP BY a.owner_id
) AS each
WHERE balance <> 0
GROUP BY balance
"""


def measure(glued: int, people: int) -> dict[str, Any]:
    """Import `people`, glue the first `glued` of them by one phone number, and undo it."""
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with embedded.serving(home) as server:
            migrate(server.url)
            platform = wiring.build(Settings(home=home), server.url)
            try:
                return {"postgresql": server.version, **_measure(platform, home, glued, people)}
            finally:
                platform.database.close()


def _measure(platform: Platform, home: Path, glued: int, people: int) -> dict[str, Any]:
    scope = Scope(running.GROUP_ID)
    account, brand = _set_up(platform, scope)
    door = _Door(platform, scope, account, home)
    members = (_member(person) for person in range(people))
    importing = door.bring(RecordKind.MEMBER, members)
    importing += door.bring(RecordKind.ORDER, _bought(people))
    gluing = door.bring(RecordKind.ORDER, _typed(glued))
    with platform.database.reading(scope) as tx:
        shared = identity.find(tx, brand=brand, kind=IdentifierKind.PHONE, value=_CLERKS.value)
        before = _persons(tx)
    assert shared is not None, "The clerk's number came in with the second file."
    statements = 0

    def undo(tx: Tx) -> Undone:
        nonlocal statements
        done = identity.undo_identifier(
            tx, shared.identifier_id, actor="bench", reason="a clerk's own", now=NOW
        )
        statements = tx.statements
        return done

    begun = time.perf_counter()
    done = platform.database.do(scope, undo, now=NOW)
    seconds = time.perf_counter() - begun
    with platform.database.reading(scope) as tx:
        after = _persons(tx)
        begun = time.perf_counter()
        domain, linked = _rebuild(tx, brand)
        rebuild_seconds = time.perf_counter() - begun
    with platform.database.reading(scope, role=Role.READER) as tx:
        breaches = [str(breach) for breach in ledger.verify(tx)]
        breaches += _wrong_balances(tx, glued=glued, people=people)
    return {
        "people": people,
        "glued": glued,
        "import_seconds": round(importing, 1),
        "gluing_import_seconds": round(gluing, 1),
        "undo_seconds": round(seconds, 3),
        "undo_statements": statements,
        "rebuild_in_memory_seconds": round(rebuild_seconds, 3),
        "persons_before_and_after": [before, after],
        "wrong": [
            *breaches,
            *([] if done.has_parted and not done.left else ["The number did not part everybody."]),
            *([] if before == people - glued + 1 else ["The number did not glue everybody."]),
            # The number itself is somebody's too, of whom nothing else is known.
            *([] if after == people + 1 else ["Somebody is glued still."]),
            *([] if _agrees(domain, linked) else ["The batch engine says otherwise."]),
        ],
    }


def _set_up(platform: Platform, scope: Scope) -> tuple[ChannelAccount, Brand]:
    with platform.database.transaction(scope, now=NOW) as tx:
        made = org.set_up(
            tx, name="Group", brand=running.BRAND, accounts=[running.ACCOUNT], now=NOW
        )
        loyalty.apply_programme(
            tx,
            brand_id=made.brand.id,
            programme=Programme.model_validate(
                yaml.safe_load(running.PROGRAMME.read_text("utf-8"))
            ),
            effective_from=running.PROGRAMME_FROM,
            actor="bench",
            expected_version=None,
            now=NOW,
        )
        identity.set_policy(
            tx,
            made.brand.identity_domain_id,
            document=LAX,
            actor="bench",
            reason="a number may have any neighbours",
            expected_version=None,
            now=NOW,
        )
    return made.accounts[0], made.brand


_CLERKS = Identifier(kind=IdentifierKind.PHONE, value="13800138000")


def _card(person: int) -> Identifier:
    return Identifier(kind=IdentifierKind.POS_CARD, value=f"C{person:08d}")


def _member(person: int) -> Member:
    enrolled = NOW - timedelta(days=60)
    return Member(member_no=f"M{person}", identifiers=(_card(person),), enrolled_at=enrolled)


def _bought(people: int) -> Iterator[Order]:
    for turn in range(ORDERS_EACH):
        for person in range(people):
            yield _order(f"B{turn}-{person}", (_card(person),), days=30 - turn)


def _typed(glued: int) -> Iterator[Order]:
    for person in range(glued):
        yield _order(f"T-{person}", (_card(person), _CLERKS), days=1)


def _order(order_no: str, identifiers: tuple[Identifier, ...], *, days: int) -> Order:
    at, paid = NOW - timedelta(days=days), 10_000
    line = Line(line_id="1", sku="S1", quantity=1, list_minor=paid, paid_minor=paid)
    return Order(
        order_no=order_no,
        ordered_at=at,
        paid_at=at,
        completed_at=at,
        status=OrderStatus.COMPLETED,
        parties=(Party(role=PartyRole.BUYER, identifiers=identifiers),),
        list_minor=paid,
        paid_minor=paid,
        lines=(line,),
    )


@dataclass(frozen=True, slots=True)
class _Door:
    """Where files come in."""

    platform: Platform
    scope: Scope
    account: ChannelAccount
    home: Path

    def bring(self, kind: RecordKind, records: Iterator[Member] | Iterator[Order]) -> float:
        """Write the records to a file and import it; return the seconds of the import alone."""
        path = self.home / "records.ndjson"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(record.model_dump_json(exclude_none=True) + "\n" for record in records)
        begun = time.perf_counter()
        report = import_file(
            self.platform.database,
            self.scope,
            Import(path=path, kind=kind, account=self.account),
            appliers=self.platform.appliers[kind],
            clock=lambda: NOW,
        )
        assert not report.refused, f"Our own files are good: {report}"
        return time.perf_counter() - begun


def _rebuild(tx: ReadTx, brand: Brand) -> tuple[Domain, Linked]:
    domain = load_domain(tx, domain_id=brand.identity_domain_id)
    policy = effective_policy(tx, brand.identity_domain_id)
    found = link(
        domain.evidence, domain.identifiers(policy), policy.for_partition, domain.decisions
    )
    return domain, found


def _agrees(domain: Domain, linked: Linked) -> bool:
    """Tell whether both make the same persons of those who have one."""
    known = domain.persons != 0
    pairs = np.stack([linked.label[known], domain.persons[known]])
    both = np.unique(pairs, axis=1).shape[1]
    return bool(both == len(np.unique(pairs[0])) == len(np.unique(pairs[1])))


def _persons(tx: ReadTx) -> int:
    ((count,),) = tx.rows(PERSONS, {})
    return int(count)


def _wrong_balances(tx: ReadTx, *, glued: int, people: int) -> list[str]:
    """Say how many customers have what, when it is not what the orders of their own card gave."""
    found = {int(balance): int(count) for balance, count in tx.rows(BALANCES, {})}
    wanted = {POINTS_AN_ORDER * ORDERS_EACH: people - glued}
    wanted[POINTS_AN_ORDER * (ORDERS_EACH + 1)] = glued
    wanted = {balance: count for balance, count in wanted.items() if count}
    return [] if found == wanted else [f"Customers by balance: {found} instead of {wanted}."]


def main() -> None:
    """Measure every size and keep the figures; a wrong person or point is a failure."""
    logs.configure(LogFormat.JSON, LogLevel.ERROR)
    parser = argparse.ArgumentParser(prog="python -m bench.undo", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--glued", type=int, nargs="+", default=list(SIZES))
    asked = parser.parse_args()
    on, versions, sizes = machine(""), set(), []
    for glued in asked.glued:
        found = dict(measure(glued, asked.people))
        versions.add(str(found.pop("postgresql")))
        print(f"  {found}", flush=True)
        sizes.append(found)
    wrong = [line for size in sizes for line in size["wrong"]]
    targets = [
        Target(
            f"undo of a number that glued {size['glued']}, in seconds",
            size["undo_seconds"],
            SECONDS_MAX,
            at_most=True,
        )
        for size in sizes
    ]
    keep("undo", {"sizes": sizes}, on={**on, "postgresql": ", ".join(versions)}, targets=targets)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
