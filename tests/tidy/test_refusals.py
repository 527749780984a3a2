"""Every refusal has its Chinese sentence, which asks for nothing that the refusal does not tell."""

import json
import re

from tests.tidy.repository import ROOT
from tools.refusals import facts_of, refusals

TEXTS = ROOT / "web" / "src" / "locales" / "zh-CN" / "refusals.json"
PLACE = re.compile(r"{{\s*(\w+)")
# What the console itself has to say, of a call that never arrived or that nobody foresaw.
OF_THE_CONSOLE = {"console.offline", "platform.unexpected"}


def texts() -> dict[str, str]:
    """Return the Chinese sentences by code."""
    told = json.loads(TEXTS.read_text("utf-8"))
    return {f"{domain}.{name}": text for domain, of in told.items() for name, text in of.items()}


def test_every_refusal_has_a_chinese_sentence() -> None:
    assert sorted({one.code for one in refusals()} - set(texts())) == []


def test_no_sentence_is_left_of_a_refusal_that_is_gone() -> None:
    assert sorted(set(texts()) - {one.code for one in refusals()} - OF_THE_CONSOLE) == []


def test_a_sentence_fills_its_places_with_facts_of_the_refusal() -> None:
    told = texts()
    wrong = {
        one.code: sorted(unknown)
        for one in refusals()
        if (unknown := set(PLACE.findall(told.get(one.code, ""))) - set(facts_of(one)))
    }
    assert wrong == {}
