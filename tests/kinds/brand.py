"""A brand that is fed by files, through the real appliers and into a database of its own group."""

from datetime import UTC, datetime
from pathlib import Path

from huitong import ledger, loyalty, org
from huitong.channels.connectors.file import Import, ImportReport, import_file, load_mapping
from huitong.channels.model import IdentifierKind, RecordKind
from huitong.customers import find_by_identifier
from huitong.entry import wiring
from huitong.ledger.model import Balance
from huitong.loyalty.model import Asset
from huitong.org.model import NewChannelAccount
from huitong.platform.db import Database, Scope, Tx
from tests.loyalty.make import programme

MEMBERS = "member_no,identifiers.pos_card,enrolled_at\nC1,C1,2026-01-01T10:00:00Z\n"
PRODUCTS = "sku,spu,name\nS1,P,Coat\nS2,P,Hat\n"


class Brand:
    """A brand with a shop, a warehouse and a member, fed by files."""

    def __init__(self, database: Database, group_id: int, folder: Path, now: datetime) -> None:
        self.database = database
        self.scope = Scope(group_id)
        self.folder = folder
        self.now = now
        with database.transaction(self.scope, now=now) as tx:
            made = org.set_up(
                tx, name="Sheep", brand="wool", accounts=[("tmall", "shop")], stores=["n"], now=now
            )
            depot = NewChannelAccount(
                platform="oms",
                code="depot",
                brand_id=made.brand.id,
                legal_entity_id=made.legal_entity_id,
                books_revenue=False,
                earns=False,
                fulfilment_only=True,
            )
            (self.depot,) = org.put_channel_accounts(tx, [depot], now=now)
            self.brand, (self.shop,) = made.brand, made.accounts
            loyalty.apply_programme(
                tx,
                brand_id=self.brand.id,
                programme=programme(return_windows=[{"days": 7}]),
                effective_from=datetime(2026, 1, 1, tzinfo=UTC),
                actor="test",
                expected_version=None,
                now=now,
            )

    def takes(
        self, kind: RecordKind, text: str, *, by_depot: bool = False, mapping: str | None = None
    ) -> ImportReport:
        """Import a file of this text."""
        path = self.folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        document = None
        if mapping is not None:
            place = self.folder / "mapping.yaml"
            place.write_text(mapping, encoding="utf-8")
            document = load_mapping(place)
        return import_file(
            self.database,
            self.scope,
            Import(path, kind, self.depot if by_depot else self.shop, document),
            appliers=wiring.APPLY[kind],
            clock=lambda: self.now,
        )

    def customer_id(self, tx: Tx) -> int:
        found = find_by_identifier(tx, brand=self.brand, kind=IdentifierKind.POS_CARD, value="C1")
        assert found is not None
        return found

    def points(self, asset: Asset = Asset.POINTS) -> Balance:
        with self.database.transaction(self.scope, now=self.now) as tx:
            name = asset.of_brand(self.brand.id)
            (found,) = ledger.balances(tx, [self.customer_id(tx)], asset=name, now=self.now)
        return found


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.applied, report.known, report.refused
