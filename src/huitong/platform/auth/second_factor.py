"""The second factor of a user: enrolled by its first code, asked for at each sign-in, used once.

The secret is sealed: whoever reads the database alone cannot make codes. Ten recovery codes, each
good once, stand for a lost telephone.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from huitong.platform import crypto
from huitong.platform.auth import totp
from huitong.platform.auth.passwords import ONE_TIME_ALPHABET
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Kind

PLACE = "platform.console_user.totp"
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
# Users are few and their secrets are dropped with their rows, so they share one salt.
SALT = b"second factor..."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody shows to their telephone, this once; the first code makes it count."""

    address: str = field(repr=False)
    typed: str = field(repr=False)


@dataclass(eq=False)
class CodeNeeded(DomainError):
    """Name and password are right, and the account has a second factor."""

    code: ClassVar[str] = "platform.code_needed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "This account has a second factor: send the code that your telephone shows, too."
    )


@dataclass(eq=False)
class CodeWrong(DomainError):
    """The code of the second factor is not the present one, or was used before."""

    code: ClassVar[str] = "platform.code_wrong"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "This code is wrong or was used already: wait for the next one, and check the clock of"
        " your telephone."
    )


@dataclass(eq=False)
class SecondFactorThere(DomainError):
    """The account has a second factor already."""

    code: ClassVar[str] = "platform.second_factor_there"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "This account has a second factor: take it away first, then set up another."
    )


# The sealed secret, from when it counts, the last step that was used, the recovery codes.
FACTOR = """
SELECT totp_sealed, totp_from, totp_step, recovery_hashes
FROM platform.console_user
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""

# Anew at each try to enrol, as long as none counts; answers nothing when one does.
ENROL = """
UPDATE platform.console_user
SET totp_sealed = %(sealed)s
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND totp_from IS NULL
RETURNING id
"""

# The first code was right; answers nothing when somebody else was faster.
CONFIRM = """
UPDATE platform.console_user
SET totp_from = %(now)s, totp_step = %(step)s, recovery_hashes = %(hashes)s, version = version + 1
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND totp_from IS NULL
  AND totp_sealed = %(sealed)s
RETURNING id
"""

# Of two who bring the same code at once one wins.
USE_STEP = """
UPDATE platform.console_user
SET totp_step = %(step)s
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND totp_step < %(step)s
RETURNING id
"""

# A recovery code is good once.
USE_RECOVERY = """
UPDATE platform.console_user
SET recovery_hashes = array_remove(recovery_hashes, %(hash)s::bytea)
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND %(hash)s::bytea = ANY(recovery_hashes)
RETURNING id
"""

# From now on the password alone is asked for.
DROP = """
UPDATE platform.console_user
SET totp_sealed = NULL, totp_from = NULL, recovery_hashes = '{}', version = version + 1
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""


def begin_enrolment(tx: Tx, *, user_id: int, name: str, issuer: str) -> Enrolment:
    """Make a secret for a user's telephone; it counts once `confirm_enrolment` has seen a code.

    :raises SecondFactorThere: when one counts already.
    """
    secret = totp.new_secret()
    params = {**_row(tx, user_id), "sealed": _cipher(tx).seal(secret, place=PLACE, row=user_id)}
    if tx.row(ENROL, params) is None:
        raise SecondFactorThere
    return Enrolment(totp.address(secret, name=name, issuer=issuer), totp.typed(secret))


def confirm_enrolment(tx: Tx, *, user_id: int, code: str, now: datetime) -> Sequence[str]:
    """Let the second factor count from now on, and return its recovery codes, this once.

    :raises CodeWrong: when the telephone does not make the right code, or none was begun.
    :raises SecondFactorThere: when one counts already.
    """
    sealed, begun, last, _ = _factor(tx, user_id)
    if begun is not None:
        raise SecondFactorThere
    if sealed is None:
        raise CodeWrong
    secret = _cipher(tx).open(sealed, place=PLACE, row=user_id)
    step = totp.step_of(secret, plain(code), now=now, after=last)
    if step is None:
        raise CodeWrong
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    params = {
        **_row(tx, user_id),
        "step": step,
        "sealed": sealed,
        "hashes": [_recovery_hash(tx, user_id, one) for one in codes],
        "now": now,
    }
    if tx.row(CONFIRM, params) is None:
        raise SecondFactorThere
    return codes


def use_code(tx: Tx, *, user_id: int, code: str, now: datetime) -> None:
    """Pass with a code of the telephone or of recovery that was not used before; use it up.

    :raises CodeWrong: when it is none.
    """
    sealed, _, last, hashes = _factor(tx, user_id)
    if sealed is None:
        raise CodeWrong
    given = plain(code)
    secret = _cipher(tx).open(sealed, place=PLACE, row=user_id)
    step = totp.step_of(secret, given, now=now, after=last)
    params = _row(tx, user_id)
    if step is not None and tx.row(USE_STEP, {**params, "step": step}) is not None:
        return
    digest = _recovery_hash(tx, user_id, given)
    if digest in hashes and tx.row(USE_RECOVERY, {**params, "hash": digest}) is not None:
        return
    raise CodeWrong


def recovery_codes_left(tx: ReadTx, *, user_id: int) -> int:
    """Return how many recovery codes of a user were not used yet."""
    return len(_factor(tx, user_id)[3])


def drop_second_factor(tx: Tx, *, user_id: int) -> None:
    """Take the second factor of a user away."""
    tx.execute(DROP, _row(tx, user_id))


def plain(code: str) -> str:
    """Return a code without the spaces and strokes that people type."""
    return code.replace(" ", "").replace("-", "").lower()


def _factor(tx: ReadTx, user_id: int) -> tuple[bytes | None, datetime | None, int, list[bytes]]:
    found = tx.row(FACTOR, _row(tx, user_id))
    assert found is not None, "Asked of a user that there is."
    sealed, begun, last, hashes = found
    return None if sealed is None else bytes(sealed), begun, last, [bytes(one) for one in hashes]


def _row(tx: ReadTx, user_id: int) -> dict[str, object]:
    return {"group_id": tx.scope.group_id, "id": user_id}


def _cipher(tx: ReadTx) -> crypto.Cipher:
    return crypto.keyring().person_cipher(tx.scope.group_id, 0, SALT)


def _recovery_code() -> str:
    return "".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(RECOVERY_LENGTH))


def _recovery_hash(tx: ReadTx, user_id: int, code: str) -> bytes:
    """Return what is kept of a recovery code: keyed, so that nobody can try all of them."""
    return crypto.keyring().blind_index(tx.scope.group_id, "recovery", str(user_id), code)
