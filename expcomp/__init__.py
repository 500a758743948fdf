"""Expansion compensation as plain text."""

__version__ = "0.1.0"
