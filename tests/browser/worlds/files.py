"""Files for the pages of data: orders of which three rows are bad, members, balances.

Everything in them is invented; one cell is markup and one a formula, so that a page which shows
imported text carelessly, or a file that a spreadsheet would run, is caught.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page

from huitong import org
from huitong.channels.connectors.file import Import, import_file
from huitong.channels.model import RecordKind
from huitong.platform.assembly import Platform
from huitong.platform.db import Scope
from tests.browser.worlds.members import ATTACK, BRAND

FORMULA = "=HYPERLINK(1)"
BAD_ROWS = 3
ORDER_HEADINGS = (
    "order_no", "ordered_at", "completed_at", "status", "parties.buyer.phone", "list_minor",
    "paid_minor", "lines.line_id", "lines.sku", "lines.quantity", "lines.list_minor",
    "lines.paid_minor",
)  # fmt: skip


def orders_with_bad_rows(now: datetime, *, mark: str = "F") -> bytes:
    """Return five orders as CSV: two are good, one has no amount, one markup, one a wrong time."""
    at = (now - timedelta(days=2)).replace(microsecond=0).isoformat()

    def row(number: str, **said: str) -> list[str]:
        usual = {
            "order_no": f"{mark}-{number}",
            "ordered_at": at,
            "completed_at": at,
            "status": "completed",
            "parties.buyer.phone": "19900008888",
            "lines.line_id": "1",
            "lines.sku": "tee-001",
            "lines.quantity": "1",
            **dict.fromkeys(
                ("list_minor", "paid_minor", "lines.list_minor", "lines.paid_minor"), "12900"
            ),
        }
        return [said.get(name, usual[name]) for name in ORDER_HEADINGS]

    rows = [
        row("1001"),
        row("1002"),
        row("1003", paid_minor=""),
        row("1004", status=ATTACK),
        row(FORMULA, ordered_at="yesterday"),
    ]
    return _written([ORDER_HEADINGS, *rows])


def members(now: datetime) -> bytes:
    """Return two members as a Chinese shop exports them: in GBK, with its own headings."""
    day = (now - timedelta(days=30)).strftime("%Y-%m-%d %H:%M:%S")
    rows = [
        ["卡号", "姓名", "手机", "性别", "开卡时间"],
        ["VIP9001", "程小鹿", "19900008801", "女", day],
        ["VIP9002", ATTACK, "19900008802", "男", day],
    ]
    return _written(rows).decode("utf-8-sig").encode("gbk")


def balances(now: datetime) -> bytes:
    """Return opening balances of points as CSV: of somebody nobody knows."""
    rows = [
        ["opening_no", "kind", "identifiers.phone", "as_of", "lines.amount"],
        ["old-1", "points", "19900008801", now.replace(microsecond=0).isoformat(), "500"],
    ]
    return _written(rows)


def fill(platform: Platform, scope: Scope, folder: Path, *, now: datetime) -> None:
    """Import the orders with bad rows, so that quarantine and deliveries have something to show."""
    path = folder / "orders-of-friday.csv"
    path.write_bytes(orders_with_bad_rows(now, mark="W"))
    with platform.database.reading(scope) as tx:
        code = next(one.code for one in org.channel_accounts(tx) if one.platform == "pos")
        account = org.channel_account(tx, platform="pos", code=code)
    report = import_file(
        platform.database,
        scope,
        Import(path, RecordKind.ORDER, account),
        appliers=platform.appliers[RecordKind.ORDER],
        clock=lambda: now,
    )
    assert report.refused >= BAD_ROWS, "The bad rows are refused."


def upload(page: Page, content: bytes, name: str) -> str:
    """Upload a file as whoever is signed in on the page, and return the id of the upload."""
    token = page.request.get("/v1/session").json()["csrf_token"]
    terms = page.request.get("/v1/uploads/terms").json()
    account = next(one["account"] for one in terms["accounts"] if one["brand"] == BRAND)
    answer = page.request.post(
        f"/v1/uploads?{urlencode({'account': account, 'name': name})}",
        data=content,
        headers={"X-CSRF-Token": token, "Content-Type": "application/octet-stream"},
    )
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def _an_upload(page: Page) -> str:
    now = datetime.fromisoformat("2026-03-01T10:00:00+08:00")
    return f"data/imports/{upload(page, orders_with_bad_rows(now, mark='U'), 'orders.csv')}"


def _a_delivery(page: Page) -> str:
    found = page.request.get("/v1/inbox/deliveries?limit=1").json()["items"]
    return f"data/deliveries/{found[0]['id']}"


# How the paths of the pages of data are filled.
ADDRESSES: Mapping[str, Callable[[Page], str]] = {
    "data/imports/:uploadId": _an_upload,
    "data/deliveries/:deliveryId": _a_delivery,
}


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
