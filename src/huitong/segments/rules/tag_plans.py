"""Whether the definitions of a brand can be computed, and which columns each of them comes from."""

from collections.abc import Mapping, Sequence
from datetime import date

from huitong.segments.model.tags import Festival, Lookup, Tag, TagFault, TagInvalid
from huitong.segments.rules.compiler.compiling import Compiler
from huitong.segments.rules.compiler.fields import EPOCH, Fields, Refused
from huitong.segments.rules.compiler.primitives import PRIMITIVES

# What a tag may be made of does not depend on the day; which borders it has does.
ANY_DAY = date(2000, 1, 1)


def lineage_of(
    tags: Mapping[str, Tag], lookups: Mapping[str, Lookup], festivals: Sequence[Festival]
) -> Mapping[str, Sequence[str]]:
    """Return which columns of the lake each tag comes from, by its code.

    :raises TagInvalid: with everything that asks for what is not there.
    """
    fields = Fields(lookups, tuple(festivals))
    compiler = Compiler(tags, fields, today=(ANY_DAY - EPOCH).days, primitives=PRIMITIVES)
    faults: list[TagFault] = []
    for tag in tags.values():
        try:
            compiler.add(tag)
        except Refused as refused:
            fault = refused.fault
            faults.append(TagFault(f"tags.{tag.code}.{fault.path}", fault.message))
    if faults:
        raise TagInvalid.of(faults)
    return {code: sorted(columns) for code, columns in compiler.plan.lineage.items()}
