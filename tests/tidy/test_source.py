"""STYLE.md as a test: every rule over every Python file of the repository."""

import pytest

from tests.tidy.conduct import CONDUCT_RULES
from tests.tidy.repository import SourceRule, hold, kept_files, sources
from tests.tidy.shape import SHAPE_RULES, domain_readmes, stray_files
from tests.tidy.sql import SQL_RULES

ALL_RULES = (*SHAPE_RULES, *CONDUCT_RULES, *SQL_RULES)


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.__name__)
def test_source_keeps(rule: SourceRule) -> None:
    hold(breach for source in sources() for breach in rule(source))


def test_every_domain_has_a_readme_of_one_screen() -> None:
    hold(domain_readmes())


def test_a_domain_holds_python_and_its_readme_only() -> None:
    hold(stray_files(kept_files()))
