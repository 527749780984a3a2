"""The nouns of a population: channels, accounts of people, and why some mislead."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

NOBODY = -1
DAY_SECONDS = 86_400
FIRST_DAY_SECONDS = 1_609_459_200  # 2021-01-01
DAYS = 1_826  # five years


class Channel(NamedTuple):
    """A shop or app of one platform, the kind of id it knows people by, and who is there.

    `share` is how many of all people have an account; `hides_phones` how many accounts show only a
    masked phone; `types_phones` tells whether somebody at a till types them in.
    """

    platform: str
    code: str
    kind: str
    share: float
    hides_phones: float = 0.0
    types_phones: bool = False
    has_union: bool = False
    has_member_id: bool = False
    has_email: bool = False


CHANNELS = (
    Channel("tmall", "flagship", "ouid", 0.45, hides_phones=0.15, has_member_id=True),
    Channel("tmall", "outlet", "ouid", 0.12, hides_phones=0.15, has_member_id=True),
    Channel("jd", "flagship", "jd_xid", 0.25, hides_phones=0.20),
    Channel("douyin", "shop", "doudian_open_id", 0.20, hides_phones=0.20),
    Channel("youzan", "shop", "yz_open_id", 0.20, has_union=True, has_email=True),
    Channel("wechat", "mini", "openid", 0.40, has_union=True, has_email=True),
    Channel("pos", "stores", "pos_card", 0.50, types_phones=True),
)


class Cause(IntEnum):
    """What is particular about an account, for a report by cause."""

    PLAIN = 0
    HOUSEHOLD = 1
    RECYCLED = 2
    CLERK = 3
    TYPO = 4
    MASKED = 5
    SECOND_ACCOUNT = 6
    CHANGED_PHONE = 7
    TWO_PHONES = 8


@dataclass(frozen=True, slots=True)
class Rates:
    """How often people do what misleads; shares of people, or of accounts where it says so.

    A head of a household lends the phone to one or two others: `household_account` of their
    accounts tell it, as contact of orders, and some of those never told the own phone. Operators
    give one or two numbers of a hundred to somebody else each year, but few of those have two
    owners who are customers; the number was silent for 90 days and then some, `recycled_days` on
    average. Platforms hold a phone to one account, so second accounts are rare. A clerk types the
    own phone for `clerk_account` of the accounts at the till.
    """

    household: float = 0.03
    household_account: float = 0.15
    household_only: float = 0.3
    household_third: float = 0.3
    changed_phone: float = 0.12
    two_phones: float = 0.03
    recycled: float = 0.002
    recycled_days: int = 600
    clerk_account: float = 0.03
    people_per_clerk: int = 4_000
    clerk_days: int = 300
    typo_account: float = 0.01
    typo_of_somebody: float = 0.02
    second_account: float = 0.01
    later_account_days: int = 250
    active_days: int = 400
    email_account: float = 0.15
    email_verified: float = 0.3


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts by number: whose, where, what is told of each and when.

    `phone` is told from `first_at` until `changed_at`, `phone_later` from then on until `last_at`,
    and `relative_phone` at `last_at`.
    Phones, unions, member ids and e-mails are numbers; -1 is none. Instants are seconds since 1970.
    """

    person: Numbers
    channel: NDArray[np.int8]
    cause: NDArray[np.int8]
    first_at: Numbers
    changed_at: Numbers
    last_at: Numbers
    phone: Numbers
    phone_later: Numbers
    relative_phone: Numbers
    union: Numbers
    member_id: Numbers
    email: Numbers
    email_verified: Flags

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True)
class Population:
    """So many people and their accounts; `phones` is how many numbers there are."""

    people: int
    phones: int
    accounts: Accounts
