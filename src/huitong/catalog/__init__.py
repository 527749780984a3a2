"""The catalogue: what a brand sells, item by item."""

from huitong.catalog.operations import apply_products
from huitong.catalog.queries import find_paths, find_skus

__all__ = ["apply_products", "find_paths", "find_skus"]
