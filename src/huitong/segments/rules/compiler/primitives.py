"""Which function compiles which primitive."""

from collections.abc import Mapping

from huitong.segments.model import tag_expressions as of
from huitong.segments.rules.compiler import by_weight, of_customers, over_facts, over_numbers
from huitong.segments.rules.compiler.compiling import Primitive

PRIMITIVES: Mapping[type, Primitive] = {
    of.Count: over_facts.count,
    of.HasAny: over_facts.has_any,
    of.Sum: over_facts.total,
    of.Mean: over_facts.mean,
    of.Minimum: over_facts.minimum,
    of.Maximum: over_facts.maximum,
    of.Median: over_facts.quantile,
    of.Quantile: over_facts.quantile,
    of.Distinct: over_facts.distinct,
    of.Share_: over_facts.share,
    of.Gap: over_facts.gap,
    of.SinceLast: over_facts.since_last,
    of.SinceFirst: over_facts.since_first,
    of.Trend: over_facts.trend,
    of.First: over_facts.first,
    of.Last: over_facts.last,
    of.Mode: by_weight.mode,
    of.TopShare: by_weight.top_share,
    of.Top: by_weight.top,
    of.Members: by_weight.members,
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
