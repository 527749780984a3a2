"""Which steps bring persons to where their identifiers belong, and that there are no more."""

from huitong.identity.rules import Going, Known, StandingMerge, difference

ANNA, BERTA, CLARA = 10, 20, 30


def known(
    owner_of: dict[int, int],
    label_of: dict[int, int],
    *merges: StandingMerge,
    quiet: frozenset[int] = frozenset(),
) -> Known:
    return Known(owner_of, label_of, merges, quiet)


def test_nothing_happens_to_persons_who_are_as_they_should_be() -> None:
    owners = {1: ANNA, 2: ANNA, 3: BERTA}
    assert difference(known(owners, {1: 1, 2: 1, 3: 3})).is_empty()


def test_the_oldest_person_stays() -> None:
    found = difference(known({1: BERTA, 2: ANNA, 3: CLARA}, {1: 1, 2: 1, 3: 1}))
    assert found.merged == [(BERTA, ANNA), (CLARA, ANNA)]
    assert not found.undone
    assert not found.carved


def test_who_leaves_without_a_merge_is_carved_out_of_where_most_are_at_home() -> None:
    owners = {1: ANNA, 2: ANNA, 3: ANNA}
    found = difference(known(owners, {1: 1, 2: 2, 3: 2}))
    assert found.carved == [Going(ANNA, 1, None, (1,))]


def test_a_quiet_identifier_keeps_nobody_at_home() -> None:
    owners = {1: ANNA, 2: ANNA, 3: ANNA}
    found = difference(known(owners, {1: 1, 2: 1, 3: 3}, quiet=frozenset({1, 2})))
    assert found.carved == [Going(ANNA, 1, None, (1, 2))]


def test_a_merge_whose_sides_part_is_undone_and_nothing_is_carved() -> None:
    merge = StandingMerge(100, BERTA, ANNA, (2,), 1)
    found = difference(known({1: ANNA, 2: ANNA}, {1: 1, 2: 2}, merge))
    assert found.undone == [merge]
    assert not found.carved
    assert not found.merged


def test_what_came_since_the_merge_goes_along_with_the_side_it_belongs_to() -> None:
    merge = StandingMerge(100, BERTA, ANNA, (2,), 1)
    found = difference(known({1: ANNA, 2: ANNA, 3: ANNA}, {1: 1, 2: 2, 3: 2}, merge))
    # Three was told to Anna alone, after the merge.
    assert found.undone == [merge]
    assert found.carved == [Going(ANNA, 2, BERTA, (3,))]


def test_an_inner_merge_takes_the_outer_ones_with_it_and_they_are_made_again() -> None:
    inner = StandingMerge(100, CLARA, BERTA, (3,), 2)
    outer = StandingMerge(200, BERTA, ANNA, (2, 3), 1)
    owners = {1: ANNA, 2: ANNA, 3: ANNA}
    found = difference(known(owners, {1: 1, 2: 1, 3: 3}, inner, outer))
    assert found.undone == [outer, inner]
    assert found.merged == [(BERTA, ANNA)]
    assert not found.carved


def test_an_outer_merge_is_undone_alone() -> None:
    inner = StandingMerge(100, CLARA, BERTA, (3,), 2)
    outer = StandingMerge(200, BERTA, ANNA, (2, 3), 1)
    owners = {1: ANNA, 2: ANNA, 3: ANNA}
    found = difference(known(owners, {1: 1, 2: 2, 3: 2}, inner, outer))
    assert found.undone == [outer]
    assert not found.merged


def test_parts_of_several_persons_meet_in_one_new_person() -> None:
    owners = {1: ANNA, 2: ANNA, 3: ANNA, 4: BERTA, 5: BERTA, 6: BERTA}
    labels = {1: 1, 2: 1, 3: 3, 4: 4, 5: 4, 6: 3}
    found = difference(known(owners, labels))
    assert found.carved == [Going(ANNA, 3, None, (3,)), Going(BERTA, 3, None, (6,))]
