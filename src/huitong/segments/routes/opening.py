"""How a route gets at the audiences of a brand."""

from collections.abc import Iterator
from contextlib import contextmanager

from huitong import org, segments
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller
from huitong.platform.db import ReadTx
from huitong.segments.queries.audiences import SETS, Audiences
from huitong.segments.queries.vocabulary_kept import speech_kept


@contextmanager
def opened(platform: Platform, caller: Caller, brand: str) -> Iterator[tuple[Audiences, ReadTx]]:
    """Open the audiences of a brand as of now, for a block.

    :raises BrandNotFound: when the caller sees no such brand.
    :raises NothingPublished: when the tags of the brand were never computed.
    """
    with platform.database.reading(caller.scope()) as tx:
        found = org.brand(tx, code=brand)
        audiences = segments.open_audiences(
            tx,
            brand=found,
            open_lake=platform.open_lake,
            now=clock.now(),
            permissions=caller.permissions,
        )
        yield audiences, tx


def hold_segment(tx: ReadTx, caller: Caller, *, brand_id: int, segment: str) -> None:
    """Refuse a caller who may not know what a segment asks of customers: who is in it tells.

    One that does not exist is for others to refuse.

    :raises NotPermitted: with the permission that is missing.
    """
    speech = speech_kept(tx, brand_id=brand_id, cache=SETS)
    condition = speech.segments.conditions.get(segment)
    if condition is not None:
        speech.hold(condition, caller.permissions)
