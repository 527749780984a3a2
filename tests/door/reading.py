"""What a file becomes on its way into the inbox, without a database."""

from pathlib import Path

from huitong.channels.connectors.file import Import, Mapping
from huitong.channels.connectors.file.importing import prepared
from huitong.channels.model import Arrival, Order, RecordKind
from tests.channels.make import make_account

ORDER_HEAD = (
    "order_no", "ordered_at", "status", "list_minor", "paid_minor",
    "lines.line_id", "lines.sku", "lines.quantity", "lines.list_minor", "lines.paid_minor",
)  # fmt: skip


def read(
    path: Path,
    mapping: Mapping | None = None,
    *,
    kind: RecordKind = RecordKind.ORDER,
    sheet: str | None = None,
) -> list[Arrival]:
    wanted = Import(path, kind, make_account(1), mapping, sheet)
    with wanted.staged() as (staged, used):
        pages = list(prepared(staged, wanted, used, lambda _: set()))
        return [arrival for page in pages for arrival in page.arrivals]


def orders(
    path: Path, mapping: Mapping | None = None, *, sheet: str | None = None
) -> dict[str, Order]:
    return {
        one.record.order_no: one.record
        for one in read(path, mapping, sheet=sheet)
        if isinstance(one.record, Order)
    }


def reasons(path: Path, mapping: Mapping | None = None) -> dict[int, str]:
    return {one.row or 0: one.refused.reason for one in read(path, mapping) if one.refused}


def order_row(
    number: str, at: str = "2026-03-01T10:00:00+08:00", quantity: str | int = 1
) -> list[str | int | float]:
    return [number, at, "completed", 100, 90, "1", "S1", quantity, 100, 90]


def csv_of(*rows: list[str | int | float]) -> str:
    head = ",".join(ORDER_HEAD)
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"
