"""Queue in: weighing everybody anew after a change of policy, and previews that take long."""

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from psycopg.errors import DeadlockDetected

from huitong import identity
from huitong.identity.model import DOMAIN_PREFIX, PERSON_PREFIX, PolicyDocument, Weighing
from huitong.platform import clock, ids
from huitong.platform.jobs import Json, Run

if TYPE_CHECKING:
    from huitong.identity.graph.preview import Preview

PREVIEW_STEPS = 3
INDEX_IDENTIFIERS = "identity.index_identifiers"
INDEXED_PER_STEP_MAX = 500
# A step that loses against the door is done again; a job has only so many attempts for all steps.
TRIES_A_STEP = 5


def weigh_everybody(run: Run) -> Json:
    """Weigh everybody of a domain: first say who is shared, then whom evidence makes one person.

    Each portion is a transaction of its own, so the door stays open, and a cancelled or broken job
    goes on where it stood. The counts are those of the last attempt.
    """
    domain_id = _domain_of(run)
    portions = _portions(run, domain_id)
    changed = left = 0
    for step in range(run.job.done_steps, 2 * portions):
        done = _one_step(run, domain_id, step=step, portions=portions)
        changed, left = changed + done.has_changed, left + done.left
    return {"portion_count": portions, "changed_portion_count": changed, "left_count": left}


def preview(run: Run) -> Json:
    """Compute what the job's candidate policy would change, and keep it as the job's result."""
    # Arrays of a whole domain are nothing that every process should have to import.
    from huitong.identity.graph import preview as previewing  # noqa: PLC0415 - Not every process needs it.

    candidate = PolicyDocument.model_validate(run.job.arguments["policy"])
    with run.database.reading(run.scope) as tx:
        asked = previewing.read(tx, domain_id=_domain_of(run))
    _note(run, 1)
    now = previewing.linked_now(asked)
    _note(run, 2)
    found = previewing.compare(asked.domain, now, previewing.linked_then(asked, candidate))
    _note(run, PREVIEW_STEPS)
    return _told(found)


def preview_of(result: Json) -> "Preview":
    """Return a preview as it was before it became the result of a job."""
    from huitong.identity.graph.preview import Case, Preview  # noqa: PLC0415 - Not every process needs it.

    told = cast("dict[str, Any]", dict(result))
    for name in ("largest_merges", "largest_splits"):
        told[name] = tuple(
            Case(
                tuple(ids.read(PERSON_PREFIX, person) for person in case["person_ids"]),
                case["identifiers"],
                case["parts"],
            )
            for case in told[name]
        )
    return Preview(**told)


def index_identifiers(run: Run) -> Json:
    """Make the identifiers findable that are older than the search by tails and platform ids."""
    after: int | None = 0
    steps = 0
    while after is not None:
        now = clock.now()
        steps += 1
        with run.transaction(now=now) as tx:
            after = identity.index_due(tx, after=after, limit=INDEXED_PER_STEP_MAX)
            run.step(tx, done_steps=steps, now=clock.now())
    return {"step_count": steps}


def _told(found: "Preview") -> Json:
    """Return a preview as the outside sees it; it names persons by their ids alone."""
    told = asdict(found)
    for name in ("largest_merges", "largest_splits"):
        for case in told[name]:
            case["person_ids"] = [ids.show(PERSON_PREFIX, one) for one in case["person_ids"]]
    return told


def _portions(run: Run, domain_id: int) -> int:
    """Return into how many portions the domain falls, as the first attempt found it."""
    if run.job.all_steps is not None:
        return run.job.all_steps // 2
    now = clock.now()
    with run.transaction(now=now) as tx:
        portions = identity.portions_of(tx, domain_id)
        run.step(tx, done_steps=0, all_steps=2 * portions, now=now)
    return portions


def _one_step(run: Run, domain_id: int, *, step: int, portions: int) -> Weighing:
    for _ in range(TRIES_A_STEP - 1):
        with suppress(identity.Overtaken, DeadlockDetected):
            return _try_step(run, domain_id, step=step, portions=portions)
    return _try_step(run, domain_id, step=step, portions=portions)


def _try_step(run: Run, domain_id: int, *, step: int, portions: int) -> Weighing:
    now, portion = clock.now(), step % portions
    with run.transaction(now=now) as tx:
        if step < portions:
            done = identity.judge_crowds(tx, domain_id, portion=portion, portions=portions)
        else:
            done = identity.weigh_portion(
                tx, domain_id, portion=portion, portions=portions, now=now
            )
        run.step(tx, done_steps=step + 1, now=clock.now())
    return done


def _note(run: Run, done_steps: int) -> None:
    now = clock.now()
    with run.transaction(now=now) as tx:
        run.step(tx, done_steps=done_steps, all_steps=PREVIEW_STEPS, now=now)


def _domain_of(run: Run) -> int:
    return ids.read(DOMAIN_PREFIX, str(run.job.arguments["identity_domain"]))
