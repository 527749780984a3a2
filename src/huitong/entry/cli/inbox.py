"""`huitong inbox`: what arrived, what became of it, and how to put right what was refused."""

from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, repairing, showing
from huitong.entry.cli.records import ImportKind
from huitong.entry.cli.refused import DELIVERY_PREFIX, LIST_MAX, RECORD_PREFIX
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.channels.model import Delivery, InboxRecord

inbox = typer.Typer(no_args_is_help=True, help="What arrived, and what became of it.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    repairing.add_to(inbox)
    app.add_typer(inbox, name="inbox")


@inbox.command("list")
def list_inbox(
    context: typer.Context,
    *,
    refused: Annotated[
        bool, typer.Option("--refused", help="Refused records instead of deliveries.")
    ] = False,
    kind: Annotated[ImportKind | None, typer.Option(help="With --refused: of this kind.")] = None,
    code: Annotated[str | None, typer.Option(help="With --refused: for this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LIST_MAX)] = 20,
    as_json: AsJson = False,
) -> None:
    """List what was delivered, or what was refused and is still open; the newest first."""
    from huitong import channels
    from huitong.channels.model import RecordKind
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        if refused:
            of_kind = None if kind is None else RecordKind(kind)
            records = channels.refused_records(tx, kind=of_kind, code=code, limit=limit)
            rows = [_record(one) for one in records]
        else:
            rows = [_delivery(one) for one in channels.deliveries(tx, limit=limit)]
    showing.table(rows, as_json=as_json, nothing="Nothing is there.")


@inbox.command("show")
def show_inbox(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="ID", help="rec_... or dlv_...")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one record and why it was refused, or one delivery and how far it is."""
    from huitong import channels
    from huitong.platform.db import Scope

    is_delivery = which.startswith(f"{DELIVERY_PREFIX}_")
    known_id = opening.id_of(DELIVERY_PREFIX if is_delivery else RECORD_PREFIX, which)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        if is_delivery:
            told = _delivery(channels.delivery(tx, known_id))
        else:
            told = _record(channels.record(tx, known_id))
    showing.facts(told, as_json=as_json)


def _delivery(delivery: "Delivery") -> dict[str, object]:
    from huitong.platform import ids

    return {
        "id": ids.show(DELIVERY_PREFIX, delivery.id),
        "kind": str(delivery.kind),
        "way": str(delivery.way),
        "source": delivery.source,
        "mapping": delivery.mapping,
        "state": str(delivery.state),
        "records": delivery.record_count,
        "applied": delivery.applied_count,
        "refused": delivery.refused_count,
        "superseded": delivery.superseded_count,
        "known": delivery.known_count,
        "run_at": delivery.run_at,
    }


def _record(record: "InboxRecord") -> dict[str, object]:
    from huitong.platform import ids

    return {
        "id": ids.show(RECORD_PREFIX, record.id),
        "kind": str(record.kind),
        "external_id": record.external_id,
        "row": record.source_row,
        "state": str(record.state),
        "code": record.code,
        "reason": record.reason,
        "delivery": ids.show(DELIVERY_PREFIX, record.delivery_id),
        "recorded_at": record.recorded_at,
    }
