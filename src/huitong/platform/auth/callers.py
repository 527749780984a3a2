"""Who calls: a program with a key, somebody at the console, a guide, or a member."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from huitong.platform import ids
from huitong.platform.auth.permissions import CallerKind, Permission, kinds_of
from huitong.platform.db import Scope
from huitong.platform.errors import DomainError, Kind

KEY_PREFIX = "key"
USER_PREFIX = "usr"
# Guides and members are known to the domains above, which use the same prefixes.
GUIDE_PREFIX = "stf"
MEMBER_PREFIX = "cus"

# Before a caller is known no group is: this scope sees no row of any group.
NOBODY = Scope(group_id=0, brand_ids=())

_PREFIXES: Mapping[CallerKind, str] = {
    CallerKind.KEY: KEY_PREFIX,
    CallerKind.USER: USER_PREFIX,
    CallerKind.GUIDE: GUIDE_PREFIX,
    CallerKind.MEMBER: MEMBER_PREFIX,
}


@dataclass(eq=False)
class NotSignedIn(DomainError):
    """The call brings nothing that tells who calls, or something that opens nothing any more."""

    code: ClassVar[str] = "platform.not_signed_in"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "{reason}: sign in, or send “Authorization: Bearer <token>” with a token of"
        " “huitong keys issue”."
    )
    reason: str


@dataclass(eq=False)
class NotPermitted(DomainError):
    """The caller is known, but does not hold the permission that the route asks for."""

    code: ClassVar[str] = "platform.not_permitted"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "You do not hold the permission “{permission}”: ask an administrator for a role or a key"
        " that has it."
    )
    permission: str


@dataclass(eq=False)
class PasswordMustChange(DomainError):
    """Somebody signed in with a password that another person has seen."""

    code: ClassVar[str] = "platform.password_must_change"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "Your password was set by somebody else: choose one of your own before anything else."
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose stores, and by them whose customers, a caller sees besides the brands of the scope.

    Empty parts narrow nothing; of the others, a store has to be in one: of these operators, in
    these regions or those below them, or these stores. `staff_ids` see their own customers.
    """

    legal_entity_ids: frozenset[int] = frozenset()
    region_ids: frozenset[int] = frozenset()
    store_ids: frozenset[int] = frozenset()
    staff_ids: frozenset[int] = frozenset()

    def narrows(self) -> bool:
        """Tell whether anything is left out at all."""
        return bool(self.legal_entity_ids or self.region_ids or self.store_ids or self.staff_ids)


EVERYWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from, as its connection and its program tell; empty when they do not."""

    address: str = ""
    agent: str = ""

    def __str__(self) -> str:
        """Return both in one text."""
        return f"{self.address} {self.agent}".strip()


NOWHERE = Origin()


def actor_shown(kind: CallerKind, identity: int) -> str:
    """Return who acts, as journals keep it: a prefix for what they are, and their id."""
    return ids.show(_PREFIXES[kind], identity)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands behind a call: what they are, the group and brands they see, what they may do.

    `id` is that of the key, the user, the staff or the customer. `session_id` is there when the
    caller signed in; `shown_name` is what people call a user, and nothing of others.
    """

    kind: CallerKind
    id: int
    group_id: int
    brand_ids: tuple[int, ...] | None
    permissions: frozenset[str]
    reach: Reach = EVERYWHERE
    origin: Origin = NOWHERE
    session_id: int | None = None
    shown_name: str | None = None
    must_change_password: bool = False

    def scope(self) -> Scope:
        """Return what the caller's transactions see."""
        return Scope(group_id=self.group_id, brand_ids=self.brand_ids)

    def actor(self) -> str:
        """Return who acts, as journals keep it."""
        return actor_shown(self.kind, self.id)

    def own_key(self, key: str) -> str:
        """Return the key of a request as ours: two callers may choose the same one."""
        return f"{self.actor()}:{key}"

    def require(self, permission: Permission) -> None:
        """Pass when the caller holds the permission and is of a kind that it is meant for.

        :raises NotPermitted: when it does not, or is not.
        :raises PasswordMustChange: when a password of their own comes first.
        """
        if not self.holds(permission):
            raise NotPermitted(permission=permission)
        if permission is not Permission.ACCOUNT_OWN:
            self.require_own_password()

    def holds(self, permission: Permission) -> bool:
        """Tell whether the caller holds the permission and is of a kind that it is meant for."""
        return permission in self.permissions and self.kind in kinds_of(permission)

    def require_own_password(self) -> None:
        """Pass unless the caller signed in with a password that somebody else has seen.

        :raises PasswordMustChange: when a password of their own comes first.
        """
        if self.must_change_password:
            raise PasswordMustChange
