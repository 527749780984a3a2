"""Figures of a brand, each metric defined once for every outlet."""

from huitong.metrics.queries import BrandFigures, OpenLake, figures_of_brand
from huitong.metrics.rules.answers import csv_of, shown_rows, told_span, written
from huitong.metrics.rules.shipped import shipped
from huitong.metrics.rules.telling import UNITS, formula
from huitong.metrics.tables import DIMENSIONS, FACTS

__all__ = [
    "DIMENSIONS",
    "FACTS",
    "UNITS",
    "BrandFigures",
    "OpenLake",
    "csv_of",
    "figures_of_brand",
    "formula",
    "shipped",
    "shown_rows",
    "told_span",
    "written",
]
