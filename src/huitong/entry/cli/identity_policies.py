"""`huitong identity policy`: what each kind of identifier may prove, kept by versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huitong.entry.cli import opening, showing
from huitong.entry.cli.people import brand_of
from huitong.entry.cli.showing import AsJson

if TYPE_CHECKING:
    from datetime import datetime

    from huitong.identity.model import PolicyDocument
    from huitong.platform.db import Tx

KEY = "command line"

policy = typer.Typer(no_args_is_help=True, help="What each kind of identifier may prove.")

Reason = Annotated[str, typer.Option(help="Why, for the journal.")]
BrandCode = Annotated[
    str | None, typer.Option("--brand", help="The code of the brand; not needed with only one.")
]


@policy.command("show")
def show_policy(context: typer.Context, *, brand: BrandCode = None) -> None:
    """Print the policy in effect of a brand's identity domain, as “policy set” takes it."""
    import json

    from huitong import identity as people
    from huitong.platform.db import Scope

    with opening.opened() as platform, platform.database.reading(Scope(context.obj)) as tx:
        known = people.policy_of(tx, domain_id=brand_of(tx, brand).identity_domain_id)
    typer.echo(json.dumps(json.loads(known.document.model_dump_json()), indent=2, sort_keys=True))
    typer.echo(f"version {known.version}", err=True)


@policy.command("set")
def set_policy(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="As YAML or JSON.")],
    *,
    reason: Reason,
    brand: BrandCode = None,
    on_version: Annotated[
        int | None, typer.Option(min=0, help="Refuse when another version is in effect.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="And weigh everybody again under it, as a job.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a policy into effect for what comes from now on; --apply for everybody there is."""
    from huitong import identity as people
    from huitong.identity.model import PolicyVersion
    from huitong.platform import clock
    from huitong.platform.db import Scope

    document = _policy_in(file)
    now = clock.now()

    def work(tx: "Tx") -> tuple[PolicyVersion, dict[str, str]]:
        domain_id = brand_of(tx, brand).identity_domain_id
        done = people.set_policy(
            tx,
            domain_id,
            document=document,
            actor=opening.actor(context),
            reason=reason,
            expected_version=on_version,
            now=now,
        )
        return done, _ask_to_weigh(tx, domain_id, now) if apply else {}

    with opening.opened() as platform:
        done, asked = platform.database.do(Scope(context.obj), work, now=now)
    showing.facts(
        {"version": done.version, "recorded_at": done.recorded_at, **asked}, as_json=as_json
    )


@policy.command("apply")
def apply_policy(
    context: typer.Context, *, brand: BrandCode = None, as_json: AsJson = False
) -> None:
    """Weigh everybody again under the policy in effect: a job, see “huitong jobs list”."""
    from huitong.platform import clock
    from huitong.platform.db import Scope

    now = clock.now()
    with opening.opened() as platform:
        asked = platform.database.do(
            Scope(context.obj),
            lambda tx: _ask_to_weigh(tx, brand_of(tx, brand).identity_domain_id, now),
            now=now,
        )
    showing.facts(asked, as_json=as_json)


def _policy_in(file: Path) -> "PolicyDocument":
    import yaml
    from pydantic import ValidationError

    from huitong.identity.model import PolicyDocument

    try:
        return PolicyDocument.model_validate(yaml.safe_load(file.read_text("utf-8")) or {})
    except (ValidationError, yaml.YAMLError) as wrong:
        message = f"{file} is not a policy: {wrong}"
        raise typer.BadParameter(message) from None


def _ask_to_weigh(tx: "Tx", domain_id: int, now: "datetime") -> dict[str, str]:
    from huitong import identity
    from huitong.platform import ids, jobs

    key = f"{KEY}:{now.isoformat()}"
    asked = identity.ask_to_weigh(tx, domain_id, key=key, now=now)
    return {"job": ids.show(jobs.JOB_PREFIX, asked.id)}
