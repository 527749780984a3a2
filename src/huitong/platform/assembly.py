"""The parts of a running platform, put together by `entry/wiring.py` and handed to the edges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from huitong.platform.db import Database, ReadTx
from huitong.platform.jobs import JobHandler, Recurring
from huitong.platform.outbox import Delivery
from huitong.platform.pipeline import Applier
from huitong.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Platform:
    """What routes, jobs and commands work with: no business word, only the wired parts."""

    settings: Settings
    database: Database
    appliers: Mapping[str, Sequence[Applier]] = field(default_factory=dict)
    job_handlers: Mapping[str, JobHandler] = field(default_factory=dict)
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    recurring: Mapping[str, Recurring] = field(default_factory=dict)
    group_ids: Callable[[ReadTx], Sequence[int]] = lambda _: ()
