"""Memory of a server's process, which returns to the system what large requests have taken."""

from __future__ import annotations

from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
# Those of mallopt(3), and glibc's own default at the start of a process.
_BYTES: Final = 128 * 1024


def return_freed_memory() -> bool:
    """Let the C library return what is freed, for good, where it is glibc.

    By default it raises its bounds to the largest text that was freed, and keeps as much from then
    on: some bodies of many MiB left a process half as large again for the rest of its life.

    Returns:
        Whether the library has taken it.
    """
    try:
        import ctypes  # some builds of Python are without it

        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, ImportError, OSError, TypeError):
        return False
    return bool(mallopt(_TRIM_THRESHOLD, _BYTES) and mallopt(_MMAP_THRESHOLD, _BYTES))
