"""A check that something deprecated warns about the program that uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def warned(call: Callable[[], T], replacement: str) -> T:
    """Call a function that must warn once, about its own file, and return its result."""
    with pytest.warns(DeprecationWarning, match=f"2027-12-01 on: use .*{replacement}") as caught:
        result = call()
    assert [one.filename for one in caught] == [call.__code__.co_filename]
    return result
