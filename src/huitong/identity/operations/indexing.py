"""Makes identifiers findable by what they are searched by, where they were written before."""

from huitong.identity import queries, rules
from huitong.identity.queries.searching import searched
from huitong.identity.tables import searching as tables
from huitong.platform.db import Tx
from huitong.platform.ids import bucket_of


def index_due(tx: Tx, *, after: int, limit: int) -> int | None:
    """Index identifiers above an id that are not yet; return the last one seen, None at the end.

    What does not open any more, as its person was forgotten, is left as it is.
    """
    params = {
        "group_id": tx.scope.group_id,
        "after": after,
        "limit": limit,
    }
    found = tx.rows(tables.DUE_SEARCHED, params)
    if not found:
        return None
    ciphers = queries.ciphers_of(tx, person_ids={row[2] for row in found})
    opened = [
        (own, kind, ciphers[owner].open(sealed, place=rules.SEALED_PLACE, row=own).decode())
        for own, kind, owner, sealed in found
        if owner in ciphers
    ]
    indexes = searched(tx, [(kind, value) for _, kind, value in opened])
    rows = [
        (bucket_of(own), own, index)
        for (own, _, _), index in zip(opened, indexes, strict=True)
        if index is not None
    ]
    tx.write(tables.PUT_SEARCHED, tables.SEARCHED, rows)
    return int(found[-1][0])
