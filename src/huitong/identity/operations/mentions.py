"""Reads which identifiers the records of a page name, each in its one normal form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from huitong.channels.model import (
    Identifier,
    IdentifierKind,
    Incoming,
    Member,
    Opening,
    Order,
    Party,
    PartyRole,
    Record,
    Signal,
)
from huitong.identity import rules
from huitong.identity.model import Strength
from huitong.identity.rules import EffectivePolicy, Unusable, Worth
from huitong.org.model import ChannelAccount
from huitong.platform.crypto import Keyring
from huitong.platform.ids import bucket_of_digest

NAMES_NOBODY = "Only members, orders, signals and openings name people."


class Named(NamedTuple):
    """One identifier of a page: what it is and how it is looked up; a tuple, as pages name many."""

    kind: str
    scope: str
    value: str
    blind_index: bytes
    bucket: int
    is_virtual: bool


@dataclass(slots=True)
class PageSays:
    """What a page says: each identifier once, by place, and who is named by which.

    `buyers` and `others` hold one entry a record: the places of its buyer's (or member's)
    identifiers, and those of the other parties with their role. `proving` holds which of the
    buyer's prove who that is: what one record verified proves nothing for another, or persons
    would depend on where pages are cut. `sure` holds what each record verified. `causes` says of a
    record why identifiers were left out.
    """

    account: ChannelAccount
    policy: EffectivePolicy
    named: list[Named] = field(default_factory=list)
    verified: list[bool] = field(default_factory=list)
    buyers: list[Sequence[int]] = field(default_factory=list)
    proving: list[Sequence[int]] = field(default_factory=list)
    sure: list[frozenset[int]] = field(default_factory=list)
    others: list[Sequence[tuple[PartyRole, int]]] = field(default_factory=list)
    causes: list[Sequence[Unusable]] = field(default_factory=list)


def read_page(
    keyring: Keyring, group_id: int, page: Sequence[Incoming], policy: EffectivePolicy
) -> PageSays:
    """Return what a page of records of one channel account says of people."""
    account = page[0].account
    reader = _Reader(keyring, group_id, account, policy)
    for incoming in page:
        assert incoming.account.id == account.id, "A page comes from one channel account."
        record = incoming.record
        if isinstance(record, Order):
            reader.read_parties(record.parties)
        else:
            assert isinstance(record, Member | Signal | Opening), NAMES_NOBODY
            reader.read_buyer(record.identifiers)
            reader.says.others.append(())
    return reader.says


def told_at(record: Record, now: datetime) -> datetime:
    """Return when in the world a record said what it says; one without a time says it now."""
    match record:
        case Order():
            return record.ordered_at
        case Signal():
            return record.occurred_at
        case Opening():
            return record.as_of
        case Member():
            return record.updated_at or record.enrolled_at or now
        case _:
            raise AssertionError(NAMES_NOBODY)


@dataclass(slots=True)
class _Manner:
    """How identifiers of one kind and scope are read, and which spellings were read already."""

    kind: str
    scope: str
    read: Callable[[str], str | Unusable]
    index_of: Callable[[str], bytes]
    proves: bool
    proves_verified: bool
    virtual: Strength
    is_plain: bool
    places: dict[str, int | Unusable] = field(default_factory=dict)


class _Reader:
    """Reads identifiers, each spelling once; pages repeat them."""

    def __init__(
        self, keyring: Keyring, group_id: int, account: ChannelAccount, policy: EffectivePolicy
    ) -> None:
        self.says = PageSays(account, policy)
        self._keyring = keyring
        self._group_id = group_id
        self._manners: dict[tuple[IdentifierKind, str], _Manner] = {}
        self._place_of_index: dict[bytes, int] = {}

    def read_parties(self, parties: Sequence[Party]) -> None:
        """Read an order's parties: the buyer's identifiers count, the others' are recorded."""
        buyer: list[Identifier] = []
        others: list[tuple[PartyRole, int]] = []
        for party in parties:
            if party.role is PartyRole.BUYER:
                buyer.extend(party.identifiers)
                continue
            for identifier in party.identifiers:
                place = self._place(identifier, self._manner(identifier))
                if not isinstance(place, Unusable):
                    others.append((party.role, place))
        self.read_buyer(buyer)
        self.says.others.append(others)

    def read_buyer(self, identifiers: Sequence[Identifier]) -> None:
        """Read the identifiers of the one whom a record is about."""
        says = self.says
        places: list[int] = []
        proving: list[int] = []
        causes: list[Unusable] = []
        sure: set[int] = set()
        for identifier in identifiers:
            manner = self._manner(identifier)
            place = self._place(identifier, manner)
            if isinstance(place, Unusable):
                causes.append(place)
                continue
            if place not in places:
                places.append(place)
            if identifier.verified:
                says.verified[place] = True
                sure.add(place)
            proves = manner.proves or (manner.proves_verified and identifier.verified)
            if proves and says.named[place].is_virtual:
                proves = manner.virtual is Strength.PROVES
            if proves and place not in proving:
                proving.append(place)
        says.buyers.append(places)
        says.proving.append(proving)
        says.sure.append(frozenset(sure))
        says.causes.append(causes)

    def _manner(self, identifier: Identifier) -> _Manner:
        manner = self._manners.get((identifier.kind, identifier.scope))
        if manner is None:
            manner = self._new_manner(identifier.kind, identifier.scope)
        return manner

    def _new_manner(self, kind: IdentifierKind, scope: str) -> _Manner:
        of_kind = self.says.policy.rules[kind]
        valid_in = rules.scope_of(kind, scope, self.says.account)
        manner = self._manners[kind, scope] = _Manner(
            kind=kind.value,
            scope=valid_in,
            read=rules.POLICIES[kind].read,
            index_of=self._keyring.blind_indexer(self._group_id, kind.value, valid_in),
            proves=of_kind.unverified is Strength.PROVES,
            proves_verified=of_kind.verified is Strength.PROVES,
            virtual=of_kind.virtual,
            is_plain=self.says.policy.is_plain(kind),
        )
        return manner

    def _place(self, identifier: Identifier, manner: _Manner) -> int | Unusable:
        spelling = identifier.value
        place = manner.places.get(spelling)
        if place is None:
            place = manner.places[spelling] = self._read(spelling, manner)
        return place

    def _read(self, spelling: str, manner: _Manner) -> int | Unusable:
        value = manner.read(spelling)
        if isinstance(value, Unusable):
            return value
        is_virtual = False
        if not manner.is_plain:
            worth = self.says.policy.worth(IdentifierKind(manner.kind), value)
            is_virtual = worth is Worth.VIRTUAL
            if worth is Worth.BLOCKED:
                return Unusable.BLOCKED
            if is_virtual and manner.virtual is Strength.NEVER:
                return Unusable.VIRTUAL
        says = self.says
        index = manner.index_of(value)
        place = self._place_of_index.setdefault(index, len(says.named))
        if place == len(says.named):
            bucket = bucket_of_digest(index)
            named = Named(manner.kind, manner.scope, value, index, bucket, is_virtual)
            says.named.append(named)
            says.verified.append(False)
        return place
