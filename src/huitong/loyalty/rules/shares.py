"""The shares of rules in a grant, in the form in which they are stored: the “why”."""

from collections.abc import Mapping, Sequence

import orjson

from huitong.loyalty.model import RuleShare


def shares_json(shares: Sequence[RuleShare]) -> str:
    """Return the shares of rules in the form in which they are stored."""
    parts = [
        {"rule": one.rule, "base_minor": one.base_minor, "amount": one.amount}
        | ({"capped_by": one.capped_by} if one.capped_by else {})
        for one in shares
    ]
    return orjson.dumps(parts).decode()


def shares_of(stored: Sequence[Mapping[str, str | int]]) -> tuple[RuleShare, ...]:
    """Return the shares of rules from the form in which they are stored."""
    return tuple(
        RuleShare(
            rule=str(part["rule"]),
            base_minor=int(part["base_minor"]),
            amount=int(part["amount"]),
            capped_by=str(part["capped_by"]) if "capped_by" in part else None,
        )
        for part in stored
    )
