"""Memory that a long run has done with is kept for its next step instead of given back to the system."""

import ctypes
import sys

TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4
"""Settings of glibc's `mallopt`."""

NEVER_TRIM = 2**31 - 1
AHEAD = 1 << 26


def keep_memory() -> None:
    """Columns come and go by the hundred megabytes, and every fresh page is cleared by the kernel first: a fifth of a
    million-deal run. Where the C library is not glibc nothing changes."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return
    from pyarrow import set_memory_pool, system_memory_pool

    for setting, value in ((MMAP_MAX, 0), (TRIM_THRESHOLD, NEVER_TRIM), (TOP_PAD, AHEAD)):
        mallopt(setting, value)
    set_memory_pool(system_memory_pool())
