"""`huitong segment count|portrait|overlap|explain|members|days`: who is in segments, and why."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, cast

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.segment_options import (
    Brand,
    Code,
    Codes,
    InEnglish,
    language_of,
    opened,
)

if TYPE_CHECKING:
    from huitong.segments.model.audiences import AsOfTold, FieldShown
    from huitong.segments.queries.audiences import Audiences

LIST_MAX = 10_000


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
    with opened(context, brand) as (audiences, _):
        for code in codes:
            found = audiences.find(audiences.condition_of(code))
            as_of = _as_of(audiences, found.as_of, english=english)
            rows.append({"segment": code, "customers": found.size, **as_of})
    if not as_json:
        for row in rows:
            computed = cast("list[dict[str, object]]", row["computed"])
            row["computed"] = [f"{one['says']} ({one['by']})" for one in computed]
    showing.table(rows, as_json=as_json, nothing="Name a segment.")


def portrait(
    context: typer.Context,
    code: Code,
    *,
    brand: Brand,
    english: InEnglish = False,
    as_json: showing.AsJson = False,
) -> None:
    """Describe a segment by all tags, beside everyone: an index of 100 is as everyone."""
    with opened(context, brand) as (audiences, _):
        audience = audiences.find(audiences.condition_of(code))
        found = audiences.portrait(audience)
    rows = [
        row
        for field in found.fields
        for row in _rows_of(field, found.size, english=english, everything=as_json)
    ]
    nothing = "Nobody in the segment has a tag, or the brand has none."
    showing.table(rows, as_json=as_json, nothing=nothing)


def overlap(
    context: typer.Context, codes: Codes, *, brand: Brand, as_json: showing.AsJson = False
) -> None:
    """Tell how many customers each two segments have in common."""
    with opened(context, brand) as (audiences, _):
        found = [audiences.find(audiences.condition_of(code)) for code in codes]
        counted = audiences.overlap(found)
    rows = [
        {"segment": code, **dict(zip(codes, row, strict=True))}
        for code, row in zip(codes, counted, strict=True)
    ]
    showing.table(rows, as_json=as_json, nothing="Name segments.")


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
    with opened(context, brand) as (audiences, _):
        found = audiences.explain(audiences.condition_of(code), customer_id)
        told = segments.explained_document(
            found.explained, audiences.reading, language=language_of(english=english)
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

    with opened(context, brand) as (audiences, tx):
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


def _rows_of(
    field: "FieldShown", size: int, *, english: bool, everything: bool
) -> Iterator[Mapping[str, object]]:
    """Yield a field of a portrait value by value; `everything` tells what nobody has, too."""
    names = field.field.names
    tag = names.en if english else names.zh
    for value in field.values:
        if value.inside or everything:
            yield {
                "tag": tag,
                "value": value.en if english else value.zh,
                "customers": value.inside,
                "share": _per_cent(value.share_basis_points),
                "of_everyone": _per_cent(value.base_share_basis_points),
                "index": value.index,
            }
    if field.number is not None and field.number.known:
        yield {
            "tag": tag,
            "value": f"{field.number.lowest} … {field.number.highest}",
            "customers": field.number.known,
            "share": _per_cent(field.number.known * 10_000 // max(size, 1)),
            "of_everyone": None,
            "index": None,
        }


def _as_of(audiences: "Audiences", as_of: "AsOfTold", *, english: bool) -> dict[str, object]:
    from huitong import segments

    language = language_of(english=english)
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
