"""Our JSON reader and writer behave as the standard library's."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep import _json

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
SPACE = st.sampled_from(["", " ", "\n", "\r\n\t "])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])


def outcome(loads: Callable[[str | bytes], object], data: str | bytes) -> str:
    try:
        return repr(loads(data))
    except ValueError as error:
        return repr(error)


@given(VALUES, SPACE, SPACE, st.booleans())
def test_valid_json(value: Any, before: str, after: str, plain: bool) -> None:
    text = before + json.dumps(value, ensure_ascii=plain) + after
    assert _json.loads(text) == value
    assert _json.loads(text.encode(errors="surrogatepass")) == value


@given(VALUES, ENCODINGS)
def test_other_encodings(value: Any, encoding: str) -> None:
    assert _json.loads(json.dumps(value).encode(encoding)) == value


@given(st.text() | st.binary())
def test_invalid_json_as_in_the_standard_library(data: str | bytes) -> None:
    assert outcome(_json.loads, data) == outcome(json.loads, data)


@pytest.mark.parametrize("text", ["{}x", "1 2", "", " ", "[", "\ufeff1", "nul", "NaN"])
def test_text_after_the_value_is_an_error(text: str) -> None:
    if text == "NaN":
        found = _json.loads(text)
        assert isinstance(found, float)
        assert math.isnan(found)
    else:
        with pytest.raises(json.JSONDecodeError):
            _json.loads(text)


def test_deep_nesting_is_an_error() -> None:
    with pytest.raises(RecursionError):
        _json.loads("[" * 100_000)


@given(VALUES)
def test_output_is_compact_and_can_be_read_back(value: Any) -> None:
    text = _json.dumps(value)
    assert text == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert json.loads(text) == value
