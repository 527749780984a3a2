"""A data scope in codes, as people and the audit read it, and as ids, as queries use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from huitong import org
from huitong.org.model import PlaceKind
from huitong.platform.auth import Reach, Rights
from huitong.platform.db import ReadTx
from huitong.platform.errors import DomainError, Kind

CODES_MAX = 1_000
Code = Annotated[str, Field(min_length=1, max_length=200)]
Codes = Annotated[list[Code], Field(max_length=CODES_MAX)]


class Where(BaseModel):
    """Where somebody may do what their roles say; all parts empty: everywhere in the brands.

    `brands` null is every brand of the group, those of later years too. `staff` sees the customers
    of these staff. A region is written `hierarchy/region`.
    """

    brands: Codes | None = None
    operators: Codes = []
    regions: Codes = []
    stores: Codes = []
    staff: Codes = []


class PlaceOut(BaseModel):
    """Something that a data scope can name."""

    code: str
    name: str


class PlacesOut(BaseModel):
    """Everything that a data scope can name."""

    brands: list[PlaceOut]
    operators: list[PlaceOut]
    regions: list[PlaceOut]
    stores: list[PlaceOut]
    staff: list[PlaceOut]


@dataclass(eq=False)
class NoSuchPlace(DomainError):
    """A data scope names something that the organisation does not have."""

    code: ClassVar[str] = "platform.no_such_place"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The organisation has no {place} “{given}”: choose from the list, or add it there first."
    )
    place: str
    given: str


@dataclass(frozen=True, slots=True)
class Known:
    """The codes of everything that a data scope can name, by id."""

    brands: Mapping[int, str]
    others: Mapping[tuple[PlaceKind, int], str]


def known(tx: ReadTx) -> Known:
    """Return the codes of everything that a data scope can name."""
    return Known(
        brands={brand.id: brand.code for brand in org.brands(tx)},
        others={(one.kind, one.id): one.code for one in org.all_places(tx)},
    )


def shown(rights: Rights, known_places: Known) -> Where:
    """Return where rights hold, in codes; what the organisation lost is left out."""
    reach, codes, brands = rights.reach, known_places.others, known_places.brands
    return Where(
        brands=None
        if rights.brand_ids is None
        else sorted(brands[one] for one in rights.brand_ids if one in brands),
        operators=_of(codes, PlaceKind.OPERATOR, reach.legal_entity_ids),
        regions=_of(codes, PlaceKind.REGION, reach.region_ids),
        stores=_of(codes, PlaceKind.STORE, reach.store_ids),
        staff=_of(codes, PlaceKind.STAFF, reach.staff_ids),
    )


def read(tx: ReadTx, where: Where, *, role_codes: Sequence[str]) -> Rights:
    """Return rights with the ids of what is named.

    :raises BrandNotFound: when there is no such brand in the caller's scope.
    :raises NoSuchPlace: when something else is not there.
    """
    named = {(one.kind, one.code): one.id for one in org.all_places(tx)}

    def ids_of(kind: PlaceKind, codes: Sequence[str]) -> frozenset[int]:
        for code in codes:
            if (kind, code) not in named:
                raise NoSuchPlace(place=kind, given=code)
        return frozenset(named[kind, code] for code in codes)

    return Rights(
        role_codes=tuple(sorted(set(role_codes))),
        brand_ids=None
        if where.brands is None
        else tuple(sorted({org.brand(tx, code=code).id for code in where.brands})),
        reach=Reach(
            legal_entity_ids=ids_of(PlaceKind.OPERATOR, where.operators),
            region_ids=ids_of(PlaceKind.REGION, where.regions),
            store_ids=ids_of(PlaceKind.STORE, where.stores),
            staff_ids=ids_of(PlaceKind.STAFF, where.staff),
        ),
    )


def staff_id_of(tx: ReadTx, code: str | None) -> int | None:
    """Return the id of a member of the staff, or None for nobody.

    :raises NoSuchPlace: when there is none of this code.
    """
    if code is None:
        return None
    found = {one: staff_id for staff_id, one in org.staff_codes(tx).items()}
    if code not in found:
        raise NoSuchPlace(place=PlaceKind.STAFF, given=code)
    return found[code]


def listed(tx: ReadTx) -> PlacesOut:
    """Return everything that a data scope can name, by code."""
    found, staff = org.all_places(tx), org.staff_names(tx)

    def of_kind(kind: PlaceKind) -> list[PlaceOut]:
        names = staff if kind is PlaceKind.STAFF else {}
        return [
            PlaceOut(code=one.code, name=names.get(one.id, one.name))
            for one in found
            if one.kind is kind
        ]

    return PlacesOut(
        brands=[PlaceOut(code=brand.code, name=brand.name) for brand in org.brands(tx)],
        operators=of_kind(PlaceKind.OPERATOR),
        regions=of_kind(PlaceKind.REGION),
        stores=of_kind(PlaceKind.STORE),
        staff=of_kind(PlaceKind.STAFF),
    )


def _of(
    codes: Mapping[tuple[PlaceKind, int], str], kind: PlaceKind, wanted: frozenset[int]
) -> list[str]:
    return sorted(codes[kind, one] for one in wanted if (kind, one) in codes)
