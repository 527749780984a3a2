"""A definition says nothing that is not kept."""

import pytest
from pydantic import ValidationError

from huitong.segments.model.tags import Tag
from tests.segments.tag_lake import tag


def test_a_tag_that_would_change_once_a_week_is_refused_until_that_is_done() -> None:
    plain = tag("lines", {"primitive": "count"})
    document = plain.model_dump(mode="json", by_alias=True)
    assert Tag.model_validate(document | {"refresh": "daily"}) == plain
    with pytest.raises(ValidationError, match="once a week are not there yet: leave `refresh` out"):
        Tag.model_validate(document | {"refresh": "weekly"})
