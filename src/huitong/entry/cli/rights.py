"""`huitong rights`: a copy of what is held of a person, leaving, erasing, and proof of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.customers.model import ExitRequest
    from huitong.entry.rights.needles import Document

KEY_BYTES = 8

rights = typer.Typer(no_args_is_help=True, help="What a person can ask: a copy, to leave, to go.")

person = typer.Typer(no_args_is_help=True, help="One person over every brand.")

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="As shown: cus_...")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(rights, name="rights")
    app.add_typer(person, name="person")


@person.callback()
def _person() -> None:
    """Group the commands about one person."""


@person.command("export")
@rights.command("export")
def export(
    context: typer.Context,
    customer: Customer,
    *,
    to: Annotated[Path, typer.Option(help="A folder; two files are written into it.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over the files of an earlier copy.")
    ] = False,
) -> None:
    """Write everything that is held of a person as JSON and as a readable page."""
    from huitong.entry.rights import asking, page
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now, by = clock.now(), opening.actor(context)
    # What cannot be written is refused before the receipt says that it was handed out.
    page.check(to, replace=replace)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        document = asking.export(tx, _read(customer), key=_new_key(), actor=by, now=now)
    data, readable = page.write(document, folder=to, replace=replace)
    typer.echo(f"{data}\n{readable}")
    typer.echo("Both files are full of personal data: hand them over, then delete them.", err=True)


@rights.command("correct")
def correct(
    context: typer.Context,
    customer: Customer,
    *,
    reason: Annotated[str, typer.Option(help="Why the old value was wrong.")],
    name: Annotated[str | None, typer.Option()] = None,
    city: Annotated[str | None, typer.Option()] = None,
    birthday: Annotated[str | None, typer.Option(help="As in 1990-12-31.")] = None,
    as_json: AsJson = False,
) -> None:
    """Correct what is held of a person; the correction leads over every source."""
    from datetime import date

    from huitong.customers.model import Correction
    from huitong.entry.rights import asking, correcting
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now, key, customer_id = clock.now(), _new_key(), _read(customer)
    by = opening.actor(context)
    try:
        birthday_on = None if birthday is None else date.fromisoformat(birthday)
    except ValueError:
        message = f"“{birthday}” is no day: write it as in 1990-12-31."
        raise typer.BadParameter(message) from None
    correction = Correction(
        customer_id, by, reason, name=name, city=city, birthday_on=birthday_on, key=key
    )
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        person_id = asking.person_of(tx, customer_id=customer_id)
        receipt = correcting.correct(tx, correction, person_id=person_id, key=key, now=now)
    told = {"corrected_at": receipt.recorded_at, "by": receipt.actor, **receipt.detail}
    showing.facts(told, as_json=as_json)


@rights.command("exit")
def leave(
    context: typer.Context,
    customer: Customer,
    *,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take the wish back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a member leave when the cooling-off of their brand is over."""
    from huitong import customers
    from huitong.customers.model import ExitCancellation, ExitWish
    from huitong.entry.rights import asking, leaving
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now, customer_id = clock.now(), _read(customer)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        if cancel:
            wanted = ExitCancellation(customer_id, _new_key())
            (result,) = customers.cancel_exits(tx, [wanted], now=now)
        else:
            wish = ExitWish(customer_id, _new_key(), opening.actor(context))
            (result,) = leaving.request_exits(tx, [wish], now=now)
        told = _exit(asking.taken(result))
    showing.facts(told, as_json=as_json)


@rights.command("exit-policy")
def exit_policy(
    context: typer.Context,
    brand: Annotated[str, typer.Argument(help="The brand's code.")],
    *,
    days: Annotated[
        int | None, typer.Option(min=0, max=365, help="How long a wish can be taken back.")
    ] = None,
    points: Annotated[
        str | None, typer.Option(help="What becomes of points: forfeit or keep.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how members of a brand leave, or decide it anew; open wishes keep their terms."""
    from huitong import customers, org
    from huitong.customers.model import PointsAtExit
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    if points not in {None, *PointsAtExit}:
        message = f"“{points}” is not known: write forfeit or keep."
        raise typer.BadParameter(message)
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        brand_id = org.brand(tx, code=brand).id
        policy = customers.exit_policies(tx, brand_ids=[brand_id])[brand_id]
        if days is not None or points is not None:
            policy = customers.put_exit_policy(
                tx,
                brand_id=brand_id,
                cooling_off_days=policy.cooling_off_days if days is None else days,
                points=policy.points if points is None else PointsAtExit(points),
                actor=opening.actor(context),
                now=now,
            )
    told = {
        "version": policy.version,
        "cooling_off_days": policy.cooling_off_days,
        "points": str(policy.points),
    }
    showing.facts(told, as_json=as_json)


@rights.command("erase")
def erase(
    context: typer.Context,
    customer: Customer,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget the person behind a customer in every brand, for good, and print the receipt."""
    from huitong.entry.rights import asking
    from huitong.platform import clock
    from huitong.platform.db import Scope

    if not yes:
        typer.confirm(f"Forget the person behind {customer} in every brand, for good?", abort=True)
    with opening.opened() as platform:
        receipt = asking.erase(
            platform.database,
            Scope(context.obj),
            _read(customer),
            home=platform.settings.home,
            key=_new_key(),
            actor=opening.actor(context),
            now=clock.now(),
        )
    told = {"erased_at": receipt.recorded_at, "by": receipt.actor, **receipt.detail}
    showing.facts(told, as_json=as_json)


@rights.command("scan")
def scan(
    context: typer.Context,
    document: Annotated[
        Path, typer.Argument(help="The JSON of “rights export”, made before the erasure.")
    ],
    *,
    also: Annotated[
        list[str] | None, typer.Option(help="A further value to look for; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look in every column and every file of ours for what identifies a person."""
    from huitong.entry.rights import needles, scanning
    from huitong.platform import crypto
    from huitong.platform.db import Scope

    exported: Document = needles.read(document)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        scanned = scanning.scan(
            tx,
            home=platform.settings.home,
            texts=needles.needles_of([*needles.values_of(exported), *(also or ())]),
            indexes=needles.indexes_of(
                exported, keyring=crypto.keyring(), group_id=tx.scope.group_id
            ),
        )
    found = [{"place": one.place, "gives_away": one.of} for one in scanned.findings]
    nothing = (
        f"Nothing in {scanned.rows} rows of {scanned.tables} tables and {scanned.files} files."
    )
    showing.table(found, as_json=as_json, nothing=nothing)
    if found:
        raise typer.Exit(1)


@rights.command("replay")
def replay(*, as_json: AsJson = False) -> None:
    """Make a restored database forget again whoever was erased since its backup."""
    from huitong.entry.rights import replaying
    from huitong.platform import clock, ids

    with opening.opened() as platform:
        home = platform.settings.home
        done = replaying.replay(platform.database, home=home, now=clock.now())
    told = {
        "erasures_in_the_journal": done.lines,
        "cut_off_lines": done.torn,
        "persons_erased": done.erased,
        "persons_not_in_this_database": done.absent,
        "to_be_split_by_hand": [ids.show("per", one) for one in done.unresolved],
    }
    showing.facts(told, as_json=as_json)
    if done.unresolved:
        raise typer.Exit(1)


def _read(customer: str) -> int:
    from huitong.customers.model import CUSTOMER_PREFIX

    return opening.id_of(CUSTOMER_PREFIX, customer)


def _new_key() -> str:
    """Return a key for one run of a command: a second run is a second request."""
    import secrets

    return f"cli-{secrets.token_hex(KEY_BYTES)}"


def _exit(one: "ExitRequest") -> dict[str, object]:
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.platform import ids

    return {
        "customer": ids.show(CUSTOMER_PREFIX, one.customer_id),
        "state": str(one.state),
        "points": str(one.points),
        "asked": one.requested_at,
        "due": one.due_at,
        "ended": one.ended_at,
    }
