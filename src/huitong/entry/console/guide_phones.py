"""HTTP: the telephone with which somebody of the staff signs in at the workbench of guides."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry.doors import phones
from huitong.entry.doors.phones import Phone, PhoneUnreadable
from huitong.org.model import NeedsEveryBrand, OrganisationChanged, StaffNotFound
from huitong.platform import audit, auth, clock, ids
from huitong.platform.audit import Act
from huitong.platform.auth import Caller, GuidePhoneTaken, Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, ExpectedVersion, IdText, Router, Running, etag

router = Router(tag="guide_phones")

StaffId = Annotated[int, IdText(auth.GUIDE_PREFIX)]


class StaffPhoneIn(BaseModel):
    """The telephone that somebody signs in with from now on; null: none."""

    phone: Phone | None


class StaffPhoneOut(BaseModel):
    """Whether somebody has a telephone to sign in with, and what may be seen of it."""

    is_set: bool
    masked: str | None = Field(
        examples=["139****1111"],
        description="Null without one, and of those set before it was kept.",
    )
    since: datetime | None
    version: int


@router.route(
    "GET", "/v1/staff/{staff_id}/phone", permission=Permission.ORG_WRITE, errors=[StaffNotFound]
)
def show_phone(
    platform: Running, caller: Calling, staff_id: Annotated[StaffId, Path()], response: Response
) -> StaffPhoneOut:
    """Show with which telephone somebody signs in, masked; `ETag` is the organisation's version."""
    with platform.database.reading(caller.scope()) as tx:
        _code(tx, staff_id)
        shown = _out(tx, staff_id)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.route(
    "PUT",
    "/v1/staff/{staff_id}/phone",
    permission=Permission.ORG_WRITE,
    errors=[
        StaffNotFound,
        PhoneUnreadable,
        GuidePhoneTaken,
        OrganisationChanged,
        NeedsEveryBrand,
    ],
)
def put_phone(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    staff_id: Annotated[StaffId, Path()],
    wanted: StaffPhoneIn,
    expected: ExpectedVersion,
    response: Response,
) -> StaffPhoneOut:
    """Let somebody sign in with a telephone, or with none; their sessions by another one end."""
    _hold_group(caller)
    phone = None if wanted.phone is None else phones.of_guide(wanted.phone)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        subject = f"staff:{_code(tx, staff_id)}"
        was = auth.guide_phone(tx, staff_id=staff_id) is not None
        if auth.put_guide_phone(tx, staff_id=staff_id, phone=phone, now=now):
            org.count_revision(tx, expected=expected, now=now)
            audit.record(
                tx,
                by=caller,
                act=Act.GUIDE_PHONE_PUT,
                subject=subject,
                before={"is_set": was},
                after={"is_set": phone is not None},
                now=now,
            )
        shown = _out(tx, staff_id)
    response.headers["ETag"] = etag(shown.version)
    return shown


def _hold_group(caller: Caller) -> None:
    if caller.brand_ids is not None:
        raise NeedsEveryBrand


def _code(tx: ReadTx, staff_id: int) -> str:
    found = org.staff_codes(tx).get(staff_id)
    if found is None:
        raise StaffNotFound(staff=ids.show(auth.GUIDE_PREFIX, staff_id))
    return found


def _out(tx: ReadTx, staff_id: int) -> StaffPhoneOut:
    found = auth.guide_phone(tx, staff_id=staff_id)
    return StaffPhoneOut(
        is_set=found is not None,
        masked=None if found is None else found.masked,
        since=None if found is None else found.recorded_at,
        version=org.revision(tx),
    )
