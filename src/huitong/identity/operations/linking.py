"""Keeps the evidence: which record named which identifiers together."""

from collections.abc import Sequence
from datetime import datetime

from huitong.channels.model import Incoming
from huitong.identity import tables
from huitong.identity.model import Strength
from huitong.identity.operations.found import Found, anchor
from huitong.identity.operations.mentions import PageSays
from huitong.platform.db import Tx
from huitong.platform.ids import bucket_of


def link_identifiers(
    tx: Tx, says: PageSays, found: Found, incoming: Sequence[Incoming], now: datetime
) -> None:
    """Link what each record named together; the first record of an account stands."""
    pairs: dict[tuple[int, int], tuple[int, Strength]] = {}
    for record, (each, places) in enumerate(zip(incoming, says.buyers, strict=True)):
        if len(places) > 1:
            first, proving = anchor(says, record), says.proving[record]
            for place in places:
                if place != first:
                    strength = Strength.PROVES if place in proving else Strength.SUGGESTS
                    one, other = sorted((found.id_of(first), found.id_of(place)))
                    pairs.setdefault((one, other), (each.record_id, strength))
    new_ids = tx.new_ids([bucket_of(one) for one, _ in pairs])
    rows = [
        (bucket_of(one), new_id, one, other, record_id, strength.value)
        for new_id, ((one, other), (record_id, strength)) in zip(
            new_ids, pairs.items(), strict=True
        )
    ]
    constants = {"channel_account_id": says.account.id, "now": now}
    tx.write(tables.INSERT_LINKS, tables.LINK, rows, constants)
