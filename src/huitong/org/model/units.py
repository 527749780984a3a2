"""The nouns of the organisation: who owns, operates and sells, and through which accounts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind


class StoreKind(StrEnum):
    """What kind of place a store is (decision 3)."""

    DIRECT = "direct"
    FRANCHISE = "franchise"
    DEALER = "dealer"
    COUNTER = "counter"
    OUTLET = "outlet"
    CAMPUS = "campus"
    MULTI_BRAND = "multi_brand"
    ONLINE_SHOP = "online_shop"
    WAREHOUSE = "warehouse"


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """One shop, app or corp on one platform, with what its feeds may be taken for (decision 4).

    `sees_orders`: it tells orders at all; `books_revenue`: they count as sales; `earns`: they earn;
    `fulfilment_only`: it ships what another account sold, so an order from it is refused.
    `time_zone` is the brand's.
    """

    id: int
    group_id: int
    brand_id: int
    identity_domain_id: int
    platform: str
    code: str
    sees_orders: bool
    books_revenue: bool
    earns: bool
    fulfilment_only: bool
    time_zone: str


@dataclass(frozen=True, slots=True)
class Brand:
    """What customers know: it belongs to one legal entity and one identity domain."""

    id: int
    group_id: int
    code: str
    name: str
    legal_entity_id: int
    identity_domain_id: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class Store:
    """A place that sells, collects or ships."""

    id: int
    code: str
    name: str
    kind: StoreKind


@dataclass(frozen=True, slots=True)
class NewLegalEntity:
    """A company as it is entered, keyed by its code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NewIdentityDomain:
    """A data controller's realm of persons; no person is known across two of them."""

    code: str
    name: str
    legal_entity_id: int


@dataclass(frozen=True, slots=True)
class NewBrand:
    """A brand as it is entered, keyed by its code."""

    code: str
    name: str
    legal_entity_id: int
    identity_domain_id: int
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class NewHierarchy:
    """One of several ways to arrange stores into regions."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NewRegion:
    """A node of a hierarchy, keyed by its code within it."""

    hierarchy_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NewStore:
    """A store as it is entered, keyed by its code; `brand_ids` are the brands it carries."""

    code: str
    name: str
    kind: StoreKind = StoreKind.DIRECT
    brand_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody who works in stores, keyed by the code they have at the till."""

    code: str


@dataclass(frozen=True, slots=True)
class NewChannelAccount:
    """A shop, app or corp as it is entered, keyed by platform and code."""

    platform: str
    code: str
    brand_id: int
    legal_entity_id: int
    store_id: int | None = None
    sees_orders: bool = True
    books_revenue: bool = True
    earns: bool = True
    fulfilment_only: bool = False


@dataclass(frozen=True, slots=True)
class NewTouchpoint:
    """A place where customers meet the brand, keyed by its code within the brand."""

    brand_id: int
    code: str
    name: str
    channel_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewBusinessUnit:
    """A part of a brand that is led on its own, keyed by its code within the brand."""

    brand_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NewPersonaAccount:
    """One name towards customers that several staff speak through, keyed within its account."""

    brand_id: int
    channel_account_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Placement:
    """What holds of `subject_id` from a day on: its operator, its region, its parent, its store."""

    subject_id: int
    place_id: int
    valid_from: date


@dataclass(frozen=True, slots=True)
class Organisation:
    """What `set_up` made: one brand with its entity, domain and accounts."""

    legal_entity_id: int
    identity_domain_id: int
    brand: Brand
    accounts: tuple[ChannelAccount, ...]
    store_ids: tuple[int, ...]


@dataclass(eq=False)
class ChannelAccountNotFound(DomainError):
    """No channel account has this platform and code."""

    code: ClassVar[str] = "org.channel_account_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The group has no account “{account_code}” on the platform “{platform}”;"
        " add it before importing from it."
    )
    platform: str
    account_code: str


@dataclass(eq=False)
class BrandNotFound(DomainError):
    """No brand has this code."""

    code: ClassVar[str] = "org.brand_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The group has no brand with the code “{brand_code}”."
    brand_code: str


@dataclass(eq=False)
class UnitNotFound(DomainError):
    """Something was named by a code that the group does not have."""

    code: ClassVar[str] = "org.unit_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The group has no {what} with the code “{unit_code}”: add it first."
    what: str
    unit_code: str


@dataclass(eq=False)
class RegionsInARing(DomainError):
    """A region would lie below itself."""

    code: ClassVar[str] = "org.regions_in_a_ring"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The region “{region}” would lie below itself: choose a parent that is not below it."
    )
    region: str


@dataclass(eq=False)
class ShipsOnly(DomainError):
    """An account that only ships what others sold would book sales, or earn points."""

    code: ClassVar[str] = "org.ships_only"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The account “{account}” only ships what others sold, so it neither books sales nor earns"
        " points: switch these off, or let it sell."
    )
    account: str


@dataclass(eq=False)
class BelongsElsewhere(DomainError):
    """What never changes hands would: the brand of an account, the domain of a brand."""

    code: ClassVar[str] = "org.belongs_elsewhere"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "“{unit_code}” belongs to “{owner}”, and what is known there cannot move: enter it under"
        " another code."
    )
    unit_code: str
    owner: str


@dataclass(eq=False)
class OrganisationChanged(DomainError):
    """Somebody else has changed the organisation since it was read."""

    code: ClassVar[str] = "org.organisation_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The organisation was changed by somebody else: it is at version {version} now. Look at it"
        " again before you change it."
    )
    version: int


@dataclass(eq=False)
class NeedsEveryBrand(DomainError):
    """Somebody who sees some brands only would change what all of them share."""

    code: ClassVar[str] = "org.needs_every_brand"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "The organisation is shared by all brands, and you see some of them only: ask somebody who"
        " sees the whole group to change it."
    )


@dataclass(eq=False)
class NamedTwice(DomainError):
    """A batch says two different things of one code."""

    code: ClassVar[str] = "org.named_twice"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "“{unit_code}” is in the list twice: leave one of them out."
    unit_code: str


@dataclass(eq=False)
class StoreNotFound(DomainError):
    """No store has this id."""

    code: ClassVar[str] = "org.store_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no store {store} that you may see."
    store: str


@dataclass(eq=False)
class StaffNotFound(DomainError):
    """Nobody who works here has this id."""

    code: ClassVar[str] = "org.staff_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is nobody {staff} among the staff whom you may see."
    staff: str


@dataclass(eq=False)
class TimeZoneUnknown(DomainError):
    """A brand would live in a time zone that does not exist."""

    code: ClassVar[str] = "org.time_zone_unknown"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "There is no time zone “{zone}”; near it are: {near}. Say one by its full name."
    )
    zone: str
    near: str


@dataclass(eq=False)
class PlacementOverlaps(DomainError):
    """A dated fact would begin before or on the day on which the present one began."""

    code: ClassVar[str] = "org.placement_overlaps"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Another operator, region or store is already recorded from a day on or after {valid_from};"
        " a change of the past is not recorded over it."
    )
    valid_from: str
