"""`huitong inbox fix|retry`: refused records are put right or tried again, and each is told of."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.records import choose_mapping
from huitong.entry.cli.refused import (
    LIST_MAX,
    RECORD_PREFIX,
    Choice,
    Everything,
    ForCode,
    Named,
    OfDelivery,
    OfKind,
)
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from huitong.channels.model import Fix, RefusedSource, Taken
    from huitong.platform.assembly import Platform
    from huitong.platform.errors import Result

    Correction = Callable[[dict[int, RefusedSource]], dict[int, Result[Fix]]]
    Answered = list[tuple[int, Result[Taken]]]

WithMapping: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE", help="Read what could not be converted once more, by this mapping."
    ),
]
Changes: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A field and what it should say, such as lines.2.sku=A1; repeatable. An empty"
        " value takes the field away.",
    ),
]
Whole: TypeAlias = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="The whole record as JSON, for one ID."),
]


def add_to(inbox: typer.Typer) -> None:
    """Add these commands to those of the inbox."""
    inbox.command("retry")(retry)
    inbox.command("fix")(fix)


def retry(
    context: typer.Context,
    records: Named = None,
    *,
    everything: Everything = False,
    delivery: OfDelivery = None,
    kind: OfKind = None,
    code: ForCode = None,
    mapping: WithMapping = None,
    as_json: AsJson = False,
) -> None:
    """Try refused records once more, from the texts that were kept; 1 when some stay refused."""
    choice = Choice(records, everything, delivery, kind, code)
    with opening.opened() as platform:
        wanted = choice.ids(platform, context.obj)
        chosen = choose_mapping(platform, context.obj, mapping)
        if chosen is None:
            pages = _retried(platform, context.obj, wanted)
        else:
            from huitong.channels.connectors.file import refixed

            pages = _fixed(
                platform,
                context.obj,
                wanted,
                correct=partial(refixed, mapping=chosen),
                actor=opening.actor(context),
                reason=f"read once more by the mapping {chosen.name}",
            )
        _tell(pages, len(wanted), as_json=as_json)


def fix(
    context: typer.Context,
    records: Named = None,
    *,
    changes: Changes = None,
    record: Whole = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the fix.")],
    everything: Everything = False,
    delivery: OfDelivery = None,
    kind: OfKind = None,
    code: ForCode = None,
    as_json: AsJson = False,
) -> None:
    """Put refused records right and take them in; what came is kept. 1 when some stay refused."""
    if (record is None) is (not changes) or (record is not None and len(records or ()) != 1):
        message = "Say what to --set, or give one record as a whole with --record."
        raise typer.BadParameter(message)
    correct = _correction(changes or (), None if record is None else record.read_bytes())
    choice = Choice(records, everything, delivery, kind, code)
    with opening.opened() as platform:
        wanted = choice.ids(platform, context.obj)
        pages = _fixed(
            platform,
            context.obj,
            wanted,
            correct=correct,
            actor=opening.actor(context),
            reason=reason,
        )
        _tell(pages, len(wanted), as_json=as_json)


def _correction(given: Sequence[str], whole: bytes | None) -> "Correction":
    """Return what makes a fix of each record: fields to set in it, or its whole text."""
    changes = dict(map(_change, given))

    def correct(sources: "dict[int, RefusedSource]") -> "dict[int, Result[Fix]]":
        from huitong import channels
        from huitong.channels.model import Fix
        from huitong.platform.errors import Ok

        if whole is None:
            return channels.corrected(sources, changes)
        return {one: Ok(Fix(one, whole, ("record",))) for one in sources}

    return correct


def _change(given: str) -> tuple[str, str]:
    field, equals, value = given.partition("=")
    if not (field and equals):
        message = f"“{given}” is not of the form FIELD=VALUE, such as status=completed."
        raise typer.BadParameter(message, param_hint="--set")
    return field, value


def _retried(
    platform: "Platform", group_id: int, record_ids: Sequence[int]
) -> "Iterator[Answered]":
    """Try records once more page by page, and yield what became of each."""
    from huitong import channels
    from huitong.platform import clock
    from huitong.platform.db import Scope

    for page in _pages(record_ids):
        now = clock.now()
        work = partial(channels.retry, record_ids=page, appliers=platform.appliers, now=now)
        answers = platform.database.do(Scope(group_id), work, now=now)
        yield list(zip(page, answers, strict=True))


def _fixed(
    platform: "Platform",
    group_id: int,
    record_ids: Sequence[int],
    *,
    correct: "Correction",
    actor: str,
    reason: str,
) -> "Iterator[Answered]":
    """Fix records page by page, and yield what became of each; a misfit stops no other."""
    from huitong import channels
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.platform.errors import Ok

    scope = Scope(group_id)
    for page in _pages(record_ids):
        with platform.database.reading(scope) as tx:
            made = correct(channels.refused_sources(tx, page))
        fixes = [one.value for one in made.values() if isinstance(one, Ok)]
        now = clock.now()
        work = partial(
            channels.fix,
            fixes=fixes,
            actor=actor,
            reason=reason,
            appliers=platform.appliers,
            now=now,
        )
        answers = platform.database.do(scope, work, now=now)
        taken = dict(zip([one.record_id for one in fixes], answers, strict=True))
        yield list(zip(page, channels.answers_to(page, made, taken), strict=True))


def _pages(record_ids: Sequence[int]) -> Iterator[list[int]]:
    for first in range(0, len(record_ids), LIST_MAX):
        yield list(record_ids[first : first + LIST_MAX])


def _tell(pages: "Iterator[Answered]", count: int, *, as_json: bool) -> None:
    """Do the work page by page and tell of each record; what is done is told whatever comes."""
    rows: list[dict[str, str | None]] = []
    try:
        with showing.progress() as begin:
            tell = begin("Refused records")
            for page in pages:
                rows += [_row(record_id, result) for record_id, result in page]
                tell(len(rows), count)
    finally:
        _show(rows, as_json=as_json)
    refused = sum(row["state"] == "refused" for row in rows)
    if refused:
        showing.complain(f"{refused} of {count} stay refused, each for the reason that is told.")
        raise typer.Exit(1)


def _row(record_id: int, result: "Result[Taken]") -> dict[str, str | None]:
    from huitong.platform import ids
    from huitong.platform.errors import Ok

    told: dict[str, str | None] = {"id": ids.show(RECORD_PREFIX, record_id)}
    if isinstance(result, Ok):
        return {**told, "state": str(result.value.state), "code": None, "reason": None}
    return {**told, "state": "refused", "code": result.code, "reason": result.reason}


def _show(rows: Sequence[dict[str, str | None]], *, as_json: bool) -> None:
    from collections import Counter

    summary = dict(Counter(str(row["state"]) for row in rows).most_common())
    if as_json:
        showing.facts({"records": list(rows), "summary": summary}, as_json=True)
        return
    for row in rows:
        why = f"  {row['reason']} [{row['code']}]" if row["code"] else ""
        typer.echo(f"{row['id']}  {row['state']}{why}")
    showing.facts(summary, as_json=False)
