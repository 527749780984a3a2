"""Fields made of texts: which code a category, a colour or a material has in the shipped packs."""

import pytest

from huitong.segments.rules.compiler.fields import looked_up
from huitong.segments.rules.tag_packs import PACKS, shipped_pack

LOOKUPS = {one.field: one for code in PACKS for one in shipped_pack(code).lookups}


@pytest.mark.parametrize(
    "field, text, code",
    [
        ("made_for", "男装/上衣/T恤", "men"),
        ("made_for", "女装/连衣裙", "women"),
        ("made_for", "Apparel/Women's coats", "women"),
        ("made_for", "DRUG GM/HOSIERY/MENS SOCKS", "men"),
        ("made_for", "Toys/KIDS", "children"),
        ("made_for", "GROCERY/CONDIMENTS", None),
        ("made_for", "COSMETICS/MAKEUP AND TREATMENT", None),
        ("item_part", "女鞋/单鞋", "shoes"),
        ("item_part", "Shoes/Ankle boots", "shoes"),
        ("item_part", "Summer DRESSES", "tops"),
        ("item_part", "GROCERY/SALAD DRESSINGS", None),
        ("item_part", "GROCERY/BREADINGS COATINGS CRUMBS", None),
        ("colour_family", "off-white", "white"),
        ("colour_family", "枣红", "red"),
        ("colour_family", "Reddish", None),
        ("material_family", "100% polyester", "synthetic"),
        ("material_family", "100%羊毛", "wool"),
        ("city_tier", "浙江省杭州市", "new_tier1"),
        ("city_tier", "拉萨市", "tier3_below"),
    ],
)
def test_chinese_fits_anywhere_and_latin_letters_as_whole_words(
    field: str, text: str, code: str | None
) -> None:
    assert looked_up(LOOKUPS[field], text) == code
