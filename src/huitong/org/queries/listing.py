"""Reads of the organisation as people look at it: lists with the codes of what hangs where."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from psycopg.rows import TupleRow

from huitong.org.model import (
    AccountListed,
    BrandListed,
    Dated,
    DatedKind,
    DomainListed,
    EntityListed,
    HierarchyListed,
    PersonaListed,
    RegionListed,
    StaffListed,
    StoreFilter,
    StoreKind,
    StoreListed,
    TouchpointListed,
    UnitListed,
)
from huitong.org.tables import finding, listing
from huitong.platform import crypto
from huitong.platform.crypto import SealBroken
from huitong.platform.db import ReadTx, array, text_array

# A group has few of these; more of one kind than this is no organisation that people look at.
LISTED_MAX = 5_000
HISTORY_MAX = 500
NAME_PLACE = "org.staff_name"


def today(tx: ReadTx, *, now: datetime) -> date:
    """Return the day that it is for the group: that of its oldest brand."""
    found = tx.row(listing.TODAY, {"now": now})
    assert found is not None, "A day is always answered."
    day = found[0]
    assert isinstance(day, date), "It is asked for as a day."
    return day


def revision(tx: ReadTx) -> int:
    """Return how often the organisation was changed by people; 0 before the first time."""
    found = tx.row(listing.REVISION, {"group_id": tx.scope.group_id})
    return 0 if found is None else int(found[0])


def list_entities(tx: ReadTx, *, day: date) -> list[EntityListed]:
    """Return the legal entities by code."""
    return tx.all(EntityListed, listing.ENTITIES, {"day": day, "limit": LISTED_MAX})


def list_domains(tx: ReadTx) -> list[DomainListed]:
    """Return the identity domains by code."""
    return tx.all(DomainListed, listing.DOMAINS, {"limit": LISTED_MAX})


def list_brands(tx: ReadTx) -> list[BrandListed]:
    """Return the brands that the scope may see by code."""
    brand_ids = None if tx.scope.brand_ids is None else array(tx.scope.brand_ids)
    params = {"brand_ids": brand_ids, "limit": LISTED_MAX}
    return tx.all(BrandListed, listing.BRANDS_LISTED, params)


def list_units(tx: ReadTx, *, day: date) -> list[UnitListed]:
    """Return the business units of the brands that the scope may see."""
    return tx.all(UnitListed, listing.UNITS, {"day": day, "limit": LISTED_MAX})


def list_hierarchies(tx: ReadTx) -> list[HierarchyListed]:
    """Return the ways to arrange stores by code."""
    return tx.all(HierarchyListed, listing.HIERARCHIES, {"limit": LISTED_MAX})


def list_regions(tx: ReadTx, *, hierarchy_id: int, day: date) -> list[RegionListed]:
    """Return the regions of a hierarchy with their parents on a day, by code."""
    params = {"hierarchy_id": hierarchy_id, "day": day, "limit": LISTED_MAX}
    return tx.all(RegionListed, listing.REGIONS, params)


def list_stores(
    tx: ReadTx, wanted: StoreFilter, *, day: date, limit: int, after: str = ""
) -> list[StoreListed]:
    """Return stores as they are on a day, by code, those after the code `after`.

    Who sees some brands only sees the stores that carry one of them.
    """
    params = {
        "text": wanted.text,
        "kind": wanted.kind,
        "brand": wanted.brand,
        "operator": wanted.operator,
        "hierarchy": wanted.hierarchy,
        "region": wanted.region,
        "store_ids": None if wanted.store_ids is None else array(sorted(wanted.store_ids)),
        "codes": None if wanted.codes is None else text_array(wanted.codes),
        "limited": tx.scope.brand_ids is not None,
        "day": day,
        "after": after,
        "limit": limit,
    }
    return [
        StoreListed(row[0], row[1], row[2], StoreKind(row[3]), *row[4:])
        for row in tx.rows(listing.STORES_LISTED, params)
    ]


def history_of_store(tx: ReadTx, *, store_id: int) -> list[Dated]:
    """Return who operated a store, its regions and units, the latest first."""
    rows = tx.rows(listing.HISTORY_OF_STORE, {"id": store_id, "limit": HISTORY_MAX})
    return [_dated(row) for row in rows]


def list_staff(
    tx: ReadTx,
    *,
    day: date,
    limit: int,
    after: str = "",
    text: str = "",
    store: str | None = None,
    staff_ids: Collection[int] | None = None,
    codes: Sequence[str] | None = None,
) -> list[StaffListed]:
    """Return staff with their names and the store on a day, by code.

    `text` is part of a code or a name.
    """
    named = staff_names(tx) if text else {}
    params = {
        "named_ids": array([one for one, name in named.items() if text.lower() in name.lower()]),
        "day": day,
        "after": after,
        "text": text,
        "store": store,
        "staff_ids": None if staff_ids is None else array(sorted(staff_ids)),
        "codes": None if codes is None else text_array(codes),
        "limited": tx.scope.brand_ids is not None,
        "limit": limit,
    }
    return [
        StaffListed(
            id=row[0],
            code=row[1],
            name=_name(tx, row[0], row[2], row[3]),
            store=row[4],
            store_name=row[5],
            until=row[6],
            moves_on=row[7],
            moves_to=row[8],
        )
        for row in tx.rows(listing.STAFF_LISTED, params)
    ]


def staff_called(
    tx: ReadTx, *, staff_ids: Collection[int], now: datetime
) -> dict[int, tuple[str, str | None]]:
    """Return the codes of staff and what they are called, by id; a name may be unknown.

    Who sees some brands only is told the names of those who work now in a store of one of them.
    """
    params = {
        "staff_ids": array(sorted(staff_ids)),
        "limited": tx.scope.brand_ids is not None,
        "now": now,
    }
    return {
        row[0]: (row[1], _name(tx, row[0], row[2], row[3]))
        for row in tx.rows(finding.STAFF_CALLED, params)
    }


def staff_names(tx: ReadTx) -> dict[int, str]:
    """Return what staff are called, by their ids; those without a name are left out.

    Names are sealed, so whoever searches them opens them all.
    """
    opened = {row[0]: _name(tx, *row) for row in tx.rows(listing.STAFF_NAMES)}
    return {staff_id: name for staff_id, name in opened.items() if name is not None}


def history_of_staff(tx: ReadTx, *, staff_id: int) -> list[Dated]:
    """Return where somebody worked and through whom they spoke, the latest first."""
    rows = tx.rows(listing.HISTORY_OF_STAFF, {"id": staff_id, "limit": HISTORY_MAX})
    return [_dated(row) for row in rows]


def list_accounts(tx: ReadTx) -> list[AccountListed]:
    """Return the channel accounts that the scope may see, by brand, platform and code."""
    return tx.all(AccountListed, listing.ACCOUNTS, {"limit": LISTED_MAX})


def list_touchpoints(
    tx: ReadTx,
    *,
    limit: int,
    after: tuple[str, str] = ("", ""),
    brand: str | None = None,
    text: str = "",
    codes: Sequence[str] | None = None,
) -> list[TouchpointListed]:
    """Return touchpoints by brand and code, those after the place `after`."""
    params = {
        "after_brand": after[0],
        "after_code": after[1],
        "brand": brand,
        "text": text,
        "codes": None if codes is None else text_array(codes),
        "limit": limit,
    }
    return tx.all(TouchpointListed, listing.TOUCHPOINTS, params)


def list_personas(tx: ReadTx, *, day: date) -> list[PersonaListed]:
    """Return the persona accounts with who speaks through them on a day."""
    return tx.all(PersonaListed, listing.PERSONAS, {"day": day, "limit": LISTED_MAX})


def _dated(row: TupleRow) -> Dated:
    return Dated(DatedKind(row[0]), *row[1:])


def _name(tx: ReadTx, staff_id: int, salt: bytes | None, sealed: bytes | None) -> str | None:
    """Open a name; one that does not open any more is as unknown as one that is not there."""
    if salt is None or sealed is None:
        return None
    cipher = crypto.keyring().person_cipher(tx.scope.group_id, staff_id, bytes(salt))
    try:
        return cipher.open(bytes(sealed), place=NAME_PLACE, row=staff_id).decode()
    except SealBroken:
        return None
