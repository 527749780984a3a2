"""Writes of the organisation: batches of definitions by code, and dated facts about them."""

from collections.abc import Sequence
from datetime import datetime

import psycopg

from huitong.org import queries
from huitong.org.model import (
    ChannelAccount,
    NewBrand,
    NewBusinessUnit,
    NewChannelAccount,
    NewHierarchy,
    NewIdentityDomain,
    NewLegalEntity,
    NewPersonaAccount,
    NewRegion,
    NewStaff,
    NewStore,
    NewTouchpoint,
    Organisation,
    Placement,
    PlacementOverlaps,
)
from huitong.org.rules import check_zone
from huitong.org.tables import placing, putting
from huitong.platform.db import Tx

DEFAULT_CODE = "main"


def name_group(tx: Tx, *, name: str, now: datetime) -> None:
    """Record the group of the scope, or its new name."""
    tx.execute(putting.PUT_GROUP, {"group_id": tx.scope.group_id, "name": name, "now": now})


def put_legal_entities(tx: Tx, entities: Sequence[NewLegalEntity], *, now: datetime) -> list[int]:
    """Add companies or rename them, by code, and return their ids in order."""
    ids = _new_ids(tx, len(entities))
    rows = [(new, entity.code, entity.name) for new, entity in zip(ids, entities, strict=True)]
    tx.write(putting.PUT_LEGAL_ENTITIES, putting.NAMED, rows, {"now": now})
    found = queries.find_legal_entities(tx, codes=[entity.code for entity in entities])
    return [found[entity.code] for entity in entities]


def put_identity_domains(
    tx: Tx, domains: Sequence[NewIdentityDomain], *, now: datetime
) -> list[int]:
    """Add identity domains or rename them, by code, and return their ids in order."""
    ids = _new_ids(tx, len(domains))
    rows = [
        (new, domain.code, domain.name, domain.legal_entity_id)
        for new, domain in zip(ids, domains, strict=True)
    ]
    tx.write(putting.PUT_IDENTITY_DOMAINS, putting.OWNED, rows, {"now": now})
    found = queries.find_identity_domains(tx, codes=[domain.code for domain in domains])
    return [found[domain.code] for domain in domains]


def put_brands(tx: Tx, brands: Sequence[NewBrand], *, now: datetime) -> list[int]:
    """Add brands or change them, by code, and return their ids in order.

    :raises TimeZoneUnknown: when there is no such time zone.
    """
    for brand in brands:
        check_zone(brand.time_zone)
    ids = _new_ids(tx, len(brands))
    rows = [
        (
            new,
            brand.code,
            brand.name,
            brand.legal_entity_id,
            brand.identity_domain_id,
            brand.time_zone,
        )
        for new, brand in zip(ids, brands, strict=True)
    ]
    tx.write(putting.PUT_BRANDS, putting.BRAND, rows, {"now": now})
    found = {brand.code: brand.id for brand in queries.brands(tx)}
    return [found[brand.code] for brand in brands]


def put_hierarchies(tx: Tx, hierarchies: Sequence[NewHierarchy], *, now: datetime) -> list[int]:
    """Add ways to arrange stores, or rename them, and return their ids in order."""
    ids = _new_ids(tx, len(hierarchies))
    rows = [(new, each.code, each.name) for new, each in zip(ids, hierarchies, strict=True)]
    tx.write(putting.PUT_HIERARCHIES, putting.NAMED, rows, {"now": now})
    found = queries.find_hierarchies(tx, codes=[each.code for each in hierarchies])
    return [found[each.code] for each in hierarchies]


def put_regions(tx: Tx, regions: Sequence[NewRegion], *, now: datetime) -> list[int]:
    """Add regions of one hierarchy, or rename them, and return their ids in order."""
    hierarchies = {region.hierarchy_id for region in regions}
    assert len(hierarchies) <= 1, "A batch of regions belongs to one hierarchy."
    ids = _new_ids(tx, len(regions))
    rows = [
        (new, region.hierarchy_id, region.code, region.name)
        for new, region in zip(ids, regions, strict=True)
    ]
    tx.write(putting.PUT_REGIONS, putting.REGION, rows, {"now": now})
    codes = [region.code for region in regions]
    found = {
        code: region_id
        for hierarchy_id in hierarchies
        for code, region_id in queries.find_regions(
            tx, hierarchy_id=hierarchy_id, codes=codes
        ).items()
    }
    return [found[code] for code in codes]


def put_stores(tx: Tx, stores: Sequence[NewStore], *, now: datetime) -> list[int]:
    """Add stores or change them, by code, with the brands they carry; return ids in order."""
    ids = _new_ids(tx, len(stores))
    rows = [
        (new, store.code, store.name, store.kind) for new, store in zip(ids, stores, strict=True)
    ]
    carried = [(store.code, brand_id) for store in stores for brand_id in store.brand_ids]
    tx.write(putting.PUT_STORES, putting.STORE, rows, {"now": now})
    tx.write(putting.PUT_STORE_BRANDS, putting.STORE_BRAND, carried, {"now": now})
    found = queries.find_stores(tx, codes=[store.code for store in stores])
    return [found[store.code] for store in stores]


def put_staff(tx: Tx, staff: Sequence[NewStaff], *, now: datetime) -> list[int]:
    """Add staff by code and return their ids in order."""
    ids = _new_ids(tx, len(staff))
    rows = [(new, each.code) for new, each in zip(ids, staff, strict=True)]
    tx.write(putting.PUT_STAFF, putting.STAFF, rows, {"now": now})
    found = queries.find_staff(tx, codes=[each.code for each in staff])
    return [found[each.code] for each in staff]


def put_channel_accounts(
    tx: Tx, accounts: Sequence[NewChannelAccount], *, now: datetime
) -> list[ChannelAccount]:
    """Add channel accounts or change them, by platform and code, and return them in order."""
    ids = _new_ids(tx, len(accounts))
    rows = [
        (
            new,
            account.platform,
            account.code,
            account.brand_id,
            account.legal_entity_id,
            account.store_id,
            account.sees_orders,
            account.books_revenue,
            account.earns,
            account.fulfilment_only,
        )
        for new, account in zip(ids, accounts, strict=True)
    ]
    tx.write(putting.PUT_CHANNEL_ACCOUNTS, putting.ACCOUNT, rows, {"now": now})
    found = {(known.platform, known.code): known for known in queries.channel_accounts(tx)}
    return [found[account.platform, account.code] for account in accounts]


def put_touchpoints(tx: Tx, touchpoints: Sequence[NewTouchpoint], *, now: datetime) -> None:
    """Add touchpoints or change them, by brand and code."""
    ids = _new_ids(tx, len(touchpoints))
    rows = [
        (new, each.brand_id, each.code, each.name, each.channel_account_id)
        for new, each in zip(ids, touchpoints, strict=True)
    ]
    tx.write(putting.PUT_TOUCHPOINTS, putting.TOUCHPOINT, rows, {"now": now})


def put_business_units(tx: Tx, units: Sequence[NewBusinessUnit], *, now: datetime) -> list[int]:
    """Add business units of brands or rename them, by code, and return their ids in order."""
    ids = _new_ids(tx, len(units))
    rows = [
        (new, unit.brand_id, unit.code, unit.name) for new, unit in zip(ids, units, strict=True)
    ]
    found = {
        (brand_id, code): one
        for one, brand_id, code in tx.write(
            putting.PUT_BUSINESS_UNITS, putting.BUSINESS_UNIT, rows, {"now": now}
        )
    }
    return [found[unit.brand_id, unit.code] for unit in units]


def place_stores_in_units(tx: Tx, placements: Sequence[Placement], *, now: datetime) -> None:
    """Record which business unit (place) each store (subject) is in from a day on, per brand.

    :raises PlacementOverlaps: when a store has a unit of the brand from that day on or later.
    """
    _place(tx, placing.END_STORE_UNITS, placing.BEGIN_STORE_UNITS, placements, now)


def put_persona_accounts(
    tx: Tx, personas: Sequence[NewPersonaAccount], *, now: datetime
) -> list[int]:
    """Add persona accounts or rename them, by account and code, and return their ids in order."""
    ids = _new_ids(tx, len(personas))
    rows = [
        (new, one.brand_id, one.channel_account_id, one.code, one.name)
        for new, one in zip(ids, personas, strict=True)
    ]
    found = {
        (account_id, code): one
        for one, account_id, code in tx.write(
            putting.PUT_PERSONA_ACCOUNTS, putting.PERSONA_ACCOUNT, rows, {"now": now}
        )
    }
    return [found[one.channel_account_id, one.code] for one in personas]


def staff_personas(tx: Tx, placements: Sequence[Placement], *, now: datetime) -> None:
    """Record through which persona account (place) staff (subject) speak from a day on.

    Several may speak through one, and one of the staff through several.
    """
    ids = _new_ids(tx, len(placements))
    rows = [
        (new, each.subject_id, each.place_id, each.valid_from)
        for new, each in zip(ids, placements, strict=True)
    ]
    tx.write(placing.BEGIN_PERSONA_STAFF, placing.PLACEMENT, rows, {"now": now})


def operate_stores(tx: Tx, placements: Sequence[Placement], *, now: datetime) -> None:
    """Record which legal entity (place) runs each store (subject) from a day on.

    :raises PlacementOverlaps: when a store has an operator from that day on or later already.
    """
    _place(tx, placing.END_STORE_OPERATORS, placing.BEGIN_STORE_OPERATORS, placements, now)


def place_stores(tx: Tx, placements: Sequence[Placement], *, now: datetime) -> None:
    """Record which region (place) each store (subject) is in from a day on, per hierarchy.

    :raises PlacementOverlaps: when a store has a region from that day on or later already.
    """
    _place(tx, placing.END_STORE_REGIONS, placing.BEGIN_STORE_REGIONS, placements, now)


def place_regions(tx: Tx, placements: Sequence[Placement], *, now: datetime) -> None:
    """Record which region (place) each region (subject) is part of from a day on.

    :raises PlacementOverlaps: when a region has a parent from that day on or later already.
    """
    _place(tx, placing.END_REGION_PARENTS, placing.BEGIN_REGION_PARENTS, placements, now)


def assign_staff(tx: Tx, placements: Sequence[Placement], *, now: datetime) -> None:
    """Record which store (place) each of the staff (subject) works in from a day on.

    :raises PlacementOverlaps: when somebody has a store from that day on or later already.
    """
    _place(tx, placing.END_STAFF_ASSIGNMENTS, placing.BEGIN_STAFF_ASSIGNMENTS, placements, now)


def set_up(
    tx: Tx,
    *,
    name: str,
    brand: str,
    accounts: Sequence[tuple[str, str]],
    stores: Sequence[str] = (),
    time_zone: str = "Asia/Shanghai",
    now: datetime,
) -> Organisation:
    """Make a group of one entity, one identity domain and one brand; a repeat changes nothing.

    `brand` is its code; `accounts` are (platform, code), `stores` are codes of direct stores.

    :raises TimeZoneUnknown: when there is no such time zone.
    """
    name_group(tx, name=name, now=now)
    (entity_id,) = put_legal_entities(tx, [NewLegalEntity(code=DEFAULT_CODE, name=name)], now=now)
    domain = NewIdentityDomain(code=DEFAULT_CODE, name=name, legal_entity_id=entity_id)
    (domain_id,) = put_identity_domains(tx, [domain], now=now)
    wanted = NewBrand(
        code=brand,
        name=brand,
        legal_entity_id=entity_id,
        identity_domain_id=domain_id,
        time_zone=time_zone,
    )
    (brand_id,) = put_brands(tx, [wanted], now=now)
    wanted_stores = [NewStore(code=code, name=code, brand_ids=(brand_id,)) for code in stores]
    store_ids = put_stores(tx, wanted_stores, now=now)
    wanted_accounts = [
        NewChannelAccount(
            platform=platform, code=code, brand_id=brand_id, legal_entity_id=entity_id
        )
        for platform, code in accounts
    ]
    return Organisation(
        legal_entity_id=entity_id,
        identity_domain_id=domain_id,
        brand=queries.brand(tx, code=brand),
        accounts=tuple(put_channel_accounts(tx, wanted_accounts, now=now)),
        store_ids=tuple(store_ids),
    )


def _place(tx: Tx, end: str, begin: str, placements: Sequence[Placement], now: datetime) -> None:
    ids = _new_ids(tx, len(placements))
    rows = [
        (new, each.subject_id, each.place_id, each.valid_from)
        for new, each in zip(ids, placements, strict=True)
    ]
    tx.write(end, placing.PLACEMENT, rows)
    try:
        with tx.savepoint():
            tx.write(begin, placing.PLACEMENT, rows, {"now": now})
    except psycopg.errors.ExclusionViolation as overlap:
        earliest = min(each.valid_from for each in placements)
        raise PlacementOverlaps(valid_from=str(earliest)) from overlap


def _new_ids(tx: Tx, count: int) -> list[int]:
    # Nothing here belongs to a customer, so every id carries bucket 0.
    return tx.new_ids([0] * count)
