"""Describes a vocabulary to whoever builds conditions: a form, a program, an assistant."""

from typing import Any

from huitong.platform.conditions.checking import (
    ANY_USE,
    COUNTABLE,
    FITTING,
    SUMMABLE,
    TODAY_OPERATORS,
    Feature,
    Use,
)
from huitong.platform.conditions.tree import OPERATORS
from huitong.platform.conditions.vocabulary import FactKind, Field, FieldType, Names, Vocabulary

OPERATOR_NAMES = {
    "in": Names("属于", "is one of"),
    "has_all": Names("同时含", "has all of"),
    "at_least": Names("不低于", "at least"),
    "less_than": Names("低于", "less than"),
    "is_known": Names("已知或未知", "is known or not"),
    "last_days": Names("近几天内（含今天）", "in the last days, today included"),
    "next_days": Names("今天起的几天内", "in the days from today on"),
    "anniversary_in_days": Names("周年日在今天起的几天内", "comes round in the days from today on"),
}
MEASURE_NAMES = {
    "count": Names("次数", "how often"),
    "sum": Names("合计", "total"),
    "distinct": Names("不同值的个数", "how many different"),
    "max": Names("最高", "highest"),
    "days_since_last": Names("最近一次距今天数", "days since the last"),
    "days_since_first": Names("首次距今天数", "days since the first"),
}


def describe(vocabulary: Vocabulary, *, use: Use = ANY_USE) -> dict[str, Any]:
    """Return what a use may speak of, ready for JSON: fields and facts with what can be asked."""
    facts = vocabulary.facts if Feature.FACTS in use.features else ()
    return {
        "use": _names(use.names),
        "features": sorted(use.features),
        "fields": [
            _field(each, use)
            for each in vocabulary.fields
            if use.fields is None or each.code in use.fields
        ],
        "facts": [
            _fact(each, use) for each in facts if use.facts is None or each.code in use.facts
        ],
    }


def _field(field: Field, use: Use) -> dict[str, Any]:
    words = [word for word in OPERATORS if word in FITTING[field.type]]
    if Feature.TODAY not in use.features:
        words = [word for word in words if word not in TODAY_OPERATORS]
    return {
        "code": field.code,
        "type": field.type.value,
        "unit": None if field.unit is None else field.unit.value,
        "names": _names(field.names),
        "values": [{"code": each.code, "names": _names(each.names)} for each in field.values],
        "operators": [{"code": word, "names": _names(OPERATOR_NAMES[word])} for word in words],
        # What has no set ready takes seconds to compute: a form shows that it is on the way.
        "at_once": field.has_bitmap,
    }


def _fact(kind: FactKind, use: Use) -> dict[str, Any]:
    return {
        "code": kind.code,
        "names": _names(kind.names),
        "verb": _names(kind.verb),
        "time": kind.time,
        "fields": [_field(each, use) for each in kind.fields],
        "measures": [
            {"code": code, "names": _names(names), "fields": _fields_for(code, kind)}
            for code, names in MEASURE_NAMES.items()
            if Feature.TODAY in use.features or not code.startswith("days_since")
        ],
    }


def _fields_for(measure: str, kind: FactKind) -> list[str]:
    fitting: dict[str, frozenset[FieldType]] = {
        "sum": SUMMABLE,
        "max": SUMMABLE,
        "distinct": COUNTABLE,
    }
    return [each.code for each in kind.fields if each.type in fitting.get(measure, frozenset())]


def _names(names: Names) -> dict[str, str]:
    return {"zh": names.zh, "en": names.en}
