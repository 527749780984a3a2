"""What of a profile stands on a page: what is coarse as it is, what names somebody masked."""

from huitong.customers.model import Profile, ValueShown
from huitong.customers.rules import shown_values


def test_a_city_that_nobody_knows_may_be_an_address_and_is_masked() -> None:
    assert shown_values(Profile(city="杭州"))["city"] == ValueShown("杭州市", is_masked=False)
    address = Profile(city="文三路 478 号 3 栋")
    assert shown_values(address)["city"] == ValueShown("文**", is_masked=True)


def test_of_free_tags_and_attributes_only_their_number_is_told() -> None:
    profile = Profile(tags=("VIP", "13800005678"), attributes={"住址": "文三路 478 号"})
    shown = shown_values(profile)
    assert (shown["tags"], shown["attributes"]) == (
        ValueShown("2", is_masked=True),
        ValueShown("1", is_masked=True),
    )


def test_what_nobody_said_is_not_there() -> None:
    assert shown_values(Profile()) == {}
