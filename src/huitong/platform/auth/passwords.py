"""Passwords: how they are kept, checked and chosen; argon2id with at least OWASP's parameters."""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from threading import BoundedSemaphore
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from huitong.platform.errors import DomainError, Kind

LENGTH_MIN = 10
LENGTH_MAX = 200
# One check takes 46 MiB and about 0.1 s of a core; so many may be under way at once.
CHECKS_AT_ONCE_MAX = 4
WAIT_SECONDS_MAX = 3
MEMORY_KIB = 47_104
PASSES = 2
# What the demo prints for its users; it opens nothing in production.
DEMO_PASSWORD = "huitong demo 2026"  # noqa: S105 - It is printed, and of no use elsewhere.

ONE_TIME_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
ONE_TIME_GROUPS = 4
ONE_TIME_GROUP_LENGTH = 4
RUNS = (
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)
RUN_LENGTH_MIN = 6
DIFFERENT_CHARACTERS_MIN = 5
# The heads of the lists of leaked passwords that are long enough to be chosen here.
TOO_COMMON = (
    "password",
    "passw0rd",
    "1qaz2wsx",
    "iloveyou",
    "admin123",
    "woaini",
    "a123456",
    "abc123",
    "letmein",
    "welcome",
)

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
_checks = BoundedSemaphore(CHECKS_AT_ONCE_MAX)


@dataclass(eq=False)
class PasswordTooWeak(DomainError):
    """The new password would be guessed."""

    code: ClassVar[str] = "platform.password_too_weak"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "This password is too easy to guess ({reason}): choose {length_min} to {length_max}"
        " characters, such as four words that do not belong together."
    )
    reason: str
    length_min: int = LENGTH_MIN
    length_max: int = LENGTH_MAX


@dataclass(eq=False)
class PasswordsBusy(DomainError):
    """So many passwords are being checked that this one would wait too long."""

    code: ClassVar[str] = "platform.passwords_busy"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = (
        "Too many people are signing in at this moment: try again in a few seconds."
    )


def hashed(password: str) -> str:
    """Return what is stored of a password.

    :raises PasswordsBusy: when too many are being checked.
    """
    with checking():
        return _hasher.hash(_plain(password))


def fits(password: str, stored: str | None) -> bool:
    """Tell whether a password is the stored one; without one it takes as long, and is not.

    :raises PasswordsBusy: when too many are being checked.
    """
    with checking():
        try:
            _hasher.verify(_nobodys() if stored is None else stored, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


@contextmanager
def checking() -> Iterator[None]:
    """Hold one of the few places in which a password is checked, or wait a little for one.

    :raises PasswordsBusy: when none is free in time: who waits longer holds up everybody else.
    """
    if not _checks.acquire(timeout=WAIT_SECONDS_MAX):
        raise PasswordsBusy
    try:
        yield
    finally:
        _checks.release()


def is_outdated(stored: str) -> bool:
    """Tell whether a password should be hashed anew, because the parameters have grown."""
    return _hasher.check_needs_rehash(stored)


def is_demos(password: str) -> bool:
    """Tell whether a password is that of the demo, whatever keyboard wrote it."""
    return _plain(password) == DEMO_PASSWORD


def hold(password: str, *, name: str) -> None:
    """Pass a password that somebody named `name` may choose.

    :raises PasswordTooWeak: with the reason.
    """
    plain = _plain(password).lower()
    head = name.partition("@")[0].lower()
    if not LENGTH_MIN <= len(plain) <= LENGTH_MAX:
        raise PasswordTooWeak(reason="its length")
    if plain == DEMO_PASSWORD:
        raise PasswordTooWeak(reason="it is that of the demo")
    if head in plain and len(plain) - len(head) < LENGTH_MIN - 2:
        raise PasswordTooWeak(reason="it is little more than your name")
    if len(set(plain)) < DIFFERENT_CHARACTERS_MIN:
        raise PasswordTooWeak(reason="too few different characters")
    if _without_common(plain) < LENGTH_MIN // 2:
        raise PasswordTooWeak(reason="it is little more than a common word or row of keys")


def one_time() -> str:
    """Return a password that one person can read to another, good for one use: 78 random bits."""
    groups = (
        "".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(ONE_TIME_GROUP_LENGTH))
        for _ in range(ONE_TIME_GROUPS)
    )
    return "-".join(groups)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """Return the hash of a password that nobody knows, to spend the same time on unknown names."""
    return _hasher.hash(secrets.token_urlsafe())


def _plain(password: str) -> str:
    """Return the password in the one form of its characters, whatever keyboard wrote it."""
    return unicodedata.normalize("NFKC", password[: LENGTH_MAX + 1])


def _without_common(password: str) -> int:
    """Return how many characters are left when common words and rows of keys are taken out."""
    for word in TOO_COMMON:
        password = password.replace(word, "")
    for run in (*RUNS, *(run[::-1] for run in RUNS)):
        for length in range(len(run), RUN_LENGTH_MIN - 1, -1):
            for begin in range(len(run) - length + 1):
                password = password.replace(run[begin : begin + length], "")
    return len(password)
