"""Rules of the organisation: in which time zones brands live, and which roles people have."""

from huitong.org.rules.roles import STANDARD_ROLES
from huitong.org.rules.zones import check_zone

__all__ = ["STANDARD_ROLES", "check_zone"]
