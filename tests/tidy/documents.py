"""What the texts of the repository hold: links, decisions, glossary, news; no machine traces."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from tests.tidy.repository import ROOT, Breach, kept_files, sources, text_of
from tests.tidy.sql import statements, without_comments

LINK = re.compile(
    r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)"
)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)

DECISIONS = PurePosixPath("docs/decisions")
DECISION_NAME = re.compile(r"(?P<number>\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md")
DECISION_SECTIONS = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
DECISION_LINES_MAX = 90

GLOSSARY = PurePosixPath("docs/glossary.md")
CHANGELOG = PurePosixPath("CHANGELOG.md")
CHINESE_TEXTS = PurePosixPath("web/src/locales/zh-CN")

# Words that people also use for a term, and the glossary's own, which the pages keep to: in all
# texts, and in those of one domain, whose word means something else in the others.
OTHER_WORDS: Mapping[str, str] = {
    "客户": "顾客",
    "阈值": "分界值",
    "重叠": "重合",
    "合并规则": "识别策略",
}
OTHER_WORDS_OF: Mapping[str, Mapping[str, str]] = {
    "identity": {"审核": "复核", "依据": "证据"},
}
# What other platforms call things of theirs.
NAMES_OF_OTHERS = ("企业微信客户", "企微客户号", "有赞 客户导出")

# Written so that no pattern finds itself in this file.
TRACES: Mapping[str, re.Pattern[str]] = {
    "a path of one machine": re.compile(
        r"(?<![\w.~}>)\]*])/(?:work|home|Users|root|tmp)/(?=[\w.])[\w.\-/]*"
    ),
    "a host of a package registry": re.compile(
        r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|crates\.io|proxy\.golang\.org"
        r"|[\w-]*(?:artifactory|nexus|devpi)[\w-]*\.[\w.-]+)",
        re.IGNORECASE,
    ),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE[ ]KEY-----"),
    "an access token": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[0-9A-Za-z-]{20,}"
        r"|sk-[A-Za-z0-9]{32,}|eyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,})"
    ),
    "a secret": re.compile(
        r"(?i)\b(?:secret|password|passwd|token|api_?key)(?:_key)?[\"']?\s*[:=]\s*[\"']"
        r"(?=[^\"']*\d)(?=[^\"']*[a-z])[A-Za-z0-9+/_=-]{24,}[\"']"
    ),
    "an address with a password": re.compile(
        r"[a-z]+://[\w.-]+:(?!\{|<|\*|password@)[^@\s/\"']{10,}@"
    ),
}


def traces(path: PurePosixPath, text: str) -> Iterator[Breach]:
    """Yield what must not be committed: paths of a machine, registry hosts, secrets."""
    for number, line in enumerate(text.splitlines(), start=1):
        for name, pattern in TRACES.items():
            if found := pattern.search(line):
                remedy = f"“{found[0][:60]}” is {name}; it may not be committed."
                yield Breach(str(path), number, remedy)


def broken_links(path: PurePosixPath, text: str) -> Iterator[Breach]:
    """Yield the links of a Markdown file that lead to no file or heading of the repository."""
    prose = without_code(text)
    for found in LINK.finditer(prose):
        target = found["target"] or found["image"]
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        file, _, anchor = target.partition("#")
        line = prose.count("\n", 0, found.start()) + 1
        landed = (ROOT / path.parent / file).resolve() if file else ROOT / path
        if file and not landed.exists():
            yield Breach(str(path), line, f"The link to “{target}” leads nowhere; mend it.")
        elif anchor and landed.suffix == ".md":
            there = text if not file else landed.read_text(encoding="utf-8")
            if anchor not in anchors_of(there):
                yield Breach(str(path), line, f"“{target}” has no heading #{anchor}; mend it.")


def without_code(text: str) -> str:
    """Return Markdown with its code blanked, every line in its place."""
    fenced = FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    return INLINE_CODE.sub("", fenced)


def anchors_of(text: str) -> set[str]:
    words = (re.sub(r"[`*_]", "", heading) for heading in HEADING.findall(FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in words}


def decisions() -> dict[PurePosixPath, str]:
    """Return the texts of the decision records, the index not among them."""
    return {
        path: text_of(path) or ""
        for path in kept_files()
        if path.parent == DECISIONS and path.name != "README.md"
    }


def unlisted_decisions(records: Iterable[PurePosixPath], index: str) -> Iterator[Breach]:
    """Yield the records that the index does not link, that share a number or are badly named."""
    seen: dict[str, str] = {}
    for path in records:
        named = DECISION_NAME.fullmatch(path.name)
        if named is None:
            yield Breach(
                str(path), 1, "Name it by four digits and words: 0012-what-was-decided.md."
            )
            continue
        if f"({path.name})" not in index:
            yield Breach(str(DECISIONS / "README.md"), 1, f"List {path.name} in the index.")
        if named["number"] in seen:
            remedy = f"{seen[named['number']]} has the same number; take the next free one."
            yield Breach(str(path), 1, remedy)
        seen[named["number"]] = path.name


def unfinished_decision(path: PurePosixPath, text: str) -> Iterator[Breach]:
    """Yield what a decision record lacks: its title, its sections in order, its one page."""
    lines = text.splitlines() or [""]
    if not re.match(rf"# {path.name[:4]} \S", lines[0]):
        yield Breach(str(path), 1, f"Begin with “# {path.name[:4]} ” and the decision as a title.")
    found = tuple(re.findall(r"^## (.+?)\s*$", text, re.MULTILINE))
    if found != DECISION_SECTIONS:
        wanted = " · ".join(DECISION_SECTIONS)
        yield Breach(str(path), 1, f"Its sections must be, in order: {wanted}.")
    if len(lines) > DECISION_LINES_MAX:
        remedy = f"{len(lines)} lines; a record is one page, {DECISION_LINES_MAX} lines at most."
        yield Breach(str(path), len(lines), remedy)


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the glossary."""

    line: int
    english: str
    chinese: str
    codes: tuple[str, ...]
    meaning: str


def terms(text: str) -> Iterator[Term]:
    """Yield the rows of every table of the glossary: term, Chinese, code word, meaning."""
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if (
            line.startswith("|")
            and len(cells) == 4
            and cells[0] != "Term"
            and cells[0][:3] != "---"
        ):
            codes = tuple(re.findall(r"`([^`]+)`", cells[2]))
            yield Term(number, cells[0], cells[1], codes, cells[3])


def untrue_terms(text: str, words: frozenset[str]) -> Iterator[Breach]:
    """Yield the glossary's rows that are incomplete, said twice, or unknown to the code."""
    place = str(GLOSSARY)
    seen: set[str] = set()
    for term in terms(text):
        if not (term.chinese and term.codes and term.meaning):
            remedy = f"“{term.english}” needs its Chinese, its word in code and its meaning."
            yield Breach(place, term.line, remedy)
        for key in {term.english.lower(), term.chinese, *term.codes} & seen:
            yield Breach(
                place, term.line, f"“{key}” stands in another row too: one term, one word."
            )
        seen |= {term.english.lower(), term.chinese, *term.codes}
        for code in term.codes:
            if code.rpartition(".")[2] not in words:
                remedy = f"`{code}` is nowhere in the code; write the word the code uses."
                yield Breach(place, term.line, remedy)


def other_words(path: PurePosixPath, text: str) -> Iterator[Breach]:
    """Yield the lines of a page's Chinese texts that say another word than the glossary does."""
    unwanted = {**OTHER_WORDS, **OTHER_WORDS_OF.get(path.stem, {})}
    for number, line in enumerate(text.splitlines(), start=1):
        said = line
        for name in NAMES_OF_OTHERS:
            said = said.replace(name, "")
        for word, right in unwanted.items():
            if word in said:
                yield Breach(str(path), number, f"“{word}” is “{right}” in the glossary.")


@cache
def words_of_code() -> frozenset[str]:
    """Return every identifier of the product: of its Python, its SQL and its folders."""
    words: set[str] = set()
    for source in sources():
        if source.in_product:
            words.update(source.path.with_suffix("").parts)
            words.update(each for node in ast.walk(source.tree) for each in identifiers(node))
            for statement in statements(source):
                words.update(re.findall(r"[A-Za-z_]\w*", without_comments(statement.text)))
    return frozenset(words)


def identifiers(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Constant(value=str(text)) if text.isidentifier():
            yield text
        case _:
            pass


def changelog_gaps(text: str) -> Iterator[Breach]:
    """Yield what the changelog lacks: a part for what is not released, with something in it."""
    found = re.search(
        r"^## Unreleased\s*\n(?P<body>.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    if found is None:
        yield Breach(str(CHANGELOG), 1, "It needs a part “## Unreleased” at the top.")
    elif not re.search(r"^- \S", found["body"], re.MULTILINE):
        line = text.count("\n", 0, found.start()) + 1
        yield Breach(str(CHANGELOG), line, "Say under “Unreleased” what changed for a user.")
