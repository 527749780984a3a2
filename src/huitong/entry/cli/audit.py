"""`huitong audit`: who did what, from where, before and after; searched and taken as a file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.platform.audit import Entry, Wanted
    from huitong.platform.db import ReadTx

DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]

commands = typer.Typer(no_args_is_help=True, help="Who did what, and what it changed.")

ActorText = Annotated[str | None, typer.Option("--actor", help="Who: usr_…, key_… or cli:NAME.")]
ActTexts = Annotated[
    list[str] | None, typer.Option("--act", help="What, such as programme.put; repeatable.")
]
SubjectText = Annotated[
    str | None, typer.Option("--subject", help="How the subject begins, such as segment:grocer.")
]
BrandText = Annotated[str | None, typer.Option("--brand", help="The code of a brand.")]
Since = Annotated[datetime | None, typer.Option(formats=DATES, help="The first instant.")]
Until = Annotated[datetime | None, typer.Option(formats=DATES, help="Past the last instant.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(commands, name="audit")


@commands.command("list")
def list_entries(
    context: typer.Context,
    *,
    actor: ActorText = None,
    act: ActTexts = None,
    subject: SubjectText = None,
    brand: BrandText = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List what was done, the newest first."""
    from huitong.platform import audit
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        wanted = _wanted(tx, actor, act, subject, brand=brand, since=since, until=until)
        found = audit.entries(tx, wanted, before_id=None, limit=limit)
    rows = [_shown(entry) for entry in found]
    showing.table(rows, as_json=as_json, nothing="Nothing of the kind was done.")


@commands.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The CSV file to write.")],
    *,
    actor: ActorText = None,
    act: ActTexts = None,
    subject: SubjectText = None,
    brand: BrandText = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write what was done as CSV for spreadsheets; that it was taken is an entry itself."""
    from huitong import org
    from huitong.platform import audit, clock
    from huitong.platform.audit import Act
    from huitong.platform.db import Scope

    scope, now = Scope(context.obj), clock.now()
    with opening.opened() as platform:
        with platform.database.transaction(scope, now=now) as tx:
            wanted = _wanted(tx, actor, act, subject, brand=brand, since=since, until=until)
            count = audit.check_export(tx, wanted)
            audit.record(
                tx,
                by=opening.actor(context),
                act=Act.AUDIT_EXPORT,
                subject="audit",
                after={"entries": count},
                now=now,
            )
        with (
            platform.database.reading(scope) as tx,
            file.open("w", encoding="utf-8", newline="") as opened,
        ):
            brands = {one.id: one.code for one in org.brands(tx)}
            opened.writelines(audit.file_of(audit.every_entry(tx, wanted), brands))
    typer.echo(f"{count} entries are in {file}.")


def _wanted(
    tx: "ReadTx",
    actor: str | None,
    act: list[str] | None,
    subject: str | None,
    *,
    brand: str | None,
    since: datetime | None,
    until: datetime | None,
) -> "Wanted":
    from huitong import org
    from huitong.platform.audit import Act, Wanted

    known = {str(one) for one in Act}
    for wanted in act or ():
        if wanted not in known:
            message = f"“{wanted}” is no act: choose from {', '.join(sorted(known))}."
            raise typer.BadParameter(message, param_hint="--act")
    return Wanted(
        actor=actor,
        acts=tuple(act) if act else None,
        subject=subject,
        brand_id=org.brand(tx, code=brand).id if brand else None,
        since=_instant(since),
        until=_instant(until),
    )


def _instant(given: datetime | None) -> datetime | None:
    """Return an instant that was typed; a date without a zone means this machine's."""
    return given.astimezone() if given is not None and given.tzinfo is None else given


def _shown(entry: "Entry") -> Mapping[str, object]:
    from huitong.platform import audit, ids
    from huitong.platform.audit import AUDIT_PREFIX

    changes = [
        f"{one.path}: {one.before} → {one.after}"
        for one in audit.differences(entry.before, entry.after)
    ]
    return {
        "entry": ids.show(AUDIT_PREFIX, entry.id),
        "at": entry.recorded_at,
        "who": entry.actor_name or entry.actor,
        "from": entry.address,
        "act": entry.act,
        "subject": entry.subject,
        "reason": entry.reason,
        "changes": changes,
    }
