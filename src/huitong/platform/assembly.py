"""The parts of a running platform, put together by `entry/wiring.py` and handed to the edges."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from huitong.platform import ids
from huitong.platform.auth import WeComDoor
from huitong.platform.db import Database, ReadTx
from huitong.platform.jobs import JobHandler, Recurring
from huitong.platform.lake import LakeEmpty, Opened, Place
from huitong.platform.outbox import Delivery
from huitong.platform.pipeline import Applier
from huitong.platform.seen import See, Seen, Watched, sees_nothing
from huitong.platform.settings import Settings
from huitong.platform.telephone import Dial, rehearse

Thing = TypeVar("Thing")


class Late(Mapping[str, Thing]):
    """A mapping that is made when somebody first looks into it: only a worker needs its handlers.

    Two threads that look at once may both make it; either result is good.
    """

    def __init__(self, make: Callable[[], Mapping[str, Thing]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, Thing]:
        return self._make()

    def __getitem__(self, key: str) -> Thing:
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


def no_lake(place: Place) -> AbstractContextManager[Opened]:
    """Refuse to open a lake, where none is wired.

    :raises LakeEmpty: always.
    """
    raise LakeEmpty(brand_id=place.brand_id)


@dataclass(frozen=True, slots=True)
class Platform:
    """What routes, jobs and commands work with: no business word, only the wired parts."""

    settings: Settings
    database: Database
    appliers: Mapping[str, Sequence[Applier]] = field(default_factory=dict)
    job_handlers: Mapping[str, JobHandler] = field(default_factory=dict)
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    recurring: Mapping[str, Recurring] = field(default_factory=dict)
    open_lake: Callable[[Place], AbstractContextManager[Opened]] = no_lake
    group_ids: Callable[[ReadTx], Sequence[int]] = lambda _: ()
    see: See = sees_nothing
    watched: Mapping[str, Watched] = field(default_factory=dict)
    persons_among: Callable[[ReadTx, Collection[int]], frozenset[int]] = lambda *_: frozenset()
    wecom: WeComDoor | None = None
    dial: Dial = rehearse

    def among(self, noun: str, tx: ReadTx, wanted: Collection[int], seen: Seen) -> frozenset[int]:
        """Return which ids of a noun a caller sees; who is not narrowed sees them all."""
        if seen.everything():
            return frozenset(wanted)
        return self.watched[noun].among(tx, wanted, seen)

    def known_persons(self, tx: ReadTx, wanted: Collection[int]) -> frozenset[int]:
        """Return which persons the brands of a transaction know; who sees every brand, all.

        Persons are of the group, so row-level security shows them to every brand of it.
        """
        if tx.scope.brand_ids is None:
            return frozenset(wanted)
        return self.persons_among(tx, wanted)

    def hold(self, noun: str, tx: ReadTx, wanted: Collection[int], seen: Seen) -> None:
        """Refuse ids of a noun that a caller does not see, as if they did not exist.

        :raises DomainError: the refusal that an id gets that does not exist.
        """
        if unseen := set(wanted) - self.among(noun, tx, wanted, seen):
            watched = self.watched[noun]
            raise watched.missing(ids.show(watched.prefix, min(unseen)))
