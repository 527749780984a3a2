"""HTTP in: channel accounts with what their feeds may be taken for, and touchpoints."""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, Field

from huitong import org
from huitong.org.model import (
    AccountListed,
    BelongsElsewhere,
    NeedsEveryBrand,
    NewChannelAccount,
    NewTouchpoint,
    OrganisationChanged,
    ShipsOnly,
    UnitNotFound,
)
from huitong.org.routes.asking import (
    ITEMS_MAX,
    Code,
    Name,
    Shown,
    hold_group,
    record,
    sides,
)
from huitong.platform import clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import (
    Calling,
    ExpectedVersion,
    IdText,
    Page,
    Paging,
    Router,
    Running,
    etag,
    page_of,
)

router = Router(tag="accounts")

# A code may be in every brand.
TOUCHPOINTS_MAX = 100 * ITEMS_MAX

AccountRef = Annotated[
    str, Field(pattern=r"^[^:]+:.+$", max_length=201, examples=["tmall:flagship"])
]


class ChannelAccountIn(BaseModel):
    """A shop, app or corp on one platform; its brand never changes."""

    brand: Code
    platform: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$", examples=["tmall"])]
    code: Code
    entity: Code = Field(description="The legal entity that owns it.")
    store: Code | None = None
    sees_orders: bool = True
    books_revenue: bool = True
    earns: bool = True
    fulfilment_only: bool = False


class ChannelAccountsIn(BaseModel):
    """Accounts that are added or changed."""

    items: Annotated[list[ChannelAccountIn], Field(min_length=1, max_length=ITEMS_MAX)]


class ChannelAccountOut(Shown):
    """A channel account, with what its feeds may be taken for."""

    id: Annotated[int, IdText("acc")]
    brand: str
    platform: str
    code: str
    entity: str
    store: str | None
    sees_orders: bool
    books_revenue: bool
    earns: bool
    fulfilment_only: bool


class ChannelAccountsOut(BaseModel):
    """The accounts that the caller sees."""

    version: int
    items: list[ChannelAccountOut]


class TouchpointIn(BaseModel):
    """A place where customers meet the brand."""

    brand: Code
    code: Code
    name: Name
    account: AccountRef | None = None


class TouchpointsIn(BaseModel):
    """Touchpoints that are added or changed."""

    items: Annotated[list[TouchpointIn], Field(min_length=1, max_length=ITEMS_MAX)]


class TouchpointOut(Shown):
    """A touchpoint, with its account as platform and code."""

    id: Annotated[int, IdText("tch")]
    brand: str
    code: str
    name: str
    account: str | None


class PutOut(BaseModel):
    """How many were sent, and how many of them differ from what was known."""

    sent: int
    changed: int


@router.route("GET", "/v1/organisation/accounts", permission=Permission.ORG_READ)
def list_accounts(platform: Running, caller: Calling, response: Response) -> ChannelAccountsOut:
    """List the channel accounts of the brands that the caller sees; `ETag` is the version."""
    with platform.database.reading(caller.scope()) as tx:
        shown = _accounts(tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.route(
    "PUT",
    "/v1/organisation/accounts",
    permission=Permission.ORG_WRITE,
    errors=[OrganisationChanged, UnitNotFound, BelongsElsewhere, ShipsOnly, NeedsEveryBrand],
)
def put_accounts(
    platform: Running,
    caller: Calling,
    wanted: ChannelAccountsIn,
    expected: ExpectedVersion,
    response: Response,
) -> ChannelAccountsOut:
    """Add accounts, or change what their feeds may be taken for; it counts for what comes later."""
    hold_group(caller)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        before = {ref(one): one for one in org.list_accounts(tx)}
        for one in wanted.items:
            there = before.get(ref(one))
            if there is not None and there.brand != one.brand:
                raise BelongsElsewhere(unit_code=ref(one), owner=there.brand)
        org.put_channel_accounts(tx, _new_accounts(tx, wanted.items), now=now)
        org.count_revision(tx, expected=expected, now=now)
        after = {ref(one): one for one in org.list_accounts(tx)}
        was, became = (sides("account", each) for each in (before, after))
        record(tx, caller, Act.ACCOUNT_PUT, was, became, now)
        shown = _accounts(tx)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.route("GET", "/v1/organisation/touchpoints", permission=Permission.ORG_READ)
def list_touchpoints(
    platform: Running,
    caller: Calling,
    paging: Paging,
    *,
    brand: Annotated[str | None, Query(max_length=100)] = None,
    text: Annotated[str, Query(max_length=100)] = "",
) -> Page[TouchpointOut]:
    """List the touchpoints of the brands that the caller sees, by brand and code."""
    place = paging.after(str, str)
    after = ("", "") if place is None else (str(place[0]), str(place[1]))
    with platform.database.reading(caller.scope()) as tx:
        found = org.list_touchpoints(
            tx, after=after, brand=brand, text=text.strip(), limit=paging.limit + 1
        )
    return page_of(
        found,
        limit=paging.limit,
        show=TouchpointOut.model_validate,
        place=lambda one: (one.brand, one.code),
    )


@router.route(
    "PUT",
    "/v1/organisation/touchpoints",
    permission=Permission.ORG_WRITE,
    errors=[UnitNotFound, NeedsEveryBrand],
)
def put_touchpoints(platform: Running, caller: Calling, wanted: TouchpointsIn) -> PutOut:
    """Add touchpoints or change them, by brand and code; a repeat changes nothing."""
    hold_group(caller)
    now = clock.now()
    codes = [one.code for one in wanted.items]
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brands = {one.code: one.id for one in org.brands(tx)}
        hold_known("brand", [one.brand for one in wanted.items], brands)
        accounts = {ref(one): one.id for one in org.list_accounts(tx)}
        hold_known("channel account", [one.account for one in wanted.items], accounts)
        before = _touchpoints(tx, codes)
        new = [
            NewTouchpoint(
                brands[one.brand],
                one.code,
                one.name,
                accounts[one.account] if one.account else None,
            )
            for one in wanted.items
        ]
        org.put_touchpoints(tx, new, now=now)
        changed = record(tx, caller, Act.TOUCHPOINT_PUT, before, _touchpoints(tx, codes), now)
    return PutOut(sent=len(codes), changed=len(changed))


def ref(one: ChannelAccountIn | AccountListed) -> str:
    """Return how an account is named: its platform and code."""
    return f"{one.platform}:{one.code}"


def hold_known(what: str, codes: Iterable[str | None], known: Collection[str]) -> None:
    """Refuse a code that the group does not have.

    :raises UnitNotFound: with what it was to be.
    """
    for code in codes:
        if code is not None and code not in known:
            raise UnitNotFound(what=what, unit_code=code)


def _accounts(tx: ReadTx) -> ChannelAccountsOut:
    found = org.list_accounts(tx)
    return ChannelAccountsOut(
        version=org.revision(tx), items=[ChannelAccountOut.model_validate(one) for one in found]
    )


def _new_accounts(tx: Tx, wanted: Sequence[ChannelAccountIn]) -> list[NewChannelAccount]:
    brands = {one.code: one.id for one in org.brands(tx)}
    hold_known("brand", [one.brand for one in wanted], brands)
    entities = org.find_legal_entities(tx, codes=[one.entity for one in wanted])
    hold_known("legal entity", [one.entity for one in wanted], entities)
    stores = org.find_stores(tx, codes=[one.store for one in wanted if one.store])
    hold_known("store", [one.store for one in wanted], stores)
    for one in wanted:
        if one.fulfilment_only and (one.books_revenue or one.earns):
            raise ShipsOnly(account=ref(one))
    return [
        NewChannelAccount(
            platform=one.platform,
            code=one.code,
            brand_id=brands[one.brand],
            legal_entity_id=entities[one.entity],
            store_id=stores[one.store] if one.store else None,
            sees_orders=one.sees_orders,
            books_revenue=one.books_revenue,
            earns=one.earns,
            fulfilment_only=one.fulfilment_only,
        )
        for one in wanted
    ]


def _touchpoints(tx: ReadTx, codes: Sequence[str]) -> dict[str, dict[str, object]]:
    found = org.list_touchpoints(tx, codes=codes, limit=TOUCHPOINTS_MAX)
    return sides("touchpoint", {f"{one.brand}/{one.code}": one for one in found})
