"""HTTP in: what people call whoever did something, for the ids that journals keep."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from huitong import org
from huitong.platform import audit, clock, ids
from huitong.platform.auth import GUIDE_PREFIX, KEY_PREFIX, USER_PREFIX, Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, Narrowing, Router, Running, Seeing
from huitong.platform.seen import Seen

router = Router(tag="actors")

ACTORS_MAX = 100
ACTOR_LENGTH_MAX = 200


class ActorNameOut(BaseModel):
    """Who acts, as journals keep it, and what colleagues call them; null: nobody knows."""

    id: str = Field(examples=["usr_0000000000g00"])
    name: str | None = Field(examples=["Wang Fang"])


class ActorNamesOut(BaseModel):
    """An answer for each that was asked for, in that order."""

    items: list[ActorNameOut]


@router.route("GET", "/v1/actors", permission=Permission.ACCOUNT_OWN, narrowing=Narrowing.NARROWED)
def name_actors(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    actor_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=ACTOR_LENGTH_MAX)]],
        Query(alias="id", min_length=1, max_length=ACTORS_MAX),
    ],
) -> ActorNamesOut:
    """Name users, machine keys and guides by the ids that journals keep; members stay ids.

    Whoever reads a journal may know which colleague is meant, so nothing but a sign-in is asked
    for. Guides are named to those who see their store; what is no such id has no name.
    """
    with platform.database.reading(caller.scope()) as tx:
        names = named(tx, actor_ids, seen)
    return ActorNamesOut(
        items=[ActorNameOut(id=one, name=names.get(one)) for one in dict.fromkeys(actor_ids)]
    )


def named(tx: ReadTx, actors: Sequence[str], seen: Seen) -> Mapping[str, str]:
    """Return what colleagues call users, keys and the guides whom the caller sees, by their ids."""
    return {**_accounts(tx, actors), **guides(tx, actors, seen)}


def _accounts(tx: ReadTx, actors: Sequence[str]) -> Mapping[str, str]:
    wanted = {*_read(USER_PREFIX, actors), *_read(KEY_PREFIX, actors)}
    return audit.names_of(tx, wanted)


def guides(tx: ReadTx, actors: Sequence[str], seen: Seen) -> Mapping[str, str]:
    """Return what guides whom the caller sees are called, else their codes, by their ids."""
    wanted = _read(GUIDE_PREFIX, actors)
    visible = {
        staff_id for staff_id in wanted.values() if seen.everything() or staff_id in seen.staff
    }
    if not visible:
        return {}
    today = org.today(tx, now=clock.now())
    found = org.list_staff(tx, day=today, staff_ids=visible, limit=len(visible))
    named = {one.id: one.name or one.code for one in found}
    return {actor: named[one] for actor, one in wanted.items() if one in named}


def _read(prefix: str, actors: Sequence[str]) -> dict[str, int]:
    """Return the ids among actors of one kind by how they are written; others are left out."""
    found: dict[str, int] = {}
    for actor in actors:
        if actor.startswith(f"{prefix}_"):
            try:
                found[actor] = ids.read(prefix, actor)
            except ids.WrongId:
                continue
    return found
