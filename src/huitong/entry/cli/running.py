"""`huitong serve`, `api`, `worker` and `demo`: what runs until it is stopped."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing

if TYPE_CHECKING:
    from huitong.channels.connectors.file import Progress
    from huitong.platform.assembly import Platform

PORT = 8787
HOST = "127.0.0.1"
DEMO_KEY = "demo"

Port = Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 takes any free one.")]
Host = Annotated[str, typer.Option(help="The address to listen on.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(serve)
    app.command()(api)
    app.command()(worker)
    app.command()(demo)


def serve(port: Port = PORT, host: Host = HOST) -> None:
    """Run the API and a worker in one process tree, until Ctrl-C."""
    from huitong.entry import serving

    with opening.opened(chatty=True) as platform, serving.worker_beside():
        serving.serve(platform, host=host, port=port)


def api(port: Port = PORT, host: Host = HOST) -> None:
    """Run the API alone."""
    from huitong.entry import serving

    with opening.opened(chatty=True) as platform:
        serving.serve(platform, host=host, port=port)


def worker(
    *,
    threads: Annotated[int, typer.Option(min=1, max=32, help="Jobs at the same time.")] = 2,
    attached: Annotated[
        bool, typer.Option("--attached", hidden=True, help="End when the input does.")
    ] = False,
) -> None:
    """Run a worker alone: jobs, and what has to happen after commits."""
    from huitong.entry.worker import Worker

    with opening.opened(chatty=True) as platform:
        working = Worker(platform)
        working.stop_on_signals()
        if attached:
            working.stop_at_end_of(sys.stdin)
        working.run(threads=threads)


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="End after the figures instead of serving.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--all", help="All households instead of the first few.")
    ] = False,
    port: Port = PORT,
) -> None:
    """Import a year of real baskets, print the figures, and serve the API until Ctrl-C."""
    from huitong.entry import demo as demonstration
    from huitong.entry import serving, wiring
    from huitong.entry.demo.running import GROUP_ID, HOUSEHOLDS_OF_DEMO
    from huitong.entry.demo.users import make_users
    from huitong.entry.migrate import migrate
    from huitong.platform import clock

    settings = opening.load_settings()
    with wiring.address(settings) as url:
        migrate(url)
        with opening.opened() as platform:
            with showing.progress() as begin:
                agrees = demonstration.run(
                    platform,
                    settings.home / "demo",
                    households=None if whole else HOUSEHOLDS_OF_DEMO,
                    say=typer.echo,
                    show=lambda title: _bar(begin(title)),
                    now=clock.now(),
                )
            if not agrees:
                raise typer.Exit(1)
            make_users(platform, group_id=GROUP_ID, say=typer.echo)
            if once:
                return
            typer.echo(
                f"\nThe API listens on http://{HOST}:{port}; try:\n{_request(platform, port)}"
            )
            with serving.worker_beside():
                serving.serve(platform, host=HOST, port=port)


def _bar(tell: "showing.Progress") -> "Callable[[Progress], None]":
    return lambda so_far: tell(so_far.rows_done, so_far.rows)


def _request(platform: "Platform", port: int) -> str:
    """Return a request that a person can paste, with a token that is new for each demo."""
    from datetime import timedelta

    from huitong.entry.demo.running import GROUP_ID
    from huitong.platform import auth, clock
    from huitong.platform.db import Scope

    now = clock.now()
    with platform.database.transaction(Scope(GROUP_ID), now=now) as tx:
        known = {key.name: key.id for key in auth.keys(tx)}
        if DEMO_KEY in known:
            issued = auth.rotate(tx, key_id=known[DEMO_KEY], grace=timedelta(0), now=now)
        else:
            issued = auth.issue(
                tx,
                name=DEMO_KEY,
                permissions=sorted(auth.OF_KEYS),
                brand_ids=None,
                expires_at=None,
                now=now,
            )
    return (
        f'curl -H "Authorization: Bearer {issued.token}"'
        f" http://{HOST}:{port}/v1/brands/grocer/programme"
    )
