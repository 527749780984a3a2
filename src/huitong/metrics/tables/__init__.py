"""What metrics are computed from: relations over the lake, facts made of them, dimensions."""

from huitong.metrics.tables.facts import DIMENSIONS, FACTS, NAMED_BY
from huitong.metrics.tables.relations import RELATIONS

__all__ = ["DIMENSIONS", "FACTS", "NAMED_BY", "RELATIONS"]
