"""`huitong migrate-in`: take over from an older system, compare both books, and cut over."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, records, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huitong.entry.migrating import Report
    from huitong.loyalty.model import CutOver


class BalanceKind(StrEnum):
    """What of an older system is compared and frozen; a test keeps them those of `loyalty`."""

    POINTS = "points"
    GROWTH = "growth"
    STORED_PRINCIPAL = "stored_principal"
    STORED_BONUS = "stored_bonus"
    TIER = "tier"


migrate_in = typer.Typer(
    no_args_is_help=True, help="Take over balances from an older system (“import opening FILE”)."
)

Brand = Annotated[str, typer.Option(help="The code of the brand.")]
Balances = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="The older system's balances, as a file."),
]
Issuer = Annotated[str | None, typer.Option(help="Whose stored value: the code of a legal entity.")]
WithMapping = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="A mapping, when columns have other names."),
]
Details = Annotated[
    Path | None, typer.Option(help="Where whatever differs goes; else beside the file.")
]
Kinds = Annotated[list[BalanceKind], typer.Option("--kind", help="What is meant; may be repeated.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(migrate_in, name="migrate-in")


@migrate_in.command("report")
def report(
    context: typer.Context,
    file: Balances,
    *,
    kind: Annotated[BalanceKind, typer.Option(help="Which balances; tiers are not compared.")],
    channel: Annotated[str, typer.Option(help="The platform they come from.")],
    shop: Annotated[str, typer.Option(help="The code of the account there.")],
    issuer: Issuer = None,
    mapping: WithMapping = None,
    details: Details = None,
    as_json: AsJson = False,
) -> None:
    """Compare an older system's balances with ours and take nothing over; 1 when they differ."""
    from huitong import org
    from huitong.channels.connectors.file import Import
    from huitong.channels.model import OpeningKind, RecordKind
    from huitong.entry import migrating
    from huitong.platform import clock
    from huitong.platform.db import Scope

    if kind is BalanceKind.TIER:
        message = "Tiers are no balances; compare points, growth or stored value."
        raise typer.BadParameter(message, param_hint="--kind")
    kept = details or file.with_name(f"{file.name}.compared.csv")
    scope = Scope(context.obj)
    with opening.opened() as platform:
        with platform.database.reading(scope) as tx:
            account = org.channel_account(tx, platform=channel, code=shop)
        chosen = records.choose_mapping(platform, scope.group_id, mapping)
        found = migrating.compare(
            platform.database,
            scope,
            migrating.Wanted(
                Import(file, RecordKind.OPENING, account, chosen), OpeningKind(kind), issuer
            ),
            details=kept,
            clock=clock.now,
        )
    showing.facts(_told(found, kept), as_json=as_json)
    if not found.agrees():
        raise typer.Exit(1)


@migrate_in.command("status")
def status(context: typer.Context, *, brand: Brand, as_json: AsJson = False) -> None:
    """Show what was taken over so far, and what of it is frozen."""
    from huitong import loyalty, org
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        brand_id = org.brand(tx, code=brand).id
        opened = {one.kind: one for one in loyalty.opened(tx, brand_id=brand_id)}
        words = {one.kind: one for one in loyalty.cut_overs(tx, brand_id=brand_id)}
    rows = []
    for kind in sorted({*opened, *words}):
        taken, word = opened.get(kind), words.get(kind)
        rows.append(
            {
                "kind": str(kind),
                "openings": taken.openings if taken else 0,
                "customers": taken.customers if taken else 0,
                "amount": taken.amount if taken else 0,
                "frozen": bool(word and word.is_frozen),
                "since": word.changed_at if word else None,
                "by": word.actor if word else None,
                "reason": word.reason if word else None,
            }
        )
    showing.table(rows, as_json=as_json, nothing="Nothing was taken over, and nothing is frozen.")


@migrate_in.command("freeze")
def freeze(
    context: typer.Context, *, brand: Brand, kind: Kinds, reason: Reason, as_json: AsJson = False
) -> None:
    """Cut over: refuse openings of these kinds from now on."""
    _show(_change(context, brand, kind, reason, freezes=True), as_json=as_json)


@migrate_in.command("unfreeze")
def unfreeze(
    context: typer.Context, *, brand: Brand, kind: Kinds, reason: Reason, as_json: AsJson = False
) -> None:
    """Go back before the cut-over: take openings of these kinds again."""
    _show(_change(context, brand, kind, reason, freezes=False), as_json=as_json)


def _change(
    context: typer.Context,
    brand: str,
    kinds: "Sequence[BalanceKind]",
    reason: str,
    *,
    freezes: bool,
) -> "list[CutOver]":
    from huitong import loyalty, org
    from huitong.channels.model import OpeningKind
    from huitong.platform import clock
    from huitong.platform.db import Scope

    if not reason.strip():
        message = "Say why: the reason is kept for ever."
        raise typer.BadParameter(message, param_hint="--reason")
    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        change = loyalty.freeze_openings if freezes else loyalty.unfreeze_openings
        return change(
            tx,
            brand_id=org.brand(tx, code=brand).id,
            kinds=[OpeningKind(kind) for kind in kinds],
            actor=opening.actor(context),
            reason=reason,
            now=now,
        )


def _show(words: "Sequence[CutOver]", *, as_json: bool) -> None:
    rows = [
        {
            "kind": str(one.kind),
            "frozen": one.is_frozen,
            "since": one.changed_at,
            "by": one.actor,
            "reason": one.reason,
        }
        for one in words
    ]
    showing.table(rows, as_json=as_json, nothing="Nothing is frozen.")


def _told(found: "Report", details: Path) -> dict[str, object]:
    from huitong.loyalty.rules.parallel import Verdict

    return {
        "agrees": found.agrees(),
        "theirs": found.theirs,
        "ours": found.ours,
        "difference": found.ours - found.theirs,
        **{str(verdict): found.customers[verdict] for verdict in Verdict},
        "nobody_here": found.nobody_here,
        "theirs_of_nobody": found.theirs_of_nobody,
        "unreadable": found.unreadable,
        "other_rows": found.others,
        "details": str(details),
    }
