"""HTTP in: conditions and tags as people write them, read and told before they count."""

from typing import Any, TypeAlias

import yaml
from pydantic import BaseModel, Field, ValidationError

from huitong import org
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.conditions import (
    ConditionInvalid,
    Language,
    Problem,
    read_condition,
    sentence,
    write_condition,
)
from huitong.platform.http import Calling, Router, Running
from huitong.segments.model.tags import Tag, TagFault, TagInvalid
from huitong.segments.queries import tags as queries
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.routes.definitions import BrandCode
from huitong.segments.routes.tags import TagCode, document_of
from huitong.segments.rules.tag_plans import lineage_of

router = Router(tag="segments")

TEXT_LENGTH_MAX = 200_000

Document: TypeAlias = dict[str, Any]


class ConditionTextIn(BaseModel):
    """A condition, as a document or as the YAML or JSON of one."""

    condition: Document | None = None
    text: str | None = Field(None, max_length=TEXT_LENGTH_MAX)


class ConditionReadOut(BaseModel):
    """A condition that can be used: its document, as YAML, and as a sentence."""

    condition: Document
    yaml: str
    says: dict[str, str]


class TagTextIn(BaseModel):
    """The definition of a tag, as a document or as the YAML or JSON of one."""

    document: Document | None = None
    text: str | None = Field(None, max_length=TEXT_LENGTH_MAX)


class TagReadOut(BaseModel):
    """A definition that can be computed: its document, as YAML, and where it would come from."""

    document: Document
    yaml: str
    comes_from: list[str]


@router.route(
    "POST",
    "/v1/brands/{brand}/conditions/reading",
    permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound, ConditionInvalid],
)
def read_written_condition(
    platform: Running, caller: Calling, brand: BrandCode, written: ConditionTextIn
) -> ConditionReadOut:
    """Read a condition as somebody writes it; every fault is told at its place, nothing kept."""
    if written.text is None:
        document: object = written.condition
    else:
        try:
            document = yaml.safe_load(written.text)
        except (yaml.YAMLError, ValueError) as wrong:
            zh = f"这不是 YAML 或 JSON{_line(wrong, '（第 {} 行附近）')}"
            problem = Problem(
                "", f"this is no YAML or JSON{_line(wrong, ' (near line {})')}", (), zh
            )
            raise ConditionInvalid.of([problem]) from wrong
    condition = read_condition(document)
    with platform.database.reading(caller.scope()) as tx:
        speech = speech_kept(tx, brand_id=org.brand(tx, code=brand).id, cache=SETS)
    speech.check(condition)
    vocabulary = speech.words.vocabulary
    told = write_condition(condition)
    return ConditionReadOut(
        condition=told,
        yaml=as_yaml(told),
        says={
            language.value: sentence(
                condition, vocabulary, language=language, segments=speech.segments
            )
            for language in Language
        },
    )


@router.route(
    "POST",
    "/v1/brands/{brand}/tags/{tag}/reading",
    permission=Permission.TAGS_READ,
    errors=[BrandNotFound, TagInvalid],
)
def read_written_tag(
    platform: Running, caller: Calling, brand: BrandCode, tag: TagCode, written: TagTextIn
) -> TagReadOut:
    """Read a definition as somebody writes it; every fault is told at its place, nothing kept."""
    document: object = written.document
    if written.text is not None:
        try:
            document = yaml.safe_load(written.text)
        except (yaml.YAMLError, ValueError) as wrong:
            message = f"this is no YAML or JSON{_line(wrong, ' (near line {})')}"
            raise TagInvalid.of([TagFault("document", message)]) from wrong
    if not isinstance(document, dict):
        raise TagInvalid.of([TagFault("document", "a tag is a mapping with code, names, …")])
    try:
        found = Tag.model_validate({**document, "code": tag})
    except ValidationError as trouble:
        raise TagInvalid.of_pydantic(trouble) from trouble
    with platform.database.reading(caller.scope()) as tx:
        own = queries.definitions(tx, brand_id=org.brand(tx, code=brand).id)
    lineage = lineage_of({**own.tags, tag: found}, own.lookups, own.festivals)
    told = document_of(found)
    return TagReadOut(document=told, yaml=as_yaml(told), comes_from=list(lineage[tag]))


def as_yaml(document: Document) -> str:
    """Return a document as people read it."""
    text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    return text


def _line(wrong: Exception, form: str) -> str:
    mark = getattr(wrong, "problem_mark", None)
    return "" if mark is None else form.format(mark.line + 1)
