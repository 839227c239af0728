"""The tests assert also under ``python -O``, by which scripts/test-optimized runs them."""

from __future__ import annotations

import os
import sys

import pytest

from tests.sdk.transport.helpers.support import assert_ours


def test_python_is_optimized_as_configured() -> None:
    assert __debug__ is ("PYTHONOPTIMIZE" not in os.environ)


def test_an_assert_of_a_test_can_fail() -> None:
    nothing: list[int] = []
    with pytest.raises(AssertionError):
        assert nothing


def test_an_assert_of_a_helper_can_fail() -> None:
    with pytest.raises(AssertionError):
        assert_ours(ValueError())


def test_all_test_modules_and_helpers_are_rewritten() -> None:
    modules = {
        name: type(module.__loader__).__name__
        for name, module in sys.modules.items()
        if name.startswith("tests.") and getattr(module, "__file__", None)
    }
    assert assert_ours.__module__ in modules
    assert {name for name, loader in modules.items() if loader != "AssertionRewritingHook"} == set()
