"""HTTP in: the names that several staff speak through."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, Field

from huitong import org
from huitong.org.model import NeedsEveryBrand, NewPersonaAccount, OrganisationChanged, UnitNotFound
from huitong.org.routes.accounts import AccountRef, hold_known, ref
from huitong.org.routes.asking import (
    ITEMS_MAX,
    Code,
    Name,
    Shown,
    day_of,
    hold_group,
    record,
    sides,
)
from huitong.platform import clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import Calling, ExpectedVersion, IdText, Router, Running, etag

router = Router(tag="personas")


class PersonaIn(BaseModel):
    """One name that several staff speak through; `staff` speak from today on."""

    account: AccountRef
    code: Code
    name: Name
    staff: Annotated[list[Code], Field(max_length=200)] = []


class PersonasIn(BaseModel):
    """Persona accounts that are added or changed."""

    items: Annotated[list[PersonaIn], Field(min_length=1, max_length=ITEMS_MAX)]


class PersonaOut(Shown):
    """A persona account with who speaks through it on the day."""

    id: Annotated[int, IdText("prs")]
    brand: str
    account: str
    code: str
    name: str
    staff: list[str]


class PersonasOut(BaseModel):
    """The persona accounts that the caller sees."""

    version: int
    day: date
    items: list[PersonaOut]


@router.route("GET", "/v1/organisation/personas", permission=Permission.ORG_READ)
def list_personas(platform: Running, caller: Calling, response: Response) -> PersonasOut:
    """List the persona accounts that the caller sees, with who speaks through them."""
    with platform.database.reading(caller.scope()) as tx:
        shown = _personas(tx, day_of(tx, clock.now(), None))
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.route(
    "PUT",
    "/v1/organisation/personas",
    permission=Permission.ORG_WRITE,
    errors=[OrganisationChanged, UnitNotFound, NeedsEveryBrand],
)
def put_personas(
    platform: Running,
    caller: Calling,
    wanted: PersonasIn,
    expected: ExpectedVersion,
    response: Response,
) -> PersonasOut:
    """Add persona accounts or rename them, and let staff speak through them from today on."""
    hold_group(caller)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        day = org.today(tx, now=now)
        before = _persona_sides(tx, day)
        _write(tx, wanted.items, day, now=now)
        org.count_revision(tx, expected=expected, now=now)
        record(tx, caller, Act.ACCOUNT_PUT, before, _persona_sides(tx, day), now)
        shown = _personas(tx, day)
    response.headers["ETag"] = etag(shown.version)
    return shown


def _personas(tx: ReadTx, day: date) -> PersonasOut:
    found = org.list_personas(tx, day=day)
    return PersonasOut(
        version=org.revision(tx),
        day=day,
        items=[PersonaOut.model_validate(one) for one in found],
    )


def _persona_sides(tx: ReadTx, day: date) -> dict[str, dict[str, object]]:
    found = org.list_personas(tx, day=day)
    return sides("persona", {f"{one.account}/{one.code}": one for one in found})


def _write(tx: Tx, wanted: Sequence[PersonaIn], day: date, *, now: datetime) -> None:
    accounts = {ref(one): one for one in org.list_accounts(tx)}
    hold_known("channel account", [one.account for one in wanted], accounts)
    brands = {one.code: one.id for one in org.brands(tx)}
    codes = sorted({code for one in wanted for code in one.staff})
    staff = org.find_staff(tx, codes=codes)
    hold_known("member of staff", codes, staff)
    new = [
        NewPersonaAccount(
            brands[accounts[one.account].brand], accounts[one.account].id, one.code, one.name
        )
        for one in wanted
    ]
    made = org.put_persona_accounts(tx, new, now=now)
    speakers = {
        persona_id: [staff[code] for code in one.staff]
        for persona_id, one in zip(made, wanted, strict=True)
    }
    org.speak_through(tx, speakers, day=day, now=now)
