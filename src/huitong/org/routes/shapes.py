"""What goes in and comes out of the organisation's units: entities, brands, units, regions."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from huitong.org.routes.asking import ITEMS_MAX, Code, Name, Shown
from huitong.platform.http import IdText


class NamedIn(BaseModel):
    """Something with a code that stays and a name that may change."""

    code: Code
    name: Name


class DomainIn(NamedIn):
    """An identity domain; its data controller never changes."""

    entity: Code


class BrandIn(NamedIn):
    """A brand; its identity domain never changes."""

    entity: Code
    domain: Code
    time_zone: str = Field("Asia/Shanghai", max_length=100)


class UnitIn(NamedIn):
    """A business unit of a brand."""

    brand: Code


class OrganisationIn(BaseModel):
    """What is added or changed, by codes; whatever is not named stays as it is."""

    name: Name | None = None
    entities: Annotated[list[NamedIn], Field(max_length=ITEMS_MAX)] = []
    domains: Annotated[list[DomainIn], Field(max_length=ITEMS_MAX)] = []
    brands: Annotated[list[BrandIn], Field(max_length=ITEMS_MAX)] = []
    units: Annotated[list[UnitIn], Field(max_length=ITEMS_MAX)] = []
    hierarchies: Annotated[list[NamedIn], Field(max_length=ITEMS_MAX)] = []


class EntityOut(Shown):
    """A legal entity: the brands it owns and the stores that it operates today."""

    id: Annotated[int, IdText("ent")]
    code: str
    name: str
    brands: int
    stores: int


class DomainOut(Shown):
    """An identity domain, with the code of its data controller."""

    code: str
    name: str
    entity: str


class BrandOut(Shown):
    """A brand, with the codes of its entity and identity domain."""

    id: Annotated[int, IdText("bra")]
    code: str
    name: str
    entity: str
    domain: str
    time_zone: str
    stores: int


class UnitOut(Shown):
    """A business unit of a brand."""

    brand: str
    code: str
    name: str
    stores: int


class HierarchyOut(Shown):
    """A way to arrange stores."""

    id: Annotated[int, IdText("hie")]
    code: str
    name: str
    regions: int


class OrganisationOut(BaseModel):
    """The group on a day."""

    name: str
    version: int
    day: date
    entities: list[EntityOut]
    domains: list[DomainOut]
    brands: list[BrandOut]
    units: list[UnitOut]
    hierarchies: list[HierarchyOut]


class RegionIn(NamedIn):
    """A region; `parent` is where it lies from a day on (null: it stays where it is)."""

    parent: Code | None = None
    valid_from: date | None = Field(None, description="Null: from today on.")


class RegionsIn(BaseModel):
    """Regions of one hierarchy that are added or changed."""

    items: Annotated[list[RegionIn], Field(min_length=1, max_length=ITEMS_MAX)]


class RegionOut(Shown):
    """A region on a day, with the code of its parent and the stores that are right in it."""

    id: Annotated[int, IdText("reg")]
    code: str
    name: str
    parent: str | None
    stores: int


class RegionsOut(BaseModel):
    """The regions of a hierarchy on a day."""

    version: int
    day: date
    items: list[RegionOut]
