"""Keys and seals for personal data: sealed per person, looked up by a keyed blind index.

Everything comes from one secret by HKDF (RFC 5869). A person's key needs that secret *and* the
random salt kept beside the person: whoever deletes the salt has shredded everything sealed for
that person, in every table and, once the backups of the salt are gone, in every backup.
"""

import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES_MIN = 32
SALT_BYTES = 16
NONCE_BYTES = 12
INDEX_BYTES = 16
TAG_BYTES = 16
KEY_VERSIONS_MAX = 255
GROUP_KEYS_CACHED = 4_096
SEAL_BYTES_ADDED = 1 + NONCE_BYTES + TAG_BYTES

EXTRACT_SALT = b"huitong.v1"
PERSON = b"person"
DAY = b"day"
BLIND_INDEX = b"blind-index"


class SecretTooShort(ValueError):
    """The secret key has too few bytes to be one."""

    def __str__(self) -> str:
        return f"The secret key needs at least {SECRET_BYTES_MIN} random bytes."


class SealBroken(Exception):
    """A sealed value was changed, moved to another row, or sealed under a key we do not have."""

    def __str__(self) -> str:
        return (
            "A sealed value does not open: it was changed, moved, or its key was deleted or rotated"
            " away."
        )


@dataclass(frozen=True, slots=True)
class Cipher:
    """Seals and opens the values of one person or one day; cheap to make, safe to share."""

    version: int
    key: AESGCM
    key_of: Callable[[int], AESGCM]

    def seal(self, value: bytes, *, place: str, row: int) -> bytes:
        """Encrypt `value` for one place (`"customers.profile.name"`) and one row.

        The result is the key version (1 byte), the nonce (12) and the sealed value with its tag:
        29 bytes longer than the value.
        """
        front = bytes((self.version,))
        nonce = os.urandom(NONCE_BYTES)
        return front + nonce + self.key.encrypt(nonce, value, _bound_to(front, place, row))

    def open(self, sealed: bytes, *, place: str, row: int) -> bytes:
        """Decrypt what `seal` made for the same place and row.

        :raises SealBroken: when any byte, the place, the row or the key is another one.
        """
        if len(sealed) < SEAL_BYTES_ADDED:
            raise SealBroken
        front, nonce = sealed[:1], sealed[1 : 1 + NONCE_BYTES]
        key = self.key if front[0] == self.version else self.key_of(front[0])
        try:
            return key.decrypt(nonce, sealed[1 + NONCE_BYTES :], _bound_to(front, place, row))
        except InvalidTag:
            raise SealBroken from None


class Keyring:
    """Derives every key of the platform from its secret, one set for each group.

    `former_keys` are the secrets of earlier rotations, oldest first: what they sealed still opens,
    new seals use `secret_key`. The blind index stays under the oldest of all, because changing its
    key means to write every index anew.
    """

    def __init__(self, secret_key: bytes, *, former_keys: Sequence[bytes] = ()) -> None:
        """Take the secrets in.

        :raises SecretTooShort: when one has fewer than 32 bytes.
        """
        secrets = (*former_keys, secret_key)
        assert len(secrets) <= KEY_VERSIONS_MAX, "The key version is one byte."
        if min(map(len, secrets)) < SECRET_BYTES_MIN:
            raise SecretTooShort
        self._roots = [hmac.digest(EXTRACT_SALT, secret, "sha256") for secret in secrets]
        self._group_key = lru_cache(maxsize=GROUP_KEYS_CACHED)(self._derived_group_key)

    @property
    def version(self) -> int:
        """Return the version of the key that seals now; the first secret ever is version 1."""
        return len(self._roots)

    def blind_index(self, group_id: int, kind: str, scope: str, value: str) -> bytes:
        """Return the 16 bytes that stand for an identifier in look-ups.

        Equal only for the same group, kind ("phone"), scope ("" or a platform's app id) and value;
        the caller normalises the value first.
        """
        return self.blind_indexer(group_id, kind, scope)(value)

    def blind_indexer(self, group_id: int, kind: str, scope: str) -> Callable[[str], bytes]:
        """Return the function that makes the blind indexes of one kind and scope, for batches."""
        key = self._group_key(1, BLIND_INDEX, group_id)
        front = _sized(kind) + _sized(scope)
        digest = hmac.digest

        def index_of(value: str) -> bytes:
            return digest(key, front + value.encode(), "sha256")[:INDEX_BYTES]

        return index_of

    def person_cipher(self, group_id: int, person_id: int, salt: bytes) -> Cipher:
        """Return the cipher of one person; without the salt there is no way back to it."""
        return self._cipher(PERSON, group_id, _number(person_id) + salt)

    def day_cipher(self, group_id: int, day: int, salt: bytes) -> Cipher:
        """Return the cipher of one day's inbox bodies; `day` is the date's proleptic ordinal."""
        return self._cipher(DAY, group_id, _number(day) + salt)

    def _cipher(self, purpose: bytes, group_id: int, owner: bytes) -> Cipher:
        assert len(owner) == len(_number(0)) + SALT_BYTES, "A salt has 16 bytes."

        def key_of(version: int) -> AESGCM:
            if not 1 <= version <= self.version:
                raise SealBroken
            return AESGCM(_expand(self._group_key(version, purpose, group_id), owner))

        return Cipher(version=self.version, key=key_of(self.version), key_of=key_of)

    def _derived_group_key(self, version: int, purpose: bytes, group_id: int) -> bytes:
        return _expand(self._roots[version - 1], purpose + _number(group_id))


_held: list[Keyring] = []


def hold(keyring: Keyring) -> None:
    """Make `keyring` the one of this process; done once at the start, before any transaction."""
    _held[:] = [keyring]


def keyring() -> Keyring:
    """Return the keyring of this process."""
    assert _held, "The start of the process holds a keyring before a domain asks for it."
    return _held[0]


def new_person_key() -> bytes:
    """Return a random salt for one person, to be stored in the vault; deleting it shreds."""
    return os.urandom(SALT_BYTES)


def new_day_key() -> bytes:
    """Return a random salt for one day of the inbox; deleting it shreds that day's bodies."""
    return os.urandom(SALT_BYTES)


def _expand(key: bytes, label: bytes) -> bytes:
    """Return 32 derived bytes: the first block of HKDF-Expand, which is all we need."""
    return hmac.digest(key, label + b"\x01", "sha256")


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _sized(text: str) -> bytes:
    """Return the text behind its length, so that two fields never run into each other."""
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _bound_to(front: bytes, place: str, row: int) -> bytes:
    return front + _sized(place) + _number(row)
