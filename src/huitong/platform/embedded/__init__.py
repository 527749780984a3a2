"""PostgreSQL without an installation: nobody else knows which wheel brings it.

The wheel gives the programs only. The data lives in `<home>/postgres/data`, the server listens on
a Unix socket alone, and every process that asks with the same home gets the same server.

Whoever can open the socket is trusted, because its directory is 0700 and belongs to the account
that runs the server: the caller's, or, as PostgreSQL refuses root, for root the one that owns the
data, the one behind sudo, or `nobody`. Where other programs run as `nobody`, a server of one's own
(`HUITONG_DATABASE_URL`) is the better choice.
"""

from huitong.platform.embedded.place import SOCKET, SOCKET_PATH_BYTES_MAX
from huitong.platform.embedded.process import Server
from huitong.platform.embedded.server import running, serving, start, stop

__all__ = ["SOCKET", "SOCKET_PATH_BYTES_MAX", "Server", "running", "serving", "start", "stop"]
