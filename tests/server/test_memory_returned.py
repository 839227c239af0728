"""Memory that large requests have taken is returned to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from julep_server.memory import return_freed_memory

pytestmark = pytest.mark.once

# Texts of 12 MiB raise the bounds of glibc; what is freed afterwards lies below one that is not.
PROGRAM = """
import sys
from pathlib import Path
from julep_server.memory import return_freed_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "returned":
    assert return_freed_memory()
for _ in range(3):
    large = bytearray(b"x" * (12 << 20))
    del large
before = resident()
pieces = [bytearray(b"x" * (4 << 20)) for _ in range(8)]
last = bytearray(b"x" * 200_000)
del pieces
print((resident() - before) >> 20)
"""


def kept(how: str) -> int:
    """Return the MiB that a process keeps of what it has freed."""
    command = [sys.executable, "-c", PROGRAM, how]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def test_what_is_freed_is_returned() -> None:
    if platform.libc_ver()[0] != "glibc":
        assert not return_freed_memory()
        return
    returned = kept("returned")
    assert returned < 4
    assert kept("by default") > returned


def test_a_python_without_ctypes_keeps_what_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert not return_freed_memory()
