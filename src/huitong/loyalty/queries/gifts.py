"""Reads of gifts."""

from collections.abc import Iterable

from huitong.loyalty.model import Gift, Withheld
from huitong.loyalty.tables import gifts as tables
from huitong.platform.db import ReadTx, array


def gifts_of(tx: ReadTx, *, customer_ids: Iterable[int]) -> list[Gift]:
    """Return the gifts of living customers, those come by first leading, withheld ones too."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    return [
        Gift(
            id=row[0],
            brand_id=row[1],
            customer_id=row[2],
            origin_customer_id=row[3],
            cause_id=row[4],
            kind=row[5],
            points=row[6],
            most=row[7],
            granted=row[8],
            clawed=row[9],
            revision=row[10],
            withheld=Withheld(row[11]) if row[11] else None,
            programme_version=row[12],
            happened_at=row[13],
        )
        for row in tx.rows(tables.GIFTS_OF, params)
    ]
