"""The gate, the consents behind it, the policies they name, and the receipts of rights."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from huitong.customers.model import (
    ConsentAction,
    ConsentPolicy,
    CustomerNotFound,
    CustomerStatus,
    Permitted,
    Purpose,
    Receipt,
    RightKind,
)
from huitong.customers.rules.permitting import Said, Subject, permit
from huitong.customers.tables import rights as tables
from huitong.platform import crypto
from huitong.platform.db import ReadTx, array
from huitong.platform.errors import DomainError, Ok, Result

RECEIPTS_SHOWN_MAX = 200
_SUBJECT_KIND = "rights.subject"


def may(
    tx: ReadTx,
    customer_ids: Sequence[int],
    *,
    purpose: Purpose,
    channel: str | None = None,
    now: datetime,
) -> list[Result[Permitted]]:
    """Tell for each customer whether their data may be used for a purpose; the one gate.

    Asked by whoever sends, exports or shares. Without a word of theirs the answer is no, but for
    the service of a membership. A merged customer answers as the family: the newest word leads.
    """
    return may_for(tx, customer_ids, purposes=[purpose], channel=channel, now=now)[purpose]


def may_for(
    tx: ReadTx,
    customer_ids: Sequence[int],
    *,
    purposes: Iterable[Purpose],
    channel: str | None = None,
    now: datetime,
) -> Mapping[Purpose, list[Result[Permitted]]]:
    """Tell what `may` tells for several purposes at once, reading what was said one time."""
    subjects = _subjects(tx, customer_ids)
    said = _said(tx, sorted({subject.customer_id for subject in subjects.values()}))
    unknown = CustomerNotFound(customer="of this id").as_refused()
    told: dict[Purpose, list[Result[Permitted]]] = {}
    for purpose in purposes:
        results = {
            asked: _permitted(
                subject, said[subject.customer_id], purpose=purpose, channel=channel, now=now
            )
            for asked, subject in subjects.items()
        }
        told[purpose] = [results.get(one, unknown) for one in customer_ids]
    return told


def consent_policies(tx: ReadTx, *, brand_ids: Iterable[int]) -> list[ConsentPolicy]:
    """Return the policy texts of brands, every version of each purpose in order."""
    params = {"group_id": tx.scope.group_id, "brand_ids": array(sorted(set(brand_ids)))}
    return [
        ConsentPolicy(row[0], Purpose(row[1]), *row[2:])
        for row in tx.rows(tables.POLICIES_OF_BRANDS, params)
    ]


def consents_of(
    tx: ReadTx, *, customer_ids: Sequence[int]
) -> Mapping[int, Sequence[Mapping[str, object]]]:
    """Return every statement of customers and those merged into them, oldest first, for exports."""
    told: defaultdict[int, list[Mapping[str, object]]] = defaultdict(list)
    names = (
        "purpose", "policy_version", "action", "occurred_at", "recorded_at", "source", "touchpoint",
    )  # fmt: skip
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    for head, *values in tx.rows(tables.STATEMENTS_OF_FAMILIES, params):
        told[head].append(dict(zip(names, values, strict=False)))
    return told


def receipts_of(tx: ReadTx, *, person_id: int) -> list[Receipt]:
    """Return which rights a person used, the newest first; it works for erased persons too."""
    params = {
        "group_id": tx.scope.group_id,
        "subject": subject_of(tx, person_id=person_id),
        "limit": RECEIPTS_SHOWN_MAX,
    }
    return [
        Receipt(row[0], RightKind(row[1]), *row[2:])
        for row in tx.rows(tables.RECEIPTS_OF_SUBJECT, params)
    ]


def subject_of(tx: ReadTx, *, person_id: int) -> bytes:
    """Return the keyed digest under which receipts of a person are kept."""
    return crypto.keyring().blind_index(tx.scope.group_id, _SUBJECT_KIND, "", str(person_id))


def _permitted(
    subject: Subject,
    said: Sequence[Said],
    *,
    purpose: Purpose,
    channel: str | None,
    now: datetime,
) -> Result[Permitted]:
    try:
        return Ok(permit(subject, said, purpose=purpose, channel=channel, now=now))
    except DomainError as no:
        return no.as_refused()


def _subjects(tx: ReadTx, customer_ids: Sequence[int]) -> dict[int, Subject]:
    """Return whom ids stand for today, by the ids asked for; unknown ones are left out."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    return {
        row[0]: Subject(row[1], CustomerStatus(row[2]), row[3], row[4])
        for row in tx.rows(tables.SUBJECTS, params)
    }


def _said(tx: ReadTx, heads: Sequence[int]) -> Mapping[int, list[Said]]:
    said: defaultdict[int, list[Said]] = defaultdict(list)
    params = {"group_id": tx.scope.group_id, "customer_ids": array(heads)}
    for head, use, version, action, occurred_at, *_ in tx.rows(
        tables.STATEMENTS_OF_FAMILIES, params
    ):
        said[head].append(Said(use, version, ConsentAction(action), occurred_at))
    return said
