"""Pure decisions of the inbox: what a text says, which version it is, and whether it is news."""

from huitong.channels.rules.bodies import pack, plain, tight, unpack
from huitong.channels.rules.editing import answers_to, corrected, edited
from huitong.channels.rules.keys import bucket_of_key, inbox_keys
from huitong.channels.rules.reading import (
    CONFLICTING,
    UNREADABLE,
    Unreadable,
    arrive,
    read_record,
    refusal_of,
)
from huitong.channels.rules.versions import Seen, Verdict, judge, version_of, waves

__all__ = [
    "CONFLICTING",
    "UNREADABLE",
    "Seen",
    "Unreadable",
    "Verdict",
    "answers_to",
    "arrive",
    "bucket_of_key",
    "corrected",
    "edited",
    "inbox_keys",
    "judge",
    "pack",
    "plain",
    "read_record",
    "refusal_of",
    "tight",
    "unpack",
    "version_of",
    "waves",
]
