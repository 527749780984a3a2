"""`huitong identity preview|quality|suggest`: over whole domains, and changing nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, people, showing
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huitong.identity.graph.likelihood import Suggestion
    from huitong.identity.graph.preview import Preview
    from huitong.identity.graph.truth import QualityReport
    from huitong.identity.model import PolicyDocument
    from huitong.platform.db import ReadTx

GROUP = "identity"
DECIMALS = 5
LIKELIHOOD_MIN = 0.9

BrandCode = Annotated[
    str | None, typer.Option("--brand", help="The code of a brand; not needed when there is one.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the group that the other commands of identity are in."""
    known = [each.typer_instance for each in app.registered_groups if each.name == GROUP]
    group = known[0] if known and known[0] else typer.Typer(no_args_is_help=True)
    if not known:
        app.add_typer(group, name=GROUP, help="Who is one person.")
    group.command("preview")(show_preview)
    group.command("quality")(show_quality)
    group.command("suggest")(show_suggestions)


def show_preview(
    context: typer.Context,
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The candidate policy, YAML or JSON."),
    ] = None,
    *,
    background: Annotated[
        bool, typer.Option("--background", help="As a job; “--of JOB” shows what came of it.")
    ] = False,
    of: Annotated[
        str | None, typer.Option(metavar="JOB", help="Show what a preview in the background says.")
    ] = None,
    brand: BrandCode = None,
    as_json: AsJson = False,
) -> None:
    """Tell how many persons another policy would merge and split; nothing is changed."""
    from huitong.identity.graph.preview import preview
    from huitong.platform.db import Scope

    if (policy is None) == (of is None):
        message = "Give either --policy FILE or --of JOB."
        raise typer.BadParameter(message)
    if policy is not None and background:
        _ask_for_preview(context, _document(policy), brand=brand, as_json=as_json)
        return
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        if policy is None:
            found = _preview_of(tx, str(of))
        else:
            domain_id = people.brand_of(tx, brand).identity_domain_id
            found = preview(tx, domain_id=domain_id, candidate=_document(policy))
    if as_json:
        from dataclasses import asdict

        showing.facts(asdict(found), as_json=True)
        return
    _tell_preview(found)


def show_quality(
    context: typer.Context,
    truth: Annotated[
        Path,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="CSV that tells who is who: kind, scope, value, person, provable, cause.",
        ),
    ],
    *,
    brand: BrandCode = None,
    as_json: AsJson = False,
) -> None:
    """Tell how well persons are recognised, where the truth is known."""
    from huitong.identity.graph.truth import measure_domain, read_truth
    from huitong.platform.db import Scope

    accounts = read_truth(truth)
    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        report = measure_domain(tx, brand=people.brand_of(tx, brand), truth=accounts)
    showing.facts(_figures(report), as_json=as_json)
    if not as_json:
        typer.echo()
        rows = [
            {
                "cause": name,
                "accounts": score.accounts,
                "pairs": score.pair_ends_true,
                "wrong": score.pair_ends_wrong,
                "missed": score.pair_ends_missed,
            }
            for name, score in report.quality.by_cause.items()
        ]
        showing.table(rows, as_json=False, nothing="No account of the truth was ever told.")


def show_suggestions(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="PEOPLE",
            exists=True,
            dir_okay=False,
            help="CSV of people: id, name, birthday, address, place; what is unknown is empty.",
        ),
    ],
    *,
    likelihood: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="How likely a pair is to be one, at least.")
    ] = LIKELIHOOD_MIN,
    queue: Annotated[
        bool,
        typer.Option(
            "--queue",
            help="Put each pair into the review queue, once; the ids of the file are per_...",
        ),
    ] = False,
    brand: BrandCode = None,
    as_json: AsJson = False,
) -> None:
    """List pairs of people who are likely one; an operator decides, nothing is merged."""
    from huitong.identity.graph.likelihood import read_people, suggest

    described = read_people(file)
    person_ids = _person_ids([each.id for each in described]) if queue else {}
    found = suggest(described, likelihood_min=likelihood)
    if queue:
        _queue(context, found, person_ids, brand=brand, as_json=as_json)
        return
    rows = [
        {"one": each.one, "other": each.other, "likelihood": round(each.likelihood, DECIMALS)}
        for each in found
    ]
    showing.table(rows, as_json=as_json, nothing="No two of them are that likely to be one.")


def _ask_for_preview(
    context: typer.Context, candidate: "PolicyDocument", *, brand: str | None, as_json: bool
) -> None:
    from huitong import identity
    from huitong.platform import clock, ids, jobs
    from huitong.platform.db import Scope

    now = clock.now()
    with (
        opening.opened() as platform,
        platform.database.transaction(Scope(context.obj), now=now) as tx,
    ):
        domain_id = people.brand_of(tx, brand).identity_domain_id
        key = f"command line:{now.isoformat()}"
        asked = identity.ask_for_preview(tx, domain_id, candidate=candidate, key=key, now=now)
    showing.facts({"job": ids.show(jobs.JOB_PREFIX, asked.id)}, as_json=as_json)


def _preview_of(tx: "ReadTx", job: str) -> "Preview":
    """Return what a job computed.

    :raises NoSuchJob: when the group has no such job.
    """
    from huitong import identity
    from huitong.identity import jobs as previews
    from huitong.platform import jobs

    found = jobs.find(tx, job_id=opening.id_of(jobs.JOB_PREFIX, job))
    if found.kind != identity.PREVIEW or found.result is None:
        message = f"{job} is no preview that is done; it is {found.kind}, {found.state}."
        raise typer.BadParameter(message, param_hint="--of")
    return previews.preview_of(found.result)


def _queue(
    context: typer.Context,
    found: "Sequence[Suggestion]",
    person_ids: "Mapping[str, int]",
    *,
    brand: str | None,
    as_json: bool,
) -> None:
    from dataclasses import asdict

    from huitong import identity
    from huitong.identity.model import Likely, Queued
    from huitong.platform import clock
    from huitong.platform.db import Scope, Tx

    now = clock.now()
    likely = [
        Likely(person_ids[each.one], person_ids[each.other], each.likelihood) for each in found
    ]

    def work(tx: Tx) -> Queued:
        domain_id = people.brand_of(tx, brand).identity_domain_id
        return identity.queue_suggestions(tx, domain_id, suggested=likely, now=now)

    with opening.opened() as platform:
        done = platform.database.do(Scope(context.obj), work, now=now)
    showing.facts(asdict(done), as_json=as_json)


def _person_ids(texts: "Sequence[str]") -> dict[str, int]:
    from huitong.identity.model import PERSON_PREFIX
    from huitong.platform import ids

    try:
        return {text: ids.read(PERSON_PREFIX, text) for text in texts}
    except ids.WrongId as wrong:
        message = f"{wrong} With --queue the column “id” holds persons of the platform."
        raise typer.BadParameter(message, param_hint="PEOPLE") from None


def _figures(report: "QualityReport") -> dict[str, object]:
    from dataclasses import asdict

    quality = report.quality
    return {
        "accounts": report.accounts,
        "unknown": report.unknown,
        "precision": round(quality.provable.precision, DECIMALS),
        "recall": round(quality.provable.recall, DECIMALS),
        "recall_of_all_pairs": round(quality.everything.recall, DECIMALS),
        "bcubed_precision": round(quality.bcubed_precision, DECIMALS),
        "bcubed_recall": round(quality.bcubed_recall, DECIMALS),
        "persons_true": quality.persons_true,
        "persons_found": quality.persons_found,
        "persons_over_merged": quality.persons_over_merged,
        "persons_under_merged": quality.persons_under_merged,
        "by_cause": {name: asdict(score) for name, score in quality.by_cause.items()},
    }


def _tell_preview(found: "Preview") -> None:
    from huitong.identity.model import PERSON_PREFIX
    from huitong.platform import ids

    showing.facts(
        {
            "identifiers": found.identifiers,
            "evidence": found.evidence,
            "persons": f"{found.persons_now} now, {found.persons_then} then",
            "merge": f"{found.persons_that_merge} persons into {found.merged_into}",
            "split": f"{found.persons_that_split} persons into {found.split_into}",
            "shared_identifiers": f"{found.shared_now} now, {found.shared_then} then",
            "held_for_review": f"{found.held_now} now, {found.held_then} then",
        },
        as_json=False,
    )
    rows = [
        {
            "change": change,
            "persons": case.parts,
            "identifiers": case.identifiers,
            "today": " ".join(ids.show(PERSON_PREFIX, person) for person in case.person_ids),
        }
        for change, cases in (("merge", found.largest_merges), ("split", found.largest_splits))
        for case in cases
    ]
    typer.echo()
    showing.table(rows, as_json=False, nothing="Nobody would merge or split.")


def _document(path: Path) -> "PolicyDocument":
    import yaml
    from pydantic import ValidationError

    from huitong.identity.model import PolicyDocument

    try:
        return PolicyDocument.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as wrong:
        message = f"{path} is not a policy: {str(wrong).splitlines()[0]}"
        raise typer.BadParameter(message, param_hint="--policy") from None
