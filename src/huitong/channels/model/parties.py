"""Who takes part in an order, and how they are known."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from huitong.channels.model.records import Key, Part, Text


class IdentifierKind(StrEnum):
    """What kind of name a platform or a person gives to a person (decision 2, channels.md §5)."""

    PHONE = "phone"
    EMAIL = "email"
    OUID = "ouid"
    OMID = "omid"
    BUYER_OPEN_UID = "buyer_open_uid"
    JD_XID = "jd_xid"
    YZ_OPEN_ID = "yz_open_id"
    DOUDIAN_OPEN_ID = "doudian_open_id"
    OPENID = "openid"
    UNIONID = "unionid"
    EXTERNAL_USERID = "external_userid"
    POS_CARD = "pos_card"
    DOCUMENT = "document"


class PartyRole(StrEnum):
    """Who somebody is to an order; only the buyer earns, and a receiver is never merged."""

    BUYER = "buyer"
    PAYER = "payer"
    RECEIVER = "receiver"
    PROXY = "proxy"


class Identifier(Part):
    """One name of a person; `scope` is the shop, app or corp it is valid in, empty when global."""

    kind: IdentifierKind
    value: Key
    scope: Text = ""
    verified: bool = False


class Party(Part):
    """Somebody on an order, by the identifiers the source gave."""

    role: PartyRole
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=20)]
