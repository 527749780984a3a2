"""HTTP in: how members of a brand leave."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, Field

from huitong import customers, org
from huitong.customers.model import (
    COOLING_OFF_DAYS_MAX,
    ExitPolicy,
    ExitPolicyChanged,
    PointsAtExit,
)
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import (
    Calling,
    ExpectedVersion,
    IfMatchMissing,
    Narrowing,
    Router,
    Running,
    etag,
)

router = Router(tag="rights")

BrandCode = Annotated[str, Path(max_length=100)]


class ExitPolicyIn(BaseModel):
    """How long a wish to leave can be taken back, and what becomes of points at the end."""

    cooling_off_days: Annotated[int, Field(ge=0, le=COOLING_OFF_DAYS_MAX)]
    points: PointsAtExit


class ExitPolicyOut(BaseModel):
    """How members leave; version 0 is what holds while the brand has decided nothing."""

    version: int
    cooling_off_days: int
    points: PointsAtExit


@router.route(
    "GET",
    "/v1/brands/{brand}/exit-policy",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.ANYBODY,
    errors=[BrandNotFound],
)
def exit_policy(
    platform: Running, caller: Calling, brand: BrandCode, response: Response
) -> ExitPolicyOut:
    """Show how members of a brand leave; `ETag` is the version."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        return _out(customers.exit_policies(tx, brand_ids=[brand_id])[brand_id], response)


@router.route(
    "PUT",
    "/v1/brands/{brand}/exit-policy",
    permission=Permission.RIGHTS_WRITE,
    errors=[BrandNotFound, ExitPolicyChanged, IfMatchMissing],
)
def put_exit_policy(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    wanted: ExitPolicyIn,
    expected: ExpectedVersion,
    response: Response,
) -> ExitPolicyOut:
    """Decide anew how members of a brand leave; open wishes keep their terms.

    `If-Match` is the version that was read; the same decision again makes no new one.
    """
    now = clock.now()

    def work(tx: Tx) -> ExitPolicy:
        brand_id = org.brand(tx, code=brand).id
        before = customers.exit_policies(tx, brand_ids=[brand_id])[brand_id]
        done = customers.put_exit_policy(
            tx,
            brand_id=brand_id,
            cooling_off_days=wanted.cooling_off_days,
            points=wanted.points,
            actor=caller.actor(),
            now=now,
            expected_version=expected,
        )
        if done.version != before.version:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.EXIT_POLICY_PUT,
                subject=f"exit_policy:{brand}",
                before=asdict(before),
                after=asdict(done),
                brand_id=brand_id,
                now=now,
            )
        return done

    return _out(platform.database.do(caller.scope(), work, now=now), response)


def _out(policy: ExitPolicy, response: Response) -> ExitPolicyOut:
    response.headers["ETag"] = etag(policy.version)
    return ExitPolicyOut(
        version=policy.version, cooling_off_days=policy.cooling_off_days, points=policy.points
    )
