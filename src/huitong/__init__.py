"""Huitong (会通), an omnichannel member operations platform for retail."""

__version__ = "0.1.0"
