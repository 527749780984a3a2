"""HTTP in: ask for pairs of persons who are likely one to be put into the queue."""

from http import HTTPStatus
from importlib.util import find_spec
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry.console import suggesting
from huitong.identity.model import SeesNotEveryBrand, SplinkMissing
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import Calling, JobAsked, RequestKey, Router, Running
from huitong.platform.ids import show
from huitong.platform.jobs import JOB_PREFIX, Job, JobKeyTaken

router = Router(tag="identity")


class SuggestionsIn(BaseModel):
    """How likely a pair has to be one person, at least."""

    likelihood_min: float = Field(0.9, ge=0.5, le=1)


@router.route(
    "POST",
    "/v1/brands/{brand}/identity/suggestions",
    status_code=HTTPStatus.ACCEPTED,
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, BrandNotFound, JobKeyTaken, SplinkMissing],
)
def ask_for_suggestions(
    platform: Running,
    caller: Calling,
    brand: Annotated[str, Path(max_length=100, description="The brand's code.")],
    body: SuggestionsIn,
    key: RequestKey,
) -> JobAsked:
    """Ask for pairs who are likely one, by name, birthday and city; an operator decides on each."""
    if caller.brand_ids is not None:
        raise SeesNotEveryBrand
    if find_spec("splink") is None:
        raise SplinkMissing
    now = clock.now()

    def work(tx: Tx) -> Job:
        asked = suggesting.ask_for_suggestions(
            tx,
            org.brand(tx, code=brand).identity_domain_id,
            likelihood_min=body.likelihood_min,
            key=caller.own_key(key),
            now=now,
        )
        # A repeat answers the first job, which was told then.
        if asked.recorded_at == now:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.SUGGESTIONS_ASK,
                subject=show(JOB_PREFIX, asked.id),
                after={"brand": brand, "likelihood_min": str(body.likelihood_min)},
                now=now,
            )
        return asked

    return JobAsked.of(platform.database.do(caller.scope(), work, now=now))
