"""`huitong ledger` and `programme`: whether value is sound, and what members are promised."""

from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

BREACHES_SHOWN_MAX = 1_000

ledger = typer.Typer(no_args_is_help=True, help="The exact accounts.")
programme = typer.Typer(no_args_is_help=True, help="What a brand promises its members.")

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A programme as YAML or JSON.")
]
Brand = Annotated[str, typer.Option(help="The code of the brand.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(ledger, name="ledger")
    app.add_typer(programme, name="programme")


@ledger.callback()
def _ledger() -> None:
    """Group the commands about exact accounts."""


@ledger.command("verify")
def verify(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Check every account against the promises of the ledger; 1 when one is broken."""
    from huitong import ledger as accounts
    from huitong.platform.db import Role, Scope

    with (
        opening.opened() as platform,
        platform.database.reading(Scope(context.obj), role=Role.READER) as tx,
    ):
        found = list(islice(accounts.verify(tx), BREACHES_SHOWN_MAX))
    rows = [
        {
            "promise": str(breach.invariant),
            "subject": breach.subject,
            "id": breach.subject_id,
            "found": breach.found,
        }
        for breach in found
    ]
    showing.table(rows, as_json=as_json, nothing="The ledger keeps every promise.")
    if found:
        told = "at least " if len(found) == BREACHES_SHOWN_MAX else ""
        showing.complain(
            f"{told}{len(found)} promises are broken: keep a copy of the database, then tell us"
            " (docs/concepts/invariants.md says what each promise is)."
        )
        raise typer.Exit(1)


@programme.command("validate")
def validate(file: File, *, as_json: AsJson = False) -> None:
    """Check a programme without putting it into effect."""
    from huitong.entry import programme_file

    read = programme_file.read(file)
    showing.facts(
        {
            "programme": read.names.zh,
            "rules": [rule.code for rule in read.rules],
            "tiers": [tier.code for tier in read.tiers],
        },
        as_json=as_json,
    )


@programme.command("apply")
def apply(
    context: typer.Context,
    file: File,
    *,
    brand: Brand,
    effective_from: Annotated[
        str | None, typer.Option("--from", help="When it begins, as 2026-03-01T00:00:00+08:00.")
    ] = None,
    on_version: Annotated[
        int | None,
        typer.Option(min=0, help="Refuse when the newest version is not this one (0: none yet)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a programme into effect; the same document again changes nothing."""
    from huitong import loyalty, org
    from huitong.entry import programme_file
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    begins = now if effective_from is None else _instant(effective_from)
    read = programme_file.read(file)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        version = loyalty.apply_programme(
            tx,
            brand_id=org.brand(tx, code=brand).id,
            programme=read,
            effective_from=begins,
            actor=opening.actor(context),
            expected_version=on_version,
            now=now,
        )
    showing.facts(
        {
            "brand": brand,
            "programme": version.programme.names.zh,
            "version": version.version,
            "effective_from": version.effective_from,
        },
        as_json=as_json,
    )


@programme.command("diff")
def diff(
    context: typer.Context,
    file: File,
    *,
    brand: Brand,
    version: Annotated[
        int | None, typer.Option(min=1, help="Which version; without it the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell in words what a file would change of a brand's programme."""
    from huitong import loyalty, org
    from huitong.entry import programme_file
    from huitong.loyalty.model import VersionNotFound
    from huitong.platform.db import Scope

    read = programme_file.read(file)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        versions = loyalty.versions_of(tx, brand_id=org.brand(tx, code=brand).id)
    fitting = [one for one in versions if version in {None, one.version}]
    if not fitting and version is not None:
        raise VersionNotFound(version=str(version))
    before = max(fitting, key=lambda one: one.version, default=None)
    found = loyalty.differences(None if before is None else before.programme, read)
    rows = [
        {"section": str(one.section), "变化": one.words.zh, "change": one.words.en} for one in found
    ]
    showing.table(rows, as_json=as_json, nothing="Nothing would change.")


@programme.command("export")
def export(
    context: typer.Context,
    *,
    brand: Brand,
    version: Annotated[
        int | None, typer.Option(min=1, help="Which version; without it the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a programme as YAML, as “programme apply” takes it."""
    from huitong import loyalty, org
    from huitong.loyalty.model import ProgrammeNotFound
    from huitong.loyalty.rules import documents
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        versions = loyalty.versions_of(tx, brand_id=org.brand(tx, code=brand).id)
    fitting = [one for one in versions if version in {None, one.version}]
    if not fitting:
        raise ProgrammeNotFound(brand=brand)
    found = max(fitting, key=lambda one: one.version).programme
    if as_json:
        typer.echo(found.model_dump_json(exclude_defaults=True, indent=2))
    else:
        typer.echo(documents.written(found), nl=False)


def _instant(given: str) -> datetime:
    try:
        instant = datetime.fromisoformat(given)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        message = f"“{given}” is not a time with a zone, such as 2026-03-01T00:00:00+08:00."
        raise typer.BadParameter(message, param_hint="--from")
    return instant
