"""The texts of the repository are true: links resolve, decisions are listed, words exist."""

from tests.tidy.documents import (
    CHANGELOG,
    CHINESE_TEXTS,
    DECISIONS,
    GLOSSARY,
    OTHER_WORDS,
    OTHER_WORDS_OF,
    broken_links,
    changelog_gaps,
    decisions,
    other_words,
    terms,
    traces,
    unfinished_decision,
    unlisted_decisions,
    untrue_terms,
    words_of_code,
)
from tests.tidy.repository import hold, kept_files, text_of


def test_nothing_committed_tells_of_a_machine_or_a_secret() -> None:
    kept = ((path, text_of(path)) for path in kept_files())
    hold(breach for path, text in kept if text is not None for breach in traces(path, text))


def test_links_lead_somewhere() -> None:
    pages = ((path, text_of(path) or "") for path in kept_files() if path.suffix == ".md")
    hold(breach for path, text in pages for breach in broken_links(path, text))


def test_decisions_are_listed_once() -> None:
    hold(unlisted_decisions(decisions(), text_of(DECISIONS / "README.md") or ""))


def test_decisions_have_their_sections_on_one_page() -> None:
    records = decisions()
    assert records, "There are decisions to check."
    hold(breach for path, text in records.items() for breach in unfinished_decision(path, text))


def test_glossary_says_each_term_once_and_the_code_uses_it() -> None:
    text = text_of(GLOSSARY) or ""
    assert list(terms(text)), "The glossary has rows to check."
    hold(untrue_terms(text, words_of_code()))


def test_chinese_texts_say_the_words_of_the_glossary() -> None:
    chinese = {term.chinese for term in terms(text_of(GLOSSARY) or "")}
    for words in (OTHER_WORDS, *OTHER_WORDS_OF.values()):
        for right in words.values():
            assert any(right in one for one in chinese), f"The glossary has no “{right}”."
    texts = [path for path in kept_files() if path.parent == CHINESE_TEXTS]
    assert texts, "There are texts to check."
    hold(breach for path in texts for breach in other_words(path, text_of(path) or ""))


def test_changelog_tells_what_is_not_released() -> None:
    hold(changelog_gaps(text_of(CHANGELOG) or ""))
