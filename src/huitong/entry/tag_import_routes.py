"""HTTP in: a file of what is said of customers by a tag, checked whole, then said at once."""

from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry import tag_file
from huitong.entry.tag_file import TagFileInvalid
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.errors import FieldValue, Refused
from huitong.platform.http import Calling, Router, Running
from huitong.segments.model.tags import TagNotFound
from huitong.segments.operations import tags as operations

router = Router(tag="tag_givings")

# What fits into a body: some 25,000 lines. `huitong tags import` takes a million.
TEXT_LENGTH_MAX = 900_000
LINES_MAX = 30_000
REFUSED_SHOWN_MAX = 100

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
TagCode: TypeAlias = Annotated[str, Path(max_length=50, description="The tag's code.")]


class TagFileIn(BaseModel):
    """A CSV file with the columns customer, value and, if need be, until."""

    name: str = Field(min_length=1, max_length=200, description="The file's name.")
    text: str = Field(min_length=1, max_length=TEXT_LENGTH_MAX)


class LineRefused(BaseModel):
    """A line that was not taken, counted from 1 with the header, and why."""

    line: int
    code: str
    reason: str
    facts: dict[str, FieldValue] = Field(description="What the sentence is about.")


class TagFileTaken(BaseModel):
    """What became of a file: how many lines count, and the first 100 that do not."""

    given: int
    refused: int
    lines: list[LineRefused]


@router.route(
    "POST",
    "/v1/brands/{brand}/tags/{tag}/imports",
    permission=Permission.TAGS_GIVE,
    errors=[BrandNotFound, TagNotFound, TagFileInvalid],
)
def import_file(
    platform: Running, caller: Calling, brand: BrandCode, tag: TagCode, file: TagFileIn
) -> TagFileTaken:
    """Say a tag of the customers of a file; a file with faults is refused whole.

    The next refresh counts it. A repeat changes nothing but who said it, and when.
    """
    lines = tag_file.read_text(file.name, file.text, lines_max=LINES_MAX)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        found = org.brand(tx, code=brand)
        results = operations.give(
            tx,
            [one.giving for one in lines],
            brand_id=found.id,
            tag=tag,
            actor=caller.actor(),
            now=now,
            today=now.astimezone(ZoneInfo(found.time_zone)).date(),
        )
        refused = [
            LineRefused(
                line=one.line,
                code=result.code,
                reason=result.reason,
                facts=dict(result.facts),
            )
            for one, result in zip(lines, results, strict=True)
            if isinstance(result, Refused)
        ]
        audit.record(
            tx,
            by=caller,
            act=Act.TAG_GIVE,
            subject=f"tag:{brand}/{tag}",
            after={"customers": len(lines) - len(refused), "lines": len(lines)},
            brand_id=found.id,
            now=now,
        )
    return TagFileTaken(
        given=len(lines) - len(refused), refused=len(refused), lines=refused[:REFUSED_SHOWN_MAX]
    )
