"""What the platforms tell of a population, as rows of two identifiers that were told together."""

from dataclasses import dataclass, replace

import numpy as np

from huitong_sandbox.population.model import CHANNELS, NOBODY, Numbers, Population

# The classes of identifiers beside those of the channels, as (kind, scope).
PHONE, UNION, MEMBER_ID, EMAIL = (len(CHANNELS) + place for place in range(4))
CLASSES = (
    *((each.kind, f"{each.platform}:{each.code}") for each in CHANNELS),
    ("phone", ""),
    ("unionid", "brand"),
    ("omid", "brand"),
    ("email", ""),
)
JUNK_TOLD_MIN, JUNK_TOLD_MAX = 20, 400


@dataclass(frozen=True, slots=True)
class Tellings:
    """Rows: account `own` (an identifier too) was told with `other`, from a first time to a last.

    Identifiers are numbered: accounts first, then all others that are told. `class_of` gives each
    its place in `CLASSES`.
    """

    own: Numbers
    other: Numbers
    first_at: Numbers
    last_at: Numbers
    other_verified: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    class_of: "np.ndarray[tuple[int], np.dtype[np.uint16]]"


def tell(population: Population) -> Tellings:
    """Return everything that the platforms tell of the population."""
    accounts, people = population.accounts, population.people
    until, since = np.maximum(accounts.changed_at - 1, accounts.first_at), accounts.changed_at
    sources = [
        (PHONE, accounts.phone, accounts.first_at, np.minimum(until, accounts.last_at)),
        (PHONE, accounts.phone_later, since, np.maximum(since, accounts.last_at)),
        (PHONE, accounts.relative_phone, accounts.last_at, accounts.last_at),
        (UNION, accounts.union, accounts.first_at, accounts.last_at),
        (MEMBER_ID, accounts.member_id, accounts.first_at, accounts.last_at),
        (EMAIL, accounts.email, accounts.first_at, accounts.last_at),
    ]
    begins = {PHONE: 0}
    begins[UNION] = population.phones
    begins[MEMBER_ID] = begins[UNION] + people
    begins[EMAIL] = begins[MEMBER_ID] + people
    rows = [np.flatnonzero(value != NOBODY) for _, value, _, _ in sources]
    told = [begins[kind] + value[of] for (kind, value, _, _), of in zip(sources, rows, strict=True)]
    used, numbers = np.unique(np.concatenate(told), return_inverse=True)
    kinds = np.searchsorted(np.array(list(begins.values())), used, side="right") - 1
    own = np.concatenate(rows)
    return Tellings(
        own=own,
        other=len(accounts) + numbers,
        first_at=np.concatenate(
            [first[of] for (_, _, first, _), of in zip(sources, rows, strict=True)]
        ),
        last_at=np.concatenate(
            [last[of] for (_, _, _, last), of in zip(sources, rows, strict=True)]
        ),
        other_verified=np.concatenate(
            [
                accounts.email_verified[of] if kind == EMAIL else np.zeros(len(of), np.bool_)
                for (kind, _, _, _), of in zip(sources, rows, strict=True)
            ]
        ),
        class_of=np.concatenate([accounts.channel, kinds + PHONE]).astype(np.uint16),
    )


def provable(population: Population, tellings: Tellings) -> Numbers:
    """Return a label for each account: the same where one person's own evidence connects two.

    Evidence of a suggestion (an e-mail that nobody verified) connects nothing.
    """
    accounts = population.accounts
    proves = (tellings.class_of[tellings.other] != EMAIL) | tellings.other_verified
    own, other = tellings.own[proves], tellings.other[proves]
    _, place = np.unique(other * population.people + accounts.person[own], return_inverse=True)
    label = np.arange(len(accounts))
    while True:
        smallest = np.full(place.max(initial=0) + 1, len(accounts))
        np.minimum.at(smallest, place, label[own])
        better = label.copy()
        np.minimum.at(better, own, smallest[place])
        if np.array_equal(better, label):
            return label
        label = better


def inject_junk(tellings: Tellings, *, accounts: int, count: int, seed: int) -> Tellings:
    """Return the tellings with so many more identifiers that are told of strangers by the dozen."""
    chance = np.random.default_rng(seed)
    sizes = chance.integers(JUNK_TOLD_MIN, JUNK_TOLD_MAX, count)
    own = chance.integers(0, accounts, sizes.sum())
    junk = len(tellings.class_of) + np.repeat(np.arange(count), sizes)
    known_at = np.zeros(accounts, np.int64)
    known_at[tellings.own] = tellings.first_at
    known_at[known_at == 0] = tellings.first_at.min()
    return replace(
        tellings,
        own=np.concatenate([tellings.own, own]),
        other=np.concatenate([tellings.other, junk]),
        first_at=np.concatenate([tellings.first_at, known_at[own]]),
        last_at=np.concatenate([tellings.last_at, known_at[own]]),
        other_verified=np.concatenate([tellings.other_verified, np.zeros(len(own), np.bool_)]),
        class_of=np.concatenate([tellings.class_of, np.full(count, PHONE, np.uint16)]),
    )
