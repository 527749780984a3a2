"""What requests that change customers have in common: batches, keys, an answer an item."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform.errors import FieldValue, Ok, Result
from huitong.platform.http import IdText
from huitong.platform.ids import show

ITEMS_MAX = 1_000
RELATION_PREFIX = "rel"
BELONGING_PREFIX = "bel"
CLASSIFICATION_PREFIX = "cls"
STATEMENT_PREFIX = "sta"

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
RelationId: TypeAlias = Annotated[int, IdText(RELATION_PREFIX)]
BelongingId: TypeAlias = Annotated[int, IdText(BELONGING_PREFIX)]
ClassificationId: TypeAlias = Annotated[int, IdText(CLASSIFICATION_PREFIX)]
StatementId: TypeAlias = Annotated[int, IdText(STATEMENT_PREFIX)]
StaffId: TypeAlias = Annotated[int, IdText("stf")]
StoreId: TypeAlias = Annotated[int, IdText("sto")]
Words: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
Code: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]


class AnswerOut(BaseModel):
    """What came of one item, in the order asked; `code` and `reason` only when it was refused."""

    ok: bool
    id: str | None = Field(None, description="Of what was made or found.")
    code: str | None = None
    reason: str | None = None
    facts: dict[str, FieldValue] | None = Field(None, description="What the sentence is about.")


class AnswersOut(BaseModel):
    """One answer an item."""

    items: list[AnswerOut]


def answers(
    results: Sequence[Result[Mapping[str, int]] | Result[None]],
    *,
    name: str = "",
    prefix: str = "",
) -> AnswersOut:
    """Return the answers to a batch; `name` is what the id is called that `prefix` is shown of."""
    return AnswersOut(items=[_answer(result, name, prefix) for result in results])


def keys(key: str, count: int) -> list[str]:
    """Return a key for each item of a request."""
    return [f"{key}:{place}" for place in range(count)]


def _answer(result: Result[Mapping[str, int]] | Result[None], name: str, prefix: str) -> AnswerOut:
    if isinstance(result, Ok):
        made = result.value[name] if result.value and name else None
        return AnswerOut(ok=True, id=show(prefix, made) if made is not None else None)
    return AnswerOut(ok=False, code=result.code, reason=result.reason, facts=dict(result.facts))
