"""What customers agreed to or took back."""

from datetime import datetime

from huitong.customers.model import Consent, ConsentAction


def consent(purpose: str, policy_version: str, action: str, occurred_at: datetime) -> Consent:
    """Return a consent as it is stored."""
    return Consent(purpose, policy_version, ConsentAction(action), occurred_at)
