"""Conditions on the fields of one fact, as SQL over its narrow row; never unknown themselves."""

from collections.abc import Callable

from sqlglot import exp

from huitong.platform.conditions import Condition
from huitong.platform.conditions.tree import AllOf, AnyOf, IsKnown, NotOf, OneOf, Within
from huitong.segments.rules.compiler.facts import TagField
from huitong.segments.rules.compiler.fields import Fields, Refused, is_word
from huitong.segments.rules.compiler.syntax import (
    every,
    is_known,
    number,
    some,
    surely,
    within,
)

Use = Callable[[str], exp.Column]


def written_filter(
    condition: Condition, facts: str, fields: Fields, use: Use, path: str
) -> exp.Expr:
    """Return the test that a fact meets a condition; what is unknown does not.

    :raises Refused: when a field or a word of it does not fit facts.
    """
    match condition:
        case AllOf(all=parts):
            return every([
                written_filter(part, facts, fields, use, f"{path}.all.{place}")
                for place, part in enumerate(parts)
            ])  # fmt: skip
        case AnyOf(any=parts):
            return some([
                written_filter(part, facts, fields, use, f"{path}.any.{place}")
                for place, part in enumerate(parts)
            ])  # fmt: skip
        case NotOf(not_=part):
            return exp.not_(exp.paren(written_filter(part, facts, fields, use, f"{path}.not")))
        case OneOf() | Within() | IsKnown():
            return _leaf(condition, facts, fields, use, path)
        case _:
            message = "A fact is filtered by `in`, `at_least`, `less_than`, `is_known`, and `all`,"
            message += " `any`, `not` of them."
            raise Refused(path, message)


def _leaf(
    leaf: OneOf | Within | IsKnown, facts: str, fields: Fields, use: Use, path: str
) -> exp.Expr:
    found: TagField = fields.of_facts(facts, leaf.field, f"{path}.field")
    value = use(leaf.field)
    match leaf:
        case IsKnown(is_known=wanted):
            known = value.neq(number(0)) if is_word(found) else is_known(value)
            return known if wanted else exp.not_(exp.paren(known))
        case OneOf(in_=texts):
            if not is_word(found):
                message = f"“{leaf.field}” is a number: give it a range."
                raise Refused(path, message)
            numbers = fields.numbers_of(leaf.field)
            wanted_numbers = sorted(
                numbers[text] for text in texts if isinstance(text, str) and text in numbers
            )
            if not wanted_numbers:
                return exp.false()
            return value.isin(*(number(one) for one in wanted_numbers))
        case Within(at_least=low, less_than=high):
            whole = all(one is None or isinstance(one, int) for one in (low, high))
            if is_word(found) or not whole:
                message = f"“{leaf.field}” has no range of whole numbers."
                raise Refused(path, message)
            return surely(
                within(
                    value,
                    low if isinstance(low, int) else None,
                    high if isinstance(high, int) else None,
                )
            )
