"""Asks the worker for what takes long: weighing everybody anew, and previews of a policy."""

from datetime import datetime

from huitong.identity.model import DOMAIN_PREFIX, PolicyDocument
from huitong.platform import ids, jobs
from huitong.platform.db import Tx
from huitong.platform.jobs import Job, WantedJob

WEIGH_EVERYBODY = "identity.weigh_everybody"
PREVIEW = "identity.preview"
# What says something of values that come in, and nothing of those that are sealed.
VALUE_RULES = {"blocked_values", "blocked_patterns", "virtual_prefixes"}


def ask_to_weigh(tx: Tx, domain_id: int, *, key: str, now: datetime) -> Job:
    """Ask for everybody of an identity domain to be weighed under the policy in effect.

    :raises JobKeyTaken: when the key was that of another domain.
    """
    arguments = {"identity_domain": ids.show(DOMAIN_PREFIX, domain_id)}
    return jobs.ask(tx, WantedJob(WEIGH_EVERYBODY, key, arguments), now=now)


def ask_for_preview(
    tx: Tx, domain_id: int, *, candidate: PolicyDocument, key: str, now: datetime
) -> Job:
    """Ask what a candidate policy would change; the answer stays with the job.

    :raises JobKeyTaken: when the key was that of another candidate.
    """
    document = candidate.model_dump(mode="json", exclude_unset=True)
    for rules in document.get("kinds", {}).values():
        for name in VALUE_RULES & rules.keys():
            del rules[name]
    arguments = {"identity_domain": ids.show(DOMAIN_PREFIX, domain_id), "policy": document}
    return jobs.ask(tx, WantedJob(PREVIEW, key, arguments), now=now)
