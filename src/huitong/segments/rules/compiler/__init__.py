"""Compiles tags to DuckDB: typed primitives, as sqlglot's trees, in few passes over the facts."""

from huitong.segments.rules.compiler.compiling import Compiler, Step
from huitong.segments.rules.compiler.fields import Fields, Refused
from huitong.segments.rules.compiler.plan import Plan
from huitong.segments.rules.compiler.primitives import PRIMITIVES

__all__ = ["PRIMITIVES", "Compiler", "Fields", "Plan", "Refused", "Step"]
