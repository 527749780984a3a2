"""HTTP: users of the console, their roles and data scope; reset, lock and unlock."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from huitong.entry.console import people, places
from huitong.entry.console.people import UserNameWrong
from huitong.entry.console.places import Code, Known, NoSuchPlace, PlacesOut, Where
from huitong.entry.console.sessions import UserId
from huitong.org.model import BrandNotFound, PlaceKind
from huitong.platform import auth, clock
from huitong.platform.auth import (
    Caller,
    LastAdministrator,
    MoreThanHeld,
    NoSuchRole,
    NoSuchUser,
    OneTime,
    OwnRights,
    Permission,
    User,
    UserChanged,
    UserFilter,
    UserNameTaken,
    WiderThanSeen,
)
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import (
    Calling,
    ExpectedVersion,
    Page,
    Paging,
    Router,
    Running,
    etag,
    page_of,
)

router = Router(tag="users")

ROLES_OF_ONE_MAX = 20
GIVING = (NoSuchRole, MoreThanHeld, WiderThanSeen)
ABOUT_ONE = (NoSuchUser, OwnRights, *GIVING)

ShownName = Annotated[
    str, Field(min_length=1, max_length=auth.SHOWN_NAME_LENGTH_MAX, pattern=r"^[^\x00-\x1f]*$")
]
RoleCodes = Annotated[list[Code], Field(max_length=ROLES_OF_ONE_MAX)]


class RightsIn(BaseModel):
    """What people call somebody, what they may do and where."""

    shown_name: ShownName
    roles: RoleCodes
    where: Where = Where()
    staff: Code | None = Field(
        None,
        description="Who of the staff they are, by code; null: nobody. Left out, it stays.",
    )


class NewUser(RightsIn):
    """A user as they are added; they sign in under `name`."""

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class Resetting(BaseModel):
    """Whether the second factor is taken away, too, because its telephone is lost."""

    second_factor: bool = False


class UserOut(BaseModel):
    """A user with their rights."""

    id: UserId
    name: str
    shown_name: str
    roles: list[str]
    where: Where
    narrowed: bool
    staff: str | None = Field(
        description="Who of the staff they are: four eyes are those of two people."
    )
    must_change_password: bool
    second_factor: bool
    locked_at: datetime | None
    signed_in_at: datetime | None
    recorded_at: datetime
    version: int


class OneTimeOut(BaseModel):
    """A password that is good for one use until an instant; shown this once."""

    password: str
    until: datetime | None


class AddedOut(BaseModel):
    """A new user and the password with which they come in first."""

    user: UserOut
    one_time: OneTimeOut


@router.route("GET", "/v1/users", permission=Permission.USERS_READ)
def list_users(
    platform: Running,
    caller: Calling,
    paging: Paging,
    *,
    text: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")] = None,
    role: Annotated[str | None, Query(max_length=40, pattern=r"^[a-z0-9_]*$")] = None,
    locked: bool | None = None,
) -> Page[UserOut]:
    """List the users that the caller may see, oldest first, by a part of their name or a role."""
    place = paging.after(int)
    after = 0 if place is None else int(place[0])
    wanted = UserFilter(text=text or None, role=role or None, locked=locked)
    with platform.database.reading(caller.scope()) as tx:
        found = auth.list_users(tx, wanted, after=after, limit=paging.limit + 1)
        known = places.known(tx)
    return page_of(
        found,
        limit=paging.limit,
        show=lambda user: _out(user, known),
        place=lambda user: (user.id,),
    )


@router.route("GET", "/v1/users/places", permission=Permission.USERS_READ)
def list_places(platform: Running, caller: Calling) -> PlacesOut:
    """List everything that a data scope can name."""
    with platform.database.reading(caller.scope()) as tx:
        return places.listed(tx)


@router.route(
    "POST",
    "/v1/users",
    permission=Permission.USERS_WRITE,
    status_code=HTTPStatus.CREATED,
    errors=[*GIVING, UserNameTaken, UserNameWrong, NoSuchPlace, BrandNotFound],
)
def add_user(platform: Running, caller: Calling, new: NewUser) -> AddedOut:
    """Add a user who comes in first with a password for one use."""
    people.hold_name(new.name)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        added = people.add(
            tx,
            name=new.name,
            shown_name=new.shown_name.strip(),
            rights=places.read(tx, new.where, role_codes=new.roles),
            by=caller,
            now=now,
        )
        _link(tx, added.user.id, new, by=caller, now=now)
        shown = _one_out(tx, auth.user(tx, user_id=added.user.id))
        return AddedOut(user=shown, one_time=_one_time_out(added.one_time))


@router.route("GET", "/v1/users/{user_id}", permission=Permission.USERS_READ, errors=[NoSuchUser])
def show_user(
    platform: Running, caller: Calling, user_id: Annotated[UserId, Path()], response: Response
) -> UserOut:
    """Show one user with their rights."""
    with platform.database.reading(caller.scope()) as tx:
        found = auth.user(tx, user_id=user_id)
        response.headers["ETag"] = etag(found.version)
        return _one_out(tx, found)


@router.route(
    "PUT",
    "/v1/users/{user_id}",
    permission=Permission.USERS_WRITE,
    errors=[*ABOUT_ONE, UserChanged, LastAdministrator, NoSuchPlace, BrandNotFound],
)
def change_user(
    platform: Running,
    caller: Calling,
    *,
    user_id: Annotated[UserId, Path()],
    wanted: RightsIn,
    version: ExpectedVersion,
    response: Response,
) -> UserOut:
    """Give a user exactly these rights; their sessions end, the next has the new rights."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        people.change_rights(
            tx,
            user_id=user_id,
            rights=places.read(tx, wanted.where, role_codes=wanted.roles),
            expected_version=version,
            by=caller,
            now=now,
        )
        people.rename(tx, user_id=user_id, shown_name=wanted.shown_name.strip(), by=caller, now=now)
        _link(tx, user_id, wanted, by=caller, now=now)
        changed = auth.user(tx, user_id=user_id)
        response.headers["ETag"] = etag(changed.version)
        return _one_out(tx, changed)


@router.route(
    "POST",
    "/v1/users/{user_id}/reset",
    permission=Permission.USERS_WRITE,
    errors=ABOUT_ONE,
)
def reset_user(
    platform: Running, caller: Calling, user_id: Annotated[UserId, Path()], resetting: Resetting
) -> OneTimeOut:
    """Give a user a password for one use; every session of theirs ends."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        one_time = people.reset(
            tx, user_id=user_id, second_factor=resetting.second_factor, by=caller, now=now
        )
        name = auth.user(tx, user_id=user_id).name
    auth.forget_tries(platform.database, names=[name], now=now)
    return _one_time_out(one_time)


@router.route(
    "POST",
    "/v1/users/{user_id}/lock",
    permission=Permission.USERS_WRITE,
    errors=[*ABOUT_ONE, LastAdministrator],
)
def lock_user(platform: Running, caller: Calling, user_id: Annotated[UserId, Path()]) -> UserOut:
    """Keep a user out from now on; every session of theirs ends."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        return _one_out(tx, people.lock(tx, user_id=user_id, by=caller, now=now))


@router.route(
    "POST",
    "/v1/users/{user_id}/unlock",
    permission=Permission.USERS_WRITE,
    errors=ABOUT_ONE,
)
def unlock_user(platform: Running, caller: Calling, user_id: Annotated[UserId, Path()]) -> UserOut:
    """Let a user in again, and forget the tries in vain that make them wait."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        unlocked = people.unlock(tx, user_id=user_id, by=caller, now=now)
        shown = _one_out(tx, unlocked)
    auth.forget_tries(platform.database, names=[unlocked.name], now=now)
    return shown


def _link(tx: Tx, user_id: int, wanted: RightsIn, *, by: Caller, now: datetime) -> None:
    if "staff" in wanted.model_fields_set:
        staff_id = places.staff_id_of(tx, wanted.staff)
        people.link(tx, user_id=user_id, staff_id=staff_id, by=by, now=now)


def _one_out(tx: ReadTx, user: User) -> UserOut:
    return _out(user, places.known(tx))


def _out(user: User, known: Known) -> UserOut:
    return UserOut(
        id=user.id,
        name=user.name,
        shown_name=user.shown_name,
        roles=list(user.rights.role_codes),
        where=places.shown(user.rights, known),
        narrowed=user.rights.reach.narrows(),
        staff=None if user.staff_id is None else known.others.get((PlaceKind.STAFF, user.staff_id)),
        must_change_password=user.must_change_password,
        second_factor=user.has_second_factor,
        locked_at=user.locked_at,
        signed_in_at=user.signed_in_at,
        recorded_at=user.recorded_at,
        version=user.version,
    )


def _one_time_out(one_time: OneTime) -> OneTimeOut:
    return OneTimeOut(password=one_time.password, until=one_time.until)
