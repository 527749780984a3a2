"""Writes of customers: taking records, merging and splitting, forgetting."""

from huitong.customers.operations.forgetting import erase
from huitong.customers.operations.locking import lock_customers
from huitong.customers.operations.merging import give_back, reassign
from huitong.customers.operations.taking import apply_customers

__all__ = ["apply_customers", "erase", "give_back", "lock_customers", "reassign"]
