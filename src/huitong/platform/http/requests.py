"""What requests bring beside their body: ids, the key of a repeatable call, an expected version."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeAlias

from fastapi import Depends, Header
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from huitong.platform import ids
from huitong.platform.errors import DomainError, Kind

NDJSON = "application/x-ndjson"
BODY_BYTES_MAX = 1 << 20
# Where a route that reads its body by itself notes how many bytes it takes.
BODY_BYTES = "body_bytes_max"
REQUEST_KEY_LENGTH_MAX = 100


@dataclass(eq=False)
class RequestKeyMissing(DomainError):
    """The call changes value and does not say by which key a repeat of it can be recognised."""

    code: ClassVar[str] = "platform.request_key_missing"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "This call changes value: send “Idempotency-Key” with a key of 1 to {length_max} characters"
        " that is new for each change and the same for each repeat."
    )
    length_max: int = REQUEST_KEY_LENGTH_MAX


@dataclass(eq=False)
class IfMatchMissing(DomainError):
    """The call changes a configuration without saying which version it has seen."""

    code: ClassVar[str] = "platform.if_match_missing"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "This call changes a configuration: send “If-Match” with the “ETag” of the version you"
        ' have read, as in If-Match: "3".'
    )


@dataclass(frozen=True, slots=True)
class IdText:
    """Marks a number as an id that the outside sees as text: `Annotated[int, IdText("cus")]`.

    Such ids come in and go out as text, such as `cus_0000000000g01`, and are numbers in between.
    """

    prefix: str

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return how Pydantic reads and writes such an id."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._show, return_schema=core_schema.str_schema()
            ),
        )

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return how such an id is described in OpenAPI."""
        return {
            "type": "string",
            "pattern": f"^{self.prefix}_[0-9a-hjkmnp-tv-z]{{13}}$",
            "examples": [ids.show(self.prefix, 4096 * 4096 + 17)],
        }

    def _read(self, given: object) -> int:
        return given if isinstance(given, int) else ids.read(self.prefix, str(given))

    def _show(self, identity: int) -> str:
        return ids.show(self.prefix, identity)


def _request_key(
    given: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description=(
                "A key of your own, new for each change and the same for each repeat: a repeat"
                " answers what the first call answered, another body under it is a conflict."
            ),
        ),
    ] = None,
) -> str:
    if given is None or not 0 < len(given) <= REQUEST_KEY_LENGTH_MAX:
        raise RequestKeyMissing
    return given


def _expected_version(
    given: Annotated[
        str | None,
        Header(alias="If-Match", description="The `ETag` of the version that you have read."),
    ] = None,
) -> int:
    number = (given or "").strip('"')
    if not number.isdecimal():
        raise IfMatchMissing
    return int(number)


# Every POST that changes value takes it and hands it to the domain, which keeps the result by it.
RequestKey: TypeAlias = Annotated[str, Depends(_request_key)]
ExpectedVersion: TypeAlias = Annotated[int, Depends(_expected_version)]


def etag(version: int) -> str:
    """Return the `ETag` of a version of a configuration."""
    return f'"{version}"'
