"""HTTP in: what is right of a customer, and what does not hold any more."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from huitong import customers
from huitong.channels.model import Gender
from huitong.customers.model import Correction
from huitong.customers.routes.asking import (
    ITEMS_MAX,
    STATEMENT_PREFIX,
    AnswersOut,
    ClassificationId,
    CustomerId,
    StatementId,
    Words,
    answers,
    keys,
)
from huitong.customers.routes.reaching import hold_customers
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.errors import Result
from huitong.platform.http import Calling, Narrowing, RequestKey, Router, Running, Seeing

router = Router(tag="customers")


class CorrectionIn(BaseModel):
    """What is right of a customer; `cleared` are fields of which nothing is known."""

    customer_id: CustomerId
    name: str | None = Field(None, max_length=200)
    gender: Gender | None = None
    birthday_on: date | None = None
    city: str | None = Field(None, max_length=200)
    cleared: Annotated[list[str], Field(max_length=10)] = Field(default_factory=list)
    reason: Words


class CorrectionsIn(BaseModel):
    """Corrections of profiles."""

    items: Annotated[list[CorrectionIn], Field(min_length=1, max_length=ITEMS_MAX)]


class WithdrawalsIn(BaseModel):
    """Corrections that do not hold any more, or classes."""

    statement_ids: Annotated[list[StatementId], Field(max_length=ITEMS_MAX)] = Field(
        default_factory=list
    )
    classification_ids: Annotated[list[ClassificationId], Field(max_length=ITEMS_MAX)] = Field(
        default_factory=list
    )


@router.route(
    "POST",
    "/v1/customers/corrections",
    permission=Permission.CUSTOMERS_WRITE,
    narrowing=Narrowing.NARROWED,
)
def correct(
    platform: Running, caller: Calling, seen: Seeing, key: RequestKey, asked: CorrectionsIn
) -> AnswersOut:
    """Correct profiles; a correction leads over every source until it is withdrawn."""
    now = clock.now()
    corrections = [
        Correction(
            customer_id=one.customer_id,
            actor=caller.actor(),
            reason=one.reason,
            name=one.name,
            gender=one.gender,
            birthday_on=one.birthday_on,
            city=one.city,
            cleared=tuple(one.cleared),
            key=item_key,
        )
        for item_key, one in zip(keys(key, len(asked.items)), asked.items, strict=True)
    ]

    def work(tx: Tx) -> list[Result[Mapping[str, int]]]:
        hold_customers(platform, tx, asked.items, seen)
        return customers.correct(tx, corrections, now=now)

    results = platform.database.do(caller.scope(), work, now=now)
    return answers(results, name="statement_id", prefix=STATEMENT_PREFIX)


@router.route("POST", "/v1/customers/withdrawals", permission=Permission.CUSTOMERS_WRITE)
def withdraw(
    platform: Running, caller: Calling, _key: RequestKey, asked: WithdrawalsIn
) -> AnswersOut:
    """Take corrections and classes back; what does not stand is refused and changes nothing."""
    now = clock.now()
    actor = caller.actor()

    def work(tx: Tx) -> list[Result[None]]:
        return [
            *customers.withdraw_corrections(tx, asked.statement_ids, actor=actor, now=now),
            *customers.withdraw_classifications(tx, asked.classification_ids, actor=actor, now=now),
        ]

    return answers(platform.database.do(caller.scope(), work, now=now))
