"""From tags to one plan: what all primitives have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlglot import exp

from huitong.platform.conditions import Condition
from huitong.segments.model.tag_expressions import Expression
from huitong.segments.model.tag_fact_primitives import OverFacts
from huitong.segments.model.tags import NumberValues, OpenValues, Tag
from huitong.segments.rules.compiler.fields import Fields, Refused, is_word
from huitong.segments.rules.compiler.filters import written_filter
from huitong.segments.rules.compiler.plan import ByValue, Plan
from huitong.segments.rules.compiler.syntax import (
    cast,
    chosen,
    every,
    filled,
    filtered,
    is_known,
    narrow,
    number,
    surely,
)
from huitong.segments.rules.compiler.typed import (
    Shape,
    Typed,
    placed,
    places_of,
)

DEPTH_MAX = 30
# The most that one byte holds.
TINY_MAX = 255

Primitive: TypeAlias = Callable[["Compiler", Any, str], Typed]


@dataclass(frozen=True)
class Step:
    """What a part of an expression gives, and which facts it counts if it is over facts."""

    expression: Expression
    found: Typed
    counts: exp.Expr | None


class Compiler:
    """Compiles the tags of a brand into one plan for a day."""

    def __init__(
        self,
        tags: Mapping[str, Tag],
        fields: Fields,
        *,
        today: int,
        primitives: "Mapping[type, Primitive]",
    ) -> None:
        """Take all tags by code; `today` is a day since 1970-01-01 in the brand's zone."""
        self.plan = Plan(today)
        self._primitives = primitives
        self.tags = tags
        self.fields = fields
        self.today = today
        self.tag: Tag
        self._turns: list[exp.Expr] = []
        self.lineage: set[str] = set()
        self._open: list[str] = []
        # What every part of the expressions came to, by its path; for explanations.
        self.steps: dict[str, Step] = {}
        self.tests: dict[str, exp.Expr] = {}

    def add(self, tag: Tag) -> None:
        """Add a tag to the plan.

        :raises Refused: when it asks for what is not there.
        """
        self._turns, self.lineage = [], set()
        found = self.of_tag(tag, "expression")
        for changing in found.daily:
            self._turn(changing, number(self.today + 1))
        if found.since_day is not None:
            self._turn(is_known(found.sql), number(self.today + 1))
        self.plan.outputs[tag.code] = output(tag, found)
        self.plan.lineage[tag.code] = self.lineage
        if self._turns:
            self.plan.turns[tag.code] = earliest(self._turns)

    def of_tag(self, tag: Tag, path: str) -> Typed:
        """Return what a tag gives under its own code or inside another."""
        if tag.code in self._open:
            circle = " → ".join([*self._open, tag.code])
            message = f"Tags ask for one another in a circle: {circle}."
            raise Refused(path, message)
        if len(self._open) >= DEPTH_MAX:
            message = f"Tags ask for one another {DEPTH_MAX} deep."
            raise Refused(path, message)
        outer = getattr(self, "_tag", None)
        self._open.append(tag.code)
        self.tag = tag
        found = self.expression(tag.expression, path)
        require_fit(tag, found, path)
        self._open.pop()
        if outer is not None and self._open:
            self.tag = outer
        return found

    def expression(self, expression: Expression, path: str) -> Typed:
        """Return what an expression gives."""
        found = self._primitives[type(expression)](self, expression, path)
        self.steps[path] = Step(expression, found, self.tests.get(path))
        return found

    def number_of(self, expression: Expression, path: str) -> Typed:
        """Return what an expression gives, which has to be a number."""
        found = self.expression(expression, path)
        if found.shape is not Shape.NUMBER:
            raise Refused(path, "A number is needed here.")
        return found

    def counted(self, over: OverFacts, path: str) -> exp.Expr:
        """Return which facts count: those that `where` leaves, in the window."""
        parts: list[exp.Expr] = []
        days = self._window(over)
        if days is not None:
            self.border(days)
            day = self.plan.use(over.facts, "day")
            parts.append(exp.GT(this=day, expression=number(self.today - days)))
            self.lineage.add("orders.ordered_at")
        if over.where is not None:
            parts.append(self.filter_of(over.where, over.facts, f"{path}.where"))
        found = every(parts)
        self.tests[path] = found
        return found

    def _window(self, over: OverFacts) -> int | None:
        if over.ever:
            return None
        return over.last_days or self.tag.window_days

    def border(self, days: int) -> None:
        """Note that a fact means something else so many days after the day of its order."""
        self.plan.of_facts("orders")
        self.plan.borders.add(days)

    def filter_of(self, condition: Condition, facts: str, path: str) -> exp.Expr:
        """Return the test of a condition on a fact."""

        def use(name: str) -> exp.Column:
            return self.field(facts, name, path)

        return written_filter(condition, facts, self.fields, use, path)

    def field(self, facts: str, name: str, path: str) -> exp.Column:
        """Return a field of the facts at hand."""
        found = self.fields.of_facts(facts, name, f"{path}.field")
        self.lineage |= set(found.lineage)
        return self.plan.use(facts, name)

    def number_field(self, facts: str, name: str, path: str) -> exp.Column:
        """Return a field that has to be a number."""
        if is_word(self.fields.of_facts(facts, name, f"{path}.field")):
            message = f"“{name}” is a word; a number is needed here."
            msg = f"{path}.field"
            raise Refused(msg, message)
        return self.field(facts, name, path)

    def word_field(self, facts: str, name: str, path: str) -> exp.Column:
        """Return a field that has to be a word."""
        if not is_word(self.fields.of_facts(facts, name, f"{path}.field")):
            message = f"“{name}” is a number; a word is needed here."
            msg = f"{path}.field"
            raise Refused(msg, message)
        return self.field(facts, name, path)

    def measured(self, facts: str, aggregate: exp.Expr, test: exp.Expr) -> exp.Column:
        """Return the column of an aggregate over the facts that count."""
        return self.plan.of_facts(facts).add(filtered(aggregate, test))

    def amount(self, facts: str, name: str | None, path: str) -> exp.Expr:
        """Return what a fact adds: 1, or a number of its own."""
        return number(1) if name is None else self.number_field(facts, name, path)

    def by_value(self, over: OverFacts, test: exp.Expr, *, field: str | None = None) -> ByValue:
        """Return the pass by the values of a field over the facts that count."""
        name = field or str(getattr(over, "field", ""))
        return self.plan.of_values(over.facts, name, test)

    def bits(self, field: str) -> Mapping[int, int]:
        """Return the place in the tag's values, from 0 on, of each word of a field that has one."""
        places = places_of(self.tag)
        numbers = self.fields.numbers_of(field)
        return {numbers[code]: place - 1 for code, place in places.items() if code in numbers}

    def passes(self, found: Typed, borders: list[int]) -> tuple[exp.Expr, ...]:
        """Note when a number of days passes borders, and return what still changes daily."""
        if found.since_day is None:
            return found.daily
        for border in sorted(borders):
            turning = exp.Add(this=found.since_day.copy(), expression=number(border))
            later = exp.GT(this=turning, expression=number(self.today))
            self._turn(surely(later), turning.copy())
        return found.daily

    def _turn(self, test: exp.Expr, day: exp.Expr) -> None:
        self._turns.append(chosen([(test, day)], exp.null()))


def require_fit(tag: Tag, found: Typed, path: str) -> None:
    """Refuse a tag whose values are not what its expression gives."""
    if tag.is_number != (found.shape is Shape.NUMBER):
        wanted = "a number" if isinstance(tag.values, NumberValues) else "one of its values"
        message = f"The tag is {wanted}, but the expression gives {found.shape.value}."
        raise Refused(path, message)
    if tag.multi != (found.shape is Shape.CODES):
        raise Refused(path, "Several values need `multi: true`, and one value does without it.")
    if isinstance(tag.values, tuple) and found.shape is Shape.CODE and is_closed(tag):
        strange = sorted(set((found.texts or {}).values()) - set(places_of(tag)))
        if strange:
            message = f"The expression gives “{strange[0]}”, which is no value of it."
            raise Refused(path, message)


def is_closed(tag: Tag) -> bool:
    """Tell whether an expression gives codes of its own."""
    return tag.expression.primitive in {"band", "cases", "recode"}


def output(tag: Tag, found: Typed) -> tuple[exp.Expr, str]:
    """Return the column that a tag is kept in, and its type."""
    if found.shape is Shape.NUMBER:
        return narrow(found.sql), "BIGINT"
    if found.shape is Shape.CODES:
        return cast(filled(found.sql, 0), "UBIGINT"), "UBIGINT"
    if isinstance(tag.values, OpenValues):
        return cast(filled(found.sql, 0), "UINTEGER"), "UINTEGER"
    size = "UTINYINT" if len(places_of(tag)) <= TINY_MAX else "USMALLINT"
    return cast(placed(tag, found), size), size


def earliest(days: list[exp.Expr]) -> exp.Expr:
    """Return the first of several days."""
    if len(days) == 1:
        return days[0]
    # Where a border was passed already the day is NULL and does not count; sqlglot has to be told.
    return exp.Least(this=days[0], expressions=days[1:], ignore_nulls=True)
