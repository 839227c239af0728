"""Our JSON is the standard library's, at a lower cost."""

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
def test_what_is_json_is_read(value: Any, before: str, after: str, plain: bool) -> None:
    text = before + json.dumps(value, ensure_ascii=plain) + after
    assert _json.loads(text) == value
    assert _json.loads(text.encode(errors="surrogatepass")) == value


@given(VALUES, ENCODINGS)
def test_other_encodings_are_read(value: Any, encoding: str) -> None:
    assert _json.loads(json.dumps(value).encode(encoding)) == value


@given(st.text() | st.binary())
def test_anything_else_is_what_it_is_for_the_standard_library(data: str | bytes) -> None:
    assert outcome(_json.loads, data) == outcome(json.loads, data)


@pytest.mark.parametrize("text", ["{}x", "1 2", "", " ", "[", "\ufeff1", "nul", "NaN"])
def test_what_comes_behind_is_not_overlooked(text: str) -> None:
    if text == "NaN":
        found = _json.loads(text)
        assert isinstance(found, float)
        assert math.isnan(found)
    else:
        with pytest.raises(json.JSONDecodeError):
            _json.loads(text)


def test_what_is_too_deep_is_told() -> None:
    with pytest.raises(RecursionError):
        _json.loads("[" * 100_000)


@given(VALUES)
def test_what_is_written_is_short_and_reads_back(value: Any) -> None:
    text = _json.dumps(value)
    assert text == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert json.loads(text) == value
