"""Which of China's cities somebody means; pure. Whatever is not exactly a city's name is unknown.

Free text may hold an address, so nothing is looked for inside of it. A spelling that two cities
share (“Suzhou”) names neither, nor does one that is a whole province (“吉林”, “Hainan”).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from huitong.customers.rules.city_names import CITIES

# What people add to the name of a province when they write it in full, the longest first.
OF_PROVINCES = ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")
OF_LATIN = ("", "city", "shi")
LATIN_SEPARATOR = "|"


class City(NamedTuple):
    """A city of the list, by its official name; `latin` is how it is spelled in Latin letters."""

    code: str
    name: str
    short: str
    latin: str
    province: str


def known_city(told: str) -> str | None:
    """Return the official name of the city that a text names; None when it names none."""
    return _spellings().get(_plain(told))


@cache
def cities() -> tuple[City, ...]:
    """Return the cities of the list, in the order of their codes."""
    return tuple(City(*row.split(",")) for row in CITIES.split())


@cache
def _spellings() -> Mapping[str, str]:
    """Return the one city that each spelling names."""
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for city in cities():
        for spelling in _spelled(city):
            meant[_plain(spelling)].add(city.name)
    provinces = {_short_province(city.province) for city in cities()}
    alone = {city.short for city in cities() if city.name == city.province}
    latin_provinces = {
        spelling
        for city in cities()
        if city.short in provinces - alone
        for spelling in city.latin.split(LATIN_SEPARATOR)
    }
    return {
        spelling: next(iter(names))
        for spelling, names in meant.items()
        if len(names) == 1 and spelling not in (provinces - alone) | latin_provinces
    }


def _spelled(city: City) -> Iterator[str]:
    for name in (city.name, city.short):
        yield name
        yield f"{city.province}{name}"
        yield f"{_short_province(city.province)}{name}"
    for latin in city.latin.split(LATIN_SEPARATOR):
        yield from (f"{latin}{ending}" for ending in OF_LATIN)


def _short_province(province: str) -> str:
    for ending in OF_PROVINCES:
        if province.endswith(ending):
            return province.removesuffix(ending)
    return province


def _plain(text: str) -> str:
    """Return a text in one width and case, without accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())
