"""`huitong segment export|exports`: segments as files, and who took them."""

from pathlib import Path
from typing import Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.segment_options import Brand, Code

EXPORTS_SHOWN_MAX = 200


def export(
    context: typer.Context,
    code: Code,
    into: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file to write.")],
    *,
    brand: Brand,
    purpose: Annotated[
        str, typer.Option(help="What for: marketing, service, profiling or sharing.")
    ],
    key: Annotated[
        str | None, typer.Option(help="A key of your own: a repeat under it is the same export.")
    ] = None,
    as_json: showing.AsJson = False,
) -> None:
    """Write the customers of a segment who agreed to the purpose into a file, masked."""
    from huitong import org, segments
    from huitong.customers.model import Purpose
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.segments.jobs import Export

    if purpose not in set(Purpose):
        message = f"“{purpose}” is no purpose: choose one of {', '.join(Purpose)}."
        raise typer.BadParameter(message, param_hint="--purpose")
    now, scope = clock.now(), Scope(context.obj)
    with opening.opened() as platform, showing.progress() as begin:
        with platform.database.transaction(scope, now=now) as tx:
            found = org.brand(tx, code=brand)
            asked = segments.ask_export(
                tx,
                brand_id=found.id,
                segment=code,
                purpose=Purpose(purpose),
                key=key or f"cli {now.isoformat()}",
                actor=opening.actor(context),
                now=now,
            )
        tell = begin(code)
        written, left_out = Export(found, asked, platform.open_lake, into).write(
            lambda at: platform.database.transaction(scope, now=at),
            lambda _, done, everything: tell(done, everything),
        )
    told = {"file": str(into), "written": written, "left_out": sum(left_out.values())}
    reasons: object = dict(left_out) if as_json else [f"{n} {why}" for why, n in left_out.items()]
    showing.facts({**told, "left_out_because": reasons}, as_json=as_json)


def exports(
    context: typer.Context,
    *,
    brand: Brand,
    limit: Annotated[
        int, typer.Option(min=1, max=EXPORTS_SHOWN_MAX, help="How many, the newest first.")
    ] = 50,
    as_json: showing.AsJson = False,
) -> None:
    """List the exports of a brand: who asked, what for, what came of it, and who took the file."""
    from huitong import org
    from huitong.platform import ids
    from huitong.platform.db import Scope
    from huitong.segments.model.audiences import EXPORT_PREFIX
    from huitong.segments.queries import audiences_export as queries

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        brand_id = org.brand(tx, code=brand).id
        newest = (1 << ids.ID_BITS) - 1
        found = queries.list_exports(tx, brand_id=brand_id, before=newest, limit=limit)
        takings = queries.takings_of(tx, [one.id for one in found], brand_id=brand_id)
    rows = [
        {
            "export": ids.show(EXPORT_PREFIX, one.id),
            "segment": one.segment,
            "purpose": one.purpose,
            "asked_by": one.asked_by,
            "asked_at": one.asked_at,
            "written": one.written,
            "left_out": None if one.left_out is None else sum(one.left_out.values()),
            "taken_by": [
                f"{each.taken_by} {each.taken_at:%Y-%m-%d %H:%M}" for each in takings[one.id]
            ],
        }
        for one in found
    ]
    showing.table(rows, as_json=as_json, nothing="Nobody has exported a segment of the brand yet.")
