"""`huitong users`: who signs in at the console, with which roles and where."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.platform.auth import OneTime, Rights, User
    from huitong.platform.db import ReadTx

users = typer.Typer(no_args_is_help=True, help="People who sign in at the console.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The sign-in name.")]
Brands = Annotated[
    list[str] | None,
    typer.Option("--brand", help="The code of a brand; repeatable. Without one: every brand."),
]
Stores = Annotated[
    list[str] | None,
    typer.Option("--store", help="The code of a store; repeatable. Without one: every store."),
]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="A role as “users roles” lists it; repeatable."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(users, name="users")


@users.command("add")
def add(
    context: typer.Context,
    name: Name,
    *,
    shown: Annotated[str | None, typer.Option(help="What people call them.")] = None,
    role: Roles = None,
    brand: Brands = None,
    store: Stores = None,
    as_json: AsJson = False,
) -> None:
    """Add a user and print a password that is good for one use."""
    from huitong.entry.console import people
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    people.hold_name(name)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        added = people.add(
            tx,
            name=name,
            shown_name=shown or name,
            rights=_rights(tx, role, brand, store),
            by=opening.actor(context),
            now=now,
        )
        found = _shown(added.user)
    _show_password(found, added.one_time, as_json=as_json)


@users.command("list")
def list_users(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the users of the group, oldest first."""
    from huitong.platform import auth
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        rows = [_shown(user) for user in auth.list_users(tx)]
    showing.table(rows, as_json=as_json, nothing="No users yet: “huitong users add NAME”.")


@users.command("roles")
def list_roles(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the roles of the group, what they may do, and how many hold them."""
    from huitong.platform import auth
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = auth.list_roles(tx)
    rows = [
        {
            "code": role.code,
            "name": role.chinese,
            "english": role.english,
            "holders": role.holders,
            "permissions": [str(permission) for permission in role.permissions],
        }
        for role in found
    ]
    showing.table(rows, as_json=as_json, nothing="No roles yet: “huitong init” installs them.")


@users.command("grant")
def grant(
    context: typer.Context,
    name: Name,
    *,
    role: Roles = None,
    brand: Brands = None,
    store: Stores = None,
    as_json: AsJson = False,
) -> None:
    """Give a user exactly these roles, in exactly these brands and stores."""
    from huitong.entry.console import people
    from huitong.platform import auth, clock
    from huitong.platform.db import Scope

    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        user = auth.user_named(tx, name=name)
        changed = people.change_rights(
            tx,
            user_id=user.id,
            rights=_rights(tx, role, brand, store),
            expected_version=user.version,
            by=opening.actor(context),
            now=now,
        )
    showing.facts(_shown(changed), as_json=as_json)


@users.command("reset")
def reset(
    context: typer.Context,
    name: Name,
    *,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Take the second factor away, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a new password that is good for one use, and end every session of the user."""
    from huitong.entry.console import people
    from huitong.platform import auth, clock
    from huitong.platform.db import Scope

    now = clock.now()
    with opening.opened() as platform:
        with platform.database.transaction(Scope(context.obj), now=now) as tx:
            user = auth.user_named(tx, name=name)
            one_time = people.reset(
                tx,
                user_id=user.id,
                second_factor=second_factor,
                by=opening.actor(context),
                now=now,
            )
        auth.forget_tries(platform.database, names=[user.name], now=now)
    _show_password(_shown(user), one_time, as_json=as_json)


@users.command("lock")
def lock(context: typer.Context, name: Name) -> None:
    """Keep a user out from now on."""
    from huitong.entry.console import people
    from huitong.platform import auth, clock
    from huitong.platform.db import Scope

    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        user = auth.user_named(tx, name=name)
        people.lock(tx, user_id=user.id, by=opening.actor(context), now=now)
    typer.echo(f"{user.name} is locked and every session of theirs has ended.")


@users.command("unlock")
def unlock(context: typer.Context, name: Name) -> None:
    """Let a user in again, and forget the tries in vain that make them wait."""
    from huitong.entry.console import people
    from huitong.platform import auth, clock
    from huitong.platform.db import Scope

    now = clock.now()
    with opening.opened() as platform:
        with platform.database.transaction(Scope(context.obj), now=now) as tx:
            user = auth.user_named(tx, name=name)
            people.unlock(tx, user_id=user.id, by=opening.actor(context), now=now)
        auth.forget_tries(platform.database, names=[user.name], now=now)
    typer.echo(f"{user.name} may sign in again.")


@users.command("guide")
def guide(
    context: typer.Context,
    staff: Annotated[str, typer.Argument(help="The code of the staff.")],
    *,
    phone: Annotated[
        str | None, typer.Option(help="The telephone they sign in with; without one: none.")
    ] = None,
) -> None:
    """Let staff sign in at the guide workbench with a telephone, or no more."""
    from huitong import org
    from huitong.entry.doors import phones
    from huitong.platform import auth, clock
    from huitong.platform.db import Scope

    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        found = org.find_staff(tx, codes=[staff])
        if staff not in found:
            message = f"The group has no staff “{staff}”."
            raise typer.BadParameter(message, param_hint="STAFF")
        number = None if phone is None else phones.of_guide(phone)
        auth.put_guide_phone(tx, staff_id=found[staff], phone=number, now=now)
    typer.echo(f"{staff} signs in with {'no telephone' if phone is None else 'that telephone'}.")


def _rights(
    tx: "ReadTx", roles: list[str] | None, brands: list[str] | None, stores: list[str] | None
) -> "Rights":
    from huitong import org
    from huitong.platform.auth import Reach, Rights

    found = org.find_stores(tx, codes=stores or [])
    for code in stores or ():
        if code not in found:
            message = f"The group has no store “{code}”."
            raise typer.BadParameter(message, param_hint="--store")
    return Rights(
        tuple(roles or ()),
        tuple(org.brand(tx, code=code).id for code in brands) if brands else None,
        Reach(store_ids=frozenset(found.values())),
    )


def _shown(user: "User") -> Mapping[str, object]:
    from huitong.platform import auth, ids

    rights = user.rights
    return {
        "name": user.name,
        "shown": user.shown_name,
        "id": ids.show(auth.USER_PREFIX, user.id),
        "roles": _codes(rights.role_codes),
        "brands": "all" if rights.brand_ids is None else len(rights.brand_ids),
        "narrowed": rights.reach.narrows(),
        "second_factor": user.has_second_factor,
        "locked": user.locked_at,
        "signed_in": user.signed_in_at,
    }


def _codes(codes: Sequence[str]) -> list[str]:
    return list(codes)


def _show_password(found: Mapping[str, object], one_time: "OneTime", *, as_json: bool) -> None:
    told = {**found, "password": one_time.password, "good_until": one_time.until}
    showing.facts(told, as_json=as_json)
    typer.echo("Tell the password now: it is shown this once and good for one use.", err=True)
