"""Reads of metrics."""

from huitong.metrics.queries.asking import BrandFigures, OpenLake, figures_of_brand

__all__ = ["BrandFigures", "OpenLake", "figures_of_brand"]
