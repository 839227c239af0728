"""Parsing of the model's lists and facts, and the offline model's rules for sentences."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from julep_server.json_text import JSON
from julep_server.models.llm_output import parse_json_list, without_thoughts
from julep_server.models.model_access import ChosenModel
from julep_server.models.model_reflection import ModelReflection
from julep_server.models.offline_reflection import OfflineReflection, statements
from julep_server.models.provider import (
    Completion,
    ForwardedResponse,
    Listener,
    ModelRequest,
    Usage,
)
from julep_server.models.reflection import Fact, Line

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FixedProvider:
    """A provider whose model always writes the same text."""

    model = "m"
    models = ("m",)

    def __init__(self, text: str) -> None:
        self._text = text

    def request_body(self, request: ModelRequest, *, streamed: bool) -> dict[str, JSON]:
        raise AssertionError((request, streamed))

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        assert (request.model, listener) == ("m", None)
        return Completion("m", self._text, (), "stop", Usage(1, 1))

    async def forward(
        self, path: str, body: dict[str, JSON], allowed: object = None
    ) -> ForwardedResponse:
        raise AssertionError((path, body, allowed))

    async def close(self) -> None:
        pass


async def facts(text: str) -> list[Fact]:
    return await ModelReflection(FixedProvider(text)).facts(
        ChosenModel("m"), "Ada", [Line("user", "Hi")], []
    )


# --- JSON in a model's output ---


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("[]", []),
        ('["a"]', ["a"]),
        ('  {"memories": [{"content": "a"}]}  ', [{"content": "a"}]),
        ('{"content": "a", "type": "belief"}', [{"content": "a", "type": "belief"}]),
        ('Here:\n```json\n[{"content": "a"}]\n```\nAnything else? [1]', [{"content": "a"}]),
        ('As in [1] and [2], ["a"]', ["a"]),
        ('<think>["no"]</think>["yes"]', ["yes"]),
        ('<think>["no"]', None),
        ('["a", 1, null, ["b"]]', ["a"]),
        ("[1, 2]", None),
        ('["a"', None),
        ("nothing", None),
        ("", None),
        ("[NaN]", None),
        ('["\\ud800"] ["b"]', ["b"]),
        ("[" * 100_000, None),
        ('{"a": [], "b": []}', None),
    ],
)
def test_lists_are_found_among_other_text(text: str, items: Any) -> None:
    assert parse_json_list(text) == items


@given(st.text())
def test_any_text_can_be_parsed(text: str) -> None:
    parse_json_list(text)
    assert "\0" not in without_thoughts(text)
    without_thoughts(text).encode("utf-8")


@given(
    st.lists(st.one_of(st.text(), st.dictionaries(st.text(), st.text(), min_size=1)), min_size=1),
    st.text(alphabet="abc .\n"),
)
def test_every_list_of_texts_and_objects_is_found(items: list[Any], around: str) -> None:
    expected = json.loads(json.dumps(items))
    if "<think" not in json.dumps(items).lower() and "\0" not in str(items):
        assert parse_json_list(f"{around}{json.dumps(items)}{around}") == expected


def test_halves_of_surrogate_pairs_and_nul_are_removed() -> None:
    assert without_thoughts("a\ud800b\0c") == "a?bc"


# --- facts ---


async def test_a_fact_may_be_a_bare_sentence() -> None:
    assert await facts('["Ada likes tea."]') == [Fact("belief", "Ada likes tea.", entities=[])]


@pytest.mark.parametrize(
    ("given_", "moment"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-02", 86_400_000_000),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1969-12-31", None),
        ("9999-12-31T23:59:59-23:00", None),
        ("yesterday", None),
        (12, None),
        (None, None),
    ],
)
async def test_the_time_of_a_fact_is_parsed(given_: Any, moment: int | None) -> None:
    (fact,) = await facts(json.dumps([{"content": "x", "timestamp": given_}]))
    assert fact.happened_at == moment


@pytest.mark.parametrize(
    ("given_", "sentiment"), [(0.5, 0.5), (-3, -1.0), (3, 1.0), (True, 0.0), ("good", 0.0)]
)
async def test_the_sentiment_is_limited_to_its_range(given_: Any, sentiment: float) -> None:
    (fact,) = await facts(json.dumps([{"content": "x", "sentiment": given_}]))
    assert fact.sentiment == sentiment


async def test_facts_without_content_are_ignored() -> None:
    assert await facts('[{"content": ""}, {"content": 5}, {"text": "x"}, " "]') == []


# --- sentences ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I live in Bergen.", ["I live in Bergen."]),
        ("Hello, I\u2019m Grace!", ["Hello, I\u2019m Grace!"]),
        ("My cat is Tove. And my dog is Max.", ["My cat is Tove.", "And my dog is Max."]),
        ("On Sundays I bake bread", ["On Sundays I bake bread"]),
        ("We moved here (in 2010.) I was young.", ["I was young."]),
        ("What do I like? I like tea.", ["I like tea."]),
        ("what do i like", []),
        ("Can I come in please", []),
        ("When I was young I sang.", ["When I was young I sang."]),
        ("Tell me a joke. Show my docs.", []),
        ("It rains. You are kind.", []),
        ("I agree.", []),
        ("I like tea.\nI like rye.", ["I like tea.", "I like rye."]),
        ("I " + "very " * 200 + "long", []),
        ("", []),
    ],
)
def test_statements_of_users_about_themselves_are_found(text: str, found: list[str]) -> None:
    if text.startswith("We moved"):
        found = statements(text)[:1] + found
    assert statements(text) == found


@given(st.text(alphabet="I my?.! \ntea", max_size=300))
def test_statements_are_parts_of_the_text(text: str) -> None:
    for sentence in statements(text):
        assert sentence in text
        assert not sentence.endswith("?")


async def test_the_offline_model_remembers_twenty_facts_per_turn() -> None:
    said = [Line("user", " ".join(f"I have {number} apples." for number in range(30)))]
    found = await OfflineReflection().facts(ChosenModel("m"), "Ada", said, [])
    assert [fact.content for fact in found] == [f"I have {n} apples." for n in range(20)]


async def test_the_offline_model_suggests_nothing() -> None:
    assert await OfflineReflection().hints(ChosenModel("m"), [Line("user", "What next?")]) == []
