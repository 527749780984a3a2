"""Keeping definitions of tags: each change is a version, and what is kept can be computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huitong.platform.db import Tx
from huitong.segments.model.tag_versions import (
    PackChanged,
    PackVersion,
    TagChanged,
    TagVersion,
    TooManyTags,
)
from huitong.segments.model.tags import TAGS_MAX, Pack, Tag, TagNotFound
from huitong.segments.queries.tag_documents import pack_version, tag_version, without_tags
from huitong.segments.rules.tag_packs import DEFAULT_PACKS, shipped_pack
from huitong.segments.rules.tag_plans import lineage_of
from huitong.segments.tables import tag_documents as tables

# Who took over what is shipped, as the first change of a brand's own made it theirs.
SHIPPED_BY = "huitong"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a brand has of its own, locked."""

    packs: Mapping[str, PackVersion]
    tags: Mapping[str, TagVersion]

    @property
    def is_untouched(self) -> bool:
        return not self.packs and not self.tags

    def check(self, tags: Sequence[Tag], pack: Pack | None = None) -> None:
        """Refuse what could not be computed once these tags and this pack count.

        :raises TagInvalid: with everything that does not fit.
        :raises TooManyTags: when there would be more than a brand may have.
        """
        standing = {code: one.tag for code, one in self.tags.items() if not one.is_archived}
        after = {**standing, **{tag.code: tag for tag in tags}}
        if len(after) > TAGS_MAX:
            raise TooManyTags(tags=len(after))
        packs = {code: one.pack for code, one in self.packs.items()}
        packs |= {} if pack is None else {pack.code: pack}
        lookups = {one.field: one for each in packs.values() for one in each.lookups}
        festivals = {one.code: one for each in packs.values() for one in each.festivals}
        lineage_of(after, lookups, tuple(festivals.values()))


def install_pack(
    tx: Tx,
    pack: Pack,
    *,
    brand_id: int,
    actor: str,
    now: datetime,
    expected_version: int | None = None,
) -> int:
    """Take a pack's tags and fields over, and return how many tags are new or changed.

    `expected_version` is the version that the caller has read: 0 for a pack that the brand does not
    have or has as shipped, None to take whatever there is.

    :raises PackChanged: when the pack is not at `expected_version` any more.
    :raises TagInvalid: when something could not be computed with it.
    :raises TooManyTags: when the brand would have more than it may have.
    """
    kept = _lock(tx, brand_id)
    known = kept.packs.get(pack.code)
    version = known.version if known is not None else 0
    if expected_version is not None and expected_version != version:
        raise PackChanged(pack=pack.code, version=version, expected=expected_version)
    kept.check(pack.tags, pack)
    put = _Putting(tx, brand_id, actor, now)
    changed = len(put.tags(pack.tags))
    fields = pack.model_copy(update={"tags": ()})
    if known is None or known.pack != fields or changed:
        put.pack(fields)
    return changed


def put_tags(tx: Tx, tags: Sequence[Tag], *, brand_id: int, actor: str, now: datetime) -> int:
    """Define tags whatever was defined before, and return how many are new or changed.

    :raises TagInvalid: when something could not be computed with them.
    :raises TooManyTags: when the brand would have more than it may have.
    """
    _lock(tx, brand_id).check(tags)
    return len(_Putting(tx, brand_id, actor, now).tags(tags))


def put_tag(
    tx: Tx, tag: Tag, *, brand_id: int, expected_version: int | None, actor: str, now: datetime
) -> TagVersion:
    """Define one tag as a new version; the same definition as the newest one changes nothing.

    A brand that has the shipped tags keeps them: with its first own definition they become its own.
    `expected_version` is the version that the caller has read: 0 for a new tag or a shipped one,
    None to take whatever there is. An archived tag that is put again is there again.

    :raises TagChanged: when the tag is not at `expected_version` any more.
    :raises TagInvalid: when it, or a tag that asks for it, could not be computed.
    :raises TooManyTags: when the brand would have more than it may have.
    """
    kept = _own(tx, brand_id, now)
    known = kept.tags.get(tag.code)
    version = 0 if known is None else known.version
    if expected_version is not None and expected_version != version:
        raise TagChanged(tag=tag.code, version=version, expected=expected_version)
    kept.check([tag])
    if known is not None and known.tag == tag and not known.is_archived:
        return known
    put = _Putting(tx, brand_id, actor, now).tags([tag])
    if put != {tag.code: version + 1}:
        # Another transaction made it while this one had nothing to lock.
        raise TagChanged(tag=tag.code, version=put.get(tag.code, 0), expected=version)
    return TagVersion(tag, version + 1, now, actor, is_archived=False)


def archive_tag(
    tx: Tx,
    *,
    brand_id: int,
    code: str,
    actor: str,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Stop computing a tag; its versions and what was said of it stay.

    :raises TagNotFound: when the brand defines none of that code.
    :raises TagChanged: when it is not at `expected_version` any more.
    :raises TagInvalid: when another tag asks for it.
    """
    kept = _own(tx, brand_id, now)
    known = kept.tags.get(code)
    if known is None or known.is_archived:
        raise TagNotFound(code)
    if expected_version is not None and expected_version != known.version:
        raise TagChanged(tag=code, version=known.version, expected=expected_version)
    others = {name: one for name, one in kept.tags.items() if name != code}
    replace(kept, tags=others).check([])
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "code": code}
    tx.execute(tables.ARCHIVE_TAG, {"actor": actor, "now": now, **asked})


@dataclass(frozen=True, slots=True)
class _Putting:
    """Definitions on their way into a brand; `first_version` is that of what was not there."""

    tx: Tx
    brand_id: int
    actor: str
    now: datetime
    first_version: int = 1

    @property
    def constants(self) -> dict[str, object]:
        return {
            "group_id": self.tx.scope.group_id,
            "brand_id": self.brand_id,
            "actor": self.actor,
            "now": self.now,
            "first_version": self.first_version,
        }

    def tags(self, tags: Sequence[Tag]) -> Mapping[str, int]:
        """Write tags and return the versions of those that are new or changed."""
        rows = [(tag.code, tag.model_dump_json(by_alias=True)) for tag in tags]
        return dict(self.tx.write(tables.PUT_TAGS, tables.TAG, rows, self.constants))

    def pack(self, fields: Pack) -> None:
        """Write what tags of a pack are made from."""
        document = fields.model_dump_json()
        asked = {"code": fields.code, "document": document, **self.constants}
        self.tx.execute(tables.PUT_PACK, asked)


def _own(tx: Tx, brand_id: int, now: datetime) -> _Kept:
    """Return what a brand has of its own, locked; what is shipped becomes that where it has none.

    Else the shipped tags would be gone with the first definition of its own.
    """
    kept = _lock(tx, brand_id)
    if not kept.is_untouched:
        return kept
    put = _Putting(tx, brand_id, SHIPPED_BY, now, first_version=0)
    for code in DEFAULT_PACKS:
        put.tags(shipped_pack(code).tags)
        put.pack(without_tags(code))
    return _lock(tx, brand_id)


def _lock(tx: Tx, brand_id: int) -> _Kept:
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    packs = [pack_version(row) for row in tx.rows(tables.LOCK_PACKS, place)]
    tags = [tag_version(row) for row in tx.rows(tables.LOCK_TAGS, place)]
    return _Kept({one.pack.code: one for one in packs}, {one.tag.code: one for one in tags})
