"""After a change of policy everybody is weighed anew, by portions, as the batch engine says."""

import itertools
from contextlib import suppress
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from huitong import identity
from huitong.channels.model import IdentifierKind
from huitong.identity import jobs as identity_jobs
from huitong.identity.graph.linking import link
from huitong.identity.graph.loading import load_domain
from huitong.identity.graph.preview import preview
from huitong.identity.model import KindRules, PolicyDocument, Standing
from huitong.identity.operations.policies import effective_policy
from huitong.org.model import ChannelAccount
from huitong.platform import jobs
from huitong.platform.db import Database, Role, Scope, Tx
from huitong.platform.jobs import Job, JobCancelled, JobState, Run
from tests.identity.make import NOW, card, make_account, openid, order_of, page_of, phone, resolve
from tests.identity.test_order import SAYS, TIGHT, Says, order_saying

groups = itertools.count(1_300_000)
TILL_LIMIT = 40
PEOPLE, PEOPLE_A_PAGE = 750, 250


def policy(**phones: object) -> PolicyDocument:
    return PolicyDocument.model_validate({"kinds": {"phone": KindRules.model_validate(phones)}})


LAX = PolicyDocument(
    kinds={kind: KindRules(unverified="proves", neighbours_max=None) for kind in TIGHT.kinds}
)


def put(tx: Tx, account: ChannelAccount, document: PolicyDocument) -> None:
    identity.set_policy(
        tx,
        account.identity_domain_id,
        document=document,
        actor="lin",
        reason="another",
        expected_version=None,
        now=NOW,
    )


def ask(database: Database, scope: Scope, domain_id: int, *, key: str = "k") -> Job:
    with database.transaction(scope, now=NOW) as tx:
        return identity.ask_to_weigh(tx, domain_id, key=key, now=NOW)


def take(database: Database, now: datetime = NOW) -> Run:
    with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
        (job,) = jobs.claim(tx, kinds=[identity.WEIGH_EVERYBODY], limit=1, now=now)
    return Run(database, job)


def assert_as_the_batch_says(tx: Tx, account: ChannelAccount) -> None:
    """Compare who is one person with the batch engine, for all that proves by itself."""
    domain = load_domain(tx, domain_id=account.identity_domain_id)
    effective = effective_policy(tx, account.identity_domain_id)
    linked = link(
        domain.evidence,
        domain.identifiers(effective),
        effective.for_partition,
        domain.decisions,
    )
    said = np.zeros(len(domain.ids), np.bool_)
    evidence = domain.evidence
    said[evidence.one[(evidence.verified & 1) != 0]] = True
    said[evidence.other[(evidence.verified & 2) != 0]] = True
    proving = [effective.proves(kind, verified=False, virtual=False) for kind, _ in domain.classes]
    known = (domain.persons != 0) & (np.array(proving, np.bool_)[domain.class_of] | said)
    assert parts(linked.label[known]) == parts(domain.persons[known])


def parts(label: "np.ndarray[tuple[int, ...], np.dtype[np.int64 | np.int32]]") -> set[bytes]:
    return {np.flatnonzero(label == each).tobytes() for each in np.unique(label)}


class _Undo(Exception):
    pass


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(told=[Says(("e1", "p0"), 0), Says(("E1", "e0"), 0)], documents=(LAX, TIGHT), portions=1)
@given(
    told=st.lists(SAYS, min_size=1, max_size=14),
    documents=st.sampled_from([(LAX, TIGHT), (TIGHT, LAX), (LAX, PolicyDocument())]),
    portions=st.sampled_from([1, 3]),
)
def test_everybody_is_who_the_batch_says_after_any_change_of_policy(
    database: Database,
    told: list[Says],
    documents: tuple[PolicyDocument, PolicyDocument],
    portions: int,
) -> None:
    with suppress(_Undo), database.transaction(Scope(next(groups)), now=NOW) as tx:
        account = make_account(tx)
        before, after = documents
        put(tx, account, before)
        for says in told:
            identity.resolve_people(tx, page_of(account, order_saying(says)), NOW)
            tx.settle()
        put(tx, account, after)
        domain_id = account.identity_domain_id
        for portion in range(portions):
            identity.judge_crowds(tx, domain_id, portion=portion, portions=portions)
        for portion in range(portions):
            identity.weigh_portion(tx, domain_id, portion=portion, portions=portions, now=NOW)
        tx.settle()
        assert_as_the_batch_says(tx, account)
        for portion in range(portions):
            again = identity.weigh_portion(
                tx, domain_id, portion=portion, portions=portions, now=NOW
            )
            assert not again.has_changed
        raise _Undo


def test_a_job_goes_on_where_it_was_cancelled(
    fresh_database: Database,
) -> None:
    scope = Scope(group_id=1)
    with fresh_database.transaction(scope, now=NOW) as tx:
        account = make_account(tx)
        put(tx, account, policy(verified="never", unverified="never"))
        for first in range(0, PEOPLE, PEOPLE_A_PAGE):
            for make in (card, openid):
                records = [
                    order_of(phone(f"139{10_000_001 + number}"), make(f"N{number}"))
                    for number in range(first, first + PEOPLE_A_PAGE)
                ]
                resolve(tx, account, *records)
                tx.settle()
        assert count_persons(tx) >= 2 * PEOPLE
        put(tx, account, policy(verified="proves", unverified="proves"))
    asked = ask(fresh_database, scope, account.identity_domain_id)
    run = take(fresh_database)
    with fresh_database.transaction(scope, now=NOW) as tx:
        jobs.cancel(tx, job_id=asked.id, actor="test", now=NOW)
    with pytest.raises(JobCancelled):
        identity_jobs.weigh_everybody(run)
    with fresh_database.transaction(jobs.QUEUE, now=NOW, role=Role.WORKER) as tx:
        ended = jobs.Ending(state=JobState.CANCELLED, run_at=NOW)
        assert jobs.end(tx, run.job, ended, now=NOW)
    with fresh_database.transaction(scope, now=NOW) as tx:
        jobs.retry(tx, job_id=asked.id, actor="test", now=NOW)
    result = identity_jobs.weigh_everybody(take(fresh_database, NOW + timedelta(hours=1)))
    with fresh_database.reading(scope) as tx:
        found = jobs.find(tx, job_id=asked.id)
        assert found.all_steps == found.done_steps == 2 * int(str(result["portion_count"]))
        assert found.all_steps >= 4
    with fresh_database.transaction(scope, now=NOW) as tx:
        assert count_persons(tx) == PEOPLE
        assert_as_the_batch_says(tx, account)


def test_who_is_shared_no_more_joins_and_who_is_shared_now_parts(tx: Tx) -> None:
    account = make_account(tx)
    till = phone("13900139000")
    for number in range(TILL_LIMIT):
        resolve(tx, account, order_of(till, openid(f"o{number}")))
    anchors = list(IdentifierKind)
    domain_id = account.identity_domain_id
    counts = []
    for limit in (TILL_LIMIT, TILL_LIMIT - 1):
        document = PolicyDocument(
            kinds={
                IdentifierKind.PHONE: KindRules(neighbours_max=limit, anchors=frozenset(anchors)),
                IdentifierKind.OPENID: KindRules(),
            }
        )
        put(tx, account, document)
        identity.judge_crowds(tx, domain_id, portion=0, portions=1)
        identity.weigh_portion(tx, domain_id, portion=0, portions=1, now=NOW)
        tx.settle()
        standing = identity.stats(tx).identifiers[IdentifierKind.PHONE]
        counts.append((count_persons(tx), set(standing)))
        assert_as_the_batch_says(tx, account)
    assert counts == [(1, {Standing.FREE}), (TILL_LIMIT + 1, {Standing.SHARED})]


def count_persons(tx: Tx) -> int:
    return identity.stats(tx).persons


def test_a_preview_by_a_job_is_kept_with_it_and_says_what_the_command_says(
    fresh_database: Database,
) -> None:
    scope = Scope(group_id=1)
    candidate = policy(verified="never", unverified="never", blocked_values=["+8613900139000"])
    with fresh_database.transaction(scope, now=NOW) as tx:
        account = make_account(tx)
        for named in (card("C1", scope="club"), openid("o1")):
            resolve(tx, account, order_of(phone("13900130001"), named))
        asked = identity.ask_for_preview(
            tx, account.identity_domain_id, candidate=candidate, key="k", now=NOW
        )
    assert "13900139000" not in str(asked.arguments)
    with fresh_database.transaction(jobs.QUEUE, now=NOW, role=Role.WORKER) as tx:
        (job,) = jobs.claim(tx, kinds=[identity.PREVIEW], limit=1, now=NOW)
    result = identity_jobs.preview(Run(fresh_database, job))
    with fresh_database.transaction(jobs.QUEUE, now=NOW, role=Role.WORKER) as tx:
        jobs.end(tx, job, jobs.Ending(state=JobState.DONE, run_at=NOW, result=result), now=NOW)
    with fresh_database.reading(scope) as tx:
        kept = jobs.find(tx, job_id=job.id)
        wanted = preview(tx, domain_id=account.identity_domain_id, candidate=candidate)
    assert (kept.done_steps, kept.all_steps) == (3, 3)
    assert kept.result is not None
    assert identity_jobs.preview_of(kept.result) == wanted
    assert wanted.persons_that_split == 1
