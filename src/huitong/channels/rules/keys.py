"""Under which key the inbox keeps a record, and in which bucket."""

from collections.abc import Sequence
from hashlib import blake2b

from huitong.channels.model import KEY_OF_KIND, KINDS_OF_PERSONAL_KEYS, RecordKind
from huitong.org.model import ChannelAccount
from huitong.platform.crypto import Keyring
from huitong.platform.ids import bucket_of_digest


def inbox_keys(
    ring: Keyring, account: ChannelAccount, kind: RecordKind, external_ids: Sequence[str]
) -> list[str]:
    """Return the keys under which the inbox keeps records: keys that may name a person go in blind.

    A member's number may be a phone number, and the rows of the inbox name nobody.
    """
    if kind not in KINDS_OF_PERSONAL_KEYS:
        return list(external_ids)
    field, scope = KEY_OF_KIND[kind], str(account.id)
    return [ring.blind_index(account.group_id, field, scope, one).hex() for one in external_ids]


def bucket_of_key(key: str) -> int:
    """Return the bucket (0 to 4095) of a record by its key in the inbox."""
    return bucket_of_digest(blake2b(key.encode(), digest_size=2).digest())
