"""The shop a loyalty story is told about: one group, its brands, people by name, records."""

import re
from binascii import crc32
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from huitong import customers, org
from huitong.channels.model import Identifier, IdentifierKind, Incoming, Record
from huitong.customers.model import CustomerShown
from huitong.entry import wiring
from huitong.org.model import Brand, ChannelAccount
from huitong.platform.page import Page
from huitong.platform.pipeline import apply_page
from tests.stories.runner import Step, World, told

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLATFORMS = ("pos", "tmall")
HOME_BRAND = "wool"
APP = "@"
LINE = re.compile(
    r"(?P<sku>[^:]+):((?P<pieces>\d+)x)?(?P<yuan>\d+\.\d\d)(\((?P<off>\w+)-(?P<off_yuan>\d+\.\d\d)\))?"
)


@dataclass(frozen=True)
class Said:
    """A line of an order or a refund: `tea:90.00`, `tea:2x45.00` or `tea:90.00(order-10.00)`."""

    sku: str
    pieces: int
    amount_minor: int
    off: str
    off_minor: int


@dataclass
class Shop:
    """Brands with a till and a web shop each; everybody has a phone, known by their name."""

    world: World
    brands: dict[str, Brand] = field(default_factory=dict)
    accounts: dict[tuple[str, str], ChannelAccount] = field(default_factory=dict)
    rules: list[Mapping[str, object]] = field(default_factory=list)
    tiers: list[Mapping[str, object]] = field(default_factory=list)
    first_told: dict[tuple[str, str], datetime] = field(default_factory=dict)
    merges: dict[tuple[str, str], int] = field(default_factory=dict)
    records: int = 0

    def brand(self, code: str = HOME_BRAND) -> Brand:
        """Return a brand, founded when it is first named."""
        if code not in self.brands:
            names = [(platform, f"{code}-{platform}") for platform in PLATFORMS]
            made = org.set_up(
                self.world.tx, name="Sheep & Co", brand=code, accounts=names, now=self.world.now
            )
            self.brands[code] = made.brand
            self.accounts |= {(code, one.platform): one for one in made.accounts}
        return self.brands[code]

    def take(self, step: Step, record: Record) -> str:
        """Put one record through its appliers, and return ok or the code of its refusal."""
        code = step.option("brand", HOME_BRAND)
        self.brand(code)
        account = self.accounts[code, step.option("in", PLATFORMS[0])]
        self.records += 1
        page = Page([Incoming(account, record, self.records)])
        appliers = wiring.APPLY[record.kind_of_record]
        (outcome,) = apply_page(self.world.tx, page, appliers, now=self.world.now)
        told(outcome)
        return "ok"

    def customer(self, step: Step, name: str = "") -> CustomerShown:
        """Return who has the phone of that name in the brand of the line."""
        brand = self.brand(step.option("brand", HOME_BRAND))
        found = customers.find_by_identifier(
            self.world.tx,
            brand=brand,
            kind=IdentifierKind.PHONE,
            value=phone_of(name or step.words[0]),
        )
        assert found is not None, f"Line {step.line}: nobody is called “{step.words[0]}” here."
        return customers.show(self.world.tx, customer_ids=[found])[0]

    def since(self, what: str, number: str) -> datetime:
        """Return when this was first told: a newer version does not move it."""
        return self.first_told.setdefault((what, number), self.world.now)


def shop_of(world: World) -> Shop:
    """Return the shop of the story."""
    shop = world.things.setdefault("shop", Shop(world))
    assert isinstance(shop, Shop)
    return shop


def phone_of(name: str) -> str:
    return f"138{crc32(name.encode()) % 10**8:08d}"


def identifiers_of(name: str) -> tuple[Identifier, ...]:
    """Return the phone of a name; a name such as @ann is somebody's id in an app."""
    if name.startswith(APP):
        return (Identifier(kind=IdentifierKind.OPENID, value=name, scope="app"),)
    return (Identifier(kind=IdentifierKind.PHONE, value=phone_of(name), verified=True),)


def fen(yuan: str) -> int:
    """Return 12.34 as 1234; never by way of a float."""
    whole, _, cents = yuan.partition(".")
    assert len(cents) == 2, f"“{yuan}” is no amount: write 12.00."
    return int(whole) * 100 + int(cents)


def said(word: str) -> Said:
    """Read a line of an order or a refund."""
    match = LINE.fullmatch(word)
    assert match is not None, f"“{word}” is no line: write tea:90.00 or tea:2x45.00."
    pieces = int(match["pieces"] or 0)
    return Said(
        sku=match["sku"],
        pieces=pieces,
        amount_minor=fen(match["yuan"]) * (pieces or 1),
        off=match["off"] or "",
        off_minor=fen(match["off_yuan"] or "0.00"),
    )
