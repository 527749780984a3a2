"""Mapping documents, and the places of a record that a column can fill: no database."""

from pathlib import Path

import pytest

from huitong.channels.connectors.file import load_mapping
from huitong.channels.connectors.file.mapping import (
    UnknownColumns,
    WrongMapping,
    canonical_mapping,
)
from huitong.channels.connectors.file.targets import UnknownTarget, ValueSort, target_of
from huitong.channels.model import RecordKind

ORDER = RecordKind.ORDER


def complaint(tmp_path: Path, document: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(document, encoding="utf-8")
    with pytest.raises(WrongMapping) as refused:
        load_mapping(path)
    return str(refused.value)


class TestTargetOf:
    @pytest.mark.parametrize(
        "kind,path,sort",
        [
            ("order", "order_no", ValueSort.TEXT),
            ("order", "ordered_at", ValueSort.INSTANT),
            ("order", "paid_minor", ValueSort.WHOLE),
            ("order", "lines.status", ValueSort.CHOICE),
            ("order", "lines", ValueSort.WHOLE_PART),
            ("order", "origin.author", ValueSort.TEXT),
            ("order", "parties.buyer.phone", ValueSort.TEXT),
            ("order", "parties.buyer.phone.verified", ValueSort.TRUTH),
            ("order", "payments.wechat", ValueSort.WHOLE),
            ("order", "payments.wechat.paid_at", ValueSort.INSTANT),
            ("order", "lines.allocations.coupon.brand", ValueSort.WHOLE),
            ("order", "attributes.anything at all", ValueSort.TEXT),
            ("member", "birthday_on", ValueSort.DAY),
            ("member", "tags", ValueSort.TEXTS),
            ("member", "consents.marketing.given_at", ValueSort.INSTANT),
            ("refund", "lines.quantity", ValueSort.WHOLE),
        ],
    )
    def test_a_path_leads_to_a_place_and_says_how_it_is_read(
        self, kind: str, path: str, sort: ValueSort
    ) -> None:
        assert target_of(RecordKind(kind), path).sort is sort

    @pytest.mark.parametrize(
        "path,sentence",
        [
            ("lines.skuu", "“lines.skuu” is no field of the record"),
            ("status.x", "“status.x” goes on after “status”, which has no parts"),
            (
                "parties.neighbour.phone",
                (
                    "“parties.neighbour.phone” names “neighbour”, which is none of buyer, payer,"
                    " receiver, proxy"
                ),
            ),
            ("parties.buyer.role", "“parties.buyer.role” is no field of the record"),
            (
                "lines.allocations.coupon",
                "“lines.allocations.coupon” ends before the item is named by kind and bearer",
            ),
        ],
    )
    def test_a_path_that_leads_nowhere_says_where_it_ends(self, path: str, sentence: str) -> None:
        with pytest.raises(UnknownTarget) as refused:
            target_of(ORDER, path)
        assert str(refused.value) == sentence

    def test_an_item_without_a_field_is_no_place(self) -> None:
        with pytest.raises(UnknownTarget, match="no field of it"):
            target_of(RecordKind.MEMBER, "consents.marketing")


class TestLoadMapping:
    def test_a_document_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text("kind: product\nfields: {sku: 编码, spu: 款号, name: {const: x}}")
        mapping = load_mapping(path)
        assert mapping.labels() == {"sku": "编码", "spu": "款号"}

    @pytest.mark.parametrize(
        "document,said",
        [
            ("{", "not readable as YAML"),
            ("[]", "should be a valid dictionary"),
            ("kind: order", "fields: Field required"),
            ("kind: order\nfields: {order_no: a, colour: b}", "“colour” is no field"),
            (
                "kind: order\nfields: {store: a}",
                "“order_no”, the key of the record, needs a column",
            ),
            ("kind: order\nfields: {order_no: {const: x}}", "“order_no”, the key of the record"),
            (
                "kind: order\nfields: {order_no: a, store: {column: b, const: c}}",
                "exactly one of column, columns, const, sum and position",
            ),
            (
                "kind: order\nfields: {order_no: a, store: {column: b, unit: yuan}}",
                "“store” is no amount, so it has no unit",
            ),
            (
                "kind: order\nfields: {order_no: a, store: {column: b, format: '%Y'}}",
                "“store” is no time, so it has no format",
            ),
            (
                "kind: order\nfields: {order_no: a, store: {column: b, separator: ';'}}",
                "“store” is no list of texts",
            ),
            (
                "kind: order\nfields: {order_no: a, store: {column: b, scope: shop}}",
                "“store” is no identifier",
            ),
            (
                "kind: order\nfields: {order_no: a, paid_minor: {sum: lines.paid_minor}}",
                "“paid_minor” sums “lines.paid_minor”, which is no mapped field of the lines",
            ),
            (
                "kind: order\nfields: {order_no: a, store: {position: true}}",
                "“store” is no field of a line",
            ),
            (
                "kind: order\nfields: {order_no: a, store: {column: b, otherwise: c}}",
                "“otherwise” goes with “values”",
            ),
            ("kind: order\nzone: Middle/Earth\nfields: {order_no: a}", "no time zone"),
            ("kind: order\nfields: {order_no: {colum: a}}", "fields.order_no.colum: Extra inputs"),
        ],
    )
    def test_a_document_that_does_not_fit_is_refused_with_the_reason(
        self, tmp_path: Path, document: str, said: str
    ) -> None:
        sentence = complaint(tmp_path, document)
        assert sentence.startswith("The mapping “mine.yaml” cannot be used: ")
        assert said in sentence

    def test_an_endless_document_is_not_read(self, tmp_path: Path) -> None:
        assert "larger than a mapping" in complaint(tmp_path, "#" * 1_000_001)


class TestCanonicalMapping:
    def test_canonical_columns_map_to_themselves(self) -> None:
        mapping = canonical_mapping(ORDER, ["order_no", "lines.sku"])
        assert {path: rule.column for path, rule in mapping.fields.items()} == {
            "order_no": "order_no",
            "lines.sku": "lines.sku",
        }

    def test_an_unknown_column_is_named_with_the_likely_one(self) -> None:
        with pytest.raises(UnknownColumns, match=r"“orderno” \(did you mean “order_no”\?\)"):
            canonical_mapping(ORDER, ["orderno"])

    def test_the_columns_of_a_reject_file_are_passed_over(self) -> None:
        columns = ["rejected.row", "rejected.code", "rejected.reason", "order_no"]
        assert list(canonical_mapping(ORDER, columns).fields) == ["order_no"]

    def test_the_digest_tells_what_a_mapping_says_and_not_its_name(self) -> None:
        one = canonical_mapping(ORDER, ["order_no"])
        assert one.digest() == one.model_copy(update={"name": "other"}).digest()
        assert one.digest() != canonical_mapping(ORDER, ["order_no", "store"]).digest()
