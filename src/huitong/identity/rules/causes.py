"""Why the platform itself changed persons: a code with a sentence, which journals keep."""

from collections.abc import Mapping
from enum import StrEnum


class Cause(StrEnum):
    """What made the platform change persons; what somebody said or names stands beside it."""

    RECORD = "record"
    POLICY = "policy"
    ACCEPTED = "review_accepted"
    REJECTED = "review_rejected"
    TAKEN_OUT = "taken_out"
    WITHDRAWN = "evidence_withdrawn"
    SPLIT = "split"


# How the sentence of a cause begins; the rest is the reason that somebody gave, or the policy.
BEGINNINGS: Mapping[Cause, str] = {
    Cause.RECORD: "one record named identifiers of both",
    Cause.POLICY: "weighed anew under policy ",
    Cause.ACCEPTED: "review accepted: ",
    Cause.REJECTED: "review rejected: ",
    Cause.TAKEN_OUT: "taken out: ",
    Cause.WITHDRAWN: "evidence withdrawn: ",
    Cause.SPLIT: "split: ",
}


def sentence(cause: Cause, said: str = "") -> str:
    """Return a cause as journals keep it, with what somebody said or the policy's version."""
    return BEGINNINGS[cause] + said


def read_cause(reason: str) -> tuple[Cause | None, str]:
    """Return the cause of a sentence and what stands beside it; no cause is somebody's own word."""
    found = next((one for one, begins in BEGINNINGS.items() if reason.startswith(begins)), None)
    return found, reason if found is None else reason.removeprefix(BEGINNINGS[found])
