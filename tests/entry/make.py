"""Builders for the tests of the edge: a platform, a client, keys."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fastapi.testclient import TestClient

from huitong.entry.api import make_app
from huitong.platform import auth
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission, WeComDoor
from huitong.platform.db import Database, Scope
from huitong.platform.pipeline import Applier
from huitong.platform.settings import Settings

PHONE = "13800005678"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


PROGRAMME = {
    "names": {"zh": "羊毛俱乐部", "en": "Wool Club"},
    "rules": [
        {
            "code": "base",
            "names": {"zh": "消费得积分", "en": "Points for spending"},
            "points": 1,
            "per_minor": 100,
        }
    ],
    "tiers": [{"code": "member", "names": {"zh": "会员", "en": "Member"}, "growth": 0}],
}


def member(number: str, phone: str = PHONE) -> dict[str, object]:
    """Return a member record of somebody with a phone."""
    return {
        "member_no": number,
        "name": "张小羊",
        "enrolled_at": "2026-01-02T10:00:00+08:00",
        "identifiers": [{"kind": "phone", "value": phone, "verified": True}],
    }


def order(number: str, yuan: int, *, phone: str = PHONE) -> dict[str, object]:
    """Return a completed order of one jumper by whoever has the phone."""
    instant = "2026-02-01T10:00:00+08:00"
    return {
        "order_no": number,
        "ordered_at": instant,
        "paid_at": instant,
        "completed_at": instant,
        "status": "completed",
        "list_minor": yuan * 100,
        "paid_minor": yuan * 100,
        "parties": [{"role": "buyer", "identifiers": [{"kind": "phone", "value": phone}]}],
        "lines": [
            {
                "line_id": "1",
                "sku": "JUMPER",
                "quantity": 1,
                "list_minor": yuan * 100,
                "paid_minor": yuan * 100,
            }
        ],
    }


def lines_of(records: Sequence[object]) -> list[bytes]:
    """Return the records as lines of JSON."""
    return [json.dumps(record).encode() for record in records]


def make_platform(
    database: Database,
    *,
    appliers: Mapping[str, Sequence[Applier]] | None = None,
    settings: Settings | None = None,
    wecom: WeComDoor | None = None,
) -> Platform:
    """Return a platform with nothing wired but what is given."""
    return Platform(
        settings=settings or Settings(home=Path("nowhere")),
        database=database,
        appliers=appliers or {},
        wecom=wecom,
    )


def make_client(platform: Platform) -> TestClient:
    """Return a client of the whole app; unforeseen errors come as answers."""
    return TestClient(make_app(platform), raise_server_exceptions=False)


def make_token(
    database: Database,
    group_id: int,
    *permissions: Permission,
    brand_ids: Collection[int] | None = None,
    name: str = "till",
) -> dict[str, str]:
    """Issue a key and return the headers that present it."""
    with database.transaction(Scope(group_id), now=LONG_AGO) as tx:
        issued = auth.issue(
            tx,
            name=name,
            permissions=permissions,
            brand_ids=brand_ids,
            expires_at=None,
            now=LONG_AGO,
        )
    return {"Authorization": f"Bearer {issued.token}"}
