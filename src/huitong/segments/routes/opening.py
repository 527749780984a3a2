"""How a route gets at the audiences of a brand."""

from collections.abc import Iterator
from contextlib import contextmanager

from huitong import org, segments
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller
from huitong.platform.db import ReadTx
from huitong.segments.queries.audiences import Audiences


@contextmanager
def opened(platform: Platform, caller: Caller, brand: str) -> Iterator[tuple[Audiences, ReadTx]]:
    """Open the audiences of a brand as of now, for a block.

    :raises BrandNotFound: when the caller sees no such brand.
    :raises NothingPublished: when the tags of the brand were never computed.
    """
    with platform.database.reading(caller.scope()) as tx:
        found = org.brand(tx, code=brand)
        yield (
            segments.open_audiences(tx, brand=found, open_lake=platform.open_lake, now=clock.now()),
            tx,
        )
