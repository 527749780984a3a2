"""DuckDB expressions that turn cells into the JSON text of canonical values.

Every expression is NULL for an empty cell, and an object that no type accepts for a cell that
cannot be converted, so that the record's own reader refuses it with the field named. Amounts go
through DECIMAL alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from duckdb.sqltypes import DuckDBPyType

from huitong.channels.connectors.file.mapping import FieldRule
from huitong.channels.connectors.file.targets import Target, ValueSort
from huitong.channels.connectors.file.workbook.cells import ERRORS
from huitong.channels.rules import CONFLICTING, UNREADABLE
from huitong.platform.spreadsheets import FORMULA, GUARD

# A DOUBLE that is further than this from whole fen was no amount of money.
YUAN_TOLERANCE = "1e-6"
# Commas stand between thousands or nowhere: “1,23” is one and a bit in other countries.
AMOUNT = r"[-+]?([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]{0,2}0*)?"
ZONED = r".*[0-9](Z|z|[ ]?[-+][0-9]{2}:?[0-9]{2})"
WHOLE_DOUBLE_MAX = 2**53
WHOLE_KINDS = frozenset({"tinyint", "smallint", "integer", "bigint"})
LIST_SEPARATOR = "|"
INSTANT_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"
DAY_FORMAT = "%Y-%m-%d"
# How times and days are written where people read them; all begin with the year, so that no day
# is taken for a month.
USUAL_DAYS = ("%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
USUAL_CLOCKS = (" %H:%M:%S", " %H:%M", "", " %H时%M分%S秒", "%H:%M:%S", " %H:%M:%S.%f")
USUAL_INSTANTS = (
    *(day + time for day in ("%Y-%m-%d", *USUAL_DAYS) for time in USUAL_CLOCKS),
    "%Y%m%d%H%M%S",
)
# The format that means Excel's number of days, in a text file that was saved so.
SERIAL = "excel"
SERIAL_MAX = 2_958_465
# A number that a spreadsheet has shortened: “1.23457E+17”; its last digits are gone.
SHORTENED = r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+"
BLANKS = " \t\u00a0\u3000"
FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
HALF_WIDTH = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " "


@dataclass(frozen=True, slots=True)
class Cell:
    """A column as an expression, with DuckDB's type of it: a name such as `varchar`."""

    sql: str
    kind: str
    nested: DuckDBPyType | None = None
    has_errors: bool = False


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def json_text(sql: str) -> str:
    """Return the expression of a text's JSON form."""
    return f"CAST(to_json({sql}) AS VARCHAR)"


def joined(parts: Iterable[str]) -> str:
    """Return the expression of the parts that are not NULL, with commas between them."""
    return f"concat_ws(',', {', '.join(parts)})"


def conflicting(low: str, high: str) -> str:
    """Return the expression of an object that says that the rows of a record disagree."""
    both = f"CAST({low} AS VARCHAR) || ' | ' || CAST({high} AS VARCHAR)"
    return f"'{{\"{CONFLICTING}\":' || {json_text(both)} || '}}'"


def bare_text(sql: str) -> str:
    """Return the expression of a text cell without what exports put around it.

    Blanks and tabs; and the `="…"` by which they keep spreadsheets from rounding long numbers.
    """
    trimmed = f"trim({sql}, {literal(BLANKS)})"
    inner = f"trim(substr({trimmed}, 3, length({trimmed}) - 3), {literal(BLANKS)})"
    is_wrapped = f"starts_with({trimmed}, '=\"') AND ends_with({trimmed}, '\"')"
    return f"CASE WHEN {is_wrapped} THEN {inner} ELSE {trimmed} END"


def unguarded_text(sql: str) -> str:
    """Return the expression of a text cell without the guard that an export of ours gave it."""
    guard = literal(GUARD)
    is_guarded = f"regexp_matches({sql}, {literal(f'^{GUARD}{FORMULA}')})"
    return (
        f"CASE WHEN starts_with({sql}, {guard}) AND {is_guarded}"
        f" THEN substr({sql}, {len(GUARD) + 1}) ELSE {sql} END"
    )


def folded(sql: str) -> str:
    """Return the expression of a text with full-width letters, digits and signs made plain.

    A text of ASCII alone, which has as many bytes as characters, is left alone: that is most.
    """
    return (
        f"CASE WHEN strlen({sql}) = length({sql}) THEN {sql}"
        f" ELSE translate({sql}, {literal(FULL_WIDTH)}, {literal(HALF_WIDTH)}) END"
    )


def value_of(cell: Cell, rule: FieldRule, target: Target, zone: str | None) -> str:
    """Return the expression of a cell's canonical value in JSON."""
    if cell.nested is not None:
        return nested_json(cell.sql, cell.nested)
    said = _value_of(cell, rule, target, zone)
    if not cell.has_errors:
        return said
    marks = ", ".join(map(literal, ERRORS))
    return f"CASE WHEN {cell.sql} IN ({marks}) THEN {_unreadable(cell.sql)} ELSE {said} END"


def _value_of(cell: Cell, rule: FieldRule, target: Target, zone: str | None) -> str:
    text, sort = text_of(cell), target.sort
    if rule.values is not None:
        return _chosen(text, rule)
    if rule.unit == "yuan":
        return _amount(cell)
    match sort:
        case ValueSort.WHOLE if cell.kind in WHOLE_KINDS:
            said = text
        case ValueSort.INSTANT:
            said = _else_unreadable(instant_of(cell, rule, zone), text)
        case ValueSort.DAY:
            said = _else_unreadable(_day_of(cell, rule), text)
        case ValueSort.WHOLE | ValueSort.TRUTH if cell.kind == "varchar":
            said = json_text(folded(text))
        case ValueSort.TEXTS:
            said = _texts(text, rule.separator or LIST_SEPARATOR)
        case ValueSort.WHOLE_PART:
            said = f"CASE WHEN json_valid({text}) THEN {text} ELSE {_unreadable(text)} END"
        case _ if target.is_key() and cell.kind == "varchar":
            is_short = f"regexp_full_match({text}, {literal(SHORTENED)})"
            whole = json_text(folded(text))
            said = f"CASE WHEN {is_short} THEN {_unreadable(text)} ELSE {whole} END"
        case _:
            said = json_text(text)
    return said


def text_of(cell: Cell) -> str:
    """Return the expression of a cell as the text a person would write."""
    sql = cell.sql
    match cell.kind:
        case "varchar":
            return sql
        case "float" | "double":
            is_whole = f"{sql} = trunc({sql}) AND abs({sql}) <= {WHOLE_DOUBLE_MAX}"
            as_whole = f"CAST(TRY_CAST({sql} AS BIGINT) AS VARCHAR)"
            return f"CASE WHEN {is_whole} THEN {as_whole} ELSE CAST({sql} AS VARCHAR) END"
        case "timestamp" | "timestamp_s" | "timestamp_ms" | "timestamp_ns":
            return f"strftime(CAST({sql} AS TIMESTAMP), {literal(INSTANT_FORMAT)})"
        case "timestamp with time zone":
            return f"strftime(timezone('UTC', {sql}), {literal(INSTANT_FORMAT + 'Z')})"
        case "date":
            return f"strftime({sql}, {literal(DAY_FORMAT)})"
        case _:
            return f"CAST({sql} AS VARCHAR)"


def instant_of(cell: Cell, rule: FieldRule, zone: str | None) -> str:
    """Return the expression of a time as ISO text; in UTC when its zone comes from the mapping."""
    text, zone = text_of(cell), rule.zone or zone
    if cell.kind.startswith("timestamp"):
        naive = f"CAST({cell.sql} AS TIMESTAMP)"
        is_zoned = cell.kind == "timestamp with time zone"
        return text if is_zoned or zone is None else _in_utc(naive, zone)
    if cell.kind == "date":
        return text if zone is None else _in_utc(f"CAST({cell.sql} AS TIMESTAMP)", zone)
    if rule.formats() == (SERIAL,):
        return _in_written_zone(_serial(text), zone)
    if rule.formats():
        return _parsed(text, rule.formats(), zone)
    if zone is None:
        return text
    naive = f"coalesce(TRY_CAST({text} AS TIMESTAMP), {_usual(text, USUAL_INSTANTS)})"
    has_zone = f"regexp_full_match({text}, {literal(ZONED)})"
    return f"CASE WHEN {has_zone} THEN {text} ELSE {_in_utc(naive, zone)} END"


def nested_json(sql: str, kind: DuckDBPyType, depth: int = 0) -> str:
    """Return the expression of a nested column's JSON, without the fields that are NULL."""
    if kind.id == "list":
        inner = _inner(kind.children[0][1])
        name = f"item_{depth}"
        items = f"list_transform({sql}, lambda {name}: {nested_json(name, inner, depth + 1)})"
        # Most lists of most rows are empty, and a CASE spares them the lambda.
        return f"CASE WHEN len({sql}) > 0 THEN '[' || array_to_string({items}, ',') || ']' END"
    if kind.id == "struct":
        parts = [
            f"{literal(f'{json_name(name)}:')} || "
            + nested_json(f"struct_extract({sql}, {literal(name)})", _inner(inner), depth)
            for name, inner in kind.children
        ]
        return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {joined(parts)} || '}}' END"
    if kind.id == "map":
        return json_text(sql)
    return json_text(text_of(Cell(sql, str(kind).lower())))


def _inner(kind: object) -> DuckDBPyType:
    assert isinstance(kind, DuckDBPyType), "A list or a struct holds types."
    return kind


def json_name(name: str) -> str:
    """Return a field's name as JSON has it."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unreadable(text: str) -> str:
    return f"'{{\"{UNREADABLE}\":' || {json_text(text)} || '}}'"


def _else_unreadable(converted: str, text: str) -> str:
    if converted == text:
        return json_text(text)
    return f"coalesce({json_text(f'({converted})')}, {_unreadable(text)})"


def _chosen(text: str, rule: FieldRule) -> str:
    pairs = (rule.values or {}).items()
    cases = " ".join(f"WHEN {literal(one)} THEN {json_literal(said)}" for one, said in pairs)
    other = _unreadable(text) if rule.otherwise is None else json_literal(rule.otherwise)
    return f"CASE WHEN {text} IS NULL THEN NULL ELSE CASE {text} {cases} ELSE {other} END END"


def json_literal(value: str | bool | int) -> str:  # noqa: FBT001 - a value, not a switch
    """Return the SQL literal of a value's JSON form."""
    if isinstance(value, bool):
        return "'true'" if value else "'false'"
    return literal(str(value)) if isinstance(value, int) else literal(json_name(value))


def _amount(cell: Cell) -> str:
    if cell.kind in {"float", "double"}:
        fen = f"TRY_CAST({cell.sql} AS DECIMAL(18, 2))"
        is_whole = f"abs({cell.sql} - CAST({fen} AS DOUBLE)) <= {YUAN_TOLERANCE}"
    else:
        text = f"replace(replace({folded(text_of(cell))}, '¥', ''), '￥', '')"
        fen = f"TRY_CAST(replace({text}, ',', '') AS DECIMAL(18, 2))"
        is_whole = f"regexp_full_match({text}, {literal(AMOUNT)})"
    whole = f"CAST(CAST({fen} * 100 AS BIGINT) AS VARCHAR)"
    said = _unreadable(text_of(cell))
    return f"CASE WHEN {cell.sql} IS NULL THEN NULL WHEN {is_whole} THEN {whole} ELSE {said} END"


def _day_of(cell: Cell, rule: FieldRule) -> str:
    text = text_of(cell)
    if rule.formats() == (SERIAL,):
        day = _serial(text)
    elif rule.formats():
        day = f"try_strptime({text}, [{', '.join(map(literal, rule.formats()))}])"
    elif cell.kind == "varchar":
        # A time of day behind the day is cut off: Excel gives every day one.
        day = f"coalesce(TRY_CAST({text} AS TIMESTAMP), {_usual(text, USUAL_DAYS)})"
    else:
        return text
    return f"strftime({day}, {literal(DAY_FORMAT)})"


def _serial(text: str) -> str:
    """Return the expression of the time that Excel writes as a number of days since 1900."""
    seconds = f"CAST(round(TRY_CAST({text} AS DECIMAL(18, 8)) * 86400) AS BIGINT)"
    days = f"TRY_CAST({text} AS DECIMAL(18, 8)) BETWEEN 61 AND {SERIAL_MAX}"
    return f"CASE WHEN {days} THEN TIMESTAMP '1899-12-30' + to_seconds({seconds}) END"


def _usual(text: str, formats: tuple[str, ...]) -> str:
    """Return the expression of a time that is written in one of the usual ways, year first."""
    listed = ", ".join(map(literal, formats))
    return f"try_strptime({folded(text)}, [{listed}])"


def _in_written_zone(naive: str, zone: str | None) -> str:
    if zone is not None:
        return _in_utc(naive, zone)
    return f"strftime({naive}, {literal(INSTANT_FORMAT)})"


def _parsed(text: str, formats: tuple[str, ...], zone: str | None) -> str:
    listed = ", ".join(map(literal, formats))
    parsed = f"try_strptime({text}, [{listed}])"
    if any("%z" in one for one in formats):
        utc = f"timezone('UTC', CAST({parsed} AS TIMESTAMPTZ))"
        return f"strftime({utc}, {literal(INSTANT_FORMAT + 'Z')})"
    return _in_written_zone(parsed, zone)


def _in_utc(naive: str, zone: str) -> str:
    instant = f"timezone('UTC', timezone({literal(zone)}, {naive}))"
    return f"strftime({instant}, {literal(INSTANT_FORMAT + 'Z')})"


def _texts(text: str, separator: str) -> str:
    pieces = f"list_transform(string_split({text}, {literal(separator)}), lambda one: trim(one))"
    return json_text(f"list_filter({pieces}, lambda one: one <> '')")
