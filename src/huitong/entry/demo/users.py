"""Users of the demo: one for each way to look at it, with a password that is printed.

Production takes neither these users nor their password (see `auth.sign_in`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huitong import customers, org
from huitong.customers.model import NewRelation, RelationKind
from huitong.entry.demo.complete_journey import GUIDE, LATELY_WEEKS
from huitong.entry.doors.phones import of_guide
from huitong.org.model import NewStaff, NewStore, Placement
from huitong.platform import auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import DEMO_PASSWORD, GROUP_ADMIN, Reach, Rights
from huitong.platform.auth.passwords import fits
from huitong.platform.auth.user_changes import insert_user
from huitong.platform.auth.user_passwords import password_hash
from huitong.platform.db import Scope, Tx, array
from huitong.platform.errors import Ok
from huitong.platform.settings import Environment

ACTOR = "demo"
GUIDE_PHONE = "13922213344"

LATELY = timedelta(weeks=LATELY_WEEKS)

# stores: the stores that sold, those with most orders of late first; the busiest of the year has
# closed before it ended.
STORES = """
SELECT o.store
FROM orders.header AS o
WHERE o.group_id = %(group_id)s
  AND o.store IS NOT NULL
GROUP BY o.store
ORDER BY
  count(*) FILTER (
    WHERE o.ordered_at >= (
      SELECT max(last.ordered_at)
      FROM orders.header AS last
      WHERE last.group_id = %(group_id)s) - %(lately)s) DESC,
  count(*) DESC, o.store
"""

# shoppers: who bought in a store of late, those with most orders there first.
SHOPPERS = """
SELECT o.customer_id
FROM orders.header AS o
JOIN org.store AS s
  ON s.group_id = o.group_id AND s.code = o.store
WHERE o.group_id = %(group_id)s
  AND s.id = ANY (%(store_ids)s)
  AND o.customer_id IS NOT NULL
  AND o.ordered_at >= (
    SELECT max(last.ordered_at)
    FROM orders.header AS last
    WHERE last.group_id = %(group_id)s) - %(lately)s
GROUP BY o.customer_id
ORDER BY count(*) DESC, o.customer_id
"""


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody of the demo; one who is `of_a_store` sees its customers only."""

    name: str
    shown_name: str
    role: str
    of_a_store: bool = False


DEMO_USERS: Sequence[DemoUser] = (
    DemoUser("admin", "林静（集团管理员）", GROUP_ADMIN),
    DemoUser("operator", "陈晓（品牌运营）", "brand_operator"),
    DemoUser("analyst", "周航（数据分析）", "analyst"),
    DemoUser("manager", "吴兰（店长）", "store_manager", of_a_store=True),
    DemoUser("auditor", "郑远（审计员）", "auditor"),
)


def make_users(platform: Platform, *, group_id: int, say: Callable[[str], None]) -> None:
    """Make the users of the demo that are not there yet, and say how to sign in; a demo only."""
    if platform.settings.environment is not Environment.DEMO:
        say("No demo users were made: this installation is not a demo.")
        return
    now = clock.now()
    with platform.database.transaction(Scope(group_id), now=now) as tx:
        auth.install_roles(tx, org.STANDARD_ROLES, now=now)
        reach = _first_store(tx, now)
        known = {user.name: user.id for user in auth.list_users(tx)}
        for wanted in DEMO_USERS:
            if wanted.name not in known:
                known[wanted.name] = _add(tx, wanted, reach if wanted.of_a_store else Reach(), now)
        _guide(tx, reach, now)
        of_the_demo = [
            wanted
            for wanted in DEMO_USERS
            if fits(DEMO_PASSWORD, password_hash(tx, user_id=known[wanted.name]))
        ]
    say(f"\nUsers of the demo, all with the password “{DEMO_PASSWORD}”:")
    for one in of_the_demo:
        say(f"  {one.name:<10} {one.shown_name}")
    say(f"The guide of that manager's store signs in at /guide/ with the telephone {GUIDE_PHONE};")
    say("a member at /member/grocer, such as 199 0000 0001. The pages show the code.")


def _add(tx: Tx, wanted: DemoUser, reach: Reach, now: datetime) -> int:
    return insert_user(
        tx,
        name=wanted.name,
        shown_name=wanted.shown_name,
        rights=Rights((wanted.role,), reach=reach),
        password=DEMO_PASSWORD,
        one_time_until=None,
        must_change=False,
        by=ACTOR,
        now=now,
    )


def _guide(tx: Tx, reach: Reach, now: datetime) -> None:
    """Let a guide work in the store, serve who shops there and sign in with a telephone.

    One that is there already stays as they are.
    """
    if GUIDE in org.find_staff(tx, codes=[GUIDE]):
        return
    (staff_id,) = org.put_staff(tx, [NewStaff(code=GUIDE)], now=now)
    day = org.today(tx, now=now)
    org.assign_staff(
        tx, [Placement(staff_id, store_id, day) for store_id in reach.store_ids], now=now
    )
    auth.put_guide_phone(tx, staff_id=staff_id, phone=of_guide(GUIDE_PHONE), now=now)
    shoppers = tx.rows(
        SHOPPERS,
        {
            "group_id": tx.scope.group_id,
            "store_ids": array(sorted(reach.store_ids)),
            "lately": LATELY,
        },
    )
    serving = [
        NewRelation(
            customer_id=customer_id,
            kind=RelationKind.BOUND,
            valid_from=now,
            source="manual",
            actor=ACTOR,
            staff_id=staff_id,
            key=f"demo:{GUIDE}:{customer_id}",
        )
        for (customer_id,) in shoppers
    ]
    refused = [one for one in customers.relate(tx, serving, now=now) if not isinstance(one, Ok)]
    assert not refused, "Nobody of the demo is served by anybody else, or is the guide."


def _first_store(tx: Tx, now: datetime) -> Reach:
    """Return the reach of the store that sells most; the stores become part of the organisation."""
    asked = {"group_id": tx.scope.group_id, "lately": LATELY}
    sold = [str(code) for (code,) in tx.rows(STORES, asked)]
    known = {store.code for store in org.stores(tx)}
    brand_ids = tuple(brand.id for brand in org.brands(tx))
    wanted = [
        NewStore(code=code, name=f"Store {code}", brand_ids=brand_ids)
        for code in sold
        if code not in known
    ]
    org.put_stores(tx, wanted, now=now)
    found = org.find_stores(tx, codes=sold[:1])
    return Reach(store_ids=frozenset(found.values()))
