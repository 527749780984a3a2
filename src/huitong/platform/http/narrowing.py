"""How a route serves callers who see some stores or customers only, and what it must show for it.

A route says nothing: then it is about the whole brand, and refuses them. What it says is checked
when it is written, so that a route which forgets its part cannot be imported.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from huitong.platform import ids
from huitong.platform.db import ReadTx
from huitong.platform.seen import Seen, Watched


class Narrowing(StrEnum):
    """What a route has to do with callers who see some stores or customers only.

    WHOLE refuses them. CUSTOMER and ORDER check the `customer_id` or `order_id` in the path before
    the function runs. NARROWED leaves it to the function, which takes `seen: Seeing`. ANYBODY has
    nothing of customers or stores in it.
    """

    WHOLE = "whole"
    CUSTOMER = "customer"
    ORDER = "order"
    NARROWED = "narrowed"
    ANYBODY = "anybody"

    def parameter(self) -> str | None:
        """Return the parameter of the path that is checked, or None where none is."""
        return f"{self}_id" if self in {Narrowing.CUSTOMER, Narrowing.ORDER} else None


def hold_declaration(narrowing: Narrowing, path: str, function: Callable[..., Any]) -> None:
    """Refuse a route whose function does not do what its narrowing says.

    :raises TypeError: with what is missing, when the route is written.
    """
    parameter = narrowing.parameter()
    if parameter is not None and f"{{{parameter}}}" not in path:
        message = f"{path} has no {{{parameter}}} to check: declare another narrowing."
        raise TypeError(message)
    takes = _takes_seen(function)
    if narrowing is Narrowing.NARROWED and not takes:
        message = f"{path} narrows by itself, so {function.__name__} takes “seen: Seeing”."
        raise TypeError(message)
    if takes and narrowing in {Narrowing.WHOLE, Narrowing.ANYBODY}:
        message = f"{path} takes “seen: Seeing” and refuses whom it would narrow: NARROWED is it."
        raise TypeError(message)


def hold_seen(tx: ReadTx, text: str, watched: Watched, seen: Seen) -> None:
    """Refuse an id of the path, as it is written, that the caller does not see.

    :raises DomainError: the refusal of an id that does not exist.
    """
    try:
        wanted = ids.read(watched.prefix, text)
    except ids.WrongId:
        raise watched.missing(text) from None
    if wanted not in watched.among(tx, [wanted], seen):
        raise watched.missing(text)


def _takes_seen(function: Callable[..., Any]) -> bool:
    hints = get_type_hints(function, include_extras=True)
    return any(
        get_origin(hint) is Annotated and get_args(hint)[0] is Seen for hint in hints.values()
    )
