"""HTTP in: the packs of tags of a brand, and installing one."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Body, Path, Response
from pydantic import BaseModel, ValidationError

from huitong import org
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, ExpectedVersion, Router, Running, etag
from huitong.segments.model.tag_versions import (
    PackChanged,
    PackNotFound,
    PackVersion,
    TooManyTags,
)
from huitong.segments.model.tags import Pack, TagInvalid
from huitong.segments.operations.tag_documents import install_pack
from huitong.segments.queries.tag_documents import packs_in_versions
from huitong.segments.routes.definitions import BrandCode
from huitong.segments.rules.tag_packs import PACKS, shipped_pack

router = Router(tag="tag_packs")

PackCode: TypeAlias = Annotated[str, Path(max_length=50, description="The pack's code.")]
Document: TypeAlias = Annotated[
    dict[str, Any] | None, Body(description="A pack of your own; none for the shipped one.")
]


class PackTagOut(BaseModel):
    """A tag that a pack brings."""

    code: str
    names: dict[str, str]
    meaning: dict[str, str]


class PackOut(BaseModel):
    """A pack: whether it is shipped, which version of it the brand uses, if any, and its tags.

    Version 0 is the shipped one, in use because the brand has chosen nothing else. `tags` are
    those of the shipped pack; of a pack of the brand's own they are not kept apart.
    """

    code: str
    names: dict[str, str]
    is_shipped: bool
    is_used: bool
    version: int
    installed_at: datetime | None
    installed_by: str | None
    tags: list[PackTagOut]


class PacksOut(BaseModel):
    """The packs that a brand uses or could."""

    items: list[PackOut]


class InstalledOut(BaseModel):
    """A pack that was installed, and how many tags are new or changed by it."""

    code: str
    version: int
    changed_tags: int


@router.route(
    "GET", "/v1/brands/{brand}/packs", permission=Permission.TAGS_READ, errors=[BrandNotFound]
)
def list_packs(platform: Running, caller: Calling, brand: BrandCode) -> PacksOut:
    """List the packs that a brand uses, and the shipped ones that it could."""
    with platform.database.reading(caller.scope()) as tx:
        used = packs_in_versions(tx, brand_id=org.brand(tx, code=brand).id)
    return PacksOut(items=[_out(code, used.get(code)) for code in sorted({*used, *PACKS})])


@router.route(
    "PUT",
    "/v1/brands/{brand}/packs/{pack}",
    permission=Permission.TAGS_WRITE,
    errors=[BrandNotFound, PackNotFound, PackChanged, TagInvalid, TooManyTags],
)
def put_pack(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    pack: PackCode,
    expected: ExpectedVersion,
    response: Response,
    document: Document = None,
) -> InstalledOut:
    """Take the tags of a pack over; `If-Match` is the version that was read, `"0"` for a new one.

    The brand's own tags of other codes stay; tags of the same codes are replaced.
    """
    read = _read(pack, document)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        changed = install_pack(
            tx,
            read,
            brand_id=brand_id,
            expected_version=expected,
            actor=caller.actor(),
            now=now,
        )
        version = packs_in_versions(tx, brand_id=brand_id)[pack].version
        audit.record(
            tx,
            by=caller,
            act=Act.TAG_PACK_PUT,
            subject=f"tag_pack:{brand}/{pack}",
            after={"version": version, "changed_tags": changed},
            brand_id=brand_id,
            now=now,
        )
    response.headers["ETag"] = etag(version)
    return InstalledOut(code=pack, version=version, changed_tags=changed)


def _read(code: str, document: dict[str, Any] | None) -> Pack:
    """Return the pack that is meant.

    :raises PackNotFound: when there is no document, and no shipped pack of the code.
    :raises TagInvalid: with the place of every fault of the document.
    """
    if document is None:
        if code not in PACKS:
            raise PackNotFound(pack=code, shipped=", ".join(PACKS))
        return shipped_pack(code)
    try:
        return Pack.model_validate({**document, "code": code})
    except ValidationError as trouble:
        raise TagInvalid.of_pydantic(trouble) from trouble


def _out(code: str, used: PackVersion | None) -> PackOut:
    pack = used.pack if used is not None else shipped_pack(code)
    return PackOut(
        code=code,
        names=pack.names.model_dump(),
        is_shipped=code in PACKS,
        is_used=used is not None,
        version=0 if used is None else used.version,
        installed_at=None if used is None else used.installed_at,
        installed_by=None if used is None else used.installed_by,
        tags=[
            PackTagOut(
                code=tag.code, names=tag.names.model_dump(), meaning=tag.meaning.model_dump()
            )
            for tag in (shipped_pack(code).tags if code in PACKS else pack.tags)
        ],
    )
