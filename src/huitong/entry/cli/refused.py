"""Which refused records a command means: those named, those of a delivery, or all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.records import ImportKind

if TYPE_CHECKING:
    from huitong.channels.model import InboxRecord
    from huitong.platform.assembly import Platform

LIST_MAX = 500
CHOSEN_MAX = 100_000
DELIVERY_PREFIX = "dlv"
RECORD_PREFIX = "rec"

Named: TypeAlias = Annotated[
    list[str] | None, typer.Argument(metavar="ID...", help="rec_...; none: see --all.")
]
Everything: TypeAlias = Annotated[
    bool, typer.Option("--all", help="All that is refused, of --kind and --code if given.")
]
OfDelivery: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ID", help="What is refused of one delivery: dlv_...")
]
OfKind: TypeAlias = Annotated[ImportKind | None, typer.Option(help="With --all: of this kind.")]
ForCode: TypeAlias = Annotated[
    str | None, typer.Option(help="With --all or --delivery: for this reason.")
]


@dataclass(frozen=True, slots=True)
class Choice:
    """The arguments and options that say which refused records are meant."""

    records: list[str] | None
    everything: bool
    delivery: str | None
    kind: ImportKind | None
    code: str | None

    def ids(self, platform: "Platform", group_id: int) -> list[int]:
        """Return the ids of the refused records that are meant, each once, the oldest first.

        :raises typer.BadParameter: when they are named in two ways, or in none.
        """
        if bool(self.records) is (self.everything or self.delivery is not None):
            message = "Name the records, or take them --all, or those of a --delivery."
            raise typer.BadParameter(message)
        if self.records:
            named = [opening.id_of(RECORD_PREFIX, one) for one in self.records]
            return list(dict.fromkeys(named))
        found = self._found(platform, group_id)
        if len(found) >= CHOSEN_MAX:
            showing.complain(
                f"these are the {CHOSEN_MAX:,} that were refused last: run it once more for others."
            )
        return [one.id for one in reversed(found) if self.code in {None, one.code}]

    def _found(self, platform: "Platform", group_id: int) -> "list[InboxRecord]":
        """Return what is refused now, the newest first, before any of it is tried."""
        from huitong import channels
        from huitong.channels.model import RecordKind, RecordState
        from huitong.platform.db import Scope

        with platform.database.reading(Scope(group_id)) as tx:
            if self.delivery is None:
                kind = None if self.kind is None else RecordKind(self.kind)
                return _paged(
                    lambda before_id: channels.refused_records(
                        tx, kind=kind, code=self.code, before_id=before_id, limit=LIST_MAX
                    )
                )
            delivery_id = opening.id_of(DELIVERY_PREFIX, self.delivery)
            channels.delivery(tx, delivery_id)
            return _paged(
                lambda before_id: channels.records_of_delivery(
                    tx,
                    delivery_id,
                    state=RecordState.REFUSED,
                    before_id=before_id,
                    limit=LIST_MAX,
                )
            )


def _paged(read: "Callable[[int | None], Sequence[InboxRecord]]") -> "list[InboxRecord]":
    found: list[InboxRecord] = []
    while len(found) < CHOSEN_MAX:
        page = read(found[-1].id if found else None)
        found += page
        if len(page) < LIST_MAX:
            break
    return found
