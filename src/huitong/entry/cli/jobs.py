"""`huitong jobs`: what runs by itself or was asked for, how far it is, and its retry."""

from typing import Annotated

import typer

from huitong.entry.cli import opening, showing

commands = typer.Typer(help="What runs in the background, and what comes back by itself.")

JobText = Annotated[
    str, typer.Argument(metavar="JOB", help="The job, as “huitong jobs list” says.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(commands, name="jobs")


@commands.command("list")
def list_jobs(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, the newest first.")] = 20,
    as_json: showing.AsJson = False,
) -> None:
    """List the group's newest jobs with how far they are."""
    from huitong.platform import ids, jobs
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        found = jobs.newest(tx, before=(1 << ids.ID_BITS) - 1, limit=limit)
    rows = [
        {
            "job": ids.show(jobs.JOB_PREFIX, one.id),
            "kind": one.kind,
            "state": one.state.value,
            "steps": one.done_steps
            if one.all_steps is None
            else f"{one.done_steps}/{one.all_steps}",
            "asked_at": one.recorded_at,
            "told": one.error or one.result or "",
        }
        for one in found
    ]
    showing.table(rows, as_json=as_json, nothing="No job was ever asked for in this group.")


@commands.command()
def recurring(*, as_json: showing.AsJson = False) -> None:
    """List what every group gets by itself, and how often."""
    with opening.opened() as platform:
        rows = [
            {"kind": kind, "every_hours": one.every.total_seconds() / 3_600, **one.arguments}
            for kind, one in platform.recurring.items()
        ]
    for row in rows:
        names = [name for name in row if name not in {"kind", "every_hours"}]
        row["arguments"] = ", ".join(f"{name} {row.pop(name)}" for name in names)
    showing.table(rows, as_json=as_json, nothing="Nothing recurs.")


@commands.command()
def retry(context: typer.Context, job: JobText) -> None:
    """Let a failed or cancelled job go on from its last step."""
    _ask_again(context, job, cancelled=False)


@commands.command()
def cancel(context: typer.Context, job: JobText) -> None:
    """Cancel a job: a waiting one at once, a running one at its next step."""
    _ask_again(context, job, cancelled=True)


def _ask_again(context: typer.Context, job: str, *, cancelled: bool) -> None:
    from huitong.platform import clock, jobs
    from huitong.platform.db import Scope

    change = jobs.cancel if cancelled else jobs.retry
    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        job_id = opening.id_of(jobs.JOB_PREFIX, job)
        changed = change(tx, job_id=job_id, actor=opening.actor(context), now=now)
    typer.echo(f"{job}: {changed.state.value}")
