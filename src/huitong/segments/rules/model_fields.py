"""Which fields of bitmaps a model fills, what their codes mean, and the parts of a shard."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.lifecycle import LifecycleModel
from huitong.segments.model.lifetime import LifetimeModel
from huitong.segments.model.model_versions import Document
from huitong.segments.model.models import Names
from huitong.segments.model.rfm import CELLS, SCORE_MAX, RfmModel
from huitong.segments.model.weighted import WeightedModel
from huitong.segments.rules.bitmaps.building import parts_of_codes, parts_of_numbers
from huitong.segments.rules.bitmaps.parts import Part
from huitong.segments.rules.lifecycle import NO_DAY
from huitong.segments.rules.model_states import IS_LIVING, State
from huitong.segments.rules.rfm import codes_by_cell

# Conditions and bitmaps know a model's fields by this, so that no tag ever takes the name of one.
MODEL_PREFIX: Final = "models."
DAY_UNIT: Final = "day"


class ModelValue(NamedTuple):
    """A value of a field: its number in the bitmaps, its code in conditions, its names."""

    number: int
    code: str
    names: Names


class ModelField(NamedTuple):
    """A field that a model fills: with `values`, or with numbers of a `unit`.

    `field` begins with `MODEL_PREFIX`; `column` is where a state holds it. A `day` is a number of
    days since 1970-01-01.
    """

    field: str
    names: Names
    column: str
    unit: str | None = None
    values: tuple[ModelValue, ...] = ()


AXES = (
    ("r", "recency", "最近购买得分", "recency score"),
    ("f", "frequency", "购买频次得分", "frequency score"),
    ("m", "monetary", "消费金额得分", "money score"),
)


def fields_of(document: Document) -> tuple[ModelField, ...]:
    """Return the fields that a model fills, by the names that conditions know them by."""
    return tuple(one._replace(field=MODEL_PREFIX + one.field) for one in _named_fields(document))


def parts_of(document: Document, state: State) -> Mapping[str, dict[int, Part]]:
    """Return the parts of every field of a model, from the state of a shard."""
    found = {}
    for field in fields_of(document):
        if field.values:
            found[field.field] = parts_of_codes(_codes(document, field, state))
        else:
            values = np.asarray(state[field.column], np.int64)
            found[field.field] = parts_of_numbers(values, _is_known(field, state))
    return found


def summary_of(document: Document, state: State) -> Mapping[str, list[int]]:
    """Return counts and sums of a shard's living customers, to be added up and told later.

    Place 0 counts those who have no value.
    """
    living = np.flatnonzero(state[IS_LIVING])
    if isinstance(document, LifetimeModel):
        columns = [name for name in state if name.startswith(("orders_milli_", "value_minor_"))]
        return {
            "customers": [int(np.count_nonzero(state["is_known"]))],
            "alive_bp": [int(state["alive_bp"].astype(np.int64).sum())],
            **{name: [int(state[name].astype(np.int64).sum())] for name in columns},
        }
    column, places = _told_by(document)
    codes = state[column][living]
    counts = np.bincount(codes, minlength=places + 1)
    if not isinstance(document, RfmModel):
        return {"customers": counts.tolist()}
    amounts = np.zeros(places + 1, np.int64)
    np.add.at(amounts, codes, state["amount_minor"][living].astype(np.int64))
    return {"customers": counts.tolist(), "amount_minor": amounts.tolist()}


def _named_fields(document: Document) -> tuple[ModelField, ...]:
    if isinstance(document, RfmModel):
        return _of_rfm(document)
    if isinstance(document, LifecycleModel):
        return _of_lifecycle(document)
    if isinstance(document, LifetimeModel):
        return _of_lifetime(document)
    return _of_weighted(document)


def _told_by(document: RfmModel | LifecycleModel | WeightedModel) -> tuple[str, int]:
    """Return the column that a model is summed up by, and how many codes it has."""
    if isinstance(document, RfmModel):
        return "cell", CELLS
    if isinstance(document, LifecycleModel):
        return "state", len(document.states)
    return "band", len(document.bands)


def _of_rfm(document: RfmModel) -> tuple[ModelField, ...]:
    code, names = document.code, document.names
    scores = tuple(
        ModelValue(number, str(number), Names(zh=f"{number} 分", en=str(number)))
        for number in range(1, SCORE_MAX + 1)
    )
    axes = [
        ModelField(f"{code}_{letter}", _named(names, zh, en), column, values=scores)
        for letter, column, zh, en in AXES
    ]
    namings = [
        ModelField(
            f"{code}_{naming.code}",
            naming.names,
            naming.code,
            values=tuple(
                ModelValue(number, segment.code, segment.names)
                for number, segment in enumerate(naming.segments, start=1)
            ),
        )
        for naming in document.namings
    ]
    numbers = [
        ModelField(f"{code}_orders", _named(names, "订单数", "orders"), "orders", "orders"),
        ModelField(f"{code}_amount", _named(names, "金额", "money"), "amount_minor", "fen"),
    ]
    return (*axes, *namings, *numbers)


def _of_lifecycle(document: LifecycleModel) -> tuple[ModelField, ...]:
    states = tuple(
        ModelValue(number, state.code, state.names)
        for number, state in enumerate(document.states, start=1)
    )
    since = _named(document.names, "进入日期", "since")
    return (
        ModelField(document.code, document.names, "state", values=states),
        ModelField(f"{document.code}_since", since, "since_day", DAY_UNIT),
    )


def _of_lifetime(document: LifetimeModel) -> tuple[ModelField, ...]:
    code, names = document.code, document.names
    fields = [
        ModelField(
            f"{code}_alive", _named(names, "仍为顾客的概率", "still a customer"), "alive_bp", "bp"
        )
    ]
    for days in document.horizons_days:
        orders = _named(names, f"{days} 天内预计订单（千分）", f"milli-orders in {days} days")
        value = _named(names, f"{days} 天内预计消费", f"money in {days} days")
        fields += [
            ModelField(f"{code}_orders_{days}", orders, f"orders_milli_{days}", "milli"),
            ModelField(f"{code}_value_{days}", value, f"value_minor_{days}", "fen"),
        ]
    return tuple(fields)


def _of_weighted(document: WeightedModel) -> tuple[ModelField, ...]:
    bands = tuple(
        ModelValue(number, band.code, band.names)
        for number, band in enumerate(document.bands, start=1)
    )
    score = _named(document.names, "得分", "score")
    return (
        ModelField(document.code, document.names, "band", values=bands),
        ModelField(f"{document.code}_score", score, "score", "points"),
    )


def _named(names: Names, zh: str, en: str) -> Names:
    return Names(zh=f"{names.zh}：{zh}", en=f"{names.en}: {en}")


def _codes(document: Document, field: ModelField, state: State) -> NDArray[np.unsignedinteger]:
    if isinstance(document, RfmModel):
        for naming in document.namings:
            if naming.code == field.column:
                return codes_by_cell(naming)[state["cell"]]
    return np.asarray(state[field.column], np.uint8)


def _is_known(field: ModelField, state: State) -> NDArray[np.bool_]:
    if "cell" in state:
        return np.asarray(state["cell"] > 0, np.bool_)
    if field.column == "since_day":
        return np.asarray(state["since_day"] != NO_DAY, np.bool_)
    return np.asarray(state["is_known"], np.bool_)
