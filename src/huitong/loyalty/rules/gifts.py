"""What of a customer's gifts is due: one welcome, so many for each kind of document."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from huitong.loyalty.model import Gift, SurplusGifts, Withheld


class Due(NamedTuple):
    """How much of a gift should have been given by now, and why it is not all of it."""

    gift: Gift
    points: int
    withheld: Withheld | None

    @property
    def change(self) -> int:
        """Return how much is still to be given, below zero how much is to be taken back."""
        return self.points - (self.gift.granted - self.gift.clawed)


class Taker(NamedTuple):
    """What decides of a customer's gifts besides the gifts: what they are to the brand today.

    `lapsed` are the gifts whose points would have died by now.
    """

    is_member: bool
    has_left: bool
    lapsed: Collection[int] = ()


def due(gifts: Iterable[Gift], *, taker: Taker, surplus: SurplusGifts) -> list[Due]:
    """Return what is due of the gifts of one customer, those come by first leading.

    Who was here before and was forgotten gets nothing, and no other gift in its place. Of who has
    left nothing is taken back either: the end of a membership settled what they had. A gift that
    comes due when its points would be dead is not given.
    """
    taken: Counter[str] = Counter()
    answers = []
    for gift in sorted(gifts, key=lambda one: (one.happened_at, one.id)):
        withheld = _withheld(gift, is_member=taker.is_member, taken=taken[gift.kind])
        keeps = withheld is Withheld.SURPLUS and surplus is SurplusGifts.KEEP
        if withheld is not Withheld.NO_MEMBER:
            taken[gift.kind] += 1
        left = gift.granted - gift.clawed
        points = left if keeps or taker.has_left else 0 if withheld else gift.points
        answers.append(
            Due(gift, min(points, left) if gift.id in taker.lapsed else points, withheld)
        )
    return answers


def _withheld(gift: Gift, *, is_member: bool, taken: int) -> Withheld | None:
    if gift.withheld is Withheld.RETURNING:
        return Withheld.RETURNING
    if not is_member:
        return Withheld.NO_MEMBER
    return Withheld.SURPLUS if taken >= gift.most else None
