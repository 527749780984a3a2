"""`huitong keys`: issue, list, rotate and revoke the keys of programs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.platform.audit import Act
    from huitong.platform.auth import IssuedKey, MachineKey, Permission
    from huitong.platform.db import Tx

GRACE_HOURS = 24
DAYS_MAX = 3_650

keys = typer.Typer(no_args_is_help=True, help="Keys for programs that call the API.")

Id = Annotated[str, typer.Argument(metavar="KEY", help="As “keys list” shows it: key_...")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(keys, name="keys")


@keys.command("issue")
def issue(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Which program will hold it, such as “till-7”.")],
    *,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="A permission; may be repeated. Without one: every permission."),
    ] = None,
    brand: Annotated[
        list[str] | None,
        typer.Option(help="The code of a brand; may be repeated. Without one: every brand."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=DAYS_MAX, help="How long it is good for.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show its token, this once."""
    from huitong import org
    from huitong.platform import auth, clock
    from huitong.platform.audit import Act
    from huitong.platform.db import Scope

    now = clock.now()
    permissions = _permissions(allow)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        issued = auth.issue(
            tx,
            name=name,
            permissions=permissions,
            brand_ids=[org.brand(tx, code=code).id for code in brand] if brand else None,
            expires_at=now + timedelta(days=days) if days else None,
            now=now,
        )
        _record(tx, context, Act.KEY_ISSUE, issued.key.id, now=now)
    _show_token(issued, as_json=as_json)


@keys.command("list")
def list_keys(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the keys of the group, newest first."""
    from huitong.platform import auth
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = auth.keys(tx)
    rows = [_shown(key) for key in found]
    showing.table(rows, as_json=as_json, nothing="No keys yet: “huitong keys issue NAME”.")


@keys.command("rotate")
def rotate(
    context: typer.Context,
    key: Id,
    *,
    grace_hours: Annotated[
        int, typer.Option(min=0, help="How long the old token goes on working.")
    ] = GRACE_HOURS,
    as_json: AsJson = False,
) -> None:
    """Make the successor of a key and show its token, this once."""
    from huitong.platform import auth, clock
    from huitong.platform.audit import Act
    from huitong.platform.db import Scope

    now = clock.now()
    key_id = opening.id_of(auth.KEY_PREFIX, key)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        issued = auth.rotate(tx, key_id=key_id, grace=timedelta(hours=grace_hours), now=now)
        _record(tx, context, Act.KEY_ROTATE, key_id, now=now)
    _show_token(issued, as_json=as_json)


@keys.command("revoke")
def revoke(context: typer.Context, key: Id) -> None:
    """End a key at once."""
    from huitong.platform import auth, clock
    from huitong.platform.audit import Act
    from huitong.platform.db import Scope

    now = clock.now()
    key_id = opening.id_of(auth.KEY_PREFIX, key)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        auth.revoke(tx, key_id=key_id, now=now)
        _record(tx, context, Act.KEY_REVOKE, key_id, now=now)
    typer.echo(f"{key} does not open anything any more.")


def _record(tx: "Tx", context: typer.Context, act: "Act", key_id: int, *, now: datetime) -> None:
    from huitong.platform import audit, auth, ids

    subject = ids.show(auth.KEY_PREFIX, key_id)
    audit.record(tx, by=opening.actor(context), act=act, subject=subject, now=now)


def _permissions(allow: list[str] | None) -> "list[Permission]":
    from huitong.platform.auth import OF_KEYS, Permission

    known = [str(permission) for permission in Permission if permission in OF_KEYS]
    for wanted in allow or ():
        if wanted not in known:
            message = f"“{wanted}” is no permission: choose from {', '.join(known)}."
            raise typer.BadParameter(message)
    return [Permission(wanted) for wanted in allow or known]


def _shown(key: "MachineKey") -> Mapping[str, object]:
    from huitong.platform import auth, ids

    return {
        "id": ids.show(auth.KEY_PREFIX, key.id),
        "name": key.name,
        "permissions": [str(permission) for permission in key.permissions],
        "brands": "all" if key.brand_ids is None else len(key.brand_ids),
        "issued": key.recorded_at,
        "expires": key.expires_at,
        "revoked": key.revoked_at,
    }


def _show_token(issued: "IssuedKey", *, as_json: bool) -> None:
    showing.facts({**_shown(issued.key), "token": issued.token}, as_json=as_json)
    typer.echo("Keep the token now: it cannot be shown again.", err=True)
