"""A second brand of the group, with nobody in it: what a link of one brand shows below another."""

from datetime import datetime

from huitong import org
from huitong.org.model import Brand, NewBrand
from huitong.platform.assembly import Platform
from huitong.platform.db import Scope

SECOND_BRAND = "zisu"


def fill(platform: Platform, scope: Scope, first: Brand, *, now: datetime) -> None:
    """Add the brand, in the legal entity and the identity domain of the first one."""
    second = NewBrand(SECOND_BRAND, "紫苏", first.legal_entity_id, first.identity_domain_id)
    with platform.database.transaction(scope, now=now) as tx:
        org.put_brands(tx, [second], now=now)
        assert org.brands(tx)[0].code == first.code, "The first brand stays the one of the start."
