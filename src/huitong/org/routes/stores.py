"""HTTP in: stores, who runs them, where they lie, and since when."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import org
from huitong.org.model import (
    Moved,
    NeedsEveryBrand,
    StoreEntered,
    StoreFilter,
    StoreKind,
    StoreListed,
    StoreNotFound,
)
from huitong.org.routes.asking import (
    ITEMS_MAX,
    STORE_PREFIX,
    Code,
    DatedOut,
    Name,
    RowsOut,
    Shown,
    StoreId,
    day_of,
    history,
    hold_group,
    record,
    rows_out,
    sides,
)
from huitong.platform import clock
from huitong.platform.audit import Act, Acting
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import Calling, Narrowing, Page, Paging, Router, Running, Seeing, page_of
from huitong.platform.ids import show
from huitong.platform.seen import Seen

router = Router(tag="stores")

CODES_ASKED_MAX = 200


class StoreOut(Shown):
    """A store on a day, with the codes of what it belongs to."""

    id: StoreId
    code: str
    name: str
    kind: StoreKind
    brands: list[str]
    operator: str | None = Field(description="The legal entity that runs it.")
    operator_name: str | None
    region_names: dict[str, str]
    regions: dict[str, str] = Field(description="Its region by hierarchy.")
    units: dict[str, str] = Field(description="Its business unit by brand.")
    staff: int


class StoreWithHistoryOut(BaseModel):
    """A store with everything that ever held of it."""

    store: StoreOut
    day: date
    history: list[DatedOut]


class PlacedIn(BaseModel):
    """Where something belongs from a day on."""

    code: Code
    valid_from: date | None = Field(None, description="Null: from today on.")


class WithinIn(PlacedIn):
    """A region in a hierarchy, or a unit of a brand; `within` is the code of that."""

    within: Code


class StoreIn(BaseModel):
    """A store; what is not said of it stays as it is."""

    code: Code
    name: Name
    kind: StoreKind = StoreKind.DIRECT
    brands: Annotated[list[Code], Field(max_length=100)] = []
    operator: PlacedIn | None = None
    regions: Annotated[list[WithinIn], Field(max_length=20)] = []
    units: Annotated[list[WithinIn], Field(max_length=100)] = []


class StoresIn(BaseModel):
    """Stores that are added or changed, by code."""

    items: Annotated[list[StoreIn], Field(min_length=1, max_length=ITEMS_MAX)]


Text = Annotated[str, Query(max_length=100, description="A part of the code or the name.")]
MaybeCode = Annotated[str | None, Query(max_length=100)]
Codes = Annotated[
    list[Annotated[str, Query(max_length=100)]] | None,
    Query(max_length=CODES_ASKED_MAX, description="Just these, by their codes."),
]
Day = Annotated[date | None, Query(description="Which day; today without it.")]


@router.route("GET", "/v1/stores", permission=Permission.ORG_READ, narrowing=Narrowing.NARROWED)
def list_stores(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    paging: Paging,
    *,
    text: Text = "",
    kind: StoreKind | None = None,
    brand: MaybeCode = None,
    operator: MaybeCode = None,
    hierarchy: MaybeCode = None,
    region: Annotated[
        str | None, Query(max_length=100, description="With its hierarchy; those below it count.")
    ] = None,
    code: Codes = None,
    day: Day = None,
) -> Page[StoreOut]:
    """List the stores that the caller sees, by code, as they are on a day."""
    place = paging.after(str)
    wanted = StoreFilter(
        text=text.strip(),
        kind=kind,
        brand=brand,
        operator=operator,
        hierarchy=hierarchy,
        region=region,
        store_ids=_visible(seen),
        codes=code,
    )
    with platform.database.reading(caller.scope()) as tx:
        found = org.list_stores(
            tx,
            wanted,
            day=day_of(tx, clock.now(), day),
            after="" if place is None else str(place[0]),
            limit=paging.limit + 1,
        )
    return page_of(
        found, limit=paging.limit, show=StoreOut.model_validate, place=lambda one: (one.code,)
    )


@router.route(
    "GET",
    "/v1/stores/{store_id}",
    permission=Permission.ORG_READ,
    narrowing=Narrowing.NARROWED,
    errors=[StoreNotFound],
)
def show_store(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    store_id: Annotated[StoreId, Path()],
    day: Day = None,
) -> StoreWithHistoryOut:
    """Show a store on a day, with who ran it and where it lay before."""
    visible = _visible(seen)
    with platform.database.reading(caller.scope()) as tx:
        on = day_of(tx, clock.now(), day)
        wanted = StoreFilter(store_ids=frozenset({store_id} & (visible or {store_id})))
        found = org.list_stores(tx, wanted, day=on, limit=1)
        if not found or (visible is not None and store_id not in visible):
            raise StoreNotFound(store=show(STORE_PREFIX, store_id))
        told = org.history_of_store(tx, store_id=store_id)
    return StoreWithHistoryOut(
        store=StoreOut.model_validate(found[0]), day=on, history=history(told)
    )


@router.route("PUT", "/v1/stores", permission=Permission.ORG_WRITE, errors=[NeedsEveryBrand])
def put_stores(platform: Running, caller: Calling, wanted: StoresIn) -> RowsOut:
    """Add stores or change them by code; each row is taken or refused by itself, a repeat is none.

    What changes from a day on ends what held before; the past is not rewritten.
    """
    hold_group(caller)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        return enter(tx, wanted.items, by=caller, now=now)


def enter(tx: Tx, items: Sequence[StoreIn], *, by: Acting | str, now: datetime) -> RowsOut:
    """Enter stores for somebody, over HTTP or at the command line, and tell the audit."""
    codes = [one.code for one in items]
    day = org.today(tx, now=now)
    before = sides("store", _listed(tx, codes, day))
    results = org.enter_stores(tx, [_entered(one, day) for one in items], now=now)
    after = sides("store", _listed(tx, codes, day))
    changed = record(tx, by, Act.STORE_PUT, before, after, now)
    return rows_out("store", STORE_PREFIX, codes, results, before, changed)


def _visible(seen: Seen) -> frozenset[int] | None:
    return None if seen.everything() else frozenset(seen.of_stores())


def _listed(tx: ReadTx, codes: list[str], day: date) -> dict[str, StoreListed]:
    found = org.list_stores(tx, StoreFilter(codes=codes), day=day, limit=ITEMS_MAX)
    return {one.code: one for one in found}


def _entered(one: StoreIn, day: date) -> StoreEntered:
    operator = one.operator
    return StoreEntered(
        code=one.code,
        name=one.name,
        kind=one.kind,
        brands=one.brands,
        operator=None if operator is None else Moved(operator.code, operator.valid_from or day),
        regions=[_moved(region, day) for region in one.regions],
        units=[_moved(unit, day) for unit in one.units],
    )


def _moved(one: WithinIn, day: date) -> Moved:
    return Moved(one.code, one.valid_from or day, within=one.within)
