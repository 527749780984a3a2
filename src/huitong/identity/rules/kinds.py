"""The one table of identifier kinds: how to read each, where it is valid, what it proves."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from huitong.channels.model import IdentifierKind
from huitong.identity.model import Strength
from huitong.org.model import ChannelAccount

SEALED_PLACE = "identity.identifier"
MASKS = "*＊●•×"
SHOWN_CHARACTERS = 4
MAINLAND = "+86"
MAINLAND_PREFIXES = ("+86", "0086", "86")
MAINLAND_DIGITS = 11
INTERNATIONAL_DIGITS_MIN = 8
INTERNATIONAL_DIGITS_MAX = 15

_MOBILE = re.compile(r"1[3-9]\d{9}")
# A relay number: a mobile with an extension, or a service number that forwards calls.
_RELAY = re.compile(r"1[3-9]\d{9}\D{1,3}\d{1,6}|(95\d|400|800)\d{4,}\D*\d*")
_BETWEEN_DIGITS = re.compile(r"[\s\-‐-―().·/]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Unusable(Enum):
    """Why a value says nothing about who somebody is."""

    MASKED = "masked"
    VIRTUAL = "virtual number"
    BLOCKED = "blocked value"
    UNREADABLE = "unreadable"


class ScopeRule(Enum):
    """Where an identifier is valid when its source does not say."""

    EVERYWHERE = "everywhere"
    BRAND = "brand"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one kind of identifier is worth; `read` answers the normal form or why there is none."""

    verified: Strength
    unverified: Strength
    scope: ScopeRule
    read: Callable[[str], str | Unusable]


def normalised(kind: IdentifierKind, value: str) -> str | Unusable:
    """Return the one form of a value that all its spellings share, or why it is not usable."""
    return POLICIES[kind].read(value)


def scope_of(kind: IdentifierKind, scope: str, account: ChannelAccount) -> str:
    """Return where an identifier is valid: as its source says, else by the rule of its kind."""
    if not scope and POLICIES[kind].scope is ScopeRule.ACCOUNT:
        return f"{account.platform}:{account.code}"
    return scope_in_brand(kind, scope, account.brand_id)


def scope_in_brand(kind: IdentifierKind, scope: str, brand_id: int) -> str:
    """Return where an identifier is valid for somebody who asks within a brand."""
    rule = POLICIES[kind].scope
    if rule is ScopeRule.EVERYWHERE:
        return ""
    if not scope and rule is ScopeRule.BRAND:
        return f"brand:{brand_id}"
    return scope


def masked(kind: IdentifierKind, value: str) -> str:
    """Return as much of a normal form as people without the permission may see."""
    if kind is IdentifierKind.EMAIL:
        name, _, place = value.partition("@")
        return f"{name[:1]}***@{place}"
    if kind is IdentifierKind.PHONE:
        local = value.removeprefix(MAINLAND)
        return f"{local[:3]}****{local[-SHOWN_CHARACTERS:]}"
    hidden = len(value) <= 2 * SHOWN_CHARACTERS
    return "****" if hidden else f"****{value[-SHOWN_CHARACTERS:]}"


def _phone(value: str) -> str | Unusable:
    if len(value) == MAINLAND_DIGITS and value.isascii() and _MOBILE.fullmatch(value):
        return MAINLAND + value
    text = unicodedata.normalize("NFKC", value).strip()
    if _is_masked(value):
        return Unusable.MASKED
    tight = _BETWEEN_DIGITS.sub("", text)
    for prefix in MAINLAND_PREFIXES:
        local = tight.removeprefix(prefix)
        if _MOBILE.fullmatch(local) and local.isascii():
            return MAINLAND + local
        if _RELAY.fullmatch(text.removeprefix(prefix).lstrip()) or _has_extension(local):
            return Unusable.VIRTUAL
    abroad = "+" + tight[2:] if tight.startswith("00") else tight
    return _abroad(abroad)


def _abroad(text: str) -> str | Unusable:
    digits = text.removeprefix("+")
    is_number = text != digits and digits.isascii() and digits.isdigit()
    in_range = INTERNATIONAL_DIGITS_MIN <= len(digits) <= INTERNATIONAL_DIGITS_MAX
    # A mainland number that is no mobile is a place's, not a person's.
    if not is_number or not in_range or text.startswith(MAINLAND) or digits.startswith("0"):
        return Unusable.UNREADABLE
    return text


def _has_extension(local: str) -> bool:
    return len(local) > MAINLAND_DIGITS and _MOBILE.match(local) is not None


def _email(value: str) -> str | Unusable:
    if _is_masked(value):
        return Unusable.MASKED
    text = unicodedata.normalize("NFKC", value).strip().lower()
    return text if _EMAIL.fullmatch(text) else Unusable.UNREADABLE


def _opaque(value: str) -> str | Unusable:
    """Read an id that a platform made: its characters mean nothing and stay as they are."""
    text = value.strip()
    if "*" in text:
        return Unusable.MASKED
    return text or Unusable.UNREADABLE


def _number(value: str) -> str | Unusable:
    """Read a number that people type: width, case and spaces do not matter."""
    if value.isascii() and value.isdigit():
        return value
    if _is_masked(value):
        return Unusable.MASKED
    text = re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", value)).upper()
    return text if text.isalnum() else Unusable.UNREADABLE


def _is_masked(value: str) -> bool:
    return any(mask in value for mask in MASKS)


_PROVES, _SUGGESTS = Strength.PROVES, Strength.SUGGESTS

POLICIES: dict[IdentifierKind, Reading] = {
    IdentifierKind.PHONE: Reading(_PROVES, _PROVES, ScopeRule.EVERYWHERE, _phone),
    IdentifierKind.EMAIL: Reading(_PROVES, _SUGGESTS, ScopeRule.EVERYWHERE, _email),
    # One user in one shop, the same for every app.
    IdentifierKind.OUID: Reading(_PROVES, _PROVES, ScopeRule.ACCOUNT, _opaque),
    # One member of a brand over all its shops.
    IdentifierKind.OMID: Reading(_PROVES, _PROVES, ScopeRule.BRAND, _opaque),
    # One user as one app sees them.
    IdentifierKind.BUYER_OPEN_UID: Reading(_PROVES, _PROVES, ScopeRule.ACCOUNT, _opaque),
    IdentifierKind.JD_XID: Reading(_PROVES, _PROVES, ScopeRule.ACCOUNT, _opaque),
    IdentifierKind.YZ_OPEN_ID: Reading(_PROVES, _PROVES, ScopeRule.ACCOUNT, _opaque),
    IdentifierKind.DOUDIAN_OPEN_ID: Reading(_PROVES, _PROVES, ScopeRule.ACCOUNT, _opaque),
    IdentifierKind.OPENID: Reading(_PROVES, _PROVES, ScopeRule.ACCOUNT, _opaque),
    # One WeChat user over all apps of one developer account.
    IdentifierKind.UNIONID: Reading(_PROVES, _PROVES, ScopeRule.BRAND, _opaque),
    IdentifierKind.EXTERNAL_USERID: Reading(_PROVES, _PROVES, ScopeRule.ACCOUNT, _opaque),
    IdentifierKind.POS_CARD: Reading(_PROVES, _PROVES, ScopeRule.BRAND, _number),
    # A document nobody looked at is what somebody typed.
    IdentifierKind.DOCUMENT: Reading(_PROVES, _SUGGESTS, ScopeRule.EVERYWHERE, _number),
}
