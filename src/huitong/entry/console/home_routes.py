"""HTTP in: what somebody sees first: the core figures of a brand, and what needs attention."""

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry.console.attention import Asked, Line, Matter, attention
from huitong.entry.console.home import Core, Lack, core_figures
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, Router, Running

router = Router(tag="home")

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]


class CoreFigureOut(BaseModel):
    """A core figure of the brand."""

    core: Core
    metric: str | None = Field(description="The metric that tells it; null when none can.")
    lacks: list[Lack] = Field(description="What is missing to tell it.")


class AttentionOut(BaseModel):
    """One matter that needs attention."""

    matter: Matter
    number: int = Field(description="How many; of a lake its age in hours.")
    or_more: bool
    since: datetime | None
    decides: bool = Field(description="The caller may do something about it.")

    @classmethod
    def of(cls, line: Line) -> "AttentionOut":
        """Return a line as it is answered."""
        return cls(
            matter=line.matter,
            number=line.number,
            or_more=line.or_more,
            since=line.since,
            decides=line.decides,
        )


class BrandHomeOut(BaseModel):
    """What somebody sees first; without a permission, that part is empty."""

    core: list[CoreFigureOut]
    attention: list[AttentionOut]
    as_of: datetime


@router.route(
    "GET",
    "/v1/brands/{brand}/home",
    permission=Permission.ACCOUNT_OWN,
    errors=[BrandNotFound],
)
def show_home(platform: Running, caller: Calling, brand: BrandCode) -> BrandHomeOut:
    """Tell which core figures a brand has, and what of it needs the caller's attention."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        found = org.brand(tx, code=brand)
        sees_figures = Permission.METRICS_READ in caller.permissions
        core = core_figures(tx, brand_id=found.id) if sees_figures else ()
        lines = attention(Asked(tx, found, platform.settings, now), caller)
    return BrandHomeOut(
        core=[CoreFigureOut(core=one.core, metric=one.metric, lacks=[*one.lacks]) for one in core],
        attention=[AttentionOut.of(one) for one in lines],
        as_of=now,
    )
