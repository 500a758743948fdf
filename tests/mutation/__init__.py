"""Breaks the pay code in one place after the other; the tests must notice every time."""
