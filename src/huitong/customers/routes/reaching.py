"""What a narrowed caller may write: of customers that they see, for stores and staff of theirs."""

from collections.abc import Sequence
from typing import Protocol

from huitong.channels.model import Identifier
from huitong.customers.operations import Sees
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, CallerKind
from huitong.platform.db import ReadTx
from huitong.platform.seen import PlaceOutOfReach, Seen


class OfCustomer(Protocol):
    """An item of a request that is about one customer."""

    @property
    def customer_id(self) -> int:
        """Return whom it is about."""
        ...


def hold_customers(platform: Platform, tx: ReadTx, items: Sequence[OfCustomer], seen: Seen) -> None:
    """Refuse a request that names a customer whom the caller does not see.

    :raises CustomerNotFound: as for one who does not exist.
    """
    platform.hold("customer", tx, {one.customer_id for one in items}, seen)


def believed(identifiers: Sequence[Identifier], *, of: Caller) -> list[Identifier]:
    """Return identifiers as far as a caller is believed: what people say of them is no proof.

    Programs with a key have had them proved, by a code sent to the phone or by the platform.
    """
    if of.kind is CallerKind.KEY:
        return list(identifiers)
    return [one.model_copy(update={"verified": False}) for one in identifiers]


def sight(platform: Platform, seen: Seen) -> Sees | None:
    """Return what tells which customers a caller sees, or None where nothing is narrowed."""
    if seen.everything():
        return None
    return lambda tx, customer_ids: platform.among("customer", tx, customer_ids, seen)


def hold_place(seen: Seen, *, store: str | None, guide: str | None) -> None:
    """Refuse to take somebody in for a store, or a guide, of somebody else, by their codes.

    Who sees their own customers only has no store: they enrol for themselves, wherever that is.

    :raises PlaceOutOfReach: when neither is the caller's, or one of them is not.
    """
    if seen.everything():
        return
    stores, staff = set(seen.of_stores().values()), set(seen.staff.values())
    if guide not in staff and (guide or store not in stores):
        raise PlaceOutOfReach
    if store and store not in stores and not seen.selves:
        raise PlaceOutOfReach


def hold_party(seen: Seen, *, store_id: int | None, staff_id: int | None) -> None:
    """Refuse to give a customer to a store, or to staff, of somebody else.

    :raises PlaceOutOfReach: when it is not one of the caller's.
    """
    if seen.everything():
        return
    if store_id not in seen.of_stores() and staff_id not in seen.staff:
        raise PlaceOutOfReach
