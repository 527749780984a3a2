"""HTTP in: push records of one kind from one channel account, one answer a record."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

import orjson
import psycopg
from fastapi import Path, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from huitong import org
from huitong.channels.connectors.push import Answer, Summary, push
from huitong.channels.model import RecordKind
from huitong.channels.operations import Feed
from huitong.org.model import ChannelAccountNotFound
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.errors import Ok
from huitong.platform.http import (
    BODY_BYTES,
    NDJSON,
    BodyTooLarge,
    Calling,
    DatabaseUnavailable,
    Router,
    Running,
)
from huitong.platform.ids import show

router = Router(tag="inbox")

PUSH_BYTES_MAX = 64 << 20
MEMORY_BYTES_MAX = 4 << 20
RECORD_PREFIX = "rec"
DELIVERY_PREFIX = "dlv"

BODY = {
    "required": True,
    "description": "One record a line, as `docs/reference/records.md` describes each kind.",
    "content": {
        NDJSON: {
            "schema": {"type": "string"},
            "example": '{"sku":"S1","spu":"P1","name":"Shirt"}\n',
        }
    },
}
ANSWER = (
    '{"row":1,"state":"applied","record_id":"rec_0000000000g01"}\n'
    '{"row":2,"state":"refused","code":"channels.unreadable","reason":"“paid_minor” is missing."}\n'
    '{"delivery_id":"dlv_0000000000g00","applied":1,"refused":1}\n'
)


class _Results(StreamingResponse):
    """Answers in lines; OpenAPI shows an example."""

    media_type = NDJSON


@router.route(
    "POST",
    "/v1/inbox/{kind}",
    permission=Permission.INBOX_WRITE,
    errors=[ChannelAccountNotFound, BodyTooLarge],
    response_class=_Results,
    request_body=BODY,
    answer_example=ANSWER,
)
async def push_records(
    request: Request,
    platform: Running,
    caller: Calling,
    kind: Annotated[RecordKind, Path()],
    account: Annotated[
        str,
        Query(
            pattern=r"^[^:]+:.+$",
            description="The channel account as platform and code.",
            examples=["pos:main"],
        ),
    ],
) -> _Results:
    """Take records in, up to 100,000 of one kind; what came before changes nothing.

    Each record is judged by itself: one that is refused is kept with its reason and holds up
    nobody. Records carry their own key and version, so a repeat needs no `Idempotency-Key`.
    """
    request.scope["state"][BODY_BYTES] = PUSH_BYTES_MAX
    feed = await run_in_threadpool(_feed, platform, caller, kind, account)
    # Read whole before the first answer: a client that sends before it reads would block us else.
    return _Results(_answers(platform, caller, feed, await _read(request)))


async def _read(request: Request) -> IO[bytes]:
    """Return the whole body, which whoever reads it closes."""
    spool = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES_MAX)  # noqa: SIM115 - closed below
    try:
        async for part in request.stream():
            spool.write(part)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _feed(platform: Platform, caller: Caller, kind: RecordKind, account: str) -> Feed:
    channel, _, code = account.partition(":")
    with platform.database.reading(caller.scope()) as tx:
        found = org.channel_account(tx, platform=channel, code=code)
    return Feed(account=found, kind=kind, appliers=platform.appliers[kind])


def _answers(platform: Platform, caller: Caller, feed: Feed, spool: IO[bytes]) -> Iterator[bytes]:
    sender = caller.actor()
    with spool:
        try:
            for answer in push(
                platform.database, caller.scope(), spool, feed=feed, sender=sender, clock=clock.now
            ):
                yield orjson.dumps(_line(answer)) + b"\n"
        except psycopg.OperationalError:
            # The status is sent already; what was answered is done, the rest can be sent again.
            refused = DatabaseUnavailable()
            yield orjson.dumps({"problem": {"code": refused.code, "detail": str(refused)}}) + b"\n"


def _line(answer: Answer | Summary) -> dict[str, object]:
    if isinstance(answer, Summary):
        states = {state.value: count for state, count in answer.states.items()}
        return {"delivery_id": show(DELIVERY_PREFIX, answer.delivery_id), **states}
    if isinstance(answer.result, Ok):
        taken = answer.result.value
        record_id = show(RECORD_PREFIX, taken.record_id)
        return {"row": answer.row, "state": taken.state, "record_id": record_id}
    refused = answer.result
    return {
        "row": answer.row,
        "state": "refused",
        "code": refused.code,
        "reason": refused.reason,
    }
