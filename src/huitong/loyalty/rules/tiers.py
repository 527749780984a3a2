"""Which tier a growth value reaches, and why."""

from collections.abc import Sequence

from huitong.loyalty.model import (
    DowngradePolicy,
    Programme,
    Standing,
    Tier,
    TierExplanation,
)


def reached(programme: Programme, growth: int) -> Tier:
    """Return the highest tier that the growth value reaches; debt counts as nothing."""
    return [tier for tier in programme.tiers if tier.growth <= max(growth, 0)][-1]


def after(programme: Programme, standing: Standing | None, growth: int) -> Tier:
    """Return the tier a member has once their growth value is `growth`: up at once, down by policy.

    A tier that the programme no longer has counts as the lowest.
    """
    earned = reached(programme, growth)
    held = next((tier for tier in programme.tiers if standing and tier.code == standing.tier), None)
    if held is None or earned.growth >= held.growth:
        return earned
    return earned if programme.downgrade is DowngradePolicy.AT_ONCE else held


def at_least(programme: Programme, tier: Tier, brought: Sequence[str]) -> Tier:
    """Return the highest of a tier and those that a member brought along for a time."""
    kept = [one for one in programme.tiers if one.code in brought]
    return max([tier, *kept], key=lambda one: one.growth)


def explain(
    programme: Programme, standing: Standing, *, growth: int, pending_growth: int
) -> TierExplanation:
    """Return why a member has their tier, and how much growth the next one still needs."""
    codes = [tier.code for tier in programme.tiers]
    place = codes.index(standing.tier) if standing.tier in codes else 0
    held = programme.tiers[place]
    following = programme.tiers[place + 1] if place + 1 < len(codes) else None
    return TierExplanation(
        tier=held.code,
        names=held.names,
        growth=growth,
        since=standing.since,
        reached_at_growth=held.growth,
        next_tier=following.code if following else None,
        next_names=following.names if following else None,
        growth_missing=max(0, following.growth - growth) if following else 0,
        pending_growth=pending_growth,
    )
