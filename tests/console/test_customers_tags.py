"""Tags of a customer in the words of people: stores and channels by their names, for any role."""

from huitong.platform.auth import Permission
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.vocabulary_kept import speech_kept
from tests.browser.worlds import members
from tests.console.customers_make import Console, console, understood
from tests.entry.make import make_token

__all__ = ["console", "understood"]


def test_a_favourite_store_and_channel_have_the_names_that_people_know(
    understood: Console,
) -> None:
    # Customer service holds no permission for segments, by which the vocabulary is read.
    key = make_token(
        understood.database, 1, Permission.CUSTOMERS_READ, Permission.TAGS_READ, name="service"
    )
    path = f"/v1/customers/{understood.id_of(0)}/tags"
    told = understood.client.get(path, headers=key).json()
    named = {one["tag"]: [value["names"] for value in one["named"]] for one in told["items"]}
    assert named["favourite_store"] == [{"zh": "南京路店", "en": "南京路店"}]
    assert named["channel_preference"] == [{"zh": "门店收银", "en": "tills"}]
    assert {one["value"]: one["value_names"]["zh"] for one in told["given"]} == {
        "vip_care": "重点关照",
        "call_evening": "晚上联系",
    }


def test_portraits_and_conditions_call_them_the_same(understood: Console) -> None:
    with understood.database.reading(understood.scope) as tx:
        speech = speech_kept(tx, brand_id=understood.members.brand.id, cache=SETS)
    fields = speech.words.vocabulary.field_by_code
    stores = {one.code: one.names.zh for one in fields["tags.favourite_store"].values}
    assert stores == dict(members.STORES)
    channels = {one.code: one.names.zh for one in fields["tags.channel_preference"].values}
    assert channels == {"pos": "门店收银"}
