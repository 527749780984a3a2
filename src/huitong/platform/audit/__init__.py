"""The audit: who did what to whose settings, data and value, from where, before and after.

An entry is written in the transaction of what it tells, and nobody can change or delete it. It
holds ids and names of fields; values of personal fields never (see `platform/personal.py`).
"""

from huitong.platform.audit.acts import ACT_NAMES, Act, ActName
from huitong.platform.audit.filing import file_of
from huitong.platform.audit.model import (
    AUDIT_PREFIX,
    EXPORT_ENTRIES_MAX,
    Acting,
    Change,
    Difference,
    Entry,
    Origin,
    TooManyEntries,
    Wanted,
)
from huitong.platform.audit.origins import Command, coming_from, origin, running_command
from huitong.platform.audit.reading import (
    actors,
    check_export,
    done_since,
    entries,
    every_entry,
    names_of,
    sizes_since,
)
from huitong.platform.audit.recording import record, record_all, tell_command, wait_for_actor
from huitong.platform.audit.rules import differences

__all__ = [
    "ACT_NAMES",
    "AUDIT_PREFIX",
    "EXPORT_ENTRIES_MAX",
    "Act",
    "ActName",
    "Acting",
    "Change",
    "Command",
    "Difference",
    "Entry",
    "Origin",
    "TooManyEntries",
    "Wanted",
    "actors",
    "check_export",
    "coming_from",
    "differences",
    "done_since",
    "entries",
    "every_entry",
    "file_of",
    "names_of",
    "origin",
    "record",
    "record_all",
    "running_command",
    "sizes_since",
    "tell_command",
    "wait_for_actor",
]
