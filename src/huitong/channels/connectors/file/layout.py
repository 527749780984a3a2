"""The statements that read staged rows as records, made once for a mapping and a file's columns.

Rows that share the key of a record (and its time of change) are its lines; everything else is said
once for the record, and rows that disagree on it get the record refused.
"""
# The statements below are made of literals, quoted names and names of ours alone.
# ruff: noqa: S608

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from huitong.channels.connectors.file.expressions import (
    Cell,
    bare_text,
    conflicting,
    folded,
    instant_of,
    joined,
    json_literal,
    json_name,
    literal,
    text_of,
    value_of,
)
from huitong.channels.connectors.file.mapping import FieldRule
from huitong.channels.connectors.file.mapping import Mapping as FileMapping
from huitong.channels.connectors.file.targets import Branch, plant, target_of
from huitong.channels.model import (
    FURTHER_KEYS_OF_KIND,
    KEY_OF_KIND,
    TIME_OF_KIND,
    RecordKind,
)
from huitong.platform.errors import DomainError, Kind

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

RECORD = '"huitong:record"'
ROW = '"huitong:row"'
STAGED = "staged"
SORTED = "sorted"
HEADS = "heads"
UPDATED_AT = "updated_at"
LINES_SQL = "'[' || lines_said || ']'"


@dataclass(eq=False)
class MissingColumns(DomainError):
    """The file lacks columns that the mapping reads."""

    code: ClassVar[str] = "channels.missing_columns"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The mapping “{mapping}” reads columns that the file does not have: {columns}."
        " The file has: {present}."
    )
    mapping: str
    columns: str
    present: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staged table: how to reach it and DuckDB's type of it."""

    sql: str
    kind: str = "varchar"
    nested: "DuckDBPyType | None" = None
    # Whether cells may hold the marks of a workbook's errors.
    has_errors: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The statements that read one file layout.

    `heads` numbers the records in the world's order, and `sort` puts their rows in it. Both chunks
    answer (first row, rows, key, updated at, text): `chunk` for the records from one number to
    another, `chunk_in_order` for those from one row to another of a file that needs no sorting.
    """

    heads: str
    sort: str
    chunk: str
    chunk_in_order: str


def lay_out(mapping: FileMapping, columns: Mapping[str, Column], present: str) -> Layout:
    """Return the statements for a mapping and the columns that a file has.

    `present` is the condition on which a staged row is one at all.

    :raises MissingColumns: when the mapping reads a column that is not there.
    """
    wanted = [rule.column for rule in mapping.fields.values() if rule.column is not None]
    missing = [name for name in dict.fromkeys(wanted) if name not in columns]
    if missing:
        raise MissingColumns(
            mapping=mapping.name,
            columns=", ".join(f"“{name}”" for name in missing),
            present=", ".join(f"“{name}”" for name in columns),
        )
    return _Writer(mapping, columns, present).layout()


def lay_out_texts(kind: RecordKind, text: str, present: str) -> Layout:
    """Return the statements for rows that are the JSON texts of canonical records already."""

    def said(name: str | None) -> str:
        return f"json_extract_string({text}, {literal(f'$.{name}')})" if name else "NULL"

    fields = f"{said(KEY_OF_KIND[kind])}, {said(UPDATED_AT)}, encode({text})"
    return Layout(
        heads=_heads(
            unit="staged.rowid",
            happened=said(TIME_OF_KIND.get(kind)),
            updated=said(UPDATED_AT),
            present=present,
            is_grouped=False,
        ),
        sort=_sort(unit="staged.rowid", present=present),
        chunk=f"""
            SELECT {ROW}, 1, {fields}
            FROM {SORTED}
            WHERE {RECORD} BETWEEN ? AND ?
            ORDER BY {RECORD}
        """,
        chunk_in_order=f"""
            SELECT staged.rowid, 1, {fields}
            FROM {STAGED}
            WHERE staged.rowid BETWEEN ? AND ? AND {present}
            ORDER BY staged.rowid
        """,
    )


def _heads(*, unit: str, happened: str, updated: str, present: str, is_grouped: bool) -> str:
    low, high, count = ("min", "max", "count(*)") if is_grouped else ("", "", "1")
    return f"""
        CREATE TABLE {HEADS} AS
        SELECT row_number() OVER (
            ORDER BY TRY_CAST(happened AS TIMESTAMPTZ) NULLS LAST,
            TRY_CAST(updated AS TIMESTAMPTZ) NULLS FIRST, first_row
        ) AS {RECORD}, unit, first_row, last_row, row_count
        FROM (
            SELECT {unit} AS unit, {low}(staged.rowid) AS first_row,
                {high}(staged.rowid) AS last_row, {count} AS row_count,
                {low}({happened}) AS happened, {low}({updated}) AS updated
            FROM {STAGED}
            WHERE {present}
            {"GROUP BY unit" if is_grouped else ""}
        )
    """


def _sort(*, unit: str, present: str) -> str:
    return f"""
        CREATE TABLE {SORTED} AS
        SELECT {HEADS}.{RECORD}, staged.rowid AS {ROW}, staged.*
        FROM {STAGED}
        JOIN {HEADS} ON {HEADS}.unit = {unit}
        WHERE {present}
        ORDER BY {HEADS}.{RECORD}, staged.rowid
    """


class _Writer:
    """Writes the statements of one layout."""

    def __init__(self, mapping: FileMapping, columns: Mapping[str, Column], present: str) -> None:
        self._mapping = mapping
        self._columns = columns
        self._present = present
        wanted = [name for rule in mapping.fields.values() if (name := rule.column) is not None]
        self._short = {name: f"c{place}" for place, name in enumerate(dict.fromkeys(wanted))}
        summed = [rule.sum for rule in mapping.fields.values() if rule.sum is not None]
        self._sums = {path: f"sum{place}" for place, path in enumerate(dict.fromkeys(summed))}
        self._tree = Branch()
        for path, rule in mapping.fields.items():
            branch = plant(self._tree, target_of(mapping.kind, path), path)
            if rule.scope is not None:
                branch.fixed["scope"] = rule.scope
            if rule.verified is not None:
                branch.fixed["verified"] = rule.verified
        self._line = self._tree.rows.get("lines")
        lines = [path for path in mapping.fields if self._is_of_line(path)]
        self._of_record = [
            column
            for path, rule in mapping.fields.items()
            if path not in lines and (column := rule.column) is not None
        ]

    def layout(self) -> Layout:
        """Return the statements."""
        unit = self._unit()
        heads = _heads(
            unit=unit,
            happened=self._field_text(TIME_OF_KIND.get(self._mapping.kind, ""), self._staged_cell),
            updated=self._field_text(UPDATED_AT, self._staged_cell),
            present=self._present,
            is_grouped=self._line is not None,
        )
        sort = _sort(unit=unit, present=self._present)
        return Layout(
            heads=heads,
            sort=sort,
            chunk=self._chunk(RECORD, SORTED, RECORD),
            chunk_in_order=self._chunk(unit, STAGED, "first_row"),
        )

    def _is_of_line(self, path: str) -> bool:
        return target_of(self._mapping.kind, path).steps[0].of_rows

    # Cells: a column of the staged table, of the cleaned rows, and of a record's rows together.

    def _staged_cell(self, name: str) -> Cell:
        column = self._columns[name]
        if column.kind != "varchar":
            return Cell(column.sql, column.kind, column.nested)
        nothing = ", ".join(map(literal, dict.fromkeys(("", *self._mapping.empty))))
        bare = bare_text(column.sql)
        said = f"CASE WHEN {bare} NOT IN ({nothing}) THEN {bare} END"
        return Cell(said, column.kind, has_errors=column.has_errors)

    def _clean_cell(self, name: str) -> Cell:
        return replace(self._staged_cell(name), sql=self._short[name])

    def _record_cell(self, name: str) -> Cell:
        cell = self._clean_cell(name)
        return cell if self._line is None else replace(cell, sql=f"low_{cell.sql}")

    # Values: what a field says, from the row of a line or from all rows of a record.

    def _line_value(self, path: str) -> str:
        rule = self._mapping.fields[path]
        if rule.position:
            ordinal = f"row_number() OVER (PARTITION BY {RECORD} ORDER BY {ROW})"
            return f"'\"' || {ordinal} || '\"'"
        return self._value(path, rule, self._clean_cell)

    def _record_value(self, path: str) -> str:
        rule = self._mapping.fields[path]
        if rule.sum is not None:
            return f"CAST({self._sums[rule.sum]} AS VARCHAR)"
        value = self._value(path, rule, self._record_cell)
        if rule.column is None or self._line is None:
            return value
        short = self._short[rule.column]
        said = conflicting(f"low_{short}", f"high_{short}")
        return f"CASE WHEN differs_{short} THEN {said} ELSE {value} END"

    def _value(self, path: str, rule: FieldRule, cell_of: Callable[[str], Cell]) -> str:
        if rule.column is None:
            assert rule.const is not None, "A field has a source."
            return json_literal(rule.const)
        target = target_of(self._mapping.kind, path)
        return value_of(cell_of(rule.column), rule, target, self._mapping.zone)

    def _branch(self, branch: Branch, value: Callable[[str], str], *, always: bool) -> str:
        fixed = [
            literal(f"{json_name(name)}:") + " || " + json_literal(said)
            for name, said in branch.fixed.items()
        ]
        parts: list[str] = []
        for name, path in branch.leaves.items():
            is_const = self._mapping.fields[path].const is not None
            (fixed if is_const else parts).append(_named(name, value(path)))
        parts += [
            _named(name, self._branch(part, value, always=False))
            for name, part in branch.parts.items()
        ]
        for name, items in branch.items.items():
            said = joined(self._branch(item, value, always=False) for item in items.values())
            parts.append(_named(name, f"NULLIF('[' || {said} || ']', '[]')"))
        parts += [_named(name, LINES_SQL) for name in branch.rows]
        whole = f"'{{' || {joined([*fixed, *parts])} || '}}'"
        if always or not parts:
            return whole
        return f"CASE WHEN coalesce({', '.join(parts)}) IS NOT NULL THEN {whole} END"

    # Statements.

    def _field_text(self, path: str, cell_of: Callable[[str], Cell]) -> str:
        """Return the expression of a field's text, NULL when no column feeds it."""
        rule = self._mapping.fields.get(path)
        if rule is None or rule.column is None:
            return "CAST(NULL AS VARCHAR)"
        cell = cell_of(rule.column)
        if path == KEY_OF_KIND[self._mapping.kind]:
            return folded(text_of(cell))
        return instant_of(cell, rule, self._mapping.zone)

    def _unit(self) -> str:
        """Return the expression of what the rows of one record share."""
        if self._line is None:
            return "staged.rowid"
        key = self._field_text(KEY_OF_KIND[self._mapping.kind], self._staged_cell)
        updated = self._field_text(UPDATED_AT, self._staged_cell)
        parts = [updated, *map(self._further_key, FURTHER_KEYS_OF_KIND.get(self._mapping.kind, ()))]
        further = "".join(f" || chr(31) || coalesce({part}, '')" for part in parts)
        keyed = f"'=' || {key}{further}"
        return f"coalesce({keyed}, '#' || staged.rowid)"

    def _further_key(self, path: str) -> str:
        """Return the expression of a part of the key beside the first, as the file writes it."""
        rule = self._mapping.fields.get(path)
        if rule is None or rule.column is None:
            return "CAST(NULL AS VARCHAR)"
        return text_of(self._staged_cell(rule.column))

    def _chunk(self, unit: str, table: str, order: str) -> str:
        cleaned = ", ".join(
            f"{self._staged_cell(name).sql} AS {short}" for name, short in self._short.items()
        )
        row, bounded = (ROW, RECORD) if table == SORTED else ("staged.rowid", "staged.rowid")
        rows = f"""
            SELECT {unit} AS {RECORD}, {row} AS {ROW}, {cleaned}
            FROM {table} AS {STAGED}
            WHERE {bounded} BETWEEN ? AND ? AND {self._present}
        """
        if self._line is None:
            counted = f"SELECT *, {ROW} AS first_row, 1 AS row_count FROM ({rows})"
        else:
            counted = self._grouped(rows, self._line)
        key = self._field_text(KEY_OF_KIND[self._mapping.kind], self._record_cell)
        updated = self._field_text(UPDATED_AT, self._record_cell)
        text = self._branch(self._tree, self._record_value, always=True)
        return f"""
            SELECT first_row, row_count, {key}, {updated}, encode({text})
            FROM ({counted})
            ORDER BY {order}
        """

    def _grouped(self, rows: str, line: Branch) -> str:
        said = self._branch(line, self._line_value, always=True)
        of_record = list(dict.fromkeys(self._of_record))
        amounts = "".join(
            f", TRY_CAST({self._line_value(path)} AS BIGINT) AS of_{name}"
            for path, name in self._sums.items()
        )
        lows = "".join(f", {self._agreed(name)}" for name in of_record)
        sums = "".join(f", sum(of_{name}) AS {name}" for name in self._sums.values())
        kept = "".join(f", {self._short[name]}" for name in of_record)
        return f"""
            SELECT {RECORD}, min({ROW}) AS first_row, count(*) AS row_count,
                string_agg(line_said, ',' ORDER BY {ROW}) AS lines_said {lows} {sums}
            FROM (SELECT {RECORD}, {ROW}, {said} AS line_said {kept} {amounts} FROM ({rows}))
            GROUP BY {RECORD}
        """

    def _agreed(self, name: str) -> str:
        """Return the expressions of what a record's rows say in a column, and whether they differ.

        Nested values are compared by their hash: to order them takes three times as long.
        """
        cell = self._short[name]
        if self._columns[name].nested is None:
            low, high = f"min({cell})", f"max({cell})"
            return f"{low} AS low_{cell}, {high} AS high_{cell}, {low} <> {high} AS differs_{cell}"
        some, said = f"any_value({cell})", f"FILTER ({cell} IS NOT NULL)"
        differs = f"min(hash({cell})) {said} <> max(hash({cell})) {said}"
        return f"{some} AS low_{cell}, {some} AS high_{cell}, {differs} AS differs_{cell}"


def _named(name: str, value: str) -> str:
    return f"{literal(json_name(name) + ':')} || {value}"
