"""Tokens: what a program or a front end shows at each call, told once and kept as a hash.

A token is the id of its key or session and 256 random bits. Only their SHA-256 is stored: nobody
can guess 256 random bits, so a slow hash would cost every call and protect nothing.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from huitong.platform import ids

SECRET_BYTES = 32
TOKEN_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was never shown: its text is for its owner, the hash is what is kept."""

    text: str = field(repr=False)
    secret_hash: bytes


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token that somebody shows: of which key or session it says it is, and its hash."""

    id: int
    secret_hash: bytes

    def fits(self, kept: bytes | None) -> bool:
        """Tell whether it is the token that is kept under its id; None: nothing is.

        An unknown id takes the same road as a wrong secret, so that time tells nothing apart.
        """
        compared = bytes(sha256().digest_size) if kept is None else kept
        return hmac.compare_digest(compared, self.secret_hash) and kept is not None


def make_token(prefix: str, identity: int) -> NewToken:
    """Make a token of a key or session."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return NewToken(f"{ids.show(prefix, identity)}_{secret}", _hash(secret))


def read_token(prefix: str, text: str) -> ShownToken | None:
    """Return the token that a text is, or None when it has another form."""
    head, _, rest = text[:TOKEN_LENGTH_MAX].partition("_")
    shown, _, secret = rest.partition("_")
    try:
        return ShownToken(ids.read(prefix, f"{head}_{shown}"), _hash(secret))
    except ids.WrongId:
        return None


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
