"""No cell that is handed out becomes a formula, and each is read back as it was."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huitong.platform.spreadsheets import guarded, unguarded

BEGINNINGS = "'=+-@\t\r\n ＝＋－＠\u3000\u00a0"
CELLS = st.one_of(
    st.text(), st.text(alphabet=BEGINNINGS + "1,.a", max_size=6), st.integers().map(str)
)


@given(CELLS)
@example("''=1+1")
@example("'-12.50")
def test_a_cell_comes_back_as_it_was(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.sampled_from("=+@\t\r\n＝＋－＠"), st.text(), st.text(alphabet=" \u3000", max_size=2))
def test_what_begins_like_a_formula_begins_with_the_guard(
    beginning: str, rest: str, blanks: str
) -> None:
    assert guarded(blanks + beginning + rest).startswith("'")


@given(CELLS.filter(lambda cell: not cell.lstrip("' \u3000\u00a0").startswith(tuple(BEGINNINGS))))
def test_other_cells_are_left_alone(cell: str) -> None:
    assert guarded(cell) == cell
    assert unguarded(cell) == cell


@pytest.mark.parametrize("number", ["-12.50", "-1", "-1,299.00", "12.50", "0"])
def test_numbers_stay_numbers(number: str) -> None:
    assert guarded(number) == number


@pytest.mark.parametrize("trick", ["-1+1", "-12.50|x", "-", "--1", "-1\n", "+8613800138000", "-1."])
def test_what_only_begins_like_a_number_is_guarded(trick: str) -> None:
    assert guarded(trick) == "'" + trick
