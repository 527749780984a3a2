"""What a document means, told a second time without any code of the product: slow and plain."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from huitong.platform.conditions import Candidate
from tests.platform.conditions.made_up import SEGMENTS

DEFINED = {name: each.model_dump(mode="json") for name, each in SEGMENTS.conditions.items()}


class Naive:
    """Reads documents on a local calendar; `today` is a day of it."""

    def __init__(self, today: date, zone: ZoneInfo) -> None:
        self.today = today
        self.zone = zone

    def means(self, document: dict[str, Any], candidate: Candidate) -> bool:
        return candidate.is_alive and self.of(document, dict(candidate.values), candidate)

    def of(
        self, document: dict[str, Any], values: dict[str, Any], candidate: Candidate | None
    ) -> bool:
        if "all" in document:
            return all(self.of(part, values, candidate) for part in document["all"])
        if "any" in document:
            return any(self.of(part, values, candidate) for part in document["any"])
        if "not" in document:
            return not self.of(document["not"], values, candidate)
        if "segment" in document:
            return self.of(DEFINED[document["segment"]], values, candidate)
        if "facts" in document:
            assert candidate is not None
            return self.of_facts(document, candidate)
        return self.of_field(document, values.get(document["field"]))

    def of_field(self, leaf: dict[str, Any], value: Any) -> bool:  # noqa: ANN401 - any type of value
        known = value is not None and value != frozenset()
        if "is_known" in leaf:
            return bool(leaf["is_known"]) == known
        if not known:
            return False
        several = value if isinstance(value, frozenset) else {value}
        holds = [self.between(value, leaf.get("at_least"), leaf.get("less_than"))]
        if "in" in leaf:
            holds.append(any(each in several for each in leaf["in"]))
        if "has_all" in leaf:
            holds.append(all(each in several for each in leaf["has_all"]))
        if "last_days" in leaf:
            holds.append(0 <= self.days_ago(value) < int(leaf["last_days"]))
        if "next_days" in leaf:
            holds.append(0 <= -self.days_ago(value) < int(leaf["next_days"]))
        if "anniversary_in_days" in leaf:
            holds.append(self.days_until_anniversary(value) < int(leaf["anniversary_in_days"]))
        return all(holds)

    def of_facts(self, leaf: dict[str, Any], candidate: Candidate) -> bool:
        time = {"orders": "ordered_at", "visits": "visited_on"}[leaf["facts"]]
        counted = []
        for fact in candidate.facts.get(leaf["facts"], ()):
            at: Any = fact.get(time)
            if at is None or not self.of(leaf.get("where", {"all": []}), dict(fact), None):
                continue
            if "last_days" in leaf:
                in_window = 0 <= self.days_ago(at) < leaf["last_days"]
            elif "until" in leaf:
                in_window = self.between(at, leaf.get("since"), leaf["until"])
            else:
                in_window = self.between(at, leaf.get("since"), None) and self.days_ago(at) >= 0
            if in_window:
                counted.append(fact)
        measured = self.measured(leaf["measure"], counted, time)
        return measured is not None and self.between(
            measured, leaf.get("at_least"), leaf.get("less_than")
        )

    def measured(self, measure: Any, counted: list[Any], time: str) -> int | None:  # noqa: ANN401 - a word or a mapping
        if measure == "count":
            return len(counted)
        if measure in ("days_since_last", "days_since_first"):
            ago = [self.days_ago(fact[time]) for fact in counted]
            pick = min if measure == "days_since_last" else max
            return pick(ago) if ago else None
        ((word, name),) = measure.items()
        known = [fact[name] for fact in counted if fact.get(name) is not None]
        if word == "max":
            return max(known) if known else None
        return sum(known) if word == "sum" else len(set(known))

    def day(self, value: date | datetime) -> date:
        return value.astimezone(self.zone).date() if isinstance(value, datetime) else value

    def days_ago(self, value: date | datetime) -> int:
        return (self.today - self.day(value)).days

    def days_until_anniversary(self, born: date) -> int:
        for ahead in range(367):
            day = self.today + timedelta(days=ahead)
            shown = [(day.month, day.day)]
            if shown == [(2, 28)] and (day + timedelta(days=1)).day == 1:
                shown.append((2, 29))
            if (born.month, born.day) in shown:
                return ahead
        return 367

    def between(self, value: Any, low: Any, high: Any) -> bool:  # noqa: ANN401 - numbers and days
        return (low is None or not self.below(value, low)) and (
            high is None or self.below(value, high)
        )

    def below(self, value: Any, edge: Any) -> bool:  # noqa: ANN401 - numbers and days
        if isinstance(edge, str):
            if "T" in edge:
                return bool(value < datetime.fromisoformat(edge))
            return self.day(value) < date.fromisoformat(edge)
        return bool(value < edge)
