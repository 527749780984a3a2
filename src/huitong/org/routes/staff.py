"""HTTP in: who works here, in which store, since when; what people are called is kept sealed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import org
from huitong.org.model import (
    Moved,
    NeedsEveryBrand,
    StaffEntered,
    StaffListed,
    StaffNotFound,
)
from huitong.org.routes.asking import (
    ITEMS_MAX,
    STAFF_PREFIX,
    Code,
    DatedOut,
    RowsOut,
    Shown,
    StaffId,
    day_of,
    history,
    hold_group,
    record,
    rows_out,
    sides,
)
from huitong.org.routes.stores import Codes, Day, PlacedIn
from huitong.platform import clock
from huitong.platform.audit import Act, Acting
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import Calling, Narrowing, Page, Paging, Router, Running, Seeing, page_of
from huitong.platform.ids import show
from huitong.platform.seen import Seen

router = Router(tag="staff")


class StaffOut(Shown):
    """Somebody who works here; `store` is where on the day, null: nowhere."""

    id: StaffId
    code: str
    name: str | None
    store: str | None
    store_name: str | None
    until: date | None = Field(description="The first day on which they work nowhere; null: none.")
    moves_on: date | None = Field(description="From when they work in `moves_to`, if it is known.")
    moves_to: str | None


class StaffWithHistoryOut(BaseModel):
    """Somebody with where they worked and through whom they spoke."""

    staff: StaffOut
    day: date
    history: list[DatedOut]


class StaffIn(BaseModel):
    """Somebody who works here; what is not said of them stays as it is."""

    code: Code
    name: str | None = Field(
        None, max_length=100, description="What colleagues call them; empty: it is forgotten."
    )
    store: PlacedIn | None = None
    until: date | None = Field(None, description="The first day on which they work nowhere.")


class StaffBatchIn(BaseModel):
    """Staff who are added or changed, by code."""

    items: Annotated[list[StaffIn], Field(min_length=1, max_length=ITEMS_MAX)]


@router.route("GET", "/v1/staff", permission=Permission.ORG_READ, narrowing=Narrowing.NARROWED)
def list_staff(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    paging: Paging,
    *,
    text: Annotated[str, Query(max_length=100, description="A part of the code or the name.")] = "",
    store: Annotated[str | None, Query(max_length=100, description="The store's code.")] = None,
    code: Codes = None,
    day: Day = None,
) -> Page[StaffOut]:
    """List the staff whom the caller sees, by code, with the store on a day."""
    place = paging.after(str)
    with platform.database.reading(caller.scope()) as tx:
        found = org.list_staff(
            tx,
            day=day_of(tx, clock.now(), day),
            text=text.strip(),
            store=store,
            staff_ids=_visible(seen),
            codes=code,
            after="" if place is None else str(place[0]),
            limit=paging.limit + 1,
        )
    return page_of(
        found, limit=paging.limit, show=StaffOut.model_validate, place=lambda one: (one.code,)
    )


@router.route(
    "GET",
    "/v1/staff/{staff_id}",
    permission=Permission.ORG_READ,
    narrowing=Narrowing.NARROWED,
    errors=[StaffNotFound],
)
def show_staff(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    staff_id: Annotated[StaffId, Path()],
    day: Day = None,
) -> StaffWithHistoryOut:
    """Show somebody who works here, with where they worked before."""
    visible = _visible(seen)
    with platform.database.reading(caller.scope()) as tx:
        on = day_of(tx, clock.now(), day)
        found = org.list_staff(tx, day=on, staff_ids={staff_id}, limit=1)
        if not found or (visible is not None and staff_id not in visible):
            raise StaffNotFound(staff=show(STAFF_PREFIX, staff_id))
        told = org.history_of_staff(tx, staff_id=staff_id)
    return StaffWithHistoryOut(
        staff=StaffOut.model_validate(found[0]), day=on, history=history(told)
    )


@router.route("PUT", "/v1/staff", permission=Permission.ORG_WRITE, errors=[NeedsEveryBrand])
def put_staff(platform: Running, caller: Calling, wanted: StaffBatchIn) -> RowsOut:
    """Add staff or change them by code; each row is taken or refused by itself."""
    hold_group(caller)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        return enter(tx, wanted.items, by=caller, now=now)


def enter(tx: Tx, items: Sequence[StaffIn], *, by: Acting | str, now: datetime) -> RowsOut:
    """Enter staff for somebody, over HTTP or at the command line, and tell the audit."""
    codes = [one.code for one in items]
    day = org.today(tx, now=now)
    was = _listed(tx, codes, day)
    results = org.enter_staff(tx, [_entered(one, day) for one in items], now=now)
    became = _listed(tx, codes, day)
    before, after = (sides("staff", _nameless(each)) for each in (was, became))
    changed = record(tx, by, Act.STAFF_PUT, before, after, now)
    renamed = {
        f"staff:{code}"
        for code, one in became.items()
        if code in was and was[code].name != one.name
    }
    return rows_out("staff", STAFF_PREFIX, codes, results, before, changed | renamed)


def _visible(seen: Seen) -> frozenset[int] | None:
    return None if seen.everything() else frozenset(seen.staff)


def _listed(tx: ReadTx, codes: list[str], day: date) -> dict[str, StaffListed]:
    return {one.code: one for one in org.list_staff(tx, day=day, codes=codes, limit=ITEMS_MAX)}


def _nameless(listed: dict[str, StaffListed]) -> dict[str, StaffListed]:
    """Leave names out of the audit, which keeps nothing personal: only that there is one."""
    return {code: replace(one, name="***" if one.name else None) for code, one in listed.items()}


def _entered(one: StaffIn, day: date) -> StaffEntered:
    store = one.store
    return StaffEntered(
        code=one.code,
        name=None if one.name is None else one.name.strip(),
        store=None if store is None else Moved(store.code, store.valid_from or day),
        until=one.until,
    )
