"""What is known of the customer without facts: attributes, given tags, other tags."""

from huitong.segments.model import tag_expressions as of
from huitong.segments.model.tags import OpenValues
from huitong.segments.rules.compiler.compiling import Compiler
from huitong.segments.rules.compiler.fields import Refused, is_word
from huitong.segments.rules.compiler.plan import Given
from huitong.segments.rules.compiler.syntax import (
    column,
)
from huitong.segments.rules.compiler.typed import Shape, Typed, days_since, placed, places_of


def attribute(compiler: Compiler, attribute: of.Attribute, path: str) -> Typed:
    """Give a field of the customer."""
    field = compiler.fields.of_customer(attribute.field, f"{path}.field")
    compiler.lineage |= set(field.lineage)
    compiler.plan.attributes.add(attribute.field)
    found = column(f"attribute_{attribute.field}")
    if is_word(field):
        return Typed(found, Shape.CODE, compiler.fields.texts_of(attribute.field))
    return Typed(found)


def attribute_since(compiler: Compiler, attribute: of.AttributeSince, path: str) -> Typed:
    """Give the days since a day of the customer."""
    field = compiler.fields.of_customer(attribute.field, f"{path}.field")
    if is_word(field):
        message = f"“{attribute.field}” is no day."
        msg = f"{path}.field"
        raise Refused(msg, message)
    compiler.lineage |= set(field.lineage)
    compiler.plan.attributes.add(attribute.field)
    return days_since(column(f"attribute_{attribute.field}"), compiler.today)


def given(compiler: Compiler, _given: of.Given, _path: str) -> Typed:
    """Give what somebody said."""
    tag = compiler.tag
    compiler.plan.given[tag.code] = Given(tag.code, tag.multi)
    compiler.lineage.add("given")
    found = column(f"given_{tag.code}")
    if tag.is_number:
        return Typed(found)
    texts = {place: code for code, place in places_of(tag).items()}
    return Typed(found, Shape.CODES) if tag.multi else Typed(found, Shape.CODE, texts)


def of_tag(compiler: Compiler, wanted: of.TagOf, path: str) -> Typed:
    """Give what another tag says."""
    tag = compiler.tags.get(wanted.tag)
    if tag is None:
        message = f"There is no tag “{wanted.tag}”."
        msg = f"{path}.tag"
        raise Refused(msg, message)
    found = compiler.of_tag(tag, path)
    if found.shape is Shape.CODE and not isinstance(tag.values, OpenValues):
        places = places_of(tag)
        return Typed(
            placed(tag, found), Shape.CODE, {place: code for code, place in places.items()}
        )
    return found
