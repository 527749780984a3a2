"""The organisation as people look at it: units with the codes of what they hang on, and history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from huitong.org.model.units import StoreKind


@dataclass(frozen=True, slots=True)
class EntityListed:
    """A legal entity, with how many brands it owns and how many stores it operates on the day."""

    id: int
    code: str
    name: str
    brands: int
    stores: int


@dataclass(frozen=True, slots=True)
class DomainListed:
    """An identity domain, with the code of its data controller."""

    id: int
    code: str
    name: str
    entity: str


@dataclass(frozen=True, slots=True)
class BrandListed:
    """A brand, with the codes of its legal entity and identity domain."""

    id: int
    code: str
    name: str
    entity: str
    domain: str
    time_zone: str
    stores: int


@dataclass(frozen=True, slots=True)
class UnitListed:
    """A business unit of a brand, with how many stores are in it on the day."""

    id: int
    brand: str
    code: str
    name: str
    stores: int


@dataclass(frozen=True, slots=True)
class HierarchyListed:
    """A way to arrange stores, with how many regions it has."""

    id: int
    code: str
    name: str
    regions: int


@dataclass(frozen=True, slots=True)
class RegionListed:
    """A region, with the code of its parent and how many stores are right in it on the day."""

    id: int
    code: str
    name: str
    parent: str | None
    stores: int


@dataclass(frozen=True, slots=True)
class StoreListed:
    """A store on a day: the codes of its brands, its operator, its region in each hierarchy."""

    id: int
    code: str
    name: str
    kind: StoreKind
    brands: Sequence[str]
    operator: str | None
    operator_name: str | None
    region_names: Mapping[str, str]
    regions: Mapping[str, str]
    units: Mapping[str, str]
    staff: int


@dataclass(frozen=True, slots=True)
class StaffListed:
    """Somebody who works here, and the code of the store on the day; `name` may be unknown.

    `until` is the first day on which they work nowhere, None while they stay; from `moves_on`, if
    it is known, they work in the store `moves_to`.
    """

    id: int
    code: str
    name: str | None
    store: str | None
    store_name: str | None
    until: date | None
    moves_on: date | None
    moves_to: str | None


@dataclass(frozen=True, slots=True)
class AccountListed:
    """A channel account, with what its feeds may be taken for (`ChannelAccount`)."""

    id: int
    brand: str
    platform: str
    code: str
    entity: str
    store: str | None
    sees_orders: bool
    books_revenue: bool
    earns: bool
    fulfilment_only: bool


@dataclass(frozen=True, slots=True)
class TouchpointListed:
    """A touchpoint, with its account as platform and code."""

    id: int
    brand: str
    code: str
    name: str
    account: str | None


@dataclass(frozen=True, slots=True)
class PersonaListed:
    """A persona account, with who speaks through it on the day, by code."""

    id: int
    brand: str
    account: str
    code: str
    name: str
    staff: Sequence[str]


class DatedKind(StrEnum):
    """What can change of a store, or of who works here, from a day on."""

    OPERATOR = "operator"
    REGION = "region"
    UNIT = "unit"
    STORE = "store"
    PERSONA = "persona"


@dataclass(frozen=True, slots=True)
class Dated:
    """What held from a day until another (None: it still does).

    `within` is the code of the hierarchy of a region, or of the brand of a unit.
    """

    kind: DatedKind
    within: str | None
    code: str
    name: str
    valid_from: date
    valid_until: date | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StoreFilter:
    """Which stores are asked for; an empty part narrows nothing. `below` counts its subregions."""

    text: str = ""
    kind: StoreKind | None = None
    brand: str | None = None
    operator: str | None = None
    hierarchy: str | None = None
    region: str | None = None
    store_ids: frozenset[int] | None = None
    codes: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """Where something belongs from a day on, by codes; `within` as in `Dated`."""

    code: str
    valid_from: date
    within: str | None = None


@dataclass(frozen=True, slots=True)
class StoreEntered:
    """A store as somebody enters it, by codes: what it is, and what changes of it from days on."""

    code: str
    name: str
    kind: StoreKind = StoreKind.DIRECT
    brands: Sequence[str] = ()
    operator: Moved | None = None
    regions: Sequence[Moved] = ()
    units: Sequence[Moved] = ()


@dataclass(frozen=True, slots=True)
class StaffEntered:
    """Somebody who works here as they are entered; `until` is the first day they do not any more.

    `name` None leaves the name as it is; empty, it is forgotten.
    """

    code: str
    name: str | None = field(default=None, repr=False)
    store: Moved | None = None
    until: date | None = None
