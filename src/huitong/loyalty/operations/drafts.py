"""Drafts: started, saved, put on a newer version, submitted, sent back, published, discarded.

Each step locks the draft, holds it against the revision that was read, and leaves its trace.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from huitong.loyalty import queries
from huitong.loyalty.model import (
    DRAFT_PREFIX,
    DRAFTS_MAX,
    Draft,
    DraftChanged,
    DraftClosed,
    DraftNameTaken,
    DraftNotFound,
    DraftNotSubmitted,
    DraftOvertaken,
    DraftState,
    DraftStep,
    NothingToPublish,
    PolicyChanged,
    Programme,
    ProgrammeInvalid,
    ProgrammePolicy,
    ProgrammeTooEarly,
    SecondPersonNeeded,
    TooManyDrafts,
    Version,
)
from huitong.loyalty.operations.programmes import apply_programme
from huitong.loyalty.queries import drafts as reading
from huitong.loyalty.rules.rebasing import rebase
from huitong.loyalty.tables import drafts as tables
from huitong.platform import auth
from huitong.platform.db import Tx
from huitong.platform.ids import show

OPEN = frozenset({DraftState.EDITED, DraftState.SUBMITTED})
NO_DRAFT = 0
ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody's step on a draft, made on the revision that they have read."""

    brand_id: int
    draft_id: int
    expected: int
    actor: str
    now: datetime


def start_draft(
    tx: Tx, *, brand_id: int, name: str, programme: Programme, base_version: int, key: str,
    actor: str, now: datetime,
) -> Draft:  # fmt: skip
    """Start a draft and return it; a repeated key returns the draft that it started.

    `base_version` is the newest version of the brand that the draft is to follow, 0 without any.

    :raises DraftNameTaken: when another open draft has this name.
    :raises TooManyDrafts: when the brand has as many open drafts as it can.
    """
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id, "start_key": key}
    started = tx.row(tables.DRAFT_BY_KEY, params)
    if started is not None:
        return reading.draft_of(tx, brand_id=brand_id, draft_id=started[0])
    _check_name(tx, brand_id=brand_id, name=name, is_new=True)
    (draft_id,) = tx.new_ids([0])
    written = {
        **params,
        "id": draft_id,
        "name": name,
        "base_version": base_version,
        "document": programme.model_dump_json(),
        "changed_by": actor,
        "now": now,
    }
    if not tx.execute(tables.INSERT_DRAFT, written):
        # The same request, sent twice at once: the other one is committed by now.
        (draft_id,) = tx.row(tables.DRAFT_BY_KEY, params) or (NO_DRAFT,)
        return reading.draft_of(tx, brand_id=brand_id, draft_id=draft_id)
    draft = reading.draft_of(tx, brand_id=brand_id, draft_id=draft_id)
    _trace(tx, draft, DraftStep.STARTED, note="")
    return draft


def save_draft(tx: Tx, step: Step, *, name: str | None, programme: Programme) -> Draft:
    """Write what a draft says; one that waited for approval is edited again.

    :raises DraftNotFound: when the brand has no such draft.
    :raises DraftChanged: when somebody else has changed it since it was read.
    :raises DraftClosed: when it was published or discarded.
    :raises DraftNameTaken: when another open draft has the new name.
    """
    draft = _taken(tx, step)
    if name is not None and name != draft.name:
        _check_name(tx, brand_id=step.brand_id, name=name, but=draft.id)
    changed = replace(draft, name=name or draft.name, programme=programme, state=DraftState.EDITED)
    return draft if changed == draft else _written(tx, step, changed, DraftStep.SAVED)


def rebase_draft(tx: Tx, step: Step) -> Draft:
    """Put a draft's changes on top of the newest version of the brand.

    :raises DraftNotFound: when the brand has no such draft.
    :raises DraftChanged: when somebody else has changed it since it was read.
    :raises DraftClosed: when it was published or discarded.
    :raises ProgrammeInvalid: when the changes of both sides do not fit together.
    """
    draft = _taken(tx, step)
    versions = queries.versions_of(tx, brand_id=step.brand_id)
    newest = max(versions, key=lambda one: one.version, default=None)
    if newest is None or newest.version == draft.base_version:
        return draft
    begun = next((one for one in versions if one.version == draft.base_version), None)
    base = None if begun is None else begun.programme
    found = rebase(base, newest.programme, draft.programme)
    if found.programme is None:
        told = "; ".join(f"{one.where.en}: {one.words.en}" for one in found.problems)
        raise ProgrammeInvalid(problems=told)
    changed = replace(
        draft,
        programme=found.programme,
        base_version=newest.version,
        state=DraftState.EDITED,
    )
    return _written(tx, step, changed, DraftStep.REBASED)


def submit_draft(tx: Tx, step: Step, *, wanted_from: datetime | None, note: str) -> Draft:
    """Have a draft wait for approval; `wanted_from` is when it should begin, None for at once.

    :raises DraftNotFound: when the brand has no such draft.
    :raises DraftChanged: when somebody else has changed it since it was read.
    :raises DraftClosed: when it was published or discarded.
    :raises DraftOvertaken: when the programme has moved on since the draft began.
    :raises NothingToPublish: when it says what the programme says already.
    """
    draft = _taken(tx, step)
    _newest(tx, draft)
    changed = replace(draft, state=DraftState.SUBMITTED, wanted_from=wanted_from)
    return _written(tx, step, changed, DraftStep.SUBMITTED, note=note)


def send_draft_back(tx: Tx, step: Step, *, note: str) -> Draft:
    """Return a draft that waits for approval to its editors, with the reason.

    :raises DraftNotFound: when the brand has no such draft.
    :raises DraftChanged: when somebody else has changed it since it was read.
    :raises DraftClosed: when it was published or discarded.
    :raises DraftNotSubmitted: when it does not wait for approval.
    """
    draft = _taken(tx, step)
    if draft.state is not DraftState.SUBMITTED:
        raise DraftNotSubmitted
    changed = replace(draft, state=DraftState.EDITED)
    return _written(tx, step, changed, DraftStep.SENT_BACK, note=note)


def discard_draft(tx: Tx, step: Step) -> Draft:
    """Give a draft up; what was done to it stays readable.

    :raises DraftNotFound: when the brand has no such draft.
    :raises DraftChanged: when somebody else has changed it since it was read.
    :raises DraftClosed: when it was published or discarded.
    """
    changed = replace(_taken(tx, step), state=DraftState.DISCARDED)
    return _written(tx, step, changed, DraftStep.DISCARDED)


def publish_draft(tx: Tx, step: Step, *, effective_from: datetime | None) -> Version:
    """Put a draft into effect from an instant on, None for at once, and return the version.

    A draft that is published already answers its version again.

    :raises DraftNotFound: when the brand has no such draft.
    :raises DraftChanged: when somebody else has changed it since it was read.
    :raises DraftClosed: when it was discarded.
    :raises DraftOvertaken: when the programme has moved on since the draft began.
    :raises NothingToPublish: when it says what the programme says already.
    :raises SecondPersonNeeded: when the brand wants a second person and the actor is an editor.
    :raises ProgrammeTooEarly: when it would begin in the past, or before the version it follows.
    """
    draft = _locked(tx, step)
    if draft.published_version is not None:
        return _published(tx, draft)
    _check(draft, step)
    newest = _newest(tx, draft)
    _check_second_person(tx, step)
    version = apply_programme(
        tx,
        brand_id=step.brand_id,
        programme=draft.programme,
        effective_from=_begins(newest, effective_from, step.now),
        actor=step.actor,
        expected_version=draft.base_version,
        now=step.now,
    )
    changed = replace(draft, state=DraftState.PUBLISHED, published_version=version.version)
    _written(tx, step, changed, DraftStep.PUBLISHED)
    return version


def put_programme_policy(
    tx: Tx, *, brand_id: int, four_eyes: bool, expected: int, actor: str, now: datetime
) -> ProgrammePolicy:
    """Change how a brand approves programmes.

    :raises PolicyChanged: when somebody else has changed it since `expected` was read.
    """
    before = reading.programme_policy_of(tx, brand_id=brand_id)
    if before.revision == expected and before.four_eyes is four_eyes:
        return before
    written = None
    if before.revision == expected:
        params = {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "four_eyes": four_eyes,
            "expected": expected,
            "actor": actor,
            "now": now,
        }
        written = tx.row(tables.PUT_POLICY, params)
    after = reading.programme_policy_of(tx, brand_id=brand_id)
    if written is None:
        raise PolicyChanged(revision=after.revision, expected=expected)
    return after


def _taken(tx: Tx, step: Step) -> Draft:
    """Lock a draft that can change and is as it was read."""
    draft = _locked(tx, step)
    _check(draft, step)
    return draft


def _locked(tx: Tx, step: Step) -> Draft:
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": step.brand_id,
        "id": step.draft_id,
    }
    row = tx.row(tables.LOCK_DRAFT, params)
    if row is None:
        raise DraftNotFound(draft=show(DRAFT_PREFIX, step.draft_id))
    return reading.draft_from(row)


def _check(draft: Draft, step: Step) -> None:
    if draft.state not in OPEN:
        raise DraftClosed(state=draft.state)
    if draft.revision != step.expected:
        raise DraftChanged(
            changed_by=draft.changed_by, revision=draft.revision, expected=step.expected
        )


def _check_name(
    tx: Tx, *, brand_id: int, name: str, but: int = NO_DRAFT, is_new: bool = False
) -> None:
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id, "name": name, "id": but}
    row = tx.row(tables.OPEN_DRAFTS, params)
    assert row is not None, "A count has a row."
    drafts, is_taken = row
    if is_taken:
        raise DraftNameTaken(name=name)
    if is_new and drafts >= DRAFTS_MAX:
        raise TooManyDrafts


def _check_second_person(tx: Tx, step: Step) -> None:
    if not reading.needs_second_person(tx, brand_id=step.brand_id, draft_id=step.draft_id):
        return
    editors = reading.editors_of(tx, brand_id=step.brand_id, draft_id=step.draft_id)
    if auth.hands_of(tx, step.actor) & editors:
        raise SecondPersonNeeded


def _newest(tx: Tx, draft: Draft) -> Version | None:
    """Return the version that a draft follows, once it is sure that it follows the newest."""
    versions = queries.versions_of(tx, brand_id=draft.brand_id)
    newest = max(versions, key=lambda one: one.version, default=None)
    version = newest.version if newest else 0
    if version != draft.base_version:
        raise DraftOvertaken(base_version=draft.base_version, version=version)
    if newest is not None and newest.programme == draft.programme:
        raise NothingToPublish(version=version)
    return newest


def _begins(newest: Version | None, wanted: datetime | None, now: datetime) -> datetime:
    earliest = now
    if newest is not None and newest.effective_from >= now:
        earliest = newest.effective_from.replace(microsecond=0) + ONE_SECOND
    begins = wanted or now
    if begins < earliest:
        raise ProgrammeTooEarly(
            wanted=begins.isoformat(timespec="seconds"),
            earliest=earliest.isoformat(timespec="seconds"),
        )
    return begins


def _published(tx: Tx, draft: Draft) -> Version:
    versions = queries.versions_of(tx, brand_id=draft.brand_id)
    return next(one for one in versions if one.version == draft.published_version)


def _written(tx: Tx, step: Step, draft: Draft, taken: DraftStep, *, note: str = "") -> Draft:
    changed = replace(
        draft, revision=draft.revision + 1, changed_by=step.actor, changed_at=step.now
    )
    tx.execute(
        tables.UPDATE_DRAFT,
        {
            "group_id": tx.scope.group_id,
            "brand_id": changed.brand_id,
            "id": changed.id,
            "name": changed.name,
            "state": str(changed.state),
            "revision": changed.revision,
            "base_version": changed.base_version,
            "document": changed.programme.model_dump_json(),
            "wanted_from": changed.wanted_from,
            "published_version": changed.published_version,
            "changed_by": changed.changed_by,
            "now": changed.changed_at,
        },
    )
    _trace(tx, changed, taken, note=note)
    return changed


def _trace(tx: Tx, draft: Draft, taken: DraftStep, *, note: str) -> None:
    tx.execute(
        tables.INSERT_EDIT,
        {
            "group_id": tx.scope.group_id,
            "brand_id": draft.brand_id,
            "draft_id": draft.id,
            "revision": draft.revision,
            "step": str(taken),
            "actor": draft.changed_by,
            "note": note,
            "now": draft.changed_at,
        },
    )
