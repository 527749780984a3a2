"""The only place that knows every domain: what meets which event, record, question, merge, erasure.

Knowledge travels upwards by these tables alone; the order inside each list is the order of work.

NumPy, SciPy, DuckDB, sqlglot and the segments that stand on them are imported in the functions that
need them: every command pays for what this module imports, and most never ask for a segment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import cast

from huitong import (
    catalog,
    channels,
    customers,
    identity,
    ledger,
    loyalty,
    orders,
    org,
    signals,
)
from huitong.channels import jobs as channels_jobs
from huitong.channels.model import RecordKind
from huitong.customers import jobs as customers_jobs
from huitong.customers.events import (
    CustomerEnrolled,
    CustomersCarved,
    CustomersClassified,
    CustomersMerged,
    CustomersSplit,
    DocumentApproved,
)
from huitong.entry import laking, member_sessions, reaching, revisions
from huitong.entry.console import suggesting
from huitong.entry.merging import carve_customers, merge_customers, split_customers
from huitong.entry.rights import jobs as rights_jobs
from huitong.entry.rights.erasing import Forget, Forgotten, RecordsOf, forget_person
from huitong.identity import jobs as identity_jobs
from huitong.identity.events import IdentifierTakenOut, PersonCarved, PersonsMerged, PersonsSplit
from huitong.ledger import jobs as ledger_jobs
from huitong.orders.events import ErasedToldAgain, OrdersClassified, WaitingRefused
from huitong.platform import audit, crypto, embedded, jobs
from huitong.platform.assembly import Late, Platform
from huitong.platform.crypto import Keyring
from huitong.platform.db import Database, EventTable, ReadTx, Tx
from huitong.platform.jobs import JobHandler, Recurring
from huitong.platform.outbox import Delivery
from huitong.platform.pipeline import Applier
from huitong.platform.settings import Settings, secret_keys


def retire_merged(tx: Tx, merged: Sequence[object], now: datetime) -> None:
    """Take merged customers out of every segment at once, not with the next refresh."""
    from huitong import segments

    told = cast("Sequence[CustomersMerged]", merged)
    segments.retire(tx, [one.source_id for one in told], now=now)


def revive_split(tx: Tx, split: Sequence[object], _now: datetime) -> None:
    """Count customers again whose merge was undone."""
    from huitong import segments

    segments.revive(tx, [one.source_id for one in cast("Sequence[CustomersSplit]", split)])


def retire_forgotten(tx: Tx, forgotten: Sequence[object], now: datetime) -> None:
    """Take erased customers out of every segment at once."""
    from huitong import segments

    for one in cast("Sequence[laking.CustomersForgotten]", forgotten):
        segments.retire(tx, one.customer_ids, now=now)


def forget_tags(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Delete what was said of erased customers by hand, and return how many rows that were."""
    from huitong.entry import tagging

    return tagging.forget(tx, customer_ids)


def tell_inbox(tx: Tx, refused: Sequence[object], _now: datetime) -> None:
    """Mark records as refused that waited for an order and did not fit it."""
    told = cast("Sequence[WaitingRefused]", refused)
    channels.refuse_later(tx, {one.record_id: one.refused for one in told})


def erase_person(tx: Tx, person_id: int, *, now: datetime) -> Mapping[str, int]:
    """Forget a person everywhere and return how many rows each domain went over.

    :raises PersonNotFound: when the group has no such person, or only as part of another.
    """
    return forget_everywhere(tx, person_id, now=now).counts


def forget_everywhere(tx: Tx, person_id: int, *, now: datetime) -> Forgotten:
    """Forget a person everywhere and return what was done, and what the journal keeps of it.

    `tx` sees every brand of the group. A repeat changes nothing. The inbox forgets every version of
    the records that were applied to the person, and of the refused ones those that name them.

    :raises PersonNotFound: when the group has no such person, or only as part of another.
    """
    return forget_person(tx, person_id, forget=ERASE, records=RECORDS, now=now)


# What happens in the same transaction when a lower domain tells a fact; whole batches.
EVENTS: EventTable = {
    CustomerEnrolled: (loyalty.settle_enrolled, loyalty.welcome),
    CustomersClassified: (loyalty.settle_classified_customers,),
    DocumentApproved: (loyalty.give_for_documents,),
    OrdersClassified: (loyalty.settle_classified_orders,),
    WaitingRefused: (tell_inbox,),
    PersonsMerged: (customers.reassign,),
    PersonsSplit: (customers.give_back,),
    PersonCarved: (customers.carve,),
    IdentifierTakenOut: (member_sessions.end_taken_out,),
    CustomersCarved: (
        carve_customers,
        loyalty.part_gifts,
        customers.give_back_consents,
        member_sessions.end_parted,
    ),
    CustomersMerged: (merge_customers, loyalty.join_gifts, retire_merged),
    CustomersSplit: (
        split_customers,
        loyalty.part_gifts,
        customers.give_back_consents,
        revive_split,
        member_sessions.end_parted,
    ),
    ErasedToldAgain: (rights_jobs.ask_to_forget,),
    laking.CustomersForgotten: (laking.ask_to_refresh, retire_forgotten),
}

# Who forgets the customers of an erased person, after identity and customers have.
ERASE: Mapping[str, Forget] = {
    "orders": orders.erase,
    "signals": signals.erase,
    "ledger": ledger.erase,
    "loyalty": loyalty.erase,
    "tags": forget_tags,
    "lake": laking.forget,
    "sessions": member_sessions.forget,
}

# Which inbox records told of customers: an erasure forgets their texts.
RECORDS: Sequence[RecordsOf] = (orders.records_of, signals.records_of, loyalty.records_of)

# What each domain holds of customers, for the person who asks for it.
EXPORT: Mapping[str, Callable[[ReadTx, Sequence[int]], object]] = {
    "orders": orders.export,
    "programme": loyalty.export,
    "openings": loyalty.export_openings,
    "signals": signals.export,
}

# Whom a record of each kind meets on its way in; what one applier refuses the next never sees.
APPLY: Mapping[str, Sequence[Applier]] = {
    RecordKind.PRODUCT: (catalog.apply_products,),
    RecordKind.MEMBER: (identity.resolve_people, customers.apply_customers),
    RecordKind.ORDER: (
        orders.expect_orders,
        identity.resolve_people,
        customers.apply_customers,
        orders.apply_orders,
        loyalty.apply_orders,
    ),
    RecordKind.REFUND: (orders.apply_refunds, loyalty.apply_refunds),
    RecordKind.FULFILMENT: (orders.apply_fulfilments, loyalty.apply_fulfilments),
    RecordKind.SIGNAL: (
        identity.resolve_people,
        customers.apply_customers,
        customers.apply_fans,
        signals.apply_signals,
    ),
    RecordKind.STOCK: (catalog.apply_stocks,),
    RecordKind.OPENING: (
        identity.resolve_people,
        customers.apply_customers,
        customers.apply_openings,
        loyalty.apply_openings,
    ),
}

# A platform's synchronous question and the one function that answers it; none is asked yet.
ANSWER: Mapping[str, Callable[..., object]] = {}

# What a worker runs, by the kind of job and the topic of message; `handlers` adds what is heavy.
JOBS: Mapping[str, JobHandler] = {
    channels_jobs.FORGET_BODIES: channels_jobs.forget_bodies,
    customers_jobs.FOLD_FACETS: customers_jobs.fold_facets,
    identity.PREVIEW: identity_jobs.preview,
    identity_jobs.INDEX_IDENTIFIERS: identity_jobs.index_identifiers,
    identity.WEIGH_EVERYBODY: identity_jobs.weigh_everybody,
    suggesting.SUGGEST: suggesting.suggest,
    ledger_jobs.EXPIRE_DUE: ledger_jobs.expire_due,
    jobs.FORGET_DONE: jobs.forget_done,
    **rights_jobs.HANDLERS,
}
DELIVERIES: Mapping[str, Delivery] = {}

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def recurring(settings: Settings) -> Mapping[str, Recurring]:
    """Return which jobs every group gets by itself, and how often."""
    from huitong.channels.model.uploads import SWEEP_UPLOADS
    from huitong.entry import child_stages, refreshing
    from huitong.segments.model.audiences import DROP_EXPORTS

    return {
        # Hourly, so that what ends with a day ends within the hour in every time zone.
        ledger_jobs.EXPIRE_DUE: Recurring(HOUR, {}),
        channels_jobs.FORGET_BODIES: Recurring(
            DAY, {"retention_days": settings.inbox_retention_days}
        ),
        SWEEP_UPLOADS: Recurring(DAY, {}),
        rights_jobs.FINISH_EXITS: Recurring(DAY, {}),
        rights_jobs.DROP_TOMBSTONES: Recurring(DAY, {}),
        jobs.FORGET_DONE: Recurring(DAY, {"retention_days": settings.jobs_retention_days}),
        DROP_EXPORTS: Recurring(DAY, {}),
        customers_jobs.FOLD_FACETS: Recurring(HOUR, {}),
        identity_jobs.INDEX_IDENTIFIERS: Recurring(DAY, {}),
        child_stages.STAGE_CHILDREN: Recurring(DAY, {}),
        # Hourly, so that each brand is kept soon after its own midnight, too.
        refreshing.REFRESH: Recurring(HOUR, {}),
    }


def handlers(settings: Settings) -> Mapping[str, JobHandler]:
    """Return what a worker runs, by the kind of job."""
    from huitong.channels.jobs import uploading
    from huitong.channels.model.uploads import UPLOADS_FOLDER
    from huitong.entry import child_stages, modelling, refreshing
    from huitong.entry.console import bulk, openings
    from huitong.segments import jobs as segments_jobs
    from huitong.segments.model.audiences import EXPORTS_FOLDER

    open_lake = laking.opening(settings)
    return {
        **JOBS,
        **uploading.handlers(APPLY, settings.home / UPLOADS_FOLDER),
        **openings.handlers(settings.home / UPLOADS_FOLDER),
        **laking.handlers(settings),
        **modelling.handlers(open_lake),
        child_stages.STAGE_CHILDREN: child_stages.stage_children,
        **refreshing.handlers(settings),
        **segments_jobs.handlers(open_lake, settings.home / EXPORTS_FOLDER),
        **bulk.handlers(open_lake),
    }


@contextmanager
def address(settings: Settings) -> Iterator[str]:
    """Give the address of the database: the one in the settings, else the embedded one, running."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with embedded.serving(settings.home) as server:
        yield server.url


@contextmanager
def running(settings: Settings) -> Iterator[Platform]:
    """Open the platform for the block, on a database that has this release's schema.

    :raises WrongRevision: when the database has another schema.
    """
    with address(settings) as url:
        revisions.require(url)
        platform = build(settings, url)
        try:
            yield platform
        finally:
            platform.database.close()


def build(settings: Settings, url: str) -> Platform:
    """Put the platform together on the database at `url`; the process holds its keyring then."""
    *former, current = secret_keys(settings)
    crypto.hold(Keyring(current, former_keys=former))
    database = Database(
        url,
        events=EVENTS,
        connections_max=settings.database_connections_max,
        ending=audit.tell_command,
    )
    return Platform(
        settings=settings,
        database=database,
        appliers=APPLY,
        job_handlers=Late(lambda: handlers(settings)),
        deliveries=DELIVERIES,
        recurring=Late(lambda: recurring(settings)),
        open_lake=laking.opening(settings),
        group_ids=org.all_group_ids,
        see=reaching.see,
        watched=reaching.WATCHED,
        persons_among=reaching.persons_among,
    )
