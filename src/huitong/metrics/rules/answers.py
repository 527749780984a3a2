"""An answer as rows for people and as a document for programs."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta

from huitong.metrics.model import Answer, Figure, Metric, Row
from huitong.metrics.rules.figures import change_in_basis_points, change_of
from huitong.metrics.rules.telling import told_figure, told_key, told_share
from huitong.platform.spreadsheets import guarded

ONE_DAY = timedelta(days=1)
TOTAL = "TOTAL"
# A mark by which spreadsheets know that the text is UTF-8.
BYTE_ORDER_MARK = "\ufeff"

Shown = Mapping[str, object]


def shown_rows(answer: Answer) -> list[Shown]:
    """Return the rows as people read them, with a last one of all together where it makes sense."""
    rows: list[Shown] = [{**_named(answer, row), **_shown(answer, row)} for row in answer.rows]
    if answer.total is not None and answer.by:
        first, *others = _headings(answer)
        rows.append({first: TOTAL, **dict.fromkeys(others, ""), **_shown(answer, answer.total)})
    return rows


def csv_of(rows: Sequence[Shown]) -> str:
    """Return rows as text for spreadsheets, marked as UTF-8; no cell of it is a formula."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()


def written(answer: Answer) -> dict[str, object]:
    """Return an answer as a document: whole numbers in the metrics' units, null for unknown."""
    return {
        "metrics": [
            {"code": one.code, "names": one.names.model_dump(), "unit": one.unit.value,
             "decimals": one.decimals}
            for one in answer.metrics
        ],
        "by": list(answer.by),
        "since": answer.span.since.isoformat(),
        "until": answer.span.until.isoformat(),
        "compared_since": answer.before and answer.before.since.isoformat(),
        "compared_until": answer.before and answer.before.until.isoformat(),
        "rows": [
            {"by": _keys(answer, row), "figures": _written(answer.metrics, row)}
            for row in answer.rows
        ],
        "labels": _labels(answer),
        "total": answer.total and _written(answer.metrics, answer.total),
        "as_of": answer.as_of.isoformat(),
        "lake_version": answer.version,
    }  # fmt: skip


def told_span(answer: Answer) -> str:
    """Return the days of an answer, both ends included, and those they are compared with."""
    told = f"{answer.span.since} to {answer.span.until - ONE_DAY}"
    if answer.before is None:
        return told
    return f"{told}, beside {answer.before.since} to {answer.before.until - ONE_DAY}"


def _cell(value: object) -> str:
    return "" if value is None else guarded(str(value))


def _keys(answer: Answer, row: Row) -> Shown:
    return {one: told_key(one, key) for one, key in zip(answer.by, row.keys, strict=True)}


def _headings(answer: Answer) -> list[str]:
    """Return the columns of the cuts: each code, and beside it its name where there are any."""
    return [
        heading
        for one in answer.by
        for heading in ([one, _name_of(one)] if answer.labels.get(one) else [one])
    ]


def _named(answer: Answer, row: Row) -> Shown:
    keys = _keys(answer, row)
    names = {_name_of(one): answer.labels.get(one, {}).get(str(keys[one])) for one in answer.by}
    told = {**keys, **names}
    return {heading: told[heading] for heading in _headings(answer)}


def _labels(answer: Answer) -> dict[str, dict[str, str]]:
    """Return the names of the codes that occur."""
    return {
        one: {
            str(key): names[str(key)]
            for key in dict.fromkeys(row.keys[place] for row in answer.rows)
            if str(key) in names
        }
        for place, one in enumerate(answer.by)
        if (names := answer.labels.get(one))
    }


def _name_of(dimension: str) -> str:
    return f"{dimension}_name"


def _shown(answer: Answer, row: Row) -> Shown:
    shown: dict[str, object] = {}
    for metric, figure, before in _side_by_side(answer.metrics, row):
        shown[metric.code] = told_figure(metric, figure.value)
        if before is not None:
            shown[f"{metric.code}_before"] = told_figure(metric, before.value)
            shown[f"{metric.code}_change"] = _change(metric, figure, before)
    return shown


def _change(metric: Metric, figure: Figure, before: Figure) -> str | None:
    """Return a change in percent of what was; of a share, in points of a hundred."""
    if metric.is_share:
        return told_figure(metric, change_of(figure, before))
    return told_share(change_in_basis_points(figure, before))


def _written(metrics: Sequence[Metric], row: Row) -> dict[str, dict[str, int | None]]:
    document: dict[str, dict[str, int | None]] = {}
    for metric, figure, before in _side_by_side(metrics, row):
        told = {"value": figure.value}
        if metric.is_ratio:
            told |= {"of": figure.of, "to": figure.to}
        if before is not None:
            told |= {
                "before": before.value,
                "change": change_of(figure, before),
                "change_basis_points": change_in_basis_points(figure, before),
            }
        document[metric.code] = told
    return document


def _side_by_side(
    metrics: Sequence[Metric], row: Row
) -> Sequence[tuple[Metric, Figure, Figure | None]]:
    before: Sequence[Figure | None] = row.before or (None,) * len(metrics)
    return list(zip(metrics, row.figures, before, strict=True))
