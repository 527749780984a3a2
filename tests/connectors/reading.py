"""How the connector tests find fixtures, read them and compare what came of them."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from huitong.channels.connectors.payload import Mapper, Scopes
from huitong.channels.model import RECORD_OF_KIND, Record, RecordKind

PLATFORMS = ("tmall", "jd", "youzan", "douyin", "pos", "oms")
SCOPES = Scopes(shop="shop-1", app="app-1", brand="brand-1")
CONNECTORS = Path(import_module("huitong.channels.connectors").__path__[0])
EXPECTED = ".expected.json"


def fixtures_of(platform: str) -> list[Path]:
    """Return the payload files of a platform."""
    folder = CONNECTORS / platform / "fixtures"
    return sorted(path for path in folder.glob("*.json") if not path.name.endswith(EXPECTED))


FIXTURES = [path for platform in PLATFORMS for path in fixtures_of(platform)]


def name_of(path: Path) -> str:
    """Return the short name of a fixture for test reports."""
    return f"{path.parent.parent.name}/{path.stem}"


def mapper_of(path: Path) -> Mapper:
    """Return the mapper a fixture is for: its file name begins with the kind of payload."""
    module = import_module(f"huitong.channels.connectors.{path.parent.parent.name}")
    mappers: dict[str, Mapper] = module.MAPPERS
    return mappers[path.stem.split("-")[0]]


def payload_of(path: Path) -> dict[str, object]:
    """Return a fixture's payload."""
    payload: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return payload


def records_of(path: Path) -> tuple[Record, ...]:
    """Return the records made of a fixture."""
    return mapper_of(path).records_of(payload_of(path), scopes=SCOPES)


def expected_of(path: Path) -> list[Record]:
    """Return the records somebody wrote down by hand beside a fixture."""
    written = json.loads(path.with_suffix(EXPECTED).read_text(encoding="utf-8"))
    return [
        RECORD_OF_KIND[RecordKind(kind)].model_validate(record)
        for entry in written
        for kind, record in entry.items()
    ]


Way = tuple[str | int, ...]


def leaves_of(value: object, way: Way = ()) -> Iterator[tuple[Way, object]]:
    """Yield every leaf of a JSON value with the way to it; an absent value is no leaf."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves_of(inner, (*way, name))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from leaves_of(inner, (*way, place))
    elif value is not None and value != "":
        yield way, value
