"""Signals: what people do without buying, kept as it came and theirs once they are known."""

from huitong.signals.operations import apply_signals, erase, give_back, reassign, records_of
from huitong.signals.queries import export, timeline

__all__ = ["apply_signals", "erase", "export", "give_back", "reassign", "records_of", "timeline"]
