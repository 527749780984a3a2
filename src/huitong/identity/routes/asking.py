"""What the requests of identity have in common: ids, reasons, identifiers, whose scope."""

from collections.abc import Collection
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel, Field

from huitong.channels.model import IdentifierKind
from huitong.identity.model import (
    IDENTIFIER_PREFIX,
    MERGE_PREFIX,
    PERSON_PREFIX,
    REVIEW_PREFIX,
    IdentifierShown,
    PersonNotFound,
    SeesNotEveryBrand,
)
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller
from huitong.platform.db import ReadTx, Scope
from huitong.platform.http import IdText
from huitong.platform.ids import show

PersonId: TypeAlias = Annotated[int, IdText(PERSON_PREFIX)]
IdentifierId: TypeAlias = Annotated[int, IdText(IDENTIFIER_PREFIX)]
ReviewId: TypeAlias = Annotated[int, IdText(REVIEW_PREFIX)]
MergeId: TypeAlias = Annotated[int, IdText(MERGE_PREFIX)]
BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
Reason: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]


class IdentifierOut(BaseModel):
    """An identifier, masked."""

    id: IdentifierId
    kind: IdentifierKind
    scope: str
    masked: str = Field(examples=["138****5678"])
    verified: bool


class ReasonIn(BaseModel):
    """Why somebody decides."""

    reason: Reason


class DoneOut(BaseModel):
    """Whether any person changed by it."""

    changed: bool


def every_brand(caller: Caller) -> Scope:
    """Return the scope in which persons change.

    :raises SeesNotEveryBrand: when the caller's key is for some brands only.
    """
    if caller.brand_ids is not None:
        raise SeesNotEveryBrand
    return caller.scope()


def hold_persons(platform: Platform, tx: ReadTx, person_ids: Collection[int]) -> None:
    """Refuse persons whom only brands know that the caller does not see.

    :raises PersonNotFound: as for one who does not exist.
    """
    if unknown := set(person_ids) - platform.known_persons(tx, person_ids):
        raise PersonNotFound(person_id=min(unknown))


def identifier_out(one: IdentifierShown) -> IdentifierOut:
    """Return an identifier as requests see it."""
    return IdentifierOut(
        id=one.id, kind=one.kind, scope=one.scope, masked=one.masked, verified=one.verified
    )


def review_name(review_id: int) -> str:
    """Return a review as the audit names it."""
    return show(REVIEW_PREFIX, review_id)


def person_name(person_id: int) -> str:
    """Return a person as the audit names them."""
    return show(PERSON_PREFIX, person_id)


def merge_name(merge_id: int) -> str:
    """Return a merge as the audit names it."""
    return show(MERGE_PREFIX, merge_id)


def identifier_name(identifier_id: int) -> str:
    """Return an identifier as the audit names it."""
    return show(IDENTIFIER_PREFIX, identifier_id)
