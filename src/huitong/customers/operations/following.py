"""Makes fans of those who become somebody's friend or join a group, as signals tell."""

from collections.abc import Sequence
from datetime import datetime

from huitong.channels.model import Incoming, MemberStatus, Signal, SignalKind
from huitong.customers import tables
from huitong.customers.model import CUSTOMER, CustomerStatus
from huitong.customers.operations.standings import keep_standings, standings_of
from huitong.customers.rules import Said, standing_after
from huitong.identity.model import PERSON
from huitong.platform.db import Tx
from huitong.platform.errors import Ok
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page

# Who does one of these follows the brand; that they stopped is told by other signals, and changes
# nothing here: they may follow it elsewhere.
FOLLOWS = frozenset({SignalKind.FRIEND_ADDED, SignalKind.GROUP_JOINED})


def apply_fans(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Make fans of the anonymous customers of a page of signals who begin to follow the brand.

    Members stay what they are. What each signal said is kept, so that a split knows whose it is.
    """
    followed: dict[int, Signal] = {}
    rows = []
    for incoming, person, customer in zip(
        page.records, page.get(PERSON), page.get(CUSTOMER), strict=True
    ):
        assert isinstance(incoming, Incoming), "Pages from the inbox hold what came in."
        signal = incoming.record
        assert isinstance(signal, Signal), "A page of signals holds signals only."
        if customer is None or person is None or signal.kind not in FOLLOWS:
            continue
        followed.setdefault(customer.customer_id, signal)
        rows.append(
            (
                bucket_of(customer.customer_id),
                customer.customer_id,
                incoming.record_id,
                person.identifier_id,
                MemberStatus.FAN.value,
                None,
                None,
                None,
                signal.touchpoint,
                None,
            )
        )
    if rows:
        _follow(tx, followed, now)
        (first, *_) = page.records
        assert isinstance(first, Incoming), "Pages from the inbox hold what came in."
        constants = {"brand_id": first.account.brand_id, "now": now}
        tx.write(tables.merging.PUT_TOLD, tables.merging.TOLD, rows, constants)
    return [Ok(None)] * len(page.records)


def _follow(tx: Tx, followed: dict[int, Signal], now: datetime) -> None:
    """Write the standings of those who were anonymous; a signal's time leads over no record."""
    changed = {
        customer_id: standing_after(
            standing,
            Said(MemberStatus.FAN, None, None, now, touchpoint=followed[customer_id].touchpoint),
            now=now,
        )
        for customer_id, standing in standings_of(tx, followed).items()
        if standing.status is CustomerStatus.ANONYMOUS
    }
    keep_standings(tx, changed, now=now)
