"""The catalogue: what a brand sells, item by item, and what stores have of it day by day."""

from huitong.catalog.operations import apply_products, apply_stocks
from huitong.catalog.queries import find_paths, find_skus, stock_known, stocks_on

__all__ = ["apply_products", "apply_stocks", "find_paths", "find_skus", "stock_known", "stocks_on"]
