"""Reads of the organisation."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from huitong.org.model import (
    Brand,
    BrandNotFound,
    ChannelAccount,
    ChannelAccountNotFound,
    Store,
    StoreKind,
)
from huitong.org.tables import finding, placing
from huitong.platform.auth import Reach
from huitong.platform.db import ReadTx, array, text_array
from huitong.platform.seen import Seen


def group_name(tx: ReadTx) -> str:
    """Return what the group of the scope is called; nothing when it has no name yet."""
    found = tx.row(finding.GROUP_NAME, {"group_id": tx.scope.group_id})
    return "" if found is None else str(found[0])


def groups_of_brand(tx: ReadTx, *, code: str) -> list[int]:
    """Return the groups that have a brand of this code; asked before a scope is known."""
    return [int(row[0]) for row in tx.rows(finding.GROUPS_OF_BRAND, {"code": code})]


def brand(tx: ReadTx, *, code: str) -> Brand:
    """Return the brand with this code.

    :raises BrandNotFound: when the group has none that the scope may see.
    """
    found = _brands(tx, code)
    if not found:
        raise BrandNotFound(brand_code=code)
    return found[0]


def brands(tx: ReadTx) -> list[Brand]:
    """Return the brands that the scope may see, oldest first."""
    return _brands(tx, None)


def _brands(tx: ReadTx, code: str | None) -> list[Brand]:
    brand_ids = None if tx.scope.brand_ids is None else array(tx.scope.brand_ids)
    return tx.all(Brand, finding.BRANDS, {"code": code, "brand_ids": brand_ids})


def all_group_ids(tx: ReadTx) -> list[int]:
    """Return the ids of all groups there are; only the worker may ask."""
    return [int(row[0]) for row in tx.rows(finding.ALL_GROUP_IDS)]


def channel_account(tx: ReadTx, *, platform: str, code: str) -> ChannelAccount:
    """Return the account with this platform and code.

    :raises ChannelAccountNotFound: when the group has none that the scope may see.
    """
    found = tx.all(ChannelAccount, finding.CHANNEL_ACCOUNTS, {"platform": platform, "code": code})
    if not found:
        raise ChannelAccountNotFound(platform=platform, account_code=code)
    return found[0]


def channel_accounts(tx: ReadTx) -> list[ChannelAccount]:
    """Return the accounts that the scope may see, oldest first."""
    return tx.all(ChannelAccount, finding.CHANNEL_ACCOUNTS, {"platform": None, "code": None})


def stores(tx: ReadTx) -> list[Store]:
    """Return the stores of the group by code."""
    return [
        Store(id=row[0], code=row[1], name=row[2], kind=StoreKind(row[3]))
        for row in tx.rows(finding.STORES)
    ]


def find_legal_entities(tx: ReadTx, *, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of legal entities by code; unknown codes are left out."""
    return _ids(tx, finding.LEGAL_ENTITIES_BY_CODE, codes)


def find_identity_domains(tx: ReadTx, *, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of identity domains by code; unknown codes are left out."""
    return _ids(tx, finding.DOMAINS_BY_CODE, codes)


def find_hierarchies(tx: ReadTx, *, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of hierarchies by code; unknown codes are left out."""
    return _ids(tx, finding.HIERARCHIES_BY_CODE, codes)


def find_regions(tx: ReadTx, *, hierarchy_id: int, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of one hierarchy's regions by code; unknown codes are left out."""
    return _ids(tx, finding.REGIONS_BY_CODE, codes, hierarchy_id=hierarchy_id)


def find_stores(tx: ReadTx, *, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of stores by code; unknown codes are left out."""
    return _ids(tx, finding.STORES_BY_CODE, codes)


def find_staff(tx: ReadTx, *, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of staff by code; unknown codes are left out."""
    return _ids(tx, finding.STAFF_BY_CODE, codes)


def find_touchpoints(tx: ReadTx, *, brand_id: int, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of one brand's touchpoints by code; unknown codes are left out."""
    return _ids(tx, finding.TOUCHPOINTS_BY_CODE, codes, brand_id=brand_id)


def operators_on(tx: ReadTx, *, store_ids: Sequence[int], day: date) -> Mapping[int, int]:
    """Return the legal entity that ran each store on a day; stores without one are left out."""
    rows = tx.rows(placing.OPERATORS_ON, {"store_ids": array(store_ids), "day": day})
    return dict(rows)


def regions_on(
    tx: ReadTx, *, store_ids: Sequence[int], hierarchy_id: int, day: date
) -> Mapping[int, int]:
    """Return each store's region in a hierarchy on a day; stores without one are left out."""
    params = {"store_ids": array(store_ids), "hierarchy_id": hierarchy_id, "day": day}
    return dict(tx.rows(placing.REGIONS_ON, params))


def stores_of_staff_on(tx: ReadTx, *, staff_ids: Sequence[int], day: date) -> Mapping[int, int]:
    """Return the store that each of the staff worked in on a day."""
    rows = tx.rows(placing.STORES_OF_STAFF_ON, {"staff_ids": array(staff_ids), "day": day})
    return dict(rows)


def staff_codes(tx: ReadTx) -> dict[int, str]:
    """Return the codes of the staff by id."""
    return dict(tx.rows(finding.STAFF_CODES))


def units_on(
    tx: ReadTx, *, store_ids: Sequence[int], brand_id: int, day: date
) -> Mapping[int, int]:
    """Return each store's business unit in a brand on a day; stores without one are left out."""
    params = {"store_ids": array(store_ids), "brand_id": brand_id, "day": day}
    return dict(tx.rows(placing.UNITS_ON, params))


def personas_on(tx: ReadTx, *, staff_ids: Sequence[int], day: date) -> list[tuple[int, int]]:
    """Return through which persona accounts staff spoke on a day, as (staff, persona) ids."""
    rows = tx.rows(placing.PERSONAS_ON, {"staff_ids": array(staff_ids), "day": day})
    return [(staff_id, persona_id) for staff_id, persona_id in rows]


def seen_by(tx: ReadTx, *, reach: Reach, at: datetime) -> Seen:
    """Return which stores and staff somebody with this reach sees at an instant."""
    if not reach.narrows():
        return Seen(at)
    params = {
        "legal_entity_ids": array(sorted(reach.legal_entity_ids)),
        "region_ids": array(sorted(reach.region_ids)),
        "store_ids": array(sorted(reach.store_ids)),
        "staff_ids": array(sorted(reach.staff_ids)),
        "every_brand": tx.scope.brand_ids is None,
        "at": at,
    }
    found: dict[str, dict[int, str]] = {"store": {}, "self": {}, "colleague": {}}
    for whose, one, code in tx.rows(placing.SEEN, params):
        found[whose][one] = code
    selves = found["self"]
    return Seen(at, stores=found["store"], selves=selves, staff={**found["colleague"], **selves})


def _ids(tx: ReadTx, sql: str, codes: Sequence[str], **constants: int) -> dict[str, int]:
    return dict(tx.rows(sql, {"codes": text_array(codes), **constants}))
