"""Which function compiles which primitive."""

from collections.abc import Mapping

from huitong.segments.model import tag_expressions as of
from huitong.segments.model import tag_fact_primitives as over
from huitong.segments.rules.compiler import by_weight, of_customers, over_facts, over_numbers
from huitong.segments.rules.compiler.compiling import Primitive

PRIMITIVES: Mapping[type, Primitive] = {
    over.Count: over_facts.count,
    over.HasAny: over_facts.has_any,
    over.Sum: over_facts.total,
    over.Mean: over_facts.mean,
    over.Minimum: over_facts.minimum,
    over.Maximum: over_facts.maximum,
    over.Median: over_facts.quantile,
    over.Quantile: over_facts.quantile,
    over.Distinct: over_facts.distinct,
    over.Share_: over_facts.share,
    over.Gap: over_facts.gap,
    over.SinceLast: over_facts.since_last,
    over.SinceFirst: over_facts.since_first,
    over.Trend: over_facts.trend,
    over.First: over_facts.first,
    over.Last: over_facts.last,
    over.Mode: by_weight.mode,
    over.TopShare: by_weight.top_share,
    over.Top: by_weight.top,
    over.Members: by_weight.members,
    of.Attribute: of_customers.attribute,
    of.AttributeSince: of_customers.attribute_since,
    of.Given: of_customers.given,
    of.TagOf: of_customers.of_tag,
    of.Constant: over_numbers.constant,
    of.Ratio: over_numbers.ratio,
    of.Quotient: over_numbers.quotient,
    of.Plus: over_numbers.plus,
    of.Minus: over_numbers.minus,
    of.Band: over_numbers.band,
    of.Score: over_numbers.score,
    of.Recode: over_numbers.recode,
    of.Cases: over_numbers.cases,
}
