"""What each kind of identifier may do where nobody decided otherwise, and why."""

from huitong.channels.model import IdentifierKind
from huitong.identity.model import Strength
from huitong.identity.rules.evidence import KindPolicy, PartitionPolicy

_PROVES, _SUGGESTS = Strength.PROVES, Strength.SUGGESTS
# The ids that platforms give: nobody types them in for somebody else, so they are what is counted
# around a phone or a card, what a record's evidence starts from, and what is believed first.
PLATFORM_KINDS = frozenset(
    {
        IdentifierKind.OUID,
        IdentifierKind.OMID,
        IdentifierKind.BUYER_OPEN_UID,
        IdentifierKind.JD_XID,
        IdentifierKind.YZ_OPEN_ID,
        IdentifierKind.DOUDIAN_OPEN_ID,
        IdentifierKind.OPENID,
        IdentifierKind.UNIONID,
        IdentifierKind.EXTERNAL_USERID,
    }
)
# An account is told with a few phones, cards and ids of other apps. Far more than that in one year
# is what a faulty export writes for everybody, or one login of a whole shop.
PLATFORM_NEIGHBOURS_MAX = 30
_ANCHORS = PLATFORM_KINDS | {IdentifierKind.POS_CARD}
# Measured on generated populations (docs/howto/identity-quality.md). One id a shop, app or brand: a
# second account and a relative's account on one's phone look the same, so one joins and the other
# waits for an operator. One phone at a time: two that are told over the same time are those of two
# relatives rather than of one person, while one after the other is a new number. Three years of
# silence: shorter ones tear more people apart than recycled numbers glue together.
DEFAULT_POLICY = PartitionPolicy(
    kinds={
        kind: KindPolicy(priority=1, living_max=1, neighbours_max=PLATFORM_NEIGHBOURS_MAX)
        for kind in PLATFORM_KINDS
    }
    | {
        IdentifierKind.DOCUMENT: KindPolicy(
            unverified=_SUGGESTS, living_max=1, neighbours_max=10, anchors=_ANCHORS, priority=2
        ),
        IdentifierKind.POS_CARD: KindPolicy(
            living_max=1, neighbours_max=6, anchors=frozenset(IdentifierKind), priority=3
        ),
        IdentifierKind.PHONE: KindPolicy(
            living_max=1,
            living_days=0,
            neighbours_max=10,
            anchors=_ANCHORS,
            expires_after_days=1095,
            priority=4,
        ),
        IdentifierKind.EMAIL: KindPolicy(
            unverified=_SUGGESTS, living_max=3, neighbours_max=10, anchors=_ANCHORS, priority=5
        ),
    },
    person_identifiers_max=60,
)
