"""Decisions of segments: data in, data out."""
