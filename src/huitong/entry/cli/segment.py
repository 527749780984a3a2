"""`huitong segment`: who belongs together, how many they are, what they are like, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from huitong.entry.cli import opening, showing

if TYPE_CHECKING:
    from huitong.platform.conditions import Language
    from huitong.platform.db import ReadTx
    from huitong.segments.model.audiences import AsOfTold
    from huitong.segments.queries.audiences import Audiences

LIST_MAX = 10_000

commands = typer.Typer(no_args_is_help=True, help="Segments: audiences by condition.")

Brand = Annotated[str, typer.Option(metavar="CODE", help="The code of the brand.")]
Code = Annotated[str, typer.Argument(metavar="SEGMENT", help="The code of the segment.")]
Codes = Annotated[list[str], typer.Argument(metavar="SEGMENT...", help="Codes of segments.")]
InEnglish = Annotated[bool, typer.Option("--english", help="Tell it in English.")]
OnVersion = Annotated[
    int | None,
    typer.Option(min=0, help="Refuse when it is not at this version any more (0: it is new)."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
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
    from huitong.platform.conditions import sentence
    from huitong.platform.db import Scope

    language = _language(english=english)
    with (
        opening.opened() as platform,
        platform.database.reading(Scope(context.obj)) as tx,
    ):
        brand_id = org.brand(tx, code=brand).id
        versions = segments.versions_of(tx, brand_id=brand_id, code=code)
        speech = segments.speech_of(tx, brand_id=brand_id)
    newest, *former = versions
    told = {
        "segment": code,
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
    changes: list[dict[str, object]] = [
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
        for after, before in zip(versions, former, strict=False)
    ]
    if as_json:
        document = segments.written(newest.document)
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


@commands.command()
def count(
    context: typer.Context,
    codes: Codes,
    *,
    brand: Brand,
    english: InEnglish = False,
    as_json: showing.AsJson = False,
) -> None:
    """Count who is in segments now, and say as of when that is."""
    rows: list[dict[str, object]] = []
    with _opened(context, brand) as (audiences, _):
        for code in codes:
            found = audiences.find(audiences.condition_of(code))
            as_of = _as_of(audiences, found.as_of, english=english)
            rows.append({"segment": code, "customers": found.size, **as_of})
    if not as_json:
        for row in rows:
            computed = cast("list[dict[str, object]]", row["computed"])
            row["computed"] = [f"{one['says']} ({one['by']})" for one in computed]
    showing.table(rows, as_json=as_json, nothing="Name a segment.")


@commands.command()
def portrait(
    context: typer.Context,
    code: Code,
    *,
    brand: Brand,
    english: InEnglish = False,
    as_json: showing.AsJson = False,
) -> None:
    """Describe a segment by all tags, beside everyone: an index of 100 is as everyone."""
    with _opened(context, brand) as (audiences, _):
        audience = audiences.find(audiences.condition_of(code))
        found = audiences.portrait(audience)
    rows: list[dict[str, object]] = []
    for field in found.fields:
        names = field.field.names
        tag = names.en if english else names.zh
        rows += [
            {
                "tag": tag,
                "value": value.en if english else value.zh,
                "customers": value.inside,
                "share": _per_cent(value.share_basis_points),
                "of_everyone": _per_cent(value.base_share_basis_points),
                "index": value.index,
            }
            for value in field.values
            if value.inside or as_json
        ]
        if field.number is not None and field.number.known:
            rows.append(
                {
                    "tag": tag,
                    "value": f"{field.number.lowest} … {field.number.highest}",
                    "customers": field.number.known,
                    "share": _per_cent(field.number.known * 10_000 // max(found.size, 1)),
                    "of_everyone": None,
                    "index": None,
                }
            )
    nothing = "Nobody in the segment has a tag, or the brand has none."
    showing.table(rows, as_json=as_json, nothing=nothing)


@commands.command()
def overlap(
    context: typer.Context, codes: Codes, *, brand: Brand, as_json: showing.AsJson = False
) -> None:
    """Tell how many customers each two segments have in common."""
    with _opened(context, brand) as (audiences, _):
        found = [audiences.find(audiences.condition_of(code)) for code in codes]
        counted = audiences.overlap(found)
    rows = [
        {"segment": code, **dict(zip(codes, row, strict=True))}
        for code, row in zip(codes, counted, strict=True)
    ]
    showing.table(rows, as_json=as_json, nothing="Name segments.")


@commands.command()
def explain(
    context: typer.Context,
    code: Code,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Such as cus_000….")],
    *,
    brand: Brand,
    english: InEnglish = False,
    as_json: showing.AsJson = False,
) -> None:
    """Tell why one customer is in a segment or not: each clause, what was found, which lines."""
    from huitong import segments
    from huitong.customers.model import CUSTOMER_PREFIX

    customer_id = opening.id_of(CUSTOMER_PREFIX, customer)
    with _opened(context, brand) as (audiences, _):
        found = audiences.explain(audiences.condition_of(code), customer_id)
        told = segments.explained_document(
            found.explained, audiences.reading, language=_language(english=english)
        )
    if as_json:
        answer = {
            "customer": customer,
            "is_member": found.is_member,
            "is_alive": found.is_alive,
            "lake_as_of": found.lake_as_of,
            "clauses": told,
        }
        showing.facts(answer, as_json=True)
        return
    typer.echo(f"{customer}: {'in' if found.is_member else 'not in'} {code}")
    if not found.is_alive:
        typer.echo("Merged into another customer or erased: in no segment any more.")
    for line in _clauses(told, 0):
        typer.echo(line)


@commands.command()
def members(
    context: typer.Context,
    code: Code,
    *,
    brand: Brand,
    limit: Annotated[int, typer.Option(min=1, max=LIST_MAX, help="How many.")] = 50,
    after: Annotated[
        int, typer.Option(min=-1, help="Go on after this place; the last line says which.")
    ] = -1,
    sample: Annotated[
        bool, typer.Option("--sample", help="A sample over the whole segment instead.")
    ] = False,
    as_json: showing.AsJson = False,
) -> None:
    """List customers of a segment, masked."""
    from huitong import customers
    from huitong.customers.model import CUSTOMER_PREFIX
    from huitong.platform import ids

    with _opened(context, brand) as (audiences, tx):
        audience = audiences.find(audiences.condition_of(code))
        if sample:
            drawn = audiences.sample(audience, size=limit)
            page: list[tuple[int | None, int]] = [(None, one) for one in drawn]
        else:
            page = list(audiences.page(audience, after=after, limit=limit))
        shown = {one.id: one for one in customers.show(tx, customer_ids=[one for _, one in page])}
    rows = [
        {
            "place": place,
            "customer": ids.show(CUSTOMER_PREFIX, customer_id),
            "status": shown[customer_id].status.value,
            "name": shown[customer_id].name,
            "city": shown[customer_id].city,
            "enrolled_at": shown[customer_id].enrolled_at,
        }
        for place, customer_id in page
        if customer_id in shown
    ]
    showing.table(rows, as_json=as_json, nothing="Nobody is in the segment now.")


@commands.command()
def days(
    context: typer.Context,
    code: Code,
    *,
    brand: Brand,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many days.")] = 30,
    as_json: showing.AsJson = False,
) -> None:
    """Tell how large a segment was day by day, and how many came and went, the latest first."""
    from huitong import org, segments
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        brand_id = org.brand(tx, code=brand).id
        segments.segment_of(tx, brand_id=brand_id, code=code)
        kept = segments.snapshots(tx, brand_id=brand_id, segment=code, limit=limit + 1)
        rows: list[dict[str, object]] = []
        for place, day in enumerate(kept[:limit]):
            row = {"day": day.taken_on, "customers": day.size, "entered": None, "left": None}
            if place + 1 < len(kept):
                moved = segments.movement(
                    tx,
                    brand_id=brand_id,
                    segment=code,
                    earlier_on=kept[place + 1].taken_on,
                    later_on=day.taken_on,
                )
                row |= {"entered": moved.entered.size, "left": moved.left.size}
            rows.append(row)
    nothing = "No day of the segment is kept yet: a worker keeps one after each midnight."
    showing.table(rows, as_json=as_json, nothing=nothing)


@commands.command()
def export(
    context: typer.Context,
    code: Code,
    into: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file to write.")],
    *,
    brand: Brand,
    purpose: Annotated[
        str, typer.Option(help="What for: marketing, service, profiling or sharing.")
    ],
    key: Annotated[
        str | None, typer.Option(help="A key of your own: a repeat under it is the same export.")
    ] = None,
    as_json: showing.AsJson = False,
) -> None:
    """Write the customers of a segment who agreed to the purpose into a file, masked."""
    from huitong import org, segments
    from huitong.customers.model import Purpose
    from huitong.platform import clock
    from huitong.platform.db import Scope
    from huitong.segments.jobs import Export

    if purpose not in set(Purpose):
        message = f"“{purpose}” is no purpose: choose one of {', '.join(Purpose)}."
        raise typer.BadParameter(message, param_hint="--purpose")
    now, scope = clock.now(), Scope(context.obj)
    with opening.opened() as platform, showing.progress() as begin:
        with platform.database.transaction(scope, now=now) as tx:
            found = org.brand(tx, code=brand)
            asked = segments.ask_export(
                tx,
                brand_id=found.id,
                segment=code,
                purpose=Purpose(purpose),
                key=key or f"cli {now.isoformat()}",
                actor=opening.actor(context),
                now=now,
            )
        tell = begin(code)
        written, left_out = Export(found, asked, platform.open_lake, into).write(
            lambda at: platform.database.transaction(scope, now=at),
            lambda _, done, everything: tell(done, everything),
        )
    told = {"file": str(into), "written": written, "left_out": sum(left_out.values())}
    reasons: object = dict(left_out) if as_json else [f"{n} {why}" for why, n in left_out.items()]
    showing.facts({**told, "left_out_because": reasons}, as_json=as_json)


@contextmanager
def _opened(context: typer.Context, brand: str) -> Iterator[tuple["Audiences", "ReadTx"]]:
    """Open the audiences of a brand as of now."""
    from huitong import org, segments
    from huitong.platform import clock
    from huitong.platform.db import Scope

    with (
        opening.opened() as platform,
        platform.database.reading(Scope(context.obj)) as tx,
    ):
        found = org.brand(tx, code=brand)
        yield (
            segments.open_audiences(tx, brand=found, open_lake=platform.open_lake, now=clock.now()),
            tx,
        )


def _as_of(audiences: "Audiences", as_of: "AsOfTold", *, english: bool) -> dict[str, object]:
    from huitong import segments

    language = _language(english=english)
    return dict(segments.as_of_document(as_of, audiences.reading, language=language))


def _clauses(told: dict[str, object], depth: int) -> Iterator[str]:
    """Yield a clause and those in it, one a line, with what was found."""
    mark = "✓" if told["holds"] else "✗"
    found = f"  [{told['found']}]" if "found" in told else ""
    indent = "  " * depth
    yield f"{indent}{mark} {told['says']}{found}"
    for fact in cast("list[dict[str, object]]", told.get("facts", [])):
        yield f"{indent}    · " + ", ".join(f"{name} {value}" for name, value in fact.items())
    for part in cast("list[dict[str, object]]", told.get("parts", [])):
        yield from _clauses(part, depth + 1)


def _per_cent(basis_points: int) -> str:
    return f"{basis_points // 100}.{basis_points % 100:02}%"


def _language(*, english: bool) -> "Language":
    from huitong.platform.conditions import Language

    return Language.EN if english else Language.ZH
