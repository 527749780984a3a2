"""Makes a population from a seed."""

from dataclasses import dataclass

import numpy as np

from huitong_sandbox.population.model import (
    CHANNELS,
    DAY_SECONDS,
    DAYS,
    FIRST_DAY_SECONDS,
    NOBODY,
    Accounts,
    Cause,
    Flags,
    Numbers,
    Population,
    Rates,
)

QUARANTINE_DAYS = 90
UNION_SHARE = 0.7
MEMBER_ID_SHARE = 0.6


@dataclass(slots=True)
class _People:
    """People by number: phone, the one they change to and when, who lends them a phone."""

    phone: Numbers
    phone_later: Numbers
    changed_at: Numbers
    starts_at: Numbers
    is_recycled: Flags
    head: Numbers


def populate(*, people: int, seed: int, rates: Rates | None = None) -> Population:
    """Return so many people with all their accounts; the same seed makes the same people.

    Phones are numbered: the first ones of people, those they change to, those of clerks, and those
    that nobody has.
    """
    chosen = rates or Rates()
    chance = np.random.default_rng(seed)
    made = _people(chance, people, chosen)
    person, channel, is_second = _memberships(chance, people, chosen)
    count = len(person)
    first_at, last_at = _times(chance, person, made, chosen)
    accounts = Accounts(
        person=person,
        channel=channel,
        cause=np.zeros(count, np.int8),
        first_at=first_at,
        changed_at=np.clip(made.changed_at[person], first_at, last_at + 1),
        last_at=last_at,
        phone=np.where(first_at < made.changed_at[person], made.phone[person], NOBODY),
        phone_later=np.where(last_at >= made.changed_at[person], made.phone_later[person], NOBODY),
        relative_phone=np.full(count, NOBODY),
        union=_shared_id(
            chance, person, channel, UNION_SHARE, [each.has_union for each in CHANNELS]
        ),
        member_id=_shared_id(
            chance, person, channel, MEMBER_ID_SHARE, [each.has_member_id for each in CHANNELS]
        ),
        email=_shared_id(
            chance, person, channel, chosen.email_account, [each.has_email for each in CHANNELS]
        ),
        email_verified=chance.random(count) < chosen.email_verified,
    )
    accounts.union[is_second] = accounts.member_id[is_second] = NOBODY
    accounts.cause[accounts.phone_later != NOBODY] = Cause.CHANGED_PHONE
    _use_two_phones(chance, accounts, made, chosen)
    accounts.cause[made.is_recycled[person]] = Cause.RECYCLED
    accounts.cause[is_second] = Cause.SECOND_ACCOUNT
    clerks = max(people // chosen.people_per_clerk, 1)
    _mislead(chance, accounts, made, chosen, clerks)
    return Population(people, 2 * people + clerks + count, accounts)


def _people(chance: np.random.Generator, people: int, rates: Rates) -> _People:
    number = np.arange(people)
    changed = chance.random(people) < rates.changed_phone
    never = FIRST_DAY_SECONDS + 100 * DAYS * DAY_SECONDS
    day = chance.integers(DAYS // 4, DAYS, people)
    changed_at = np.where(changed, FIRST_DAY_SECONDS + day * DAY_SECONDS, never)
    starts = FIRST_DAY_SECONDS + chance.integers(0, DAYS * DAY_SECONDS // 2, people)
    made = _People(
        phone=number.copy(),
        phone_later=number + people,
        changed_at=changed_at,
        starts_at=starts,
        is_recycled=np.zeros(people, np.bool_),
        head=_heads(chance, people, rates),
    )
    givers = chance.choice(people, size=2 * int(people * rates.recycled), replace=False)
    givers, takers = np.split(givers, 2)
    given_at = FIRST_DAY_SECONDS + chance.integers(DAYS // 8, DAYS // 2, len(givers)) * DAY_SECONDS
    silent_days = QUARANTINE_DAYS + chance.exponential(rates.recycled_days, len(givers))
    made.changed_at[givers] = given_at
    made.changed_at[takers] = never
    made.phone[takers] = givers
    made.starts_at[givers] = FIRST_DAY_SECONDS
    made.starts_at[takers] = given_at + (silent_days * DAY_SECONDS).astype(np.int64)
    made.is_recycled[givers] = made.is_recycled[takers] = True
    return made


def _heads(chance: np.random.Generator, people: int, rates: Rates) -> Numbers:
    """Return who lends a phone to each; oneself as a rule."""
    head = np.arange(people)
    lending = np.flatnonzero(chance.random(people) < rates.household)
    head[np.minimum(lending + 1, people - 1)] = lending
    thirds = lending[chance.random(len(lending)) < rates.household_third]
    head[np.minimum(thirds + 2, people - 1)] = thirds
    head[lending] = lending
    return head


def _memberships(
    chance: np.random.Generator, people: int, rates: Rates
) -> tuple[Numbers, "np.ndarray[tuple[int], np.dtype[np.int8]]", Flags]:
    """Return person and channel of every account, and which are second ones; nobody has none."""
    has = np.stack([chance.random(people) < each.share for each in CHANNELS], axis=1)
    nowhere = ~has.any(axis=1)
    has[nowhere, chance.integers(0, len(CHANNELS), nowhere.sum())] = True
    person, channel = np.nonzero(has)
    again = chance.random(len(person)) < rates.second_account * people / len(person)
    persons = np.concatenate([person, person[again]])
    channels = np.concatenate([channel, channel[again]]).astype(np.int8)
    is_second = np.arange(len(persons)) >= len(person)
    return persons.astype(np.int64), channels, is_second


def _times(
    chance: np.random.Generator, person: Numbers, made: _People, rates: Rates
) -> tuple[Numbers, Numbers]:
    """Return when each account was first and last heard of."""
    count = len(person)
    wait = chance.exponential(rates.later_account_days * DAY_SECONDS, count).astype(np.int64)
    wait[np.unique(person, return_index=True)[1]] = 0
    first_at = made.starts_at[person] + wait
    active = chance.exponential(rates.active_days * DAY_SECONDS, count).astype(np.int64)
    return first_at, first_at + active


def _shared_id(
    chance: np.random.Generator,
    person: Numbers,
    channel: "np.ndarray[tuple[int], np.dtype[np.int8]]",
    share: float,
    where: list[bool],
) -> Numbers:
    """Return an id that is the same in several accounts of a person, where an account tells it."""
    told = np.array(where)[channel] & (chance.random(len(person)) < share)
    return np.where(told, person, NOBODY)


def _use_two_phones(
    chance: np.random.Generator, accounts: Accounts, made: _People, rates: Rates
) -> None:
    """Let some of those who never change their phone give now one number, now another."""
    people = len(made.phone)
    last = FIRST_DAY_SECONDS + DAYS * DAY_SECONDS
    has_two = (chance.random(people) < rates.two_phones) & (made.changed_at > last)
    has_two &= ~made.is_recycled
    where = has_two[accounts.person]
    person, count = accounts.person[where], where.sum()
    first, second = made.phone[person], made.phone_later[person]
    middle = (accounts.first_at[where] + accounts.last_at[where]) // 2
    accounts.changed_at[where] = middle
    accounts.phone[where] = np.where(chance.random(count) < 1 / 2, first, second)
    accounts.phone_later[where] = np.where(chance.random(count) < 1 / 2, first, second)
    accounts.cause[where] = Cause.TWO_PHONES


def _mislead(
    chance: np.random.Generator, accounts: Accounts, made: _People, rates: Rates, clerks: int
) -> None:
    """Let relatives' phones, clerks' phones, typos and masks take the place of the own phone."""
    count, people = len(accounts), len(made.phone)
    lent = made.head[accounts.person] != accounts.person
    lent &= chance.random(count) < rates.household_account
    accounts.cause[lent] = Cause.HOUSEHOLD
    accounts.relative_phone[lent] = made.phone[made.head[accounts.person[lent]]]
    only = lent & (chance.random(count) < rates.household_only)
    _replace(accounts, only, np.full(only.sum(), NOBODY), Cause.HOUSEHOLD)
    at_till = np.array([each.types_phones for each in CHANNELS])[accounts.channel]
    by_clerk = at_till & (chance.random(count) < rates.clerk_account)
    clerk = chance.integers(0, clerks, by_clerk.sum())
    _replace(accounts, by_clerk, 2 * people + clerk, Cause.CLERK)
    began = FIRST_DAY_SECONDS + (clerk * 37 % DAYS) * DAY_SECONDS
    within = chance.integers(0, rates.clerk_days * DAY_SECONDS, len(clerk))
    accounts.first_at[by_clerk] = accounts.last_at[by_clerk] = began + within
    typed = at_till & ~by_clerk & (chance.random(count) < rates.typo_account)
    wrong = 2 * people + clerks + np.flatnonzero(typed)
    hits = chance.random(len(wrong)) < rates.typo_of_somebody
    wrong[hits] = chance.integers(0, people, hits.sum())
    _replace(accounts, typed, wrong, Cause.TYPO)
    hides = np.array([each.hides_phones for each in CHANNELS])[accounts.channel]
    hidden = chance.random(count) < hides
    _replace(accounts, hidden, np.full(hidden.sum(), NOBODY), Cause.MASKED)


def _replace(accounts: Accounts, where: Flags, phone: Numbers, cause: Cause) -> None:
    accounts.phone[where] = phone
    accounts.phone_later[where] = NOBODY
    if cause is not Cause.HOUSEHOLD:
        accounts.relative_phone[where] = NOBODY
    accounts.changed_at[where] = accounts.last_at[where] + 1
    accounts.cause[where] = cause
