"""Keeps refreshes of one brand apart: whoever computes its tags or models holds the brand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from huitong import org
from huitong.platform.db import Database, ReadTx, Scope
from huitong.platform.errors import DomainError, Kind
from huitong.platform.lake import Place

# A job that finds its brand held comes back, each time after twice as long: over two hours in all.
ATTEMPTS_MAX = 12
SINCE = "huitong refresh since "
SHORTEST = "%Y-%m-%dT%H:%M:%SZ"

# Takes hold of a brand until the transaction ends; false when somebody else has it.
TRY_TO_HOLD = """
SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, %(brand_id)s))
"""

# The session tells since when it holds, as its name: others may read that of any session, and so
# may whoever looks at pg_stat_activity. It lives as long as the transaction, which does nothing
# else and must not be ended for that.
TELL_SINCE = """
SELECT set_config('application_name', %(since)s, true),
       set_config('idle_in_transaction_session_timeout', '0', true)
"""

# The name of the session that holds a brand.
WHO_HOLDS = """
SELECT holder.application_name
FROM (SELECT hashtextextended(%(name)s, %(brand_id)s) AS number) AS asked
JOIN pg_locks AS held
  ON held.locktype = 'advisory'
  AND held.granted
  AND held.objsubid = 1
  AND held.classid::bigint = ((asked.number >> 32) & 4294967295)
  AND held.objid::bigint = (asked.number & 4294967295)
JOIN pg_stat_activity AS holder
  ON holder.pid = held.pid
  AND holder.datname = current_database()
"""


@dataclass(eq=False)
class BrandBeingRefreshed(DomainError):
    """Somebody else is computing the brand's tags and models at this moment."""

    code: ClassVar[str] = "platform.brand_being_refreshed"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = (
        "Brand {brand} is being refreshed since {since}: wait until that is done (“huitong jobs"
        " list” shows how far it is), then ask again."
    )
    brand: str
    since: str


@contextmanager
def holding(database: Database, place: Place, *, now: datetime) -> Iterator[None]:
    """Hold a brand for a block, so that nobody else computes its tags or models meanwhile.

    The hold ends with the process at the latest. It takes one connection of the pool.

    :raises BrandBeingRefreshed: when somebody else holds the brand.
    """
    scope = Scope(place.group_id, (place.brand_id,))
    asked = {"name": f"refresh of group {place.group_id}", "brand_id": place.brand_id}
    with database.transaction(scope, now=now) as tx:
        if tx.row(TRY_TO_HOLD, asked) != (True,):
            raise _held(tx, place, asked, now)
        tx.execute(TELL_SINCE, {"since": f"{SINCE}{now.astimezone(UTC):{SHORTEST}}"})
        yield


def _held(tx: ReadTx, place: Place, asked: dict[str, object], now: datetime) -> BrandBeingRefreshed:
    found = tx.row(WHO_HOLDS, asked)
    # Who took hold a moment ago has not told its time yet, and who let go a moment ago has none.
    since = now
    if found is not None and str(found[0]).startswith(SINCE):
        since = datetime.strptime(str(found[0]).removeprefix(SINCE), SHORTEST).replace(tzinfo=UTC)
    codes = [brand.code for brand in org.brands(tx) if brand.id == place.brand_id]
    shown = since.astimezone(ZoneInfo(place.time_zone))
    return BrandBeingRefreshed(brand="".join(codes), since=f"{shown:%Y-%m-%d %H:%M}")
