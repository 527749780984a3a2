"""`huitong segment`: who belongs together, by definition and version; the other commands joined."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from huitong.entry.cli import history, opening, segment_audience, segment_export, showing
from huitong.entry.cli.segment_options import Brand, Code, InEnglish, language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huitong.platform.conditions import Language
    from huitong.segments.model.definitions import Segment
    from huitong.segments.queries.vocabulary import Speech

commands = typer.Typer(no_args_is_help=True, help="Segments: audiences by condition.")

OnVersion = Annotated[
    int | None,
    typer.Option(min=0, help="Refuse when it is not at this version any more (0: it is new)."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (
        segment_audience.count,
        segment_audience.portrait,
        segment_audience.overlap,
        segment_audience.explain,
        segment_audience.members,
        segment_audience.days,
        segment_export.export,
        segment_export.exports,
    ):
        commands.command()(command)
    commands.command("on")(history.segment_on)
    app.add_typer(commands, name="segment")


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    brand: Brand,
    everything: Annotated[bool, typer.Option("--all", help="Archived ones too.")] = False,
    as_json: showing.AsJson = False,
) -> None:
    """List the segments of a brand."""
    from huitong import org, segments
    from huitong.platform.db import Scope

    with (
        opening.opened() as platform,
        platform.database.reading(Scope(context.obj)) as tx,
    ):
        found = segments.segments_of(tx, brand_id=org.brand(tx, code=brand).id)
    rows = [
        {
            "segment": one.code,
            "名称": one.document.names.zh,
            "name": one.document.names.en,
            "owner": one.document.owner,
            "version": one.version,
            "changed_at": one.changed_at,
            "changed_by": one.changed_by,
            "archived": one.is_archived,
        }
        for one in found.values()
        if everything or not one.is_archived
    ]
    showing.table(rows, as_json=as_json, nothing="The brand has no segment yet.")


@commands.command()
def show(
    context: typer.Context,
    code: Code,
    *,
    brand: Brand,
    english: InEnglish = False,
    as_json: showing.AsJson = False,
) -> None:
    """Show what a segment says, and how it came to say so."""
    from huitong import org, segments
    from huitong.platform.db import Scope

    language = language_of(english=english)
    with (
        opening.opened() as platform,
        platform.database.reading(Scope(context.obj)) as tx,
    ):
        brand_id = org.brand(tx, code=brand).id
        versions = segments.versions_of(tx, brand_id=brand_id, code=code)
        speech = segments.speech_of(tx, brand_id=brand_id)
    told = _told(versions[0], speech, language)
    changes = _changes(versions, speech, language)
    if as_json:
        document = segments.written(versions[0].document)
        showing.facts({**told, "document": document, "changes": changes}, as_json=True)
        return
    showing.facts(told, as_json=False)
    for change in changes:
        typer.echo(f"\nversion {change['version']}, {change['changed_by']}:")
        for line in cast("list[str]", change["changes"]):
            typer.echo(f"  {line}")


@commands.command()
def put(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A segment as YAML or JSON.")
    ],
    *,
    brand: Brand,
    on_version: OnVersion = None,
    as_json: showing.AsJson = False,
) -> None:
    """Keep a segment, new or changed; the same document again changes nothing."""
    import yaml

    from huitong import org, segments
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    try:
        document = segments.read_segment(yaml.safe_load(file.read_text("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        message = f"{file} is no YAML: {wrong}"
        raise typer.BadParameter(message, param_hint="FILE") from None
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        kept = segments.put_segment(
            tx,
            brand_id=org.brand(tx, code=brand).id,
            document=document,
            expected_version=on_version,
            actor=opening.actor(context),
            now=now,
        )
    showing.facts({"segment": kept.code, "version": kept.version}, as_json=as_json)


@commands.command()
def archive(
    context: typer.Context,
    code: Code,
    *,
    brand: Brand,
    on_version: OnVersion = None,
) -> None:
    """Put a segment away: it is kept by day no more; what was kept stays."""
    from huitong import org, segments
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        segments.archive_segment(
            tx,
            brand_id=org.brand(tx, code=brand).id,
            code=code,
            expected_version=on_version,
        )
    typer.echo(f"{code}: archived")


def _told(newest: "Segment", speech: "Speech", language: "Language") -> dict[str, object]:
    """Return what a segment is and says."""
    from huitong.platform.conditions import sentence

    return {
        "segment": newest.code,
        "name": f"{newest.document.names.zh} · {newest.document.names.en}",
        "owner": newest.document.owner,
        "version": newest.version,
        "archived": newest.is_archived,
        "says": sentence(
            newest.document.condition,
            speech.words.vocabulary,
            language=language,
            segments=speech.segments,
        ),
    }


def _changes(
    versions: "Sequence[Segment]", speech: "Speech", language: "Language"
) -> list[dict[str, object]]:
    """Return what each version changed, the latest first."""
    from huitong import segments

    return [
        {
            "version": after.version,
            "changed_at": after.changed_at,
            "changed_by": after.changed_by,
            "changes": segments.differences(
                before.document,
                after.document,
                speech.words.vocabulary,
                segments=speech.segments,
                language=language,
            ),
        }
        for after, before in pairwise(versions)
    ]
