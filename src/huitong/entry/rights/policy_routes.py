"""HTTP in: the texts that people agree to, version by version."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, Field

from huitong import customers, org
from huitong.customers.model import ConsentPolicy, NoSuchPolicy, PolicyVersionTaken, Purpose
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import Calling, Router, Running

router = Router(tag="rights")

TEXT_LENGTH_MAX = 100_000


class ConsentPolicyIn(BaseModel):
    """A version of a text that people agree to."""

    purpose: Purpose
    version: Annotated[str, Field(min_length=1, max_length=100)]
    content: Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH_MAX)]
    effective_from: AwareDatetime


class ConsentPolicyOut(BaseModel):
    """A version as it is kept; `digest` is the SHA-256 of its text."""

    purpose: Purpose
    version: str
    digest: str
    effective_from: datetime


class ConsentPoliciesOut(BaseModel):
    """Every version that a brand keeps."""

    items: list[ConsentPolicyOut]


class ConsentPolicyTextOut(ConsentPolicyOut):
    """A version with its words."""

    content: str


@router.route(
    "PUT",
    "/v1/brands/{brand}/consent-policies",
    permission=Permission.CONSENTS_WRITE,
    errors=[BrandNotFound, PolicyVersionTaken],
)
def put_policy(
    platform: Running,
    caller: Calling,
    brand: Annotated[str, Path(max_length=100)],
    wanted: ConsentPolicyIn,
) -> ConsentPolicyOut:
    """Keep a version of a policy text; a version never changes, so a repeat is harmless."""
    now = clock.now()

    def work(tx: Tx) -> ConsentPolicy:
        brand_id = org.brand(tx, code=brand).id
        known = {
            (one.purpose, one.version)
            for one in customers.consent_policies(tx, brand_ids=[brand_id])
        }
        kept = customers.put_consent_policy(
            tx,
            brand_id=brand_id,
            purpose=wanted.purpose,
            version=wanted.version,
            content=wanted.content,
            effective_from=wanted.effective_from,
            actor=caller.actor(),
            now=now,
        )
        if (kept.purpose, kept.version) not in known:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.CONSENT_POLICY_PUT,
                subject=f"consent_policy:{brand}/{kept.purpose}/{kept.version}",
                after={"digest": kept.digest.hex(), "effective_from": kept.effective_from},
                brand_id=brand_id,
                now=now,
            )
        return kept

    return _policy(platform.database.do(caller.scope(), work, now=now))


@router.route(
    "GET",
    "/v1/brands/{brand}/consent-policies",
    permission=Permission.CUSTOMERS_READ,
    errors=[BrandNotFound],
)
def list_policies(
    platform: Running, caller: Calling, brand: Annotated[str, Path(max_length=100)]
) -> ConsentPoliciesOut:
    """List every version of the texts that people agree to, by purpose, the newest last."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = customers.consent_policies(tx, brand_ids=[brand_id])
    return ConsentPoliciesOut(items=[_policy(one) for one in found])


@router.route(
    "GET",
    "/v1/brands/{brand}/consent-policies/{purpose}/{version}",
    permission=Permission.CUSTOMERS_READ,
    errors=[BrandNotFound, NoSuchPolicy],
)
def show_policy(
    platform: Running,
    caller: Calling,
    brand: Annotated[str, Path(max_length=100)],
    purpose: Annotated[Purpose, Path()],
    version: Annotated[str, Path(max_length=100)],
) -> ConsentPolicyTextOut:
    """Show the words of one version."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        for one in customers.consent_policies(tx, brand_ids=[brand_id]):
            if (one.purpose, one.version) == (purpose, version):
                return ConsentPolicyTextOut(**_policy(one).model_dump(), content=one.content)
    raise NoSuchPolicy(purpose=purpose, version=version)


def _policy(kept: ConsentPolicy) -> ConsentPolicyOut:
    return ConsentPolicyOut(
        purpose=kept.purpose,
        version=kept.version,
        digest=kept.digest.hex(),
        effective_from=kept.effective_from,
    )
