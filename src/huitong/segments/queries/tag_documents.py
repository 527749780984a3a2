"""Reads of what tags are defined by: a brand's tags and packs, version by version."""

from collections.abc import Mapping, Sequence

from huitong.platform.db import ReadTx
from huitong.segments.model.tag_versions import PackVersion, TagVersion
from huitong.segments.model.tags import Pack, Tag, TagNotFound
from huitong.segments.rules.tag_packs import DEFAULT_PACKS, shipped_pack
from huitong.segments.tables import tag_documents as tables

VERSIONS_SHOWN_MAX = 100


def tags_in_versions(tx: ReadTx, *, brand_id: int) -> Mapping[str, TagVersion]:
    """Return a brand's tags by code, archived ones too; as shipped until it has any of its own."""
    place = _place(tx, brand_id)
    found = [tag_version(row) for row in tx.rows(tables.TAGS_IN_VERSIONS, place)]
    if not found and not tx.rows(tables.PACKS_IN_VERSIONS, place):
        found = [as_shipped(tag) for code in DEFAULT_PACKS for tag in shipped_pack(code).tags]
    return {one.tag.code: one for one in found}


def versions_of_tag(tx: ReadTx, *, brand_id: int, code: str) -> Sequence[TagVersion]:
    """Return the definitions that a tag had, the latest first.

    :raises TagNotFound: when the brand has no such tag.
    """
    asked = {"code": code, "limit": VERSIONS_SHOWN_MAX, **_place(tx, brand_id)}
    found = [tag_version(row) for row in tx.rows(tables.VERSIONS_OF_TAG, asked)]
    if found:
        return found
    shipped = tags_in_versions(tx, brand_id=brand_id).get(code)
    if shipped is None:
        raise TagNotFound(code)
    return [shipped]


def packs_in_versions(tx: ReadTx, *, brand_id: int) -> Mapping[str, PackVersion]:
    """Return the packs of a brand by code, without tags, as shipped until it has any of its own."""
    place = _place(tx, brand_id)
    found = [pack_version(row) for row in tx.rows(tables.PACKS_IN_VERSIONS, place)]
    if not found and not tx.rows(tables.TAGS_IN_VERSIONS, place):
        found = [PackVersion(without_tags(code), 0, None, None) for code in DEFAULT_PACKS]
    return {one.pack.code: one for one in found}


def tag_version(row: Sequence[object]) -> TagVersion:
    """Return the tag of a row."""
    document, *rest = row
    return TagVersion(Tag.model_validate(document), *rest)  # type: ignore[arg-type] # in this order


def pack_version(row: Sequence[object]) -> PackVersion:
    """Return the pack of a row."""
    document, *rest = row
    return PackVersion(Pack.model_validate(document), *rest)  # type: ignore[arg-type] # the same


def as_shipped(tag: Tag) -> TagVersion:
    """Return a tag that nobody has changed."""
    return TagVersion(tag, 0, None, None, is_archived=False)


def without_tags(code: str) -> Pack:
    """Return what the tags of a shipped pack are made from."""
    return shipped_pack(code).model_copy(update={"tags": ()})


def _place(tx: ReadTx, brand_id: int) -> dict[str, object]:
    return {"group_id": tx.scope.group_id, "brand_id": brand_id}
