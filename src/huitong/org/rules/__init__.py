"""Rules of the organisation: time zones of brands, roles of people, what moves where and when."""

from huitong.org.rules.moving import Course, Held, course_of, in_a_ring
from huitong.org.rules.roles import STANDARD_ROLES
from huitong.org.rules.zones import check_zone

__all__ = ["STANDARD_ROLES", "Course", "Held", "check_zone", "course_of", "in_a_ring"]
