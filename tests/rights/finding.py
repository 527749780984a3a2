"""What tests of erasing do again and again: look everywhere for Anna, and forget her."""

from collections.abc import Mapping
from pathlib import Path

from huitong.entry import wiring
from huitong.entry.rights import erasing, exporting, needles, scanning
from huitong.platform import crypto
from tests.rights.make import ANNA, ANNA_CITY, ANNA_NAME, ANNA_STREET, GIFT_PHONE, NOW, Shop

SAID = f"{ANNA_NAME}，{ANNA_STREET}，138 0000 5678"


def look(shop: Shop, home: Path, document: Mapping[str, object]) -> scanning.Scanned:
    """Scan for everything in Anna's export, and for what only a test knows of her."""
    values = needles.values_of(document)
    texts = needles.needles_of([*values, ANNA_CITY, ANNA_STREET, "1987-06-05"])
    identifiers = document["identifiers"]
    assert isinstance(identifiers, list)
    gift = {"kind": "phone", "scope": "", "value": f"+86{GIFT_PHONE}"}
    indexes = needles.indexes_of(
        {"identifiers": [*identifiers, gift]},
        keyring=crypto.keyring(),
        group_id=shop.scope.group_id,
    )
    with shop.database.reading(shop.scope) as tx:
        return scanning.scan(tx, home=home, texts=texts, indexes=indexes)


def exported(shop: Shop) -> dict[str, object]:
    with shop.tx() as tx:
        return exporting.gather(
            tx, shop.person(tx, ANNA), export=wiring.EXPORT, records=wiring.RECORDS, now=NOW
        )


def erase(shop: Shop, home: Path, *, key: str = "erase-anna") -> None:
    with shop.tx() as tx:
        person_id = shop.person(tx, ANNA)
        forgotten = wiring.forget_everywhere(tx, person_id, now=NOW)
        erasing.keep_erasure(tx, person_id, forgotten, home=home, key=key, actor="test", now=NOW)


def places(scanned: scanning.Scanned) -> set[str]:
    return {one.place.partition(" of row")[0] for one in scanned.findings}
