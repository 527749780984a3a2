"""`huitong org`: the group, its stores, staff and accounts: shown, listed, entered from files."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.showing import AsJson

Row = TypeVar("Row", bound="BaseModel")

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import BaseModel

    from huitong.org.model import StoreFilter
    from huitong.org.routes.asking import RowsOut
    from huitong.org.routes.staff import StaffIn
    from huitong.org.routes.stores import StoreIn
    from huitong.platform.db import ReadTx

ROWS_MAX = 10_000
BATCH = 1_000

organisation = typer.Typer(
    no_args_is_help=True, help="The organisation: companies, brands, regions, stores, staff."
)


class Listed(StrEnum):
    """What can be listed."""

    ENTITIES = "entities"
    BRANDS = "brands"
    UNITS = "units"
    HIERARCHIES = "hierarchies"
    REGIONS = "regions"
    STORES = "stores"
    STAFF = "staff"
    ACCOUNTS = "accounts"
    TOUCHPOINTS = "touchpoints"
    PERSONAS = "personas"


class Entered(StrEnum):
    """What can be entered from a file."""

    STORES = "stores"
    STAFF = "staff"


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(organisation, name="org")


@organisation.command("show")
def show(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show what the group is made of, in numbers."""
    from huitong import org
    from huitong.platform import clock
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        day = org.today(tx, now=clock.now())
        stores = org.list_stores(tx, _every_store(), day=day, limit=ROWS_MAX)
        found = {
            "group": org.group_name(tx),
            "version": org.revision(tx),
            "legal_entities": [one.code for one in org.list_entities(tx, day=day)],
            "brands": [one.code for one in org.list_brands(tx)],
            "hierarchies": [one.code for one in org.list_hierarchies(tx)],
            "stores": len(stores),
            "stores_without_operator": sum(one.operator is None for one in stores),
            "channel_accounts": [f"{one.platform}:{one.code}" for one in org.list_accounts(tx)],
        }
    showing.facts(found, as_json=as_json)


@organisation.command("list")
def list_all(
    context: typer.Context,
    what: Annotated[Listed, typer.Argument(help="What to list.")],
    *,
    search: Annotated[str, typer.Option(help="A part of the code, or of a store's name.")] = "",
    brand: Annotated[str | None, typer.Option(help="Stores and touchpoints of a brand.")] = None,
    hierarchy: Annotated[str | None, typer.Option(help="Whose regions, by code.")] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of which day; else today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List one kind of thing as it is on a day."""
    from huitong import org
    from huitong.org.model import StoreFilter
    from huitong.platform import clock
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        on = day.date() if day else org.today(tx, now=clock.now())
        wanted = StoreFilter(text=search, brand=brand)
        found = _readers(tx, on, wanted, hierarchy)[what]()
    rows = [
        {name: _told(value) for name, value in asdict(one).items() if name != "id"} for one in found
    ]
    showing.table(rows, as_json=as_json, nothing=f"No {what} there.")


@organisation.command("put")
def put(
    context: typer.Context,
    what: Annotated[Entered, typer.Argument(help="What the rows are.")],
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="CSV with a line of names (stores: code, name, kind, brands, operator,"
            " hierarchy, region, valid_from; staff: code, name, store, valid_from, until).",
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Add stores or staff from a file, or change them by code; each row stands by itself."""
    from huitong.platform import clock
    from huitong.platform.db import Scope

    rows = _rows_of(file)
    now = clock.now()
    hand = opening.actor(context)
    told: list[RowsOut] = []
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        for first in range(0, len(rows), BATCH):
            part = rows[first : first + BATCH]
            if what is Entered.STORES:
                from huitong.org.routes.stores import enter as enter_stores

                told.append(enter_stores(tx, _stores(part), by=hand, now=now))
            else:
                from huitong.org.routes.staff import enter as enter_staff

                told.append(enter_staff(tx, _staff(part), by=hand, now=now))
    _tell(told, as_json=as_json)


def _every_store() -> "StoreFilter":
    from huitong.org.model import StoreFilter

    return StoreFilter()


def _readers(
    tx: "ReadTx", day: date, wanted: "StoreFilter", hierarchy: str | None
) -> Mapping[Listed, Callable[[], "Sequence[DataclassInstance]"]]:
    from huitong import org

    def regions() -> "Sequence[DataclassInstance]":
        codes = [hierarchy] if hierarchy else [one.code for one in org.list_hierarchies(tx)]
        found = org.find_hierarchies(tx, codes=codes)
        return [
            region
            for code in codes
            for region in org.list_regions(tx, hierarchy_id=found.get(code, 0), day=day)
        ]

    return {
        Listed.ENTITIES: lambda: org.list_entities(tx, day=day),
        Listed.BRANDS: lambda: org.list_brands(tx),
        Listed.UNITS: lambda: org.list_units(tx, day=day),
        Listed.HIERARCHIES: lambda: org.list_hierarchies(tx),
        Listed.REGIONS: regions,
        Listed.STORES: lambda: org.list_stores(tx, wanted, day=day, limit=ROWS_MAX),
        Listed.STAFF: lambda: org.list_staff(tx, day=day, text=wanted.text, limit=ROWS_MAX),
        Listed.ACCOUNTS: lambda: org.list_accounts(tx),
        Listed.TOUCHPOINTS: lambda: org.list_touchpoints(
            tx, brand=wanted.brand, text=wanted.text, limit=ROWS_MAX
        ),
        Listed.PERSONAS: lambda: org.list_personas(tx, day=day),
    }


def _rows_of(file: Path) -> list[dict[str, str]]:
    """Read the rows of a file, by the names in its first line, whatever byte mark it has."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        read = csv.DictReader(opened)
        rows = [
            {str(name).strip(): str(value or "").strip() for name, value in row.items()}
            for row in read
        ]
    if rows and "code" not in rows[0]:
        message = f"{file.name} has no column “code”: its first line names the columns."
        raise typer.BadParameter(message, param_hint="FILE")
    return rows


def _stores(rows: Sequence[Mapping[str, str]]) -> "list[StoreIn]":
    from huitong.org.routes.stores import StoreIn

    return [
        _fitting(
            StoreIn,
            {
                "code": row["code"],
                "name": row.get("name") or row["code"],
                "kind": row.get("kind") or "direct",
                "brands": (row.get("brands") or "").split(),
                "operator": _placed(row.get("operator"), row.get("valid_from")),
                "regions": [
                    {"within": row.get("hierarchy") or "", **placed}
                    for placed in [_placed(row.get("region"), row.get("valid_from"))]
                    if placed is not None
                ],
            },
        )
        for row in rows
    ]


def _staff(rows: Sequence[Mapping[str, str]]) -> "list[StaffIn]":
    from huitong.org.routes.staff import StaffIn

    return [
        _fitting(
            StaffIn,
            {
                "code": row["code"],
                "name": row.get("name") or None,
                "store": _placed(row.get("store"), row.get("valid_from")),
                "until": row.get("until") or None,
            },
        )
        for row in rows
    ]


def _fitting(kind: "type[Row]", told: Mapping[str, object]) -> "Row":
    """Return a row as it is entered.

    :raises typer.BadParameter: with the field that does not fit, and of which row.
    """
    from pydantic import ValidationError

    try:
        return kind.model_validate(told)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"row “{told['code']}”: {place}: {first['msg']}"
        raise typer.BadParameter(message, param_hint="FILE") from None


def _placed(code: str | None, valid_from: str | None) -> dict[str, str | None] | None:
    return {"code": code, "valid_from": valid_from or None} if code else None


def _tell(told: "Sequence[RowsOut]", *, as_json: bool) -> None:
    """Say what came of the rows; end as failed when one was refused.

    :raises typer.Exit: with 1.
    """
    items = [one.model_dump() for rows in told for one in rows.items]
    if as_json:
        typer.echo(json.dumps(items, ensure_ascii=False, indent=2))
    else:
        counted = {
            state: sum(getattr(rows, state) for rows in told)
            for state in ("added", "changed", "same", "refused")
        }
        showing.facts(counted, as_json=False)
        for one in items:
            if one["state"] == "refused":
                showing.complain(f"{one['code']}: {one['reason']}", code=one["refusal"])
    if any(one["state"] == "refused" for one in items):
        raise typer.Exit(1)


def _told(value: object) -> object:
    if isinstance(value, Mapping):
        return ", ".join(f"{within}: {code}" for within, code in value.items())
    return value
