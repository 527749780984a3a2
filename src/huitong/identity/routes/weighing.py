"""HTTP in: weigh everybody under the policy in effect, or ask what another one would change."""

from http import HTTPStatus

from huitong import identity, org
from huitong.identity.model import PolicyDocument, SeesNotEveryBrand
from huitong.identity.routes.asking import BrandCode, every_brand
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import Calling, JobAsked, RequestKey, Router, Running
from huitong.platform.ids import show
from huitong.platform.jobs import JOB_PREFIX, Job, JobKeyTaken

router = Router(tag="identity")


@router.route(
    "POST",
    "/v1/brands/{brand}/identity/weighing",
    status_code=HTTPStatus.ACCEPTED,
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, BrandNotFound, JobKeyTaken],
)
def weigh_everybody(
    platform: Running, caller: Calling, brand: BrandCode, key: RequestKey
) -> JobAsked:
    """Ask for everybody of a brand's identity domain to be weighed under the policy in effect."""
    now = clock.now()

    def work(tx: Tx) -> Job:
        domain_id = org.brand(tx, code=brand).identity_domain_id
        asked = identity.ask_to_weigh(tx, domain_id, key=caller.own_key(key), now=now)
        # A repeat answers the first job, which was told then.
        if asked.recorded_at == now:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.PERSONS_WEIGH,
                subject=show(JOB_PREFIX, asked.id),
                after={"brand": brand},
                now=now,
            )
        return asked

    asked = platform.database.do(every_brand(caller), work, now=now)
    return JobAsked.of(asked)


@router.route(
    "POST",
    "/v1/brands/{brand}/identity/previews",
    status_code=HTTPStatus.ACCEPTED,
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, BrandNotFound, JobKeyTaken],
)
def preview(
    platform: Running, caller: Calling, brand: BrandCode, body: PolicyDocument, key: RequestKey
) -> JobAsked:
    """Ask what another policy would change; the answer is the result of the job."""
    now = clock.now()

    def work(tx: Tx) -> Job:
        domain_id = org.brand(tx, code=brand).identity_domain_id
        return identity.ask_for_preview(
            tx, domain_id, candidate=body, key=caller.own_key(key), now=now
        )

    asked = platform.database.do(every_brand(caller), work, now=now)
    return JobAsked.of(asked)
