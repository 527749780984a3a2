"""Each rule over the source can fail: it finds a bad snippet, and lets a tidy file pass."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

from tests.tidy import conduct, documents, shape, sql
from tests.tidy.repository import Source, SourceRule
from tests.tidy.test_source import ALL_RULES

OPERATIONS = "src/huitong/ledger/operations.py"
QUERIES = "src/huitong/ledger/queries.py"
RULES = "src/huitong/ledger/rules.py"
MODEL = "src/huitong/ledger/model.py"
LEDGER_TABLES = "src/huitong/ledger/tables.py"
PLATFORM = "src/huitong/platform/jobs.py"
TEST = "tests/ledger/test_operations.py"

# Rule → snippets that break it: a path in the repository and a text.
BAD: Mapping[SourceRule, tuple[tuple[str, str], ...]] = {
    shape.file_is_short: ((RULES, "x = 1\n" * (shape.FILE_LINES_MAX + 1)),),
    shape.function_is_short: (
        (RULES, "def f():\n" + "    x = 1\n" * shape.FUNCTION_LINES_MAX),
        (TEST, "class A:\n    async def f(self):\n" + "        x = 1\n" * 60),
    ),
    shape.name_says_something: (
        ("src/huitong/ledger/date_utils.py", ""),
        ("tests/ledger/helpers.py", ""),
        (MODEL, "class LotManager: ..."),
        (MODEL, "class BaseLot: ..."),
        (PLATFORM, "class _JobService: ..."),
    ),
    shape.variable_is_not_numbered: (
        (TEST, "card2 = 1"),
        (TEST, "def test_it(lot_1): ..."),
        (TEST, "for row1, other in []: ..."),
    ),
    shape.domain_has_the_anatomy: (
        ("src/huitong/ledger/posting.py", ""),
        ("src/huitong/ledger/connectors/tmall/mapping.py", ""),
        ("src/huitong/org/repository/stores.py", ""),
    ),
    shape.front_door_is_listed: (
        ("src/huitong/ledger/__init__.py", "from huitong.ledger.queries import lots\n"),
        (
            "src/huitong/ledger/__init__.py",
            '"""Value."""\nfrom huitong.ledger.queries import lots\n',
        ),
    ),
    shape.docstring_is_one_sentence: (
        (RULES, "def split(total): ..."),
        (RULES, 'def split(total):\n    """split without an end"""'),
        (RULES, 'def split(total):\n    """Split it. Then more."""'),
    ),
    shape.operation_takes_keywords: (
        (OPERATIONS, "def post(batch, tx: Tx): ..."),
        (OPERATIONS, "def post(tx: ReadTx, *, now: datetime): ..."),
        (OPERATIONS, "def reassign(tx: Tx, source: int, target: int): ..."),
        (OPERATIONS, "def post(tx: Tx, batch: Sequence[Operation], key: str): ..."),
        (OPERATIONS, "def post(tx: Tx, key: str, now: datetime): ..."),
        (OPERATIONS, "def post(): ..."),
        (QUERIES, "def lots(tx: Tx, *, owner: int): ..."),
        ("src/huitong/ledger/operations/posting.py", "def post(tx: Tx, owner: int, key: str): ..."),
    ),
    shape.arguments_are_named: ((RULES, "def split(**weights): ..."),),
    shape.model_is_frozen: (
        (MODEL, "@dataclass\nclass Lot: ..."),
        ("src/huitong/ledger/events.py", "@dataclass(slots=True)\nclass Granted: ..."),
    ),
    shape.refusal_code_names_its_domain: (
        (MODEL, "class No(DomainError):\n    code: ClassVar[str] = 'loyalty.no'"),
    ),
    conduct.wall_clock_is_read_in_one_place: (
        (OPERATIONS, "at = datetime.now(UTC)"),
        (PLATFORM, "at = datetime.datetime.utcnow()"),
        (PLATFORM, "at = time.time()"),
        (TEST, "day = date.today()"),
        (PLATFORM, "make = field(default_factory=datetime.now)"),
    ),
    conduct.stop_watch_stays_out_of_domains: ((OPERATIONS, "at = time.monotonic()"),),
    conduct.clock_is_imported_at_the_edge: (
        (OPERATIONS, "from huitong.platform import clock"),
        (RULES, "from huitong.platform.clock import now"),
        (QUERIES, "import huitong.platform.clock"),
    ),
    conduct.transaction_ends_in_one_place: (
        (OPERATIONS, "tx.commit()"),
        (PLATFORM, "connection.rollback()"),
        (PLATFORM, "connection.execute('COMMIT')"),
        ("src/huitong/entry/worker.py", "run(f'ROLLBACK {part}')"),
    ),
    conduct.nothing_is_swallowed: (
        (OPERATIONS, "try: ...\nexcept Exception: ..."),
        (OPERATIONS, "try: ...\nexcept: ..."),
        (PLATFORM, "try: ...\nexcept (OSError, BaseException) as error:\n    log(error)"),
    ),
    conduct.value_is_counted_exactly: (
        (RULES, "rate = 0.5"),
        (RULES, "points = float(amount)"),
        ("src/huitong/platform/money.py", "def f(x: float): ..."),
        ("src/huitong/orders/operations/taking.py", "x = 1e3"),
    ),
    conduct.our_own_code_is_not_mocked: (
        (TEST, "from unittest.mock import patch"),
        (TEST, "from unittest import mock"),
        (TEST, "import pytest_mock"),
        (TEST, "monkeypatch.setattr('huitong.platform.clock.now', f)"),
        (TEST, "from huitong.platform import clock\nmonkeypatch.setattr(clock, 'now', f)"),
    ),
    conduct.skip_says_why: (
        (TEST, "pytest.skip()"),
        (TEST, "@pytest.mark.skip\ndef test_it(): ..."),
        (TEST, "@pytest.mark.xfail(strict=True)\ndef test_it(): ..."),
    ),
    conduct.exception_says_why: (
        (RULES, "x = 1  # " + "noqa: PLR0917"),
        (RULES, "x = 1  # " + "noqa"),
        (RULES, "x = y  # " + "type: ignore[arg-type]"),
    ),
    sql.keywords_are_upper_case: (
        (LEDGER_TABLES, 'LOTS = """\nselect id\nFROM ledger.lot\n"""'),
        (LEDGER_TABLES, 'LOTS = """\nSELECT id\nfrom ledger.lot\n"""'),
        (PLATFORM, 'GO = "update platform.job set state = 1"'),
    ),
    sql.columns_are_named: (
        (LEDGER_TABLES, 'LOTS = "SELECT * FROM ledger.lot"'),
        (LEDGER_TABLES, 'LOTS = "SELECT incoming.* FROM ledger.lot"'),
        (PLATFORM, 'GO = "DELETE FROM platform.job RETURNING *"'),
    ),
    sql.query_stands_in_tables: (
        (QUERIES, 'tx.rows("SELECT id FROM ledger.lot")'),
        (OPERATIONS, 'tx.execute("""\n  -- Why.\n  DELETE FROM ledger.lot\n""")'),
        (OPERATIONS, 'sql = f"WITH due AS (SELECT id FROM {TABLE}) UPDATE x SET y = 1"'),
    ),
    sql.query_has_name_and_comment: (
        (LEDGER_TABLES, 'LOTS = """\nSELECT id\nFROM ledger.lot\n"""'),
        (LEDGER_TABLES, '# A query.\ndef lots():\n    return "SELECT id FROM ledger.lot"'),
    ),
    sql.clause_has_its_line: (
        (
            LEDGER_TABLES,
            '# The lots.\nLOTS = """\nSELECT id\nFROM ledger.lot WHERE a = 1\n"""',
        ),
    ),
    sql.query_is_not_built: (
        (LEDGER_TABLES, 'def f(x):\n    return f"SELECT id FROM ledger.lot WHERE a = {x}"'),
    ),
    sql.query_reads_no_clock: (
        (LEDGER_TABLES, 'LOTS = "SELECT id FROM ledger.lot WHERE expires_at < now()"'),
        (
            "src/huitong/entry/migrations/versions/0006_ledger.py",
            'SCHEMA = "CREATE TABLE ledger.lot (at timestamptz DEFAULT CURRENT_TIMESTAMP)"',
        ),
    ),
    sql.query_stays_in_its_schema: (
        (LEDGER_TABLES, 'LOTS = "SELECT id FROM orders.header"'),
        (LEDGER_TABLES, 'LOTS = """\nUPDATE customers.customer\nSET status = 1\n"""'),
    ),
}

# What a tidy file of each kind looks like; no rule may find anything in it.
GOOD: Mapping[str, str] = {
    LEDGER_TABLES: '''
"""The SQL of the ledger."""

COLUMNS = "id, amount"

# The lots of an owner, soonest-expiring first; the app's FOR UPDATE is elsewhere.
LOTS = f"""
SELECT {COLUMNS}
FROM ledger.lot AS l
JOIN orders.v_header AS h ON h.id = l.source_id
WHERE owner_id = ANY (%s)
  AND amount IS DISTINCT FROM 0
  AND EXISTS (SELECT FROM ledger.hold AS h WHERE h.lot_id = l.id)  -- from now on
ORDER BY expires_at
"""
''',
    OPERATIONS: '''
"""Writes of the ledger."""

def post(tx: Tx, operations: Sequence[Operation], *, now: datetime) -> list[Result]:
    """Post a batch; each refusal stands alone.

    Nothing here will COMMIT.
    """
    try:
        lock(tx)
    except BaseException:
        release(tx)
        raise
    return []

def apply_page(tx: Tx, page: Page, now: datetime) -> list[Outcome]:
    """Apply a page of records."""

def _inner(anything, **more): ...  # noqa: ARG001, ANN003 - a snippet
''',
    QUERIES: '''
"""Reads of the ledger."""

MESSAGE = "Select a lot from the list, then update it."

def lots(tx: ReadTx, *, owner: int, limit: int) -> list[Lot]:
    """Return the lots of one owner."""
''',
    MODEL: '''
"""What the ledger speaks of."""

@dataclass(frozen=True, slots=True)
class Lot:
    amount: int

@dataclass(eq=False)
class Insufficient(DomainError):
    code: ClassVar[str] = "ledger.insufficient"
''',
    "src/huitong/ledger/__init__.py": (
        '"""Value."""\nfrom huitong.ledger.queries import lots\n__all__ = ["lots"]'
    ),
    PLATFORM: "waited = time.monotonic()\nTEMP = 'CREATE TEMP TABLE x (y int) ON COMMIT DROP'",
    "src/huitong/entry/worker.py": "try: ...\nexcept Exception: report()",
    "src/huitong/channels/connectors/file/staging.py": 'ALL = "SELECT * FROM read_csv(?)"',
    "src/huitong/platform/clock.py": "now = datetime.now",
    TEST: """
@pytest.mark.skip(reason="Issue 12: until the lake is there.")
def test_scenario_12(monkeypatch):
    withdrawn_card = sha256("utf8", 0.5)
    monkeypatch.setenv("HUITONG_HOME", "here")
    monkeypatch.setattr(os, "umask", 0)
""",
}


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.__name__)
def test_bad_snippet_is_found(rule: SourceRule) -> None:
    for path, text in BAD[rule]:
        found = list(rule(Source.of(path, text)))
        assert found, f"{rule.__name__} did not notice {path}: {text}"
        assert str(found[0]).startswith(f"{path}:")


@pytest.mark.parametrize("path", GOOD)
def test_tidy_file_breaks_no_rule(path: str) -> None:
    source = Source.of(path, GOOD[path])
    assert [breach for rule in ALL_RULES for breach in rule(source)] == []


def test_breach_in_sql_names_its_line() -> None:
    text = '"""Tables."""\n\n# The lots.\nLOTS = """\nSELECT id\nfrom ledger.lot\n"""\n'
    (breach,) = sql.keywords_are_upper_case(Source.of(LEDGER_TABLES, text))
    assert str(breach).startswith(f"{LEDGER_TABLES}:6: ")


class TestDocuments:
    page = PurePosixPath("docs/glossary.md")

    @pytest.mark.parametrize(
        "line",
        [
            "see /" + "home/somebody/notes.txt",
            "see `/" + "work/here`",
            "pip install --index-url https://" + "pypi" + ".org/simple",
            "-----BEGIN " + "PRIVATE" + " KEY-----",
            "AKIA" + "ABCDEFGHIJKLMNOP",
            'secret_key = "' + "a1B2c3D4" * 4 + '"',
            "postgresql://shop:" + "correct-horse-battery@db/huitong",
        ],
    )
    def test_trace_of_a_machine_or_secret_is_found(self, line: str) -> None:
        (breach,) = documents.traces(self.page, f"fine\n{line}\n")
        assert breach.line == 2

    @pytest.mark.parametrize(
        "line",
        [
            "GET /v1/members, then /home and docs/work/items.md",
            "secret_key = settings.secret_key",
            "postgresql://shop:<password>@db/huitong",
            "/usr/lib/postgresql/15/bin",
        ],
    )
    def test_ordinary_text_is_no_trace(self, line: str) -> None:
        assert list(documents.traces(self.page, line)) == []

    @pytest.mark.parametrize(
        "link", ["[a](nowhere.md)", "[a](#nothing)", "[a](../README.md#no-such)", "![a](no.png)"]
    )
    def test_broken_link_is_found(self, link: str) -> None:
        (breach,) = documents.broken_links(self.page, f"# Words\n\n{link}\n")
        assert breach.line == 3

    def test_link_that_leads_somewhere_passes(self) -> None:
        text = "# My `own` words\n[a](#my-own-words) [b](../pyproject.toml) [c](https://x.y)\n"
        assert list(documents.broken_links(self.page, text + "```\n[d](nowhere)\n```\n")) == []

    def test_decision_out_of_the_index_or_badly_named_is_found(self) -> None:
        names = ["0001-a-thing.md", "0001-another.md", "0002-listed.md", "Third.md"]
        paths = [documents.DECISIONS / name for name in names]
        found = list(documents.unlisted_decisions(paths, "[x](0002-listed.md)"))
        assert [breach.path.rpartition("/")[2] for breach in found] == [
            "README.md",
            "README.md",
            "0001-another.md",
            "Third.md",
        ]

    def test_decision_without_its_sections_is_found(self) -> None:
        path = documents.DECISIONS / "0001-a-thing.md"
        whole = "# 0001 A thing\n" + "".join(f"## {s}\nx\n" for s in documents.DECISION_SECTIONS)
        assert list(documents.unfinished_decision(path, whole)) == []
        assert len(list(documents.unfinished_decision(path, whole.replace("## Context", "")))) == 1
        assert len(list(documents.unfinished_decision(path, whole.replace("0001", "0002")))) == 1
        assert len(list(documents.unfinished_decision(path, whole + "\n" * 100))) == 1

    def test_another_word_than_the_glossarys_is_found(self) -> None:
        path = documents.CHINESE_TEXTS / "segments.json"
        text = '{\n  "all": "全部客户",\n  "wecom": "企业微信客户",\n  "why": "依据"\n}'
        (breach,) = documents.other_words(path, text)
        assert (breach.line, "“顾客”" in breach.remedy) == (2, True)
        of_identity = documents.other_words(documents.CHINESE_TEXTS / "identity.json", text)
        assert [one.line for one in of_identity] == [2, 4]

    def test_untrue_glossary_is_found(self) -> None:
        head = "| Term | 中文 | In code | Meaning |\n|---|---|---|---|\n"
        lot = "| lot | 批次 | `Lot` | what was granted |\n"
        words = frozenset({"Lot", "grant"})
        assert list(documents.untrue_terms(head + lot, words)) == []
        bad = {
            "| grant |  | `grant` | give |": "needs its Chinese",
            "| grant | 发放 | `issue` | give |": "nowhere in the code",
            "| grant | 批次 | `grant` | give |": "another row",
            "| lot | 发放 | `grant` | give |": "another row",
            "| grant | 发放 | `Lot` | give |": "another row",
        }
        for row, remedy in bad.items():
            (breach,) = documents.untrue_terms(head + lot + row, words)
            assert remedy in breach.remedy
            assert breach.line == 4

    @pytest.mark.parametrize(
        "text", ["", "# Changelog\n", "## Unreleased\n\n## 1.0\n- x\n", "## 1.0\n- x\n"]
    )
    def test_changelog_without_news_is_found(self, text: str) -> None:
        assert len(list(documents.changelog_gaps(text))) == 1

    def test_missing_or_long_readme_is_found(self) -> None:
        (breach,) = shape.domain_readmes(("nowhere",))
        assert breach.path.endswith("nowhere/README.md")

    def test_stray_file_is_found(self) -> None:
        stray = PurePosixPath("src/huitong/org/stores.yaml")
        assert [breach.path for breach in shape.stray_files((stray,))] == [str(stray)]
