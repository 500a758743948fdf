"""Where a row of a frame was read from, as the modules of pay know it (places.py)."""

from expcomp.places import cell, place_of

__all__ = ["cell", "place_of"]
