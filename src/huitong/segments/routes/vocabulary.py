"""HTTP in: the words that conditions of a brand may use, and the values that occur."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from huitong import org
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.conditions import FieldType, Unit, describe
from huitong.platform.conditions.checking import Feature
from huitong.platform.http import Calling, Router, Running
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.definitions import FieldNotListed
from huitong.segments.queries import field_values
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.routes.definitions import BrandCode

router = Router(tag="segments")

SEARCH_LENGTH_MAX = 100
VALUES_SHOWN_MAX = 100


class ConditionNamesOut(BaseModel):
    """What people call it."""

    zh: str
    en: str


class ConditionWordOut(BaseModel):
    """A code and what people call it."""

    code: str
    names: ConditionNamesOut


class ConditionFieldOut(BaseModel):
    """A field: what it holds, its listed values, and what can be asked of it.

    What is not `at_once` is computed on the lake, which can take seconds the first time.
    """

    code: str
    type: FieldType
    unit: Unit | None
    names: ConditionNamesOut
    values: list[ConditionWordOut]
    operators: list[ConditionWordOut]
    at_once: bool


class ConditionMeasureOut(BaseModel):
    """What facts come to, and the fields it can be taken of; none where it needs none."""

    code: Literal["count", "sum", "distinct", "max", "days_since_last", "days_since_first"]
    names: ConditionNamesOut
    fields: list[str]


class ConditionFactsOut(BaseModel):
    """A kind of facts: what customers did, which field is its time, its fields and measures."""

    code: str
    names: ConditionNamesOut
    verb: ConditionNamesOut
    time: str
    fields: list[ConditionFieldOut]
    measures: list[ConditionMeasureOut]


class VocabularyOut(BaseModel):
    """What conditions may speak of."""

    use: ConditionNamesOut
    features: list[Feature]
    fields: list[ConditionFieldOut]
    facts: list[ConditionFactsOut]


class ConditionValueOut(BaseModel):
    """A value that occurs, and how many customers have it."""

    value: str
    names: ConditionNamesOut
    customers: int


class ConditionValuesOut(BaseModel):
    """The values of a field that occur most; not `is_whole` when there are more."""

    items: list[ConditionValueOut]
    is_whole: bool
    lake_as_of: datetime | None


@router.route(
    "GET",
    "/v1/brands/{brand}/vocabulary",
    permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound],
)
def show_vocabulary(platform: Running, caller: Calling, brand: BrandCode) -> VocabularyOut:
    """Show what conditions of a brand may speak of: fields, facts, values, operators.

    What the caller may not ask of customers is left out.
    """
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        speech = speech_kept(tx, brand_id=brand_id, cache=SETS)
    words = VocabularyOut.model_validate(describe(speech.words.vocabulary))
    may = caller.permissions
    return words.model_copy(
        update={
            "fields": [one for one in words.fields if not speech.missing(may, fields=[one.code])],
            "facts": [one for one in words.facts if not speech.missing(may, facts=[one.code])],
        }
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/vocabulary/values",
    permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound, FieldNotListed, LakeEmpty],
)
def list_values(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    field: Annotated[str, Query(max_length=110, description="A field that holds texts.")],
    facts: Annotated[
        str | None, Query(max_length=50, description="Of these facts instead of customers.")
    ] = None,
    search: Annotated[
        str, Query(max_length=SEARCH_LENGTH_MAX, description="What the value or its name contains.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=VALUES_SHOWN_MAX)] = 50,
) -> ConditionValuesOut:
    """List the values of a field that holds texts, those of most customers first."""
    with platform.database.reading(caller.scope()) as tx:
        found = field_values.values_of(
            tx,
            brand=org.brand(tx, code=brand),
            field=field,
            facts=facts,
            open_lake=platform.open_lake,
            now=clock.now(),
        )
        shown = field_values.searched(found, search, limit=limit + 1)
    items = [
        ConditionValueOut(
            value=one.value,
            names=ConditionNamesOut(zh=one.name, en=one.name),
            customers=one.customers,
        )
        for one in shown[:limit]
    ]
    return ConditionValuesOut(
        items=items, is_whole=len(shown) <= limit, lake_as_of=found.lake_as_of
    )
