"""Reads of segments."""
