"""How many processors this process may use."""

import os

__all__ = ["usable_cores"]


def usable_cores() -> int:
    """Those that the system lets it run on, where it can say so; else all of them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
