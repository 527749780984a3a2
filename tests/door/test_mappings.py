"""The mappings that come with Huitong, those of a group, and which one fits a file."""

from datetime import datetime
from pathlib import Path

import pytest

from huitong import channels
from huitong.channels.connectors.file import (
    find_mapping,
    guess_mappings,
    read_mapping,
    shipped_document,
    shipped_mappings,
)
from huitong.channels.model import MappingNotFound, Member, Order, Product, Refund
from huitong.platform.db import Tx
from tests.door.reading import read

SAMPLES = Path(__file__).parents[1] / "fixtures" / "door"
NAMES = [one.name for one in shipped_mappings()]
MINE = "kind: product\nname: mine\nfields: {sku: 编码, spu: 款, name: 名}\n"


class TestShipped:
    @pytest.mark.parametrize("name", NAMES)
    def test_each_reads_its_sample_and_is_guessed_from_it(self, name: str) -> None:
        path = SAMPLES / f"{name}.csv"
        best = guess_mappings(path, shipped_mappings())[0]
        assert (best.mapping.name, best.missing) == (name, ())
        mapping = find_mapping(None, name)
        arrivals = read(path, mapping, kind=mapping.kind)
        assert arrivals
        assert [one.refused for one in arrivals if one.refused] == []

    def test_a_marketplace_order_is_what_its_export_says(self) -> None:
        (found, _) = read(SAMPLES / "tmall-items.csv", find_mapping(None, "tmall-items"))
        assert isinstance(found.record, Order)
        assert found.record.order_no == "2026030112345678901"
        assert (found.record.list_minor, found.record.paid_minor) == (39_800, 35_900)
        assert [line.sku for line in found.record.lines] == ["SHIRT-M", "SOCKS"]
        assert found.record.ordered_at.isoformat() == "2026-03-01T02:05:09+00:00"

    def test_members_returns_and_products_are_too(self) -> None:
        (member,) = read(
            SAMPLES / "pos-members.csv", find_mapping(None, "pos-members"),
            kind=find_mapping(None, "pos-members").kind,
        )  # fmt: skip
        assert isinstance(member.record, Member)
        assert [one.kind for one in member.record.identifiers] == ["pos_card", "phone"]
        (refund,) = read(
            SAMPLES / "pos-returns.csv", find_mapping(None, "pos-returns"),
            kind=find_mapping(None, "pos-returns").kind,
        )  # fmt: skip
        assert isinstance(refund.record, Refund)
        assert refund.record.amount_minor == 9_900
        (product,) = read(
            SAMPLES / "pos-products.csv", find_mapping(None, "pos-products"),
            kind=find_mapping(None, "pos-products").kind,
        )  # fmt: skip
        assert isinstance(product.record, Product)
        assert product.record.category == ("女装", "上衣")

    def test_a_name_that_none_has_is_refused(self) -> None:
        with pytest.raises(MappingNotFound, match="mapping list"):
            find_mapping(None, "nobody")


class TestGuess:
    def test_what_lacks_a_column_comes_after_what_fits_and_names_it(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text("订单号,订单状态,下单时间,商品名称,订购数量,订单金额\n", encoding="gbk")
        guess = next(
            one
            for one in guess_mappings(path, shipped_mappings())
            if one.mapping.name == "jd-orders"
        )
        assert guess.missing == ("货号", "应付金额")
        assert 0 < guess.score < 1


class TestSaved:
    def test_each_change_is_a_version_and_the_latest_is_meant(self, tx: Tx, now: datetime) -> None:
        def save(document: str) -> int:
            kind = read_mapping(document.encode(), "mine").kind
            saved = channels.save_mapping(
                tx, name="mine", kind=kind, document=document, actor="Li", now=now
            )
            return saved.version

        later = MINE.replace("编码", "条码")
        assert [save(MINE), save(MINE), save(later), save(MINE)] == [1, 1, 2, 3]
        assert find_mapping(tx, "mine").fields["sku"].column == "编码"
        assert find_mapping(tx, "mine@2").fields["sku"].column == "条码"
        assert find_mapping(tx, "mine").name == "mine@3"
        assert [one.version for one in channels.saved_mappings(tx)] == [3]

    def test_a_group_may_change_what_is_shipped(self, tx: Tx, now: datetime) -> None:
        document = shipped_document("pos-products")
        assert document is not None
        own = document.replace("商品条码", "我们的条码")
        kind = find_mapping(tx, "pos-products").kind
        channels.save_mapping(tx, name="pos-products", kind=kind, document=own, actor="Li", now=now)
        assert "我们的条码" in find_mapping(tx, "pos-products").columns()
