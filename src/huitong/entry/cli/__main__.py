"""Lets `python -m huitong.entry.cli` do what `huitong` does."""

from huitong.entry.cli import main

main()
