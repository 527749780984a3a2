"""Every story in this folder comes out as it is told."""

from datetime import datetime
from pathlib import Path

import pytest

from huitong.platform.db import Tx
from tests.stories.runner import HERE, World, load_verbs, run

load_verbs()
STORIES = sorted(HERE.glob("*.story"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path, tx: Tx, now: datetime) -> None:
    run(World(tx=tx, now=now), path.read_text(encoding="utf-8"))


def test_a_line_that_comes_out_differently_is_shown(tx: Tx, now: datetime) -> None:
    with pytest.raises(AssertionError, match=r"Line 2: .*\n  came out as -> 333 333 334"):
        run(World(tx=tx, now=now), "# Wrong\nsplit 1000 over 333 333 334 -> 334 333 333")


def test_a_line_without_an_arrow_must_not_be_refused(tx: Tx, now: datetime) -> None:
    with pytest.raises(AssertionError, match=r"was refused with ledger\.insufficient"):
        run(World(tx=tx, now=now), "spend C1 5")


def test_an_unknown_verb_is_named(tx: Tx, now: datetime) -> None:
    with pytest.raises(AssertionError, match="no verb is called “donate”"):
        run(World(tx=tx, now=now), "donate C1 5")
