"""Whom somebody may enrol who sees some customers only."""

from collections.abc import Collection, Sequence


def is_admitted(
    persons: Sequence[int | None], *, unseen: Collection[int], members: Collection[int]
) -> bool:
    """Tell whether an enrolment by its identifiers touches nobody whom its caller may not touch.

    `persons` are those that the identifiers lead to, None for one that is new; `unseen` are those
    with customers of whom the caller sees none in the brand, `members` those of them who are
    members of the brand. Of the unseen, one who becomes a member may, and only by what was known of
    them before: a new identifier beside theirs would lead to them from then on.
    """
    strangers = {one for one in persons if one is not None and one in unseen}
    if not strangers:
        return True
    return not strangers & set(members) and set(persons) == strangers and len(strangers) == 1
