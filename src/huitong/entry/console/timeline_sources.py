"""What each domain has to tell of a customer's story, by its own bounded read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from huitong import customers, ledger, loyalty, orders, org
from huitong.customers.model import CUSTOMER_PREFIX, SUBMISSION_PREFIX
from huitong.entry.console.customers_rows import noted, tag_words, tier_names
from huitong.entry.console.staff_names import staff_called
from huitong.entry.console.timeline import Asked, Fact, Happening, Item, Source, latest
from huitong.ledger.model import HistoryEntry
from huitong.loyalty.model import Asset
from huitong.orders.model import ORDER_PREFIX
from huitong.platform.db import ReadTx
from huitong.platform.ids import show
from huitong.segments.queries.tag_sayings import Saying, sayings_of

Bound = tuple[datetime, int]
ORDER = "order"


def enrolments(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell when the customer, and whoever was merged into them, became a member or was seen."""
    stores = store_names(tx)
    items = [
        Item(
            kind=Happening.ENROLMENT,
            at=one.enrolled_at or one.recorded_at,
            id=one.customer_id,
            what="enrolled" if one.enrolled_at else "first_seen",
            facts={
                "store": stores.get(one.store or "", one.store),
                "touchpoint": one.touchpoint,
                "guide": one.guide,
            },
        )
        for one in customers.met_at(tx, customer_ids=asked.family)
    ]
    return latest(items, before, limit)


def bought(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell of orders."""
    stores = store_names(tx)
    return [
        Item(
            kind=Happening.ORDER,
            at=one.ordered_at,
            id=one.id,
            what=one.status.value,
            ref=show(ORDER_PREFIX, one.id),
            facts={
                "order_no": one.order_no,
                "paid_minor": one.paid_minor,
                "lines": len(one.lines),
                "store": stores.get(one.store or "", one.store),
                "item": one.lines[0].name or one.lines[0].sku if one.lines else None,
            },
        )
        for one in orders.orders_of_customer(tx, asked.customer_id, before=before, limit=limit)
    ]


def came_back(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell of after-sales."""
    stores = store_names(tx)
    return [
        Item(
            kind=Happening.REFUND,
            at=one.refunded_at,
            id=one.id,
            what=one.kind,
            ref=show(ORDER_PREFIX, one.order_id),
            facts={
                "refund_no": one.refund_no,
                "order_no": one.order_no,
                "amount_minor": one.amount_minor,
                "status": one.status,
                "store": stores.get(one.store or "", one.store),
            },
        )
        for one in orders.refunds_of_customer(tx, asked.customer_id, before=before, limit=limit)
    ]


def moved(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell of points that came and went."""
    asset = Asset.POINTS.of_brand(asked.brand.id)
    found = ledger.movements_before(tx, asked.customer_id, asset=asset, before=before, limit=limit)
    return [
        Item(
            kind=Happening.POINTS,
            at=one.occurred_at,
            id=one.version,
            what=one.side.value,
            actor=one.actor or None,
            ref=_order_of(one),
            facts={
                "points": one.amount,
                "balance_after": one.balance_after,
                "operation": one.operation_kind,
                "reason": one.reason or None,
            },
        )
        for one in found
    ]


def tiers(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell of changes of tier."""
    changes = loyalty.tier_changes_of(tx, [asked.customer_id])
    names = tier_names(tx, brand_id=asked.brand.id, now=asked.now) if changes else {}

    def named(code: str | None, which: str) -> Mapping[str, Fact]:
        found = names.get(code or "")
        return {
            f"{which}_chinese": found.zh if found else code,
            f"{which}_english": found.en if found else code,
        }

    ladder = list(names)
    items = [
        Item(
            kind=Happening.TIER,
            at=one.changed_at,
            id=one.id,
            what=_direction(ladder, one.from_tier, one.to_tier),
            ref=None if one.order_id is None else show(ORDER_PREFIX, one.order_id),
            facts={
                "growth": one.growth,
                **named(one.from_tier, "from"),
                **named(one.to_tier, "to"),
            },
        )
        for one in changes
    ]
    return latest(items, before, limit)


def consents(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell what was agreed to and taken back."""
    said = customers.consents_of(tx, customer_ids=[asked.customer_id]).get(asked.customer_id, ())
    items = []
    for number, one in enumerate(said, 1):
        at = one["occurred_at"]
        assert isinstance(at, datetime), "A statement has its time."
        items.append(
            Item(
                kind=Happening.CONSENT,
                at=at,
                id=number,
                what=str(one["action"]),
                facts={
                    "purpose": str(one["purpose"]),
                    "policy_version": str(one["policy_version"]) or None,
                    "source": str(one["source"]),
                },
            )
        )
    return latest(items, before, limit)


def merges(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell who became part of the customer, and who was parted again."""
    items = []
    for one in customers.merges_into(tx, customer_ids=asked.family):
        other: Mapping[str, Fact] = {"other": show(CUSTOMER_PREFIX, one.source_id)}
        items.append(Item(Happening.MERGE, one.merged_at, one.id, "merged", facts=other))
        if one.split_at is not None:
            items.append(Item(Happening.MERGE, one.split_at, one.id, "split", facts=other))
    return latest(items, before, limit)


def notes(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell what people said by hand or by a file, and took back."""
    said = sayings_of(tx, asked.family, brand_id=asked.brand.id)
    words = tag_words(tx, brand_id=asked.brand.id) if said else {}
    zone = ZoneInfo(asked.brand.time_zone)
    items = []
    for one in (each for sayings in said.values() for each in sayings if each.tag in words):
        told = noted(one, words)
        facts: Mapping[str, Fact] = {
            "tag_chinese": told.tag.chinese,
            "tag_english": told.tag.english,
            "value_chinese": told.value.chinese,
            "value_english": told.value.english,
            "source": one.source,
        }
        items.append(
            Item(Happening.TAG, one.recorded_at, one.id, "gained", one.given_by, None, facts)
        )
        lost = _lost_at(one, zone)
        if lost is not None and lost <= asked.now:
            actor = one.withdrawn_by
            items.append(Item(Happening.TAG, lost, one.id, "lost", actor, None, facts))
    return latest(items, before, limit)


def documents(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell of documents that were handed in and decided on."""
    items = []
    for one in customers.documents_of(tx, customer_ids=asked.family):
        facts: Mapping[str, Fact] = {"document": one.kind, "source": one.source}
        ref = show(SUBMISSION_PREFIX, one.id)
        items.append(
            Item(Happening.DOCUMENT, one.submitted_at, one.id, "submitted", None, ref, facts)
        )
        if one.decided_at is not None:
            items.append(
                Item(
                    Happening.DOCUMENT,
                    one.decided_at,
                    one.id,
                    one.state.value,
                    one.decided_by,
                    ref,
                    {**facts, "reason": one.reason},
                )
            )
    return latest(items, before, limit)


def relations(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell who began and ceased to look after the customer."""
    stores = {one.id: one.name for one in org.stores(tx)}
    found = customers.relations_of(tx, customer_ids=[asked.customer_id]).get(asked.customer_id, ())
    of_staff = {one.staff_id for one in found if one.staff_id is not None}
    staff = staff_called(tx, of_staff, asked.seen)
    called = {one: each.name or each.code for one, each in staff.items()}
    items = []
    for one in found:
        facts: Mapping[str, Fact] = {
            "relation": one.kind.value,
            "staff": None if one.staff_id is None else called.get(one.staff_id),
            "store": None if one.store_id is None else stores.get(one.store_id),
            "source": one.source,
        }
        items.append(Item(Happening.RELATION, one.valid_from, one.id, "began", facts=facts))
        if one.valid_until is not None and one.valid_until <= asked.now:
            items.append(Item(Happening.RELATION, one.valid_until, one.id, "ended", facts=facts))
    return latest(items, before, limit)


def classes(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell what kind of buyer the customer was found to be."""
    found = customers.classifications_of(tx, customer_ids=[asked.customer_id])
    items = [
        Item(
            Happening.CLASS,
            one.valid_from,
            one.id,
            "classified",
            one.actor,
            None,
            {"class": one.classed.value, "source": one.source.value},
        )
        for one in found.get(asked.customer_id, ())
    ]
    return latest(items, before, limit)


def corrections(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell what people of the brand corrected by hand: which fields, never the values."""
    items = [
        Item(
            Happening.CORRECTION,
            one.told_at,
            one.statement_id,
            "corrected" if one.counts else "withdrawn",
            one.actor,
            None,
            {"fields": ",".join(one.fields), "reason": one.reason},
        )
        for member in asked.family
        for one in customers.profile_history(tx, customer_id=member)
        if one.source == "manual"
    ]
    return latest(items, before, limit)


def exits(tx: ReadTx, asked: Asked, before: Bound, limit: int) -> Sequence[Item]:
    """Tell of wishes to leave and what came of them."""
    items = []
    for one in customers.exits_of(tx, customer_ids=[asked.customer_id]):
        items.append(Item(Happening.EXIT, one.requested_at, one.id, "requested"))
        if one.ended_at is not None:
            items.append(Item(Happening.EXIT, one.ended_at, one.id, one.state.value))
    return latest(items, before, limit)


SOURCES: Mapping[Happening, Sequence[Source]] = {
    Happening.ENROLMENT: (enrolments,),
    Happening.ORDER: (bought,),
    Happening.REFUND: (came_back,),
    Happening.POINTS: (moved,),
    Happening.TIER: (tiers,),
    Happening.CONSENT: (consents,),
    Happening.MERGE: (merges,),
    Happening.TAG: (notes,),
    Happening.DOCUMENT: (documents,),
    Happening.RELATION: (relations,),
    Happening.CLASS: (classes,),
    Happening.CORRECTION: (corrections,),
    Happening.EXIT: (exits,),
}


def store_names(tx: ReadTx) -> Mapping[str, str]:
    """Return what people call stores, by code."""
    return {one.code: one.name for one in org.stores(tx)}


def _order_of(entry: HistoryEntry) -> str | None:
    is_of_order = entry.source_kind == ORDER and entry.source_id is not None
    return show(ORDER_PREFIX, entry.source_id or 0) if is_of_order else None


def _direction(ladder: Sequence[str], before: str | None, after: str) -> str:
    if before is None:
        return "began"
    if before not in ladder or after not in ladder:
        return "changed"
    return "rose" if ladder.index(after) > ladder.index(before) else "fell"


def _lost_at(saying: Saying, zone: ZoneInfo) -> datetime | None:
    """Return when a saying ceased to hold: taken back, or on the first day past its last one."""
    ended = saying.valid_until
    over = None if ended is None else datetime.combine(ended, time(), zone).astimezone(UTC)
    return min((one for one in (saying.withdrawn_at, over) if one is not None), default=None)
