"""The demo: one command from nothing to a member's balance, on a year of real baskets."""

from huitong.entry.demo.figures import Figures
from huitong.entry.demo.running import import_all, run

__all__ = ["Figures", "import_all", "run"]
