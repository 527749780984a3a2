"""What WeCom says of a guide: the client interface; a connector that speaks it is wired later."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from huitong.platform.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class StaffFound:
    """The staff of a group whom a platform has recognised."""

    group_id: int
    staff_id: int


class WeComDoor(Protocol):
    """Recognises guides by the code that WeCom gives a page for one use (OAuth, snsapi_base)."""

    def recognise(self, *, corp: str, code: str) -> StaffFound | None:
        """Return who opened the page, or None when the corp's user is nobody's staff."""
        ...


@dataclass(eq=False)
class WeComNotConfigured(DomainError):
    """No account of WeCom is connected to this installation."""

    code: ClassVar[str] = "platform.wecom_not_configured"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "No WeCom corp is connected here, so nobody can sign in with it: use the telephone, or ask"
        " an administrator to connect the corp."
    )


@dataclass(eq=False)
class GuideUnknown(DomainError):
    """Whoever came to the guides' door is no staff, or works in no store today."""

    code: ClassVar[str] = "platform.guide_unknown"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "You are not known here as a guide of a store: ask your store manager to enter you and"
        " your telephone."
    )
