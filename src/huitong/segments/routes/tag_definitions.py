"""HTTP in: definitions of tags, version by version."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import Response
from pydantic import BaseModel, ValidationError

from huitong import org
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, ExpectedVersion, Router, Running, etag
from huitong.segments.model.tag_versions import TagChanged, TagVersion, TooManyTags
from huitong.segments.model.tags import Tag, TagInvalid, TagNotFound
from huitong.segments.operations import tag_documents as operations
from huitong.segments.queries import tag_documents as documents
from huitong.segments.routes.definitions import BrandCode
from huitong.segments.routes.tags import TagCode, document_of

router = Router(tag="tag_definitions")


class VersionOut(BaseModel):
    """A definition that a tag had."""

    version: int
    changed_at: datetime | None
    changed_by: str | None
    document: dict[str, Any]


class VersionsOut(BaseModel):
    """The definitions that a tag had, the latest first."""

    items: list[VersionOut]


@router.route(
    "GET",
    "/v1/brands/{brand}/tags/{tag}/versions",
    permission=Permission.TAGS_READ,
    errors=[BrandNotFound, TagNotFound],
)
def list_versions(
    platform: Running, caller: Calling, brand: BrandCode, tag: TagCode
) -> VersionsOut:
    """List the definitions that a tag had, the latest first."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = documents.versions_of_tag(tx, brand_id=brand_id, code=tag)
    return VersionsOut(items=[_version(one) for one in found])


@router.route(
    "PUT",
    "/v1/brands/{brand}/tags/{tag}",
    permission=Permission.TAGS_WRITE,
    errors=[BrandNotFound, TagInvalid, TagChanged, TooManyTags],
)
def put_tag(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    tag: TagCode,
    wanted: dict[str, Any],
    expected: ExpectedVersion,
    response: Response,
) -> VersionOut:
    """Define a tag; `If-Match` is the version that was read, `"0"` for a new or a shipped one.

    The code is that of the path. The next refresh computes it. With its first own definition a
    brand takes over what is shipped, as it is now.
    """
    try:
        document = Tag.model_validate({**wanted, "code": tag})
    except ValidationError as trouble:
        raise TagInvalid.of_pydantic(trouble) from trouble
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        before = documents.tags_in_versions(tx, brand_id=brand_id).get(tag)
        kept = operations.put_tag(
            tx,
            document,
            brand_id=brand_id,
            expected_version=expected,
            actor=caller.actor(),
            now=now,
        )
        if before is None or kept.tag != before.tag:
            audit.record(
                tx,
                by=caller,
                act=Act.TAG_PUT,
                subject=f"tag:{brand}/{tag}",
                before=None if before is None else document_of(before.tag),
                after=document_of(kept.tag),
                brand_id=brand_id,
                now=now,
            )
    response.headers["ETag"] = etag(kept.version)
    return _version(kept)


@router.route(
    "DELETE",
    "/v1/brands/{brand}/tags/{tag}",
    permission=Permission.TAGS_WRITE,
    status_code=HTTPStatus.NO_CONTENT,
    errors=[BrandNotFound, TagNotFound, TagChanged, TagInvalid],
)
def archive_tag(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    tag: TagCode,
    expected: ExpectedVersion,
) -> None:
    """Stop computing a tag; its versions stay, and no tag may ask for it."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        operations.archive_tag(
            tx,
            brand_id=brand_id,
            code=tag,
            expected_version=expected,
            actor=caller.actor(),
            now=now,
        )
        audit.record(
            tx,
            by=caller,
            act=Act.TAG_ARCHIVE,
            subject=f"tag:{brand}/{tag}",
            before={"version": expected, "is_archived": False},
            after={"version": expected, "is_archived": True},
            brand_id=brand_id,
            now=now,
        )


def _version(found: TagVersion) -> VersionOut:
    return VersionOut(
        version=found.version,
        changed_at=found.changed_at,
        changed_by=found.changed_by,
        document=document_of(found.tag),
    )
