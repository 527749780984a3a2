"""Whether a customer was erased: the lake follows with its next refresh, answers at once."""

from huitong.platform.db import ReadTx, array
from huitong.platform.ids import bucket_of
from huitong.segments.tables import tags as tables


def is_forgotten(tx: ReadTx, customer_id: int) -> bool:
    """Tell whether the customer was erased, so that nothing more may be told of them."""
    asked = {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of(customer_id)]),
        "customer_ids": array([customer_id]),
    }
    return any(is_erased for *_, is_erased in tx.rows(tables.FIND_PEOPLE, asked))
