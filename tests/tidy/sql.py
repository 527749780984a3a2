"""How SQL is written: where it stands, its keywords, its columns, and the comment above it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.tidy.conduct import docstrings
from tests.tidy.repository import Breach, Source, order_of_domains

# What a statement starts with; a sentence (“Select a store”) starts with one capital letter.
BEGINNINGS = (
    r"(?:SELECT|INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO"
    r"|UPDATE\s+[\w.{}]+(?:\s+AS\s+\w+)?\s+SET)(?!\w)"
    r"|WITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^)]*\)\s*)?AS\s*(?:(?:NOT\s+)?MATERIALIZED\s*)?\("
)
DEFINITIONS = r"(?:CREATE|ALTER|GRANT|REVOKE|DROP|LOCK\s+TABLE|COPY)\s"
STATEMENT = re.compile(
    r"\A\s*(?:--[^\n]*\n\s*)*"
    rf"(?:{BEGINNINGS}|{re.sub(r'[A-Z]{2,}', lambda word: word[0].lower(), BEGINNINGS)}"
    rf"|{DEFINITIONS})"
)
LOWER_KEYWORD = re.compile(
    r"^\s*(select|insert\s+into|update|delete\s+from|from|where|(?:left\s+|inner\s+|cross\s+)?join"
    r"|group\s+by|order\s+by|having|returning|union|on\s+conflict)\b",
    re.MULTILINE,
)
CLAUSE_INSIDE_LINE = re.compile(
    r"(?<=\S)[ \t]+(?<!DISTINCT )(?<!DELETE )"
    r"(FROM|WHERE|GROUP BY|ORDER BY|HAVING|RETURNING|ON CONFLICT)\b"
)
EVERY_COLUMN = re.compile(r"\b(SELECT|RETURNING)\s+(DISTINCT\s+)?((?P<of>\w+)\.)?\*", re.IGNORECASE)
DATABASE_CLOCK = re.compile(
    r"\b(now\s*\(\)|CURRENT_(TIMESTAMP|DATE|TIME)\b|(clock|statement|transaction)_timestamp\s*\()",
    re.IGNORECASE,
)
# The columns of a file, and those of the tags that a brand has defined, are not known before they
# are opened: staging of files and the tag engine compose their queries of DuckDB, and take all.
COMPOSING = frozenset({"connectors", "engine"})
NAMES_TABLE = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|ONLY|USING)\s+(?P<schema>[a-z_]+)\.(?P<table>[a-z_0-9]+)",
)
# Everybody stands on the platform; the vault is the platform's.
OPEN_SCHEMAS = frozenset({"platform", "vault"})
COMMENT = re.compile(r"--[^\n]*")
LITERAL = re.compile(r"'[^']*'")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text found in a Python file; interpolated parts show as `{name}`."""

    node: ast.expr
    text: str

    def place(self, offset: int) -> int:
        """Return the line in the file of an offset into the text."""
        whole = (self.node.end_lineno or self.node.lineno) - self.node.lineno
        return self.node.lineno + min(self.text.count("\n", 0, offset), whole)


@cache
def statements(source: Source) -> tuple[Statement, ...]:
    """Return the SQL that stands in a Python file, docstrings left out."""
    spoken = docstrings(source.tree)
    parts = {
        id(part)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(spelled(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = "" if id(node) in spoken | parts else node.value
        else:
            continue
        if STATEMENT.match(text):
            found.append(Statement(node, text))
    return tuple(found)


def spelled(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return f"{{{ast.unparse(part.value)}}}"


def keywords_are_upper_case(source: Source) -> Iterator[Breach]:
    if source.in_product:
        for statement in statements(source):
            for found in LOWER_KEYWORD.finditer(without_comments(statement.text)):
                remedy = f"“{found[1]}” is a keyword of SQL; write it upper-case."
                yield source.breach(statement.place(found.start(1)), remedy)


def columns_are_named(source: Source) -> Iterator[Breach]:
    if source.in_product and source.role not in COMPOSING:
        for statement in statements(source):
            for found in EVERY_COLUMN.finditer(statement.text):
                # A sub-select of the same statement names its columns itself.
                if found["of"] and re.search(rf"\)\s+AS\s+{found['of']}\b", statement.text):
                    continue
                remedy = f"Name the columns instead of “{found[0]}”."
                yield source.breach(statement.place(found.start()), remedy)


def query_stands_in_tables(source: Source) -> Iterator[Breach]:
    if source.in_domain and source.role not in {"tables", *COMPOSING}:
        for statement in statements(source):
            yield source.breach(statement.node, "SQL of a domain stands in tables.py, named.")


def query_has_name_and_comment(source: Source) -> Iterator[Breach]:
    if not source.in_domain or source.role != "tables":
        return
    lines = source.lines()
    named = {}
    for node in source.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            named.update({id(inner): node for inner in ast.walk(node.value)})
    for statement in statements(source):
        owner = named.get(id(statement.node))
        if owner is None:
            yield source.breach(statement.node, "Give the query a name: a constant of the module.")
        elif not lines[owner.lineno - 2].lstrip().startswith("#"):
            yield source.breach(owner, "Say in a comment above the query what it answers or does.")


def clause_has_its_line(source: Source) -> Iterator[Breach]:
    if source.in_domain and source.role == "tables":
        # A statement that fits on one line may stay there.
        for statement in (each for each in statements(source) if "\n" in each.text):
            outer = outermost(statement.text)
            for found in CLAUSE_INSIDE_LINE.finditer(outer):
                remedy = f"One clause per line: start a new one at “{found[1]}”."
                yield source.breach(statement.place(found.start(1)), remedy)


def query_is_not_built(source: Source) -> Iterator[Breach]:
    if not source.in_domain or source.role in COMPOSING:
        return
    for statement in statements(source):
        if isinstance(statement.node, ast.JoinedStr):
            for part in statement.node.values:
                if isinstance(part, ast.FormattedValue) and not is_constant(part.value):
                    remedy = f"`{ast.unparse(part.value)}` builds SQL; pass it as a parameter."
                    yield source.breach(statement.node, remedy)


def query_reads_no_clock(source: Source) -> Iterator[Breach]:
    in_migration = "migrations" in source.path.parts and source.in_product
    if source.in_domain or in_migration:
        for statement in statements(source):
            for found in DATABASE_CLOCK.finditer(without_comments(statement.text)):
                remedy = f"“{found[0]}” reads the clock; hand in `now` as a parameter."
                yield source.breach(statement.place(found.start()), remedy)


def query_stays_in_its_schema(source: Source) -> Iterator[Breach]:
    if not source.in_domain:
        return
    known = frozenset().union(*order_of_domains()) - OPEN_SCHEMAS
    for statement in statements(source):
        for found in NAMES_TABLE.finditer(without_comments(statement.text)):
            schema, table = found["schema"], found["table"]
            if schema in known - {source.domain} and not table.startswith("v_"):
                remedy = f"{schema}.{table} is another domain's; use its front door or a view v_*."
                yield source.breach(statement.place(found.start()), remedy)


SQL_RULES = (
    keywords_are_upper_case,
    columns_are_named,
    query_stands_in_tables,
    query_has_name_and_comment,
    clause_has_its_line,
    query_is_not_built,
    query_reads_no_clock,
    query_stays_in_its_schema,
)


def without_comments(text: str) -> str:
    """Return the text with comments blanked, every character in its place."""
    return COMMENT.sub(lambda found: " " * len(found[0]), text)


def outermost(text: str) -> str:
    """Return the text with everything in parentheses, quotes and comments blanked, lines kept."""
    blank = LITERAL.sub(lambda found: "x" * len(found[0]), without_comments(text))
    depth = 0
    kept = []
    for character in blank:
        depth -= character == ")"
        kept.append(character if depth == 0 or character == "\n" else "x")
        depth += character == "("
    return "".join(kept)


def is_constant(value: ast.expr) -> bool:
    name = ast.unparse(value)
    return bool(re.fullmatch(r"(\w+\.)*_?[A-Z][A-Z0-9_]*", name))
