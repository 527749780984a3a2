from collections.abc import Iterator

import pytest

from tests.loyalty.conftest import database
from tests.metrics.make import HandMade, hand_made

__all__ = ["database"]


@pytest.fixture
def lake() -> Iterator[HandMade]:
    """Return an empty lake of one brand, made by hand."""
    with hand_made() as made:
        yield made
