"""A second, slow and exact calculator of pay, written from the specification alone.

It shares no code with the product. Everything is whole minor units and fractions; every rule is a
plain loop. Tests compare the product's engine with it.
"""

from __future__ import annotations

from .amounts import Refused, Unsupported
from .pay import calculate

__all__ = ["Refused", "Unsupported", "calculate"]
