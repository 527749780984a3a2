"""HTTP in: the group with its entities, brands, units and ways to arrange stores."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import BaseModel

from huitong import org
from huitong.org.model import (
    BelongsElsewhere,
    Moved,
    NeedsEveryBrand,
    NewBrand,
    NewBusinessUnit,
    NewHierarchy,
    NewIdentityDomain,
    NewLegalEntity,
    NewRegion,
    OrganisationChanged,
    PlacementOverlaps,
    RegionsInARing,
    TimeZoneUnknown,
    UnitNotFound,
)
from huitong.org.routes.asking import (
    day_of,
    hold_group,
    record,
    sides,
)
from huitong.org.routes.shapes import (
    BrandIn,
    BrandOut,
    DomainOut,
    EntityOut,
    HierarchyOut,
    OrganisationIn,
    OrganisationOut,
    RegionOut,
    RegionsIn,
    RegionsOut,
    UnitOut,
)
from huitong.org.rules import in_a_ring
from huitong.platform import clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import Calling, ExpectedVersion, Router, Running, etag

router = Router(tag="organisation")


HierarchyCode = Annotated[str, Path(max_length=100, description="The hierarchy's code.")]
Day = Annotated[date | None, Query(description="Which day; today without it.")]


@router.route("GET", "/v1/organisation", permission=Permission.ORG_READ)
def show(
    platform: Running, caller: Calling, response: Response, day: Day = None
) -> OrganisationOut:
    """Show the group's entities, brands, units and hierarchies; `ETag` is its version."""
    with platform.database.reading(caller.scope()) as tx:
        shown = _shown(tx, day_of(tx, clock.now(), day))
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.route(
    "PUT",
    "/v1/organisation",
    permission=Permission.ORG_WRITE,
    errors=[
        OrganisationChanged,
        UnitNotFound,
        BelongsElsewhere,
        TimeZoneUnknown,
        NeedsEveryBrand,
    ],
)
def put(
    platform: Running,
    caller: Calling,
    wanted: OrganisationIn,
    expected: ExpectedVersion,
    response: Response,
) -> OrganisationOut:
    """Add to the group's organisation, or change it; `If-Match` is the version you have read."""
    hold_group(caller)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        day = org.today(tx, now=now)
        before = _shown(tx, day)
        _write(tx, wanted, before.brands, now=now)
        org.count_revision(tx, expected=expected, now=now)
        shown = _shown(tx, day)
        for kind, act in _ACTS.items():
            record(tx, caller, act, _sides(kind, before), _sides(kind, shown), now)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.route(
    "GET",
    "/v1/organisation/hierarchies/{hierarchy}/regions",
    permission=Permission.ORG_READ,
    errors=[UnitNotFound],
)
def list_regions(
    platform: Running,
    caller: Calling,
    hierarchy: HierarchyCode,
    response: Response,
    day: Day = None,
) -> RegionsOut:
    """List the regions of a hierarchy, with where each lies on a day; `ETag` is the version."""
    with platform.database.reading(caller.scope()) as tx:
        shown = _regions(tx, hierarchy, day_of(tx, clock.now(), day))
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.route(
    "PUT",
    "/v1/organisation/hierarchies/{hierarchy}/regions",
    permission=Permission.ORG_WRITE,
    errors=[OrganisationChanged, UnitNotFound, RegionsInARing, PlacementOverlaps, NeedsEveryBrand],
)
def put_regions(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    hierarchy: HierarchyCode,
    wanted: RegionsIn,
    expected: ExpectedVersion,
    response: Response,
) -> RegionsOut:
    """Add regions, rename them, or move them from a day on; their past stays as it was."""
    hold_group(caller)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        day = org.today(tx, now=now)
        hierarchy_id = _hierarchy(tx, hierarchy)
        before = org.list_regions(tx, hierarchy_id=hierarchy_id, day=day)
        new = [NewRegion(hierarchy_id, one.code, one.name) for one in wanted.items]
        org.put_regions(tx, new, now=now)
        parents = {
            one.code: Moved(one.parent, one.valid_from or day)
            for one in wanted.items
            if one.parent is not None
        }
        org.move_regions(tx, hierarchy_id=hierarchy_id, parents=parents, now=now)
        last = max([day, *(one.valid_from for one in parents.values())])
        after = org.list_regions(tx, hierarchy_id=hierarchy_id, day=last)
        ring = in_a_ring({one.code: one.parent for one in after if one.parent})
        if ring is not None:
            raise RegionsInARing(region=ring)
        org.count_revision(tx, expected=expected, now=now)
        kind = f"region:{hierarchy}"
        was, became = ({one.code: one for one in each} for each in (before, after))
        record(tx, caller, Act.REGION_PUT, sides(kind, was), sides(kind, became), now)
        shown = _regions(tx, hierarchy, day)
    response.headers["ETag"] = etag(shown.version)
    return shown


_ACTS = {
    "group": Act.GROUP_PUT,
    "entities": Act.ENTITY_PUT,
    "domains": Act.ENTITY_PUT,
    "brands": Act.BRAND_PUT,
    "units": Act.BRAND_PUT,
    "hierarchies": Act.REGION_PUT,
}
_ONE_OF = {
    "entities": "legal_entity",
    "domains": "identity_domain",
    "brands": "brand",
    "units": "unit",
    "hierarchies": "hierarchy",
}


def _sides(kind: str, shown: OrganisationOut) -> dict[str, dict[str, object]]:
    """Return one part of the organisation as the audit keeps it."""
    if kind == "group":
        return {"group": {"name": shown.name}}
    parts: Sequence[BaseModel] = getattr(shown, kind)
    counts = {"id", "brands", "stores", "regions"}
    told = [part.model_dump(exclude=counts) for part in parts]
    return {
        f"{_ONE_OF[kind]}:" + "/".join(filter(None, [one.get("brand"), one["code"]])): one
        for one in told
    }


def _shown(tx: ReadTx, day: date) -> OrganisationOut:
    return OrganisationOut(
        name=org.group_name(tx),
        version=org.revision(tx),
        day=day,
        entities=[EntityOut.model_validate(one) for one in org.list_entities(tx, day=day)],
        domains=[DomainOut.model_validate(one) for one in org.list_domains(tx)],
        brands=[BrandOut.model_validate(one) for one in org.list_brands(tx)],
        units=[UnitOut.model_validate(one) for one in org.list_units(tx, day=day)],
        hierarchies=[HierarchyOut.model_validate(one) for one in org.list_hierarchies(tx)],
    )


def _write(tx: Tx, wanted: OrganisationIn, brands: Sequence[BrandOut], *, now: datetime) -> None:
    if wanted.name is not None:
        org.name_group(tx, name=wanted.name, now=now)
    org.put_legal_entities(
        tx, [NewLegalEntity(one.code, one.name) for one in wanted.entities], now=now
    )
    owners = [one.entity for one in wanted.domains] + [one.entity for one in wanted.brands]
    entities = org.find_legal_entities(tx, codes=owners)
    _hold_known("legal entity", owners, entities)
    domains = [
        NewIdentityDomain(one.code, one.name, entities[one.entity]) for one in wanted.domains
    ]
    org.put_identity_domains(tx, domains, now=now)
    _write_brands(tx, wanted.brands, entities, {one.code: one for one in brands}, now=now)
    known = {one.code: one.id for one in org.brands(tx)}
    _hold_known("brand", [one.brand for one in wanted.units], known)
    units = [NewBusinessUnit(known[one.brand], one.code, one.name) for one in wanted.units]
    org.put_business_units(tx, units, now=now)
    org.put_hierarchies(
        tx, [NewHierarchy(one.code, one.name) for one in wanted.hierarchies], now=now
    )


def _write_brands(
    tx: Tx,
    wanted: Sequence[BrandIn],
    entities: Mapping[str, int],
    there: Mapping[str, BrandOut],
    *,
    now: datetime,
) -> None:
    domains = org.find_identity_domains(tx, codes=[one.domain for one in wanted])
    _hold_known("identity domain", [one.domain for one in wanted], domains)
    for one in wanted:
        if one.code in there and there[one.code].domain != one.domain:
            raise BelongsElsewhere(unit_code=one.code, owner=there[one.code].domain)
    new = [
        NewBrand(one.code, one.name, entities[one.entity], domains[one.domain], one.time_zone)
        for one in wanted
    ]
    org.put_brands(tx, new, now=now)


def _hold_known(what: str, codes: Sequence[str], known: Collection[str]) -> None:
    for code in codes:
        if code not in known:
            raise UnitNotFound(what=what, unit_code=code)


def _hierarchy(tx: ReadTx, code: str) -> int:
    found = org.find_hierarchies(tx, codes=[code])
    _hold_known("hierarchy", [code], found)
    return found[code]


def _regions(tx: ReadTx, hierarchy: str, day: date) -> RegionsOut:
    found = org.list_regions(tx, hierarchy_id=_hierarchy(tx, hierarchy), day=day)
    return RegionsOut(
        version=org.revision(tx),
        day=day,
        items=[RegionOut.model_validate(one) for one in found],
    )
