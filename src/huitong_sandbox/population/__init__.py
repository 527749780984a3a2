"""People with true identities, and what the platforms tell of them: made up from one seed."""

from huitong_sandbox.population.making import populate
from huitong_sandbox.population.model import (
    CHANNELS,
    Accounts,
    Cause,
    Channel,
    Population,
    Rates,
)
from huitong_sandbox.population.telling import CLASSES, Tellings, inject_junk, provable, tell
from huitong_sandbox.population.writing import write_population

__all__ = [
    "CHANNELS",
    "CLASSES",
    "Accounts",
    "Cause",
    "Channel",
    "Population",
    "Rates",
    "Tellings",
    "inject_junk",
    "populate",
    "provable",
    "tell",
    "write_population",
]
