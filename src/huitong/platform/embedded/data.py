"""The data of a server: made once, of one major version, configured anew at every start."""

import shutil

from huitong.platform.embedded import wheel
from huitong.platform.embedded.place import PORT, Place, make_private
from huitong.platform.embedded.refusals import EmbeddedPostgresMismatch

LOG_BYTES_MAX = 10_000_000
MEMORY_FOR_LARGE_BUFFERS = 3 << 30

CONFIGURATION = """\
# Written by Huitong at every start; ALTER SYSTEM overrides it.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = {buffers_mb}MB
effective_cache_size = {cache_mb}MB
maintenance_work_mem = 128MB
work_mem = 16MB
random_page_cost = 1.1
fsync = on
synchronous_commit = on
wal_compression = on
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# Statements and the values in them are personal data: the log tells of errors, not of rows.
log_error_verbosity = terse
log_min_error_statement = panic
"""


def check_version(place: Place) -> None:
    """Make sure that the data there was written by the major version that the wheel brings.

    :raises EmbeddedPostgresMismatch: when it was another one.
    """
    found = (place.data / "PG_VERSION").read_text().strip()
    brought = place.programs.version
    if found != brought.partition(".")[0]:
        raise EmbeddedPostgresMismatch(data=str(place.data), found=found, brought=brought)


def make_data(place: Place) -> None:
    """Make an empty database beside its final name: a half-made one is never taken for data."""
    unfinished = place.root / "data.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    made = place.run(
        "initdb",
        *("-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
        # The built-in locale sorts alike on every system and after every upgrade of one.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    )
    if made.returncode != 0:
        raise place.refusal(made.stderr)
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude = 'huitong.conf'\n")
    unfinished.rename(place.data)


def configure(place: Place) -> None:
    """Write our configuration and make the directory of the socket."""
    sockets = place.sockets()
    make_private(sockets, place.account)
    megabytes = wheel.memory_bytes() >> 20
    text = CONFIGURATION.format(
        port=PORT,
        sockets=str(sockets).replace("'", "''"),
        buffers_mb=512 if megabytes >= MEMORY_FOR_LARGE_BUFFERS >> 20 else 128,
        cache_mb=megabytes // 2,
    )
    written = place.data / "huitong.conf"
    written.write_text(text)
    written.chmod(0o644)  # Whatever root's umask, the account of the server must read it.
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES_MAX:
        place.log.rename(place.log.with_suffix(".log.old"))
