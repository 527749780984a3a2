"""`huitong inbox`: what arrived, what became of it, and how to put right what was refused."""

import getpass
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.records import ImportKind, choose_mapping
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from collections import Counter

    from huitong.channels.connectors.file import Mapping
    from huitong.channels.model import Delivery, Fix, InboxRecord, RefusedSource
    from huitong.platform.assembly import Platform

LIST_MAX = 500
RETRIES_MAX = 100_000
DELIVERY_PREFIX = "dlv"
RECORD_PREFIX = "rec"

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
Actor: TypeAlias = Annotated[
    str | None, typer.Option(help="Who does it; the user of this machine unless said.")
]

inbox = typer.Typer(no_args_is_help=True, help="What arrived, and what became of it.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
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


@inbox.command("retry")
def retry(
    context: typer.Context,
    records: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="rec_...; none: see --all.")
    ] = None,
    *,
    everything: Everything = False,
    delivery: OfDelivery = None,
    kind: OfKind = None,
    code: ForCode = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="Read what could not be converted once more, by this mapping.",
        ),
    ] = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Try refused records once more, from the texts that were kept; 1 when some stay refused."""
    with opening.opened() as platform:
        wanted = _chosen(
            platform,
            context.obj,
            records=records,
            everything=everything,
            delivery=delivery,
            kind=kind,
            code=code,
        )
        chosen = choose_mapping(platform, context.obj, mapping)
        if chosen is None:
            states = _retry(platform, context.obj, wanted)
        else:
            states = _fix(
                platform,
                context.obj,
                wanted,
                change=partial(_remapped, mapping=chosen),
                actor=actor or getpass.getuser(),
                reason=f"read once more by the mapping {chosen.name}",
            )
    _tell(states, as_json=as_json)


@inbox.command("fix")
def fix(
    context: typer.Context,
    records: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="rec_...; none: see --all.")
    ] = None,
    *,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="A field and what it should say, such as lines.2.sku=A1; repeatable. An empty"
            " value takes the field away.",
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The whole record as JSON, for one ID."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the fix.")],
    everything: Everything = False,
    delivery: OfDelivery = None,
    kind: OfKind = None,
    code: ForCode = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Put refused records right and take them in; what came is kept. 1 when some stay refused."""
    if (record is None) is (not changes) or (record is not None and len(records or ()) != 1):
        message = "Say what to --set, or give one record as a whole with --record."
        raise typer.BadParameter(message)
    wanted_changes = dict(_change(one) for one in changes or ())
    whole = None if record is None else record.read_bytes()
    with opening.opened() as platform:
        wanted = _chosen(
            platform,
            context.obj,
            records=records,
            everything=everything,
            delivery=delivery,
            kind=kind,
            code=code,
        )
        states = _fix(
            platform,
            context.obj,
            wanted,
            change=lambda sources: _edited(sources, wanted_changes, whole),
            actor=actor or getpass.getuser(),
            reason=reason,
        )
    _tell(states, as_json=as_json)


def _tell(states: "Counter[str]", *, as_json: bool) -> None:
    showing.facts(dict(states.most_common()), as_json=as_json)
    if states.total() > states["applied"] + states["superseded"] + states["known"]:
        showing.complain("some stay refused: “huitong inbox list --refused” says why.")
        raise typer.Exit(1)


def _change(given: str) -> tuple[str, str]:
    field, equals, value = given.partition("=")
    if not (field and equals):
        message = f"“{given}” is not of the form FIELD=VALUE, such as status=completed."
        raise typer.BadParameter(message, param_hint="--set")
    return field, value


def _edited(
    sources: "dict[int, RefusedSource]", changes: dict[str, str], whole: bytes | None
) -> "list[Fix]":
    from huitong import channels
    from huitong.channels.model import Fix

    if whole is not None:
        return [Fix(one, whole, ("record",)) for one in sources]
    return [
        Fix(record_id, channels.edited(source.text, changes), tuple(changes))
        for record_id, source in sources.items()
    ]


def _remapped(sources: "dict[int, RefusedSource]", *, mapping: "Mapping") -> "list[Fix]":
    from huitong.channels.connectors.file import remapped
    from huitong.channels.model import Fix

    of_kind = [one for one in sources.values() if one.kind == mapping.kind]
    read = remapped([one.text for one in of_kind], mapping)
    return [
        Fix(one.record_id, text, fields)
        for one, (text, fields) in zip(of_kind, read, strict=True)
        if fields
    ]


def _chosen(
    platform: "Platform",
    group_id: int,
    *,
    records: list[str] | None,
    everything: bool,
    delivery: str | None,
    kind: ImportKind | None,
    code: str | None,
) -> list[int]:
    """Return the refused records that the arguments and options mean."""
    if bool(records) is (everything or delivery is not None):
        message = "Name the records, or take them --all, or those of a --delivery."
        raise typer.BadParameter(message)
    if records:
        return [opening.id_of(RECORD_PREFIX, one) for one in records]
    if delivery is not None:
        return _refused_of(platform, group_id, opening.id_of(DELIVERY_PREFIX, delivery), code)
    return _all_refused(platform, group_id, kind, code)


def _refused_of(
    platform: "Platform", group_id: int, delivery_id: int, code: str | None
) -> list[int]:
    from huitong import channels
    from huitong.channels.model import RecordState
    from huitong.platform.db import Scope

    found: list[InboxRecord] = []
    with platform.database.reading(Scope(group_id)) as tx:
        channels.delivery(tx, delivery_id)
        while len(found) < RETRIES_MAX:
            page = channels.records_of_delivery(
                tx,
                delivery_id,
                state=RecordState.REFUSED,
                before_id=found[-1].id if found else None,
                limit=LIST_MAX,
            )
            found += page
            if len(page) < LIST_MAX:
                break
    return [one.id for one in reversed(found) if code in {None, one.code}]


def _fix(
    platform: "Platform",
    group_id: int,
    record_ids: list[int],
    *,
    change: "Callable[[dict[int, RefusedSource]], list[Fix]]",
    actor: str,
    reason: str,
) -> "Counter[str]":
    """Fix records page by page and count what became of them; those left as they are too."""
    from collections import Counter

    from huitong import channels
    from huitong.channels.model import NothingFixed
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.platform.errors import Ok

    states: Counter[str] = Counter()
    scope = Scope(group_id)
    with showing.progress() as begin:
        tell = begin("Fixing")
        for first in range(0, len(record_ids), LIST_MAX):
            page = record_ids[first : first + LIST_MAX]
            with platform.database.reading(scope) as tx:
                fixes = change(channels.refused_sources(tx, page))
            now = clock.now()
            work = partial(
                channels.fix,
                fixes=fixes,
                actor=actor,
                reason=reason,
                appliers=platform.appliers,
                now=now,
            )
            for one in platform.database.do(scope, work, now=now):
                states[one.value.state if isinstance(one, Ok) else one.code] += 1
            states[NothingFixed.code] += len(page) - len(fixes)
            tell(first + len(page), len(record_ids))
    return +states


def _all_refused(
    platform: "Platform", group_id: int, kind: ImportKind | None, code: str | None
) -> list[int]:
    """Collect what is refused now, page by page, before any of it is tried."""
    from huitong import channels
    from huitong.channels.model import RecordKind
    from huitong.platform.db import Scope

    found: list[int] = []
    of_kind = None if kind is None else RecordKind(kind)
    with platform.database.reading(Scope(group_id)) as tx:
        while len(found) < RETRIES_MAX:
            page = channels.refused_records(
                tx,
                kind=of_kind,
                code=code,
                before_id=found[-1] if found else None,
                limit=LIST_MAX,
            )
            found += [one.id for one in page]
            if len(page) < LIST_MAX:
                break
    # The oldest first, as they came.
    return found[::-1]


def _retry(platform: "Platform", group_id: int, record_ids: list[int]) -> "Counter[str]":
    from collections import Counter

    from huitong import channels
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.platform.errors import Ok

    states: Counter[str] = Counter()
    with showing.progress() as begin:
        tell = begin("Retrying")
        for first in range(0, len(record_ids), LIST_MAX):
            page = record_ids[first : first + LIST_MAX]
            now = clock.now()
            work = partial(channels.retry, record_ids=page, appliers=platform.appliers, now=now)
            results = platform.database.do(Scope(group_id), work, now=now)
            for one in results:
                states[one.value.state if isinstance(one, Ok) else one.code] += 1
            tell(first + len(page), len(record_ids))
    return states


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
