"""What is left of an erased identifier."""

from huitong.platform.crypto import Keyring

_KIND = "tombstone"


def tombstone_digest(keyring: Keyring, group_id: int, blind_index: bytes) -> bytes:
    """Return the 16 bytes that say “this one was here” without leading back to whom."""
    return keyring.blind_index(group_id, _KIND, "", blind_index.hex())
