"""`huitong` on the command line; nothing heavy is imported before a command runs."""

import sys
from typing import Annotated

import typer

from huitong.entry.cli import (
    adjusting,
    audit,
    customers,
    identity,
    identity_graph,
    inbox,
    jobs,
    keys,
    lake,
    mappings,
    metrics,
    migrating,
    models,
    opening,
    organisation,
    people,
    records,
    refreshing,
    rfm,
    rights,
    running,
    segment,
    setup,
    showing,
    tags,
    users,
    value,
)
from huitong.platform.errors import DomainError

app = typer.Typer(
    name="huitong",
    help="Huitong (会通): an omnichannel member operations platform for retail.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
for commands in (
    setup,
    running,
    records,
    inbox,
    mappings,
    people,
    identity,
    identity_graph,
    customers,
    rights,
    value,
    adjusting,
    migrating,
    organisation,
    users,
    keys,
    jobs,
    audit,
    refreshing,
    lake,
    metrics,
    rfm,
    models,
    tags,
    segment,
):
    commands.add_to(app)


@app.callback()
def choose(
    context: typer.Context,
    group: Annotated[
        int, typer.Option(envvar="HUITONG_GROUP", min=1, help="The group whose data are meant.")
    ] = 1,
    named: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="NAME",
            envvar="HUITONG_AS",
            help="Who acts, for the journals; the user of this machine unless said.",
        ),
    ] = None,
) -> None:
    """Huitong (会通): an omnichannel member operations platform for retail."""
    context.obj = group
    opening.check_name(named)
    opening.begin(context)


def main() -> None:
    """Run the command line: 0 done, 1 refused or failed, 2 wrongly called."""
    try:
        app()
    except DomainError as refusal:
        showing.complain(str(refusal), code=refusal.code)
        sys.exit(1)
    except OSError as trouble:
        showing.complain(f"{trouble.strerror or trouble}: {trouble.filename or 'input or output'}.")
        sys.exit(1)
    except Exception as trouble:
        # What never imported psycopg cannot have met one of its errors.
        psycopg = sys.modules.get("psycopg")
        if psycopg is None or not isinstance(trouble, psycopg.OperationalError):
            raise
        reason = (str(trouble).strip() or "it does not answer").splitlines()[-1]
        showing.complain(f"the database failed ({reason}): “huitong doctor” tells what to do.")
        sys.exit(1)
