"""Puts a programme into effect: validated, versioned, from an instant on."""

from datetime import datetime

from huitong.loyalty import queries, tables
from huitong.loyalty.model import (
    Programme,
    ProgrammeChanged,
    ProgrammeInstantTaken,
    Version,
)
from huitong.platform.db import Tx


def apply_programme(
    tx: Tx,
    *,
    brand_id: int,
    programme: Programme,
    effective_from: datetime,
    actor: str,
    expected_version: int | None,
    now: datetime,
) -> Version:
    """Put a programme into effect from an instant on and return its version.

    The same document as the newest one changes nothing. `expected_version` is the version the
    change was made on; None asks for no check.

    :raises ProgrammeChanged: when the brand's programme is not at `expected_version` any more.
    :raises ProgrammeInstantTaken: when another version takes effect at that very instant.
    """
    versions = queries.versions_of(tx, brand_id=brand_id)
    newest = max(versions, key=lambda one: one.version, default=None)
    if newest is not None and newest.programme == programme:
        return newest
    version = newest.version if newest else 0
    if expected_version is not None and expected_version != version:
        raise ProgrammeChanged(version=version, expected=expected_version)
    for one in versions:
        if one.effective_from == effective_from:
            raise ProgrammeInstantTaken(
                version=one.version, effective_from=effective_from.isoformat()
            )
    inserted = tx.execute(
        tables.INSERT_VERSION,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "version": version + 1,
            "document": programme.model_dump_json(),
            "effective_from": effective_from,
            "actor": actor,
            "now": now,
        },
    )
    if not inserted:
        # Somebody else was quicker by a moment; their version is committed by now.
        raise ProgrammeChanged(version=version + 1, expected=version)
    return Version(brand_id, version + 1, effective_from, programme)
