"""Which version of a record an arrival is, and whether the inbox still has to apply it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b

from huitong.channels.model import Arrival, RecordState

HASH_BYTES = 16
# Beside an instant and a key it only tells a handful of contents apart.
SHORT_HASH_BYTES = 8
EARLIEST = datetime.min.replace(tzinfo=UTC)


class Verdict(StrEnum):
    """What to do with an arrival: apply it, apply its refused forerunner again, or leave it."""

    NEW = "new"
    AGAIN = "again"
    SUPERSEDED = "superseded"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Seen:
    """A version of a record that the inbox holds already."""

    record_id: int
    version: str
    version_at: datetime | None
    state: RecordState


def version_of(text: bytes, updated_at: datetime | None) -> str:
    """Return the version of a record: the source's time of it if any, and a hash of its content.

    Sources that tell whole seconds or days may change a record twice within one; the later arrival
    is another version then.
    """
    if updated_at is not None:
        instant = updated_at.astimezone(UTC).isoformat(timespec="microseconds")
        return f"{instant.removesuffix('+00:00')}Z {_hash_of(text, SHORT_HASH_BYTES)}"
    return "hash:" + _hash_of(text, HASH_BYTES)


def _hash_of(text: bytes, size: int) -> str:
    return blake2b(text, digest_size=size).hexdigest()


def waves(arrivals: Sequence[Arrival]) -> list[list[int]]:
    """Return the places of the arrivals in waves that hold each record once, older versions first.

    Nearly every page is one wave; appliers never meet one record twice in one page.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, arrival in enumerate(arrivals):
        places[arrival.external_id].append(place)
    if len(places) == len(arrivals):
        return [list(range(len(arrivals)))]
    in_waves: dict[int, list[int]] = defaultdict(list)
    for of_one in places.values():
        of_one.sort(key=lambda place: arrivals[place].version_at or EARLIEST)
        for wave, place in enumerate(of_one):
            in_waves[wave].append(place)
    return [sorted(in_waves[wave]) for wave in sorted(in_waves)]


def judge(arrival: Arrival, seen: Sequence[Seen]) -> Verdict:
    """Return what to do with an arrival, given every version of its record seen before."""
    newest = max(
        (one.version_at for one in seen if one.state is RecordState.APPLIED and one.version_at),
        default=None,
    )
    late = newest is not None and arrival.version_at is not None and arrival.version_at < newest
    same = next((one for one in seen if one.version == arrival.version), None)
    if same is None:
        return Verdict.SUPERSEDED if late else Verdict.NEW
    if same.state is RecordState.REFUSED:
        return Verdict.SUPERSEDED if late else Verdict.AGAIN
    return Verdict.KNOWN
