"""Codes of a second factor: time-based one-time passwords (RFC 6238), as telephones make them.

SHA-1, 30 seconds and six digits, because that is what every such program understands; the secret
has 160 random bits.
"""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
# A telephone's clock may be so many steps early or late.
STEPS_OFF_MAX = 1


def new_secret() -> bytes:
    """Return the secret that a telephone and we share."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """Return the code of a step: the number of whole 30 seconds since 1970."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def step_at(now: datetime) -> int:
    """Return the step of an instant."""
    return int(now.timestamp()) // STEP_SECONDS


def step_of(secret: bytes, code: str, *, now: datetime, after: int) -> int | None:
    """Return the step that a code is of, or None when it is none at present.

    Steps up to `after` were used before: a code is good once. Every candidate is compared whole,
    so that time tells nothing of how nearly right one is.
    """
    present = step_at(now)
    found = None
    for step in range(present - STEPS_OFF_MAX, present + STEPS_OFF_MAX + 1):
        fits = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if fits and step > after:
            found = step
    return found


def address(secret: bytes, *, name: str, issuer: str) -> str:
    """Return what a telephone reads from a picture to make codes for `name`."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return (
        f"otpauth://totp/{quote(issuer, safe='')}:{quote(name, safe='')}?secret={text}"
        f"&issuer={quote(issuer, safe='')}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )


def typed(secret: bytes) -> str:
    """Return the secret as somebody types it who cannot take the picture: groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
