"""HTTP in: the policy of an identity domain, read, changed, and what a preview of one says."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel

from huitong import identity, org
from huitong.identity.model import (
    PolicyChanged,
    PolicyDocument,
    PolicyVersion,
    PreviewNotDone,
    SeesNotEveryBrand,
)
from huitong.identity.routes.asking import BrandCode, PersonId, Reason, every_brand
from huitong.identity.rules import DEFAULT_DOCUMENT, completed
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock, jobs
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import (
    Calling,
    ExpectedVersion,
    IdText,
    IfMatchMissing,
    Page,
    Paging,
    Router,
    Running,
    etag,
    page_of,
)
from huitong.platform.ids import show
from huitong.platform.jobs import JOB_PREFIX, JobState, NoSuchJob

router = Router(tag="identity")

VERSION_MAX = 2**31 - 1


class IdentityPolicyIn(BaseModel):
    """What each kind of identifier may prove from now on, and why it is decided so."""

    document: PolicyDocument
    reason: Reason


class IdentityPolicyOut(BaseModel):
    """A policy that was put into effect; version 0 is what the platform brings along.

    `document` names every kind, those too that the decision left as the platform has them;
    `decided_kinds` are the others.
    """

    version: int
    document: PolicyDocument
    decided_kinds: list[str]
    actor: str
    reason: str
    recorded_at: datetime | None


class PreviewCaseOut(BaseModel):
    """One of the largest changes: persons that become one, or one that becomes several."""

    person_ids: list[PersonId]
    identifiers: int
    parts: int


class PolicyPreviewOut(BaseModel):
    """What a candidate policy would change in an identity domain."""

    identifiers: int
    evidence: int
    persons_now: int
    persons_then: int
    persons_that_merge: int
    merged_into: int
    persons_that_split: int
    split_into: int
    shared_now: int
    shared_then: int
    held_now: int
    held_then: int
    largest_merges: list[PreviewCaseOut]
    largest_splits: list[PreviewCaseOut]


@router.route(
    "GET",
    "/v1/brands/{brand}/identity/policy",
    permission=Permission.IDENTITY_READ,
    errors=[BrandNotFound],
)
def show_policy(
    platform: Running, caller: Calling, brand: BrandCode, response: Response
) -> IdentityPolicyOut:
    """Show what each kind of identifier may prove in a brand's identity domain."""
    with platform.database.reading(caller.scope()) as tx:
        domain_id = org.brand(tx, code=brand).identity_domain_id
        known = identity.policy_of(tx, domain_id=domain_id)
    response.headers["ETag"] = etag(known.version)
    return _policy(known)


@router.route(
    "PUT",
    "/v1/brands/{brand}/identity/policy",
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, BrandNotFound, PolicyChanged, IfMatchMissing],
)
def put_policy(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    body: IdentityPolicyIn,
    version: ExpectedVersion,
    response: Response,
) -> IdentityPolicyOut:
    """Put a policy into effect for what comes from now on; the same one again changes nothing."""
    now = clock.now()

    def work(tx: Tx) -> PolicyVersion:
        domain_id = org.brand(tx, code=brand).identity_domain_id
        before = identity.policy_of(tx, domain_id=domain_id)
        done = identity.set_policy(
            tx,
            domain_id,
            document=body.document,
            actor=caller.actor(),
            reason=body.reason,
            expected_version=version,
            now=now,
        )
        if done.version != before.version:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.IDENTITY_POLICY_PUT,
                subject=f"identity_policy:{brand}",
                before=_kept(before),
                after=_kept(done),
                reason=body.reason,
                now=now,
            )
        return done

    done = platform.database.do(every_brand(caller), work, now=now)
    response.headers["ETag"] = etag(done.version)
    return _policy(done)


@router.route(
    "GET",
    "/v1/brands/{brand}/identity/policy/versions",
    permission=Permission.IDENTITY_READ,
    errors=[BrandNotFound],
)
def list_versions(
    platform: Running, caller: Calling, brand: BrandCode, paging: Paging
) -> Page[IdentityPolicyOut]:
    """List the policies that were put into effect, the newest first."""
    place = paging.after(int)
    with platform.database.reading(caller.scope()) as tx:
        found = identity.policies_of(
            tx,
            domain_id=org.brand(tx, code=brand).identity_domain_id,
            before=VERSION_MAX if place is None else int(place[0]),
            limit=paging.limit + 1,
        )
    return page_of(found, limit=paging.limit, show=_policy, place=lambda one: (one.version,))


@router.route(
    "GET",
    "/v1/identity/previews/{job_id}",
    permission=Permission.IDENTITY_READ,
    errors=[SeesNotEveryBrand, NoSuchJob, PreviewNotDone],
)
def show_preview(
    platform: Running, caller: Calling, job_id: Annotated[int, IdText(JOB_PREFIX), Path()]
) -> PolicyPreviewOut:
    """Show what a preview of a policy came to, once its job is done."""
    with platform.database.reading(every_brand(caller)) as tx:
        found = jobs.find(tx, job_id=job_id)
    if found.kind != identity.PREVIEW:
        raise NoSuchJob(job=show(JOB_PREFIX, job_id))
    if found.state is not JobState.DONE or found.result is None:
        raise PreviewNotDone(state=found.state)
    return PolicyPreviewOut.model_validate(found.result)


def _policy(known: PolicyVersion) -> IdentityPolicyOut:
    whole = completed(known.document)
    return IdentityPolicyOut(
        version=known.version,
        document=whole,
        decided_kinds=sorted(
            kind for kind, rules in whole.kinds.items() if rules != DEFAULT_DOCUMENT.kinds[kind]
        ),
        actor=known.actor,
        reason=known.reason,
        recorded_at=known.recorded_at,
    )


def _kept(known: PolicyVersion) -> dict[str, object]:
    """Return a policy as the audit keeps it: values that are blocked by their number alone."""
    document = completed(known.document).model_dump(mode="json")
    for rules in document["kinds"].values():
        rules["blocked_values"] = len(rules["blocked_values"])
        rules["anchors"] = sorted(rules["anchors"])
    return {"version": known.version, **document}
