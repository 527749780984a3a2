"""`huitong init`, `doctor` and `openapi`: set up, look after, describe."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from datetime import datetime

    from huitong.platform.assembly import Platform
    from huitong.platform.auth import Added, IssuedKey
    from huitong.platform.db import Tx


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(init)
    app.command()(doctor)
    app.command()(openapi)


def init(
    context: typer.Context,
    *,
    name: Annotated[str | None, typer.Option(help="The name of the group.")] = None,
    brand: Annotated[str | None, typer.Option(help="The code of its first brand.")] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(help="A channel account as PLATFORM:CODE, such as pos:main; repeatable."),
    ] = None,
    store: Annotated[
        list[str] | None, typer.Option(help="The code of a store of the brand; repeatable.")
    ] = None,
    zone: Annotated[str, typer.Option(help="The time zone of the brand.")] = "Asia/Shanghai",
    admin: Annotated[
        str, typer.Option(help="The sign-in name of the first administrator.")
    ] = "admin",
) -> None:
    """Set the database up or bring it up to date, then make the first group, brand and user.

    Without a name and a brand it asks on a terminal, and else stops after the database.
    """
    from huitong.entry import wiring
    from huitong.entry.migrate import migrate

    accounts = [_account(given) for given in account or ("pos:main",)]
    with wiring.address(opening.load_settings()) as url:
        revision = migrate(url)
        typer.echo(f"The database is at schema revision {revision}.")
        if (name is None or brand is None) and sys.stdin.isatty():
            name = name or typer.prompt("Name of the group")
            brand = brand or typer.prompt("Code of its first brand", default="main")
        if name is None or brand is None:
            typer.echo("No group was made: give --name and --brand to make one.")
            return
        with opening.opened() as platform:
            _make_group(
                platform,
                context.obj,
                name=name,
                brand=brand,
                accounts=accounts,
                stores=store or [],
                zone=zone,
                admin=admin,
            )


def doctor(
    *,
    settings: Annotated[
        bool, typer.Option("--settings", help="Print the effective settings instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check what the platform stands on, and say what to do about what is wrong."""
    from huitong.entry import doctor as examination
    from huitong.entry.findings import State
    from huitong.platform import clock

    loaded = opening.load_settings()
    if settings:
        showing.facts(loaded.shown(), as_json=as_json)
        return
    findings = examination.examine(loaded, now=clock.now)
    rows = [
        {"check": one.check, "state": one.state, "found": one.found, "remedy": one.remedy}
        for one in findings
    ]
    showing.table(rows, as_json=as_json, nothing="Nothing was checked.")
    if any(one.state is State.BROKEN for one in findings):
        raise typer.Exit(1)


def openapi() -> None:
    """Print the OpenAPI document of the HTTP interface."""
    from huitong.entry import api

    typer.echo(json.dumps(api.document(), ensure_ascii=False, indent=2))


def _account(given: str) -> tuple[str, str]:
    platform, colon, code = given.partition(":")
    if not (platform and colon and code):
        message = f"“{given}” is not of the form PLATFORM:CODE, such as pos:main."
        raise typer.BadParameter(message, param_hint="--account")
    return platform, code


def _make_group(
    platform: "Platform",
    group_id: int,
    *,
    name: str,
    brand: str,
    accounts: list[tuple[str, str]],
    stores: list[str],
    zone: str,
    admin: str,
) -> None:
    """Make the group, its roles, and when it has none yet the first user and the first key."""
    from huitong import org
    from huitong.platform import auth, clock
    from huitong.platform.db import Scope

    now = clock.now()
    with platform.database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(
            tx,
            name=name,
            brand=brand,
            accounts=accounts,
            stores=stores,
            time_zone=zone,
            now=now,
        )
        auth.install_roles(tx, org.STANDARD_ROLES, now=now)
        added = None if auth.list_users(tx) else _add_administrator(tx, admin, now)
        issued = None if auth.keys(tx) else _issue_first_key(tx, now)
    typer.echo(f"Group {group_id} “{name}” with brand “{brand}” is there.")
    if added:
        typer.echo(
            f"Its first administrator signs in as “{added.user.name}” with this password, good for"
            f" one use within 72 hours:\n{added.one_time.password}"
        )
    if issued:
        typer.echo(f"Its first key, shown this once:\n{issued.token}")


def _add_administrator(tx: "Tx", name: str, now: "datetime") -> "Added":
    from huitong.platform import auth

    rights = auth.Rights((auth.GROUP_ADMIN,))
    return auth.add_user(tx, name=name, shown_name=name, rights=rights, by="cli:init", now=now)


def _issue_first_key(tx: "Tx", now: "datetime") -> "IssuedKey":
    from huitong.platform import auth

    return auth.issue(
        tx,
        name="first",
        permissions=sorted(auth.OF_KEYS),
        brand_ids=None,
        expires_at=None,
        now=now,
    )
