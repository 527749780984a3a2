"""One user for each standard role, who signs in under the role's code; those of stores see one."""

from datetime import datetime

from huitong.entry import refreshing
from huitong.entry.doors.phones import of_guide
from huitong.entry.refreshing import PartDone, Refresh
from huitong.org.rules import STANDARD_ROLES
from huitong.platform import auth
from huitong.platform.assembly import Platform
from huitong.platform.auth.callers import EVERYWHERE, Reach
from huitong.platform.auth.permissions import GROUP_ADMIN
from huitong.platform.auth.user_changes import insert_user
from huitong.platform.auth.users import Rights
from huitong.platform.db import Scope
from tests.browser.worlds.members import ACTOR, STAFF, STORES, Members

# Long enough for the rules, and plainly nobody's.
PASSWORD = "seven-sheep-on-a-hill"  # noqa: S105 - Of invented users in a database of the tests.
GUIDE_PHONE = "19900009001"
OF_ONE_STORE = ("store_manager", "guide", "cashier")


def fill(platform: Platform, scope: Scope, made: Members, *, now: datetime) -> None:
    """Add a user for each standard role; the group's administrator is called “admin”."""
    one_store = Reach(store_ids=frozenset({made.store_ids[STORES[0][0]]}))
    with platform.database.transaction(scope, now=now) as tx:
        auth.install_roles(tx, STANDARD_ROLES, now=now)
        for role in STANDARD_ROLES:
            admin = role.code == GROUP_ADMIN
            insert_user(
                tx,
                name="admin" if admin else role.code,
                shown_name=role.chinese,
                rights=Rights(
                    role_codes=(role.code,),
                    brand_ids=None if admin else (made.brand.id,),
                    reach=one_store if role.code in OF_ONE_STORE else EVERYWHERE,
                ),
                password=PASSWORD,
                one_time_until=None,
                must_change=False,
                by=ACTOR,
                now=now,
            )
        # The guide of the first customer's store.
        auth.put_guide_phone(
            tx, staff_id=made.staff_ids[STAFF[0][0]], phone=of_guide(GUIDE_PHONE), now=now
        )
        assert len(auth.list_roles(tx)) == len(STANDARD_ROLES), "Every standard role is there."


def refresh(platform: Platform, made: Members, *, now: datetime) -> None:
    """Compute lake, tags, models and audiences, so that no page has to wait for it."""
    told: list[PartDone] = []
    wanted = Refresh(platform.database, platform.settings, made.brand, now, actor=ACTOR)
    refreshing.refresh(wanted, done=told.append)
    refused = [one for one in told if one.refused is not None]
    assert not refused, f"The world can be computed: {refused}"
