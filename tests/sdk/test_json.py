"""Our JSON readers, with and without msgspec, and our writer behave as the standard library's."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep._json import fast as _fast_json
from julep._json import text as _json

Loads: TypeAlias = "Callable[[str | bytes], object]"


def loads_by_msgspec(data: str | bytes) -> object:
    """Parse a document, however short it is, as a long one."""
    with mock.patch.object(_json, "LONG", 0):
        return _json.loads(data)


both = pytest.mark.parametrize("loads", [_json.loads, loads_by_msgspec], ids=["json", "msgspec"])

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
SPACE = st.sampled_from(["", " ", "\n", "\r\n\t "])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])


# Numbers as texts: of any size and precision, and in any form, also those that JSON does not have.
NUMBERS = st.from_regex(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
ESCAPES = st.from_regex(
    r"\\(u[0-9a-fA-F]{4}|u[dD][89aAbBcCdDeEfF][0-9a-fA-F]{2}|.)", fullmatch=True
)
TEXTS = st.lists(ESCAPES | st.text(max_size=2)).map(lambda parts: f'"{"".join(parts)}"')
KEYS = st.sampled_from(['"a"', '"b"', '""', r'"\u0061"'])
# Documents as texts: keys may occur several times, and anything may be invalid.
DOCUMENTS: Any = st.recursive(
    NUMBERS | TEXTS | st.sampled_from(["true", "null", "NaN", "-Infinity", "1.", "+1", "nul", ""]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(KEYS, inner), max_size=4).map(
            lambda pairs: f"{{{','.join(f'{key}: {value}' for key, value in pairs)}}}"
        )
    ),
    max_leaves=8,
)


def outcome(loads: Loads, data: str | bytes) -> str:
    try:
        return repr(loads(data))
    except ValueError as error:
        return repr(error)


@both
@given(VALUES, SPACE, SPACE, st.booleans())
def test_valid_json(loads: Loads, value: Any, before: str, after: str, plain: bool) -> None:
    text = before + json.dumps(value, ensure_ascii=plain) + after
    assert loads(text) == value
    assert loads(text.encode(errors="surrogatepass")) == value


@both
@given(VALUES, ENCODINGS)
def test_other_encodings(loads: Loads, value: Any, encoding: str) -> None:
    assert loads(json.dumps(value).encode(encoding)) == value


@both
@given(st.text() | st.binary() | DOCUMENTS)
def test_any_document_as_by_the_standard_library(loads: Loads, data: str | bytes) -> None:
    assert outcome(loads, data) == outcome(json.loads, data)
    if isinstance(data, str):
        encoded = data.encode(errors="surrogatepass")
        assert outcome(loads, encoded) == outcome(json.loads, encoded)


@both
@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551616",
        "-9223372036854775809",
        "1" * 4_300,
        "1" * 4_301,
        "9007199254740993.0",
        "2.4703282292062327e-324",
        "1e400",
        "-0.0",
        '{"a": 1, "b": 2, "a": 3}',
        r'"\ud800"',
        r'"\udc00\ud800"',
        '"\t"',
        "[1,]",
        "01",
    ],
)
def test_special_documents_as_by_the_standard_library(loads: Loads, text: str) -> None:
    assert outcome(loads, text) == outcome(json.loads, text)
    assert outcome(loads, text.encode()) == outcome(json.loads, text.encode())


@both
@pytest.mark.parametrize("text", ["{}x", "1 2", "", " ", "[", "\ufeff1", "nul", "NaN"])
def test_text_after_the_value_is_an_error(loads: Loads, text: str) -> None:
    if text == "NaN":
        found = loads(text)
        assert isinstance(found, float)
        assert math.isnan(found)
    else:
        with pytest.raises(json.JSONDecodeError):
            loads(text)


@both
def test_deep_nesting_is_an_error(loads: Loads) -> None:
    with pytest.raises(RecursionError):
        loads("[" * 100_000)


@pytest.fixture
def not_imported() -> Iterator[None]:
    """Forget which reader parses long documents, before and after a test."""
    _json.find_fast_json.cache_clear()
    yield
    _json.find_fast_json.cache_clear()


@pytest.mark.usefixtures("not_imported")
def test_msgspec_parses_long_documents_only(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = list[int]()

    def loads(data: str | bytes) -> object:
        parsed.append(len(data))
        return json.loads(data)

    monkeypatch.setattr(_fast_json, "loads", loads)
    for size in (2, _json.LONG - 1, _json.LONG, _json.LONG + 1):
        text = f'"{"x" * (size - 2)}"'
        assert _json.loads(text) == json.loads(text)
    assert parsed == [_json.LONG, _json.LONG + 1]


@pytest.mark.usefixtures("not_imported")
def test_without_msgspec_json_parses_long_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "julep._json.fast", None)
    monkeypatch.delattr("julep._json.fast")
    assert _json.find_fast_json() is None
    assert _json.loads("[" + "1," * _json.LONG + "2]") == [1] * _json.LONG + [2]


@given(VALUES)
def test_output_is_compact_and_can_be_read_back(value: Any) -> None:
    text = _json.dumps(value)
    assert text == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert json.loads(text) == value
