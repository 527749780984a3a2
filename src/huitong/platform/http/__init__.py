"""Everything that the platform knows of HTTP: problems, routes with permissions, pages, limits.

Nothing below this package and `routes.py` has heard of a status code.
"""

from huitong.platform.http.asked import JobAsked
from huitong.platform.http.narrowing import Narrowing
from huitong.platform.http.paging import (
    LIMIT_DEFAULT,
    LIMIT_MAX,
    Page,
    Paging,
    Place,
    WrongCursor,
    cursor_of,
    page_of,
)
from huitong.platform.http.problems import (
    BodyTooLarge,
    DatabaseUnavailable,
    NoSuchRoute,
    WrongRequest,
    after_refusing,
    answer_problems,
    problem,
    status_of,
    unexpected,
)
from huitong.platform.http.requests import (
    BODY_BYTES,
    BODY_BYTES_MAX,
    NDJSON,
    ExpectedVersion,
    IdText,
    IfMatchMissing,
    RequestKey,
    RequestKeyMissing,
    etag,
)
from huitong.platform.http.routing import (
    PUBLIC,
    Calling,
    Router,
    Running,
    Seeing,
    narrowing_of,
    permission_of,
)

__all__ = [
    "BODY_BYTES",
    "BODY_BYTES_MAX",
    "LIMIT_DEFAULT",
    "LIMIT_MAX",
    "NDJSON",
    "PUBLIC",
    "BodyTooLarge",
    "Calling",
    "DatabaseUnavailable",
    "ExpectedVersion",
    "IdText",
    "IfMatchMissing",
    "JobAsked",
    "Narrowing",
    "NoSuchRoute",
    "Page",
    "Paging",
    "Place",
    "RequestKey",
    "RequestKeyMissing",
    "Router",
    "Running",
    "Seeing",
    "WrongCursor",
    "WrongRequest",
    "after_refusing",
    "answer_problems",
    "cursor_of",
    "etag",
    "narrowing_of",
    "page_of",
    "permission_of",
    "problem",
    "status_of",
    "unexpected",
]
