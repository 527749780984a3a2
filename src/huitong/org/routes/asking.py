"""What requests about the organisation have in common: codes, days, answers a row, the audit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from huitong import org
from huitong.org.model import Dated, DatedKind, NeedsEveryBrand
from huitong.platform import audit
from huitong.platform.audit import Act, Acting, Change
from huitong.platform.auth import Caller
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import Refused, Result
from huitong.platform.http import IdText
from huitong.platform.ids import show

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ITEMS_MAX = 1_000
# The names of what is told by its code already.
TOLD_TWICE = frozenset({"operator_name", "region_names", "store_name"})
STORE_PREFIX = "sto"
STAFF_PREFIX = "stf"

Code: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$", examples=["S001"])
]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
StoreId: TypeAlias = Annotated[int, IdText(STORE_PREFIX)]
StaffId: TypeAlias = Annotated[int, IdText(STAFF_PREFIX)]


class Shown(BaseModel):
    """Reads its fields off what the domain lists."""

    model_config = ConfigDict(from_attributes=True)


class DatedOut(Shown):
    """What held from a day until another; without the second it still does."""

    kind: DatedKind
    within: str | None = Field(description="Of a region its hierarchy, of a unit its brand.")
    code: str
    name: str
    valid_from: date
    valid_until: date | None
    recorded_at: datetime


class RowOut(BaseModel):
    """What came of one row, in the order sent."""

    code: str
    state: Literal["added", "changed", "same", "refused"]
    id: str | None = None
    refusal: str | None = Field(None, description="The stable code of the refusal.")
    reason: str | None = None
    facts: dict[str, str | int | bool | None] | None = Field(
        None, description="What the reason was made of."
    )


class RowsOut(BaseModel):
    """What came of the rows; a refused one changed nothing and stops no other."""

    added: int
    changed: int
    same: int
    refused: int
    items: list[RowOut]


def history(found: Sequence[Dated]) -> list[DatedOut]:
    """Return dated facts as they are shown."""
    return [DatedOut.model_validate(one) for one in found]


def hold_group(caller: Caller) -> None:
    """Pass whoever sees every brand: the organisation is shared by all of them.

    :raises NeedsEveryBrand: when the caller sees some only.
    """
    if caller.brand_ids is not None:
        raise NeedsEveryBrand


def sides(kind: str, listed: Mapping[str, "DataclassInstance"]) -> dict[str, dict[str, object]]:
    """Return what is listed by its key, as the audit keeps it: without ids and counts."""
    return {
        f"{kind}:{key}": {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(one).items()
            if (isinstance(value, bool) or not isinstance(value, int)) and name not in TOLD_TWICE
        }
        for key, one in listed.items()
    }


def record(  # noqa: PLR0917 - the parts of one entry
    tx: Tx,
    by: Acting | str,
    act: Act,
    before: Mapping[str, Mapping[str, object]],
    after: Mapping[str, Mapping[str, object]],
    now: datetime,
) -> set[str]:
    """Write an entry for everything that differs, and return the subjects of it."""
    changes = [
        Change(subject=subject, before=before.get(subject), after=one)
        for subject, one in after.items()
        if before.get(subject) != one
    ]
    audit.record_all(tx, changes, by=by, act=act, now=now)
    return {change.subject for change in changes}


def rows_out(  # noqa: PLR0917 - the parts of one answer
    kind: str,
    prefix: str,
    codes: Sequence[str],
    results: Sequence[Result[int]],
    before: Collection[str],
    changed: Collection[str],
) -> RowsOut:
    """Return what came of rows; `before` are the subjects there were, `changed` what differs."""
    items = []
    for code, result in zip(codes, results, strict=True):
        if isinstance(result, Refused):
            items.append(
                RowOut(
                    code=code,
                    state="refused",
                    refusal=result.code,
                    reason=result.reason,
                    facts=dict(result.facts),
                )
            )
            continue
        state: Literal["added", "changed", "same"] = (
            "changed" if f"{kind}:{code}" in changed else "same"
        )
        if f"{kind}:{code}" not in before:
            state = "added"
        items.append(RowOut(code=code, state=state, id=show(prefix, result.value)))
    counted = [one.state for one in items]
    return RowsOut(
        added=counted.count("added"),
        changed=counted.count("changed"),
        same=counted.count("same"),
        refused=counted.count("refused"),
        items=items,
    )


def day_of(tx: ReadTx, now: datetime, given: date | None) -> date:
    """Return the day that is asked for, else today's."""
    return given or org.today(tx, now=now)
