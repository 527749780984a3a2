"""HTTP in: refresh what is known of a brand's customers, now instead of with the next hour."""

from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel, Field

from huitong.entry import modelling, refreshing
from huitong.org.model import BrandNotFound
from huitong.platform import clock, jobs
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, JobAsked, RequestKey, Router, Running
from huitong.platform.jobs import JobKeyTaken

router = Router(tag="segments")

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]


class RefreshIn(BaseModel):
    """How the brand is to be refreshed."""

    full: bool = Field(
        default=False, description="Compute tags and models of every customer, changed or not."
    )


@router.route(
    "POST",
    "/v1/brands/{brand}/refreshes",
    status_code=HTTPStatus.ACCEPTED,
    permission=Permission.SEGMENTS_WRITE,
    errors=[BrandNotFound, JobKeyTaken],
)
def ask_to_refresh(
    platform: Running, caller: Calling, brand: BrandCode, wanted: RefreshIn, key: RequestKey
) -> JobAsked:
    """Have a worker refresh lake, tags, models and today's snapshots of a brand, in this order."""
    now, actor = clock.now(), caller.actor()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        place = modelling.place_of(tx, brand)
        # With the caller in it, so that it meets no key of another one, nor one of the schedule.
        asked = refreshing.wanted_refresh(
            caller.own_key(key),
            brand=brand,
            full=wanted.full,
            actor=actor,
            brand_id=place.brand_id,
        )
        return JobAsked.of(jobs.ask(tx, asked, now=now))
