"""Calls of functions as endpoints write them, whole and streamed."""

from __future__ import annotations

from typing import Any

import pytest

from julep_server.models.endpoint_json import is_cut
from tests.server.helpers.raw_endpoint import DONE, ask, delta, message, response, stream

A, B = ("a", '{"x":1}'), ("b", '{"y":2}')
NAMES = ("a", "b", "get_weather", "get_time")


def call(name: Any, arguments: Any, **more: Any) -> dict[str, Any]:
    return {**more, "function": {"name": name, "arguments": arguments}}


def only_arguments(arguments: str, **more: Any) -> dict[str, Any]:
    return {**more, "function": {"arguments": arguments}}


def calls_of(*events: list[Any] | dict[str, Any], reason: str = "tool_calls") -> Any:
    """The calls of a stream whose events have these tool_calls."""
    parts = [delta({"tool_calls": pieces}) for pieces in events]
    answer = ask(stream(*parts, delta({}, reason), DONE), names=NAMES).answer
    assert answer.finish_reason == "tool_calls"
    return [(made.name, made.arguments) for made in answer.tool_calls]


STREAMED: dict[str, tuple[list[Any], list[tuple[str, str]]]] = {
    "indexes": (
        [
            [call("a", "", index=0, id="1")],
            [only_arguments('{"x"', index=0)],
            [call("b", "", index=1, id="2")],
            [only_arguments(":1}", index=0)],
            [only_arguments('{"y":2}', index=1)],
        ],
        [A, B],
    ),
    "indexes, the later first": (
        [[call("b", B[1], index=1, id="2")], [call("a", A[1], index=0, id="1")]],
        [A, B],
    ),
    "index always 0, ids": (
        [[call("a", A[1], index=0, id="1")], [call("b", B[1], index=0, id="2")]],
        [A, B],
    ),
    "index always 0, no ids": ([[call("a", A[1], index=0)], [call("b", B[1], index=0)]], [A, B]),
    "index always 0, arguments in pieces": (
        [
            [call("a", "", index=0, id="1")],
            [only_arguments('{"x"', index=0)],
            [only_arguments(":1}", index=0)],
            [call("b", "", index=0, id="2")],
            [only_arguments('{"y":2}', index=0)],
        ],
        [A, B],
    ),
    "no index, ids": ([[call("a", A[1], id="1")], [call("b", B[1], id="2")]], [A, B]),
    "no index, no ids": ([[call("a", A[1])], [call("b", B[1])]], [A, B]),
    "no index, no ids, the same function twice": (
        [[call("a", A[1])], [call("a", '{"x":2}')]],
        [A, ("a", '{"x":2}')],
    ),
    "no index, arguments in pieces": (
        [
            [call("a", "", id="1")],
            [only_arguments('{"x"')],
            [only_arguments(":1}")],
            [call("b", "", id="2")],
            [only_arguments(B[1])],
        ],
        [A, B],
    ),
    "no index, pieces by id": (
        [
            [call("a", "", id="1"), call("b", "", id="2")],
            [only_arguments('{"x"', id="1"), only_arguments('{"y"', id="2")],
            [only_arguments(":2}", id="2")],
            [only_arguments(":1}", id="1")],
        ],
        [A, B],
    ),
    "no index, no ids, pieces by position": (
        [[call("a", ""), call("b", "")], [only_arguments(A[1]), only_arguments(B[1])]],
        [A, B],
    ),
    "index as text": (
        [[call("a", A[1], index="0", id="1")], [call("b", B[1], index="1", id="2")]],
        [A, B],
    ),
    "index null": (
        [[call("a", A[1], index=None, id="1")], [call("b", B[1], index=None, id="2")]],
        [A, B],
    ),
    "an object": ([call("a", A[1], index=0, id="1")], [A]),
    "the name in each piece": (
        [[call("a", '{"x"', index=0, id="1")], [call("a", ":1}", index=0, id="1")]],
        [A],
    ),
    "the name again at the end": (
        [[call("a", A[1], index=0, id="1")], [call("a", "", index=0, id="1")]],
        [A],
    ),
    "the name in pieces": (
        [
            [call("get_", "", index=0, id="1")],
            [call("weather", "", index=0)],
            [only_arguments("{}", index=0)],
        ],
        [("get_weather", "{}")],
    ),
    "a new id in each piece": (
        [
            [call("a", "", index=0, id="1")],
            [only_arguments('{"x"', index=0, id="2")],
            [only_arguments(":1}", index=0, id="3")],
        ],
        [A],
    ),
    "arguments that grow": (
        [[call("a", '{"x"', index=0, id="1")], [call("a", '{"x":1}', index=0, id="1")]],
        [A],
    ),
    "the whole call again": (
        [[call("a", A[1], index=0, id="1")], [call("a", A[1], index=0, id="1")]],
        [A],
    ),
    "an object as arguments": (
        [[call("a", {"x": 1}, index=0, id="1")], [call("b", {"y": 2}, index=1, id="2")]],
        [A, B],
    ),
    "no arguments": (
        [[call("a", "", index=0, id="1")], [call("b", None, index=1, id="2")]],
        [("a", "{}"), ("b", "{}")],
    ),
    "no arguments, no ids": ([[call("a", "")], [call("b", "")]], [("a", "{}"), ("b", "{}")]),
    "no function around it": ([[{"name": "a", "arguments": A[1], "id": "1"}]], [A]),
    "braces in texts": (
        [[call("a", '{"x":"}{\\', id="1")], [only_arguments('""}')], [call("b", B[1], id="2")]],
        [("a", '{"x":"}{\\""}'), B],
    ),
}


@pytest.mark.once
@pytest.mark.parametrize("form", STREAMED)
def test_streamed_calls(form: str) -> None:
    events, expected = STREAMED[form]
    assert calls_of(*events) == expected


WHOLE: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "ids": ([call("a", A[1], id="1"), call("b", B[1], id="2")], [A, B]),
    "no ids": ([call("a", A[1]), call("a", A[1])], [A, A]),
    "the same id": ([call("a", A[1], id="1"), call("b", B[1], id="1")], [A, B]),
    "index always 0": ([call("a", A[1], index=0), call("b", B[1], index=0)], [A, B]),
    "index as text": ([call("a", A[1], index="0"), call("b", B[1], index="1")], [A, B]),
    "an object": (call("a", A[1], id="1"), [A]),
    "an object as arguments": ([call("a", {"x": True, "y": "é"})], [("a", '{"x":true,"y":"é"}')]),
    "no arguments": ([call("a", None), call("b", " ")], [("a", "{}"), ("b", "{}")]),
    "malformed arguments": ([call("a", "{x")], [("a", "{x")]),
    "arguments with a text in a text": ([call("a", '{"x":"y"z"}')], [("a", '{"x":"y"z"}')]),
    "a bracket too many": ([call("a", "{}}")], [("a", "{}}")]),
    "arguments that are a text": ([call("a", "Bergen")], [("a", "Bergen")]),
    "no function around it": ([{"name": "a", "arguments": A[1]}], [A]),
    "half an emoji": ([call("a", '{"x": "a\ud83d"}')], [("a", '{"x": "a\ufffd"}')]),
}


@pytest.mark.once
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("form", WHOLE)
def test_whole_calls(form: str, streamed: bool) -> None:
    given, expected = WHOLE[form]
    reply = response(message({"content": None, "tool_calls": given}, "tool_calls"))
    answer = ask(reply, streamed=streamed, names=NAMES).answer
    assert [(made.name, made.arguments) for made in answer.tool_calls] == expected
    assert (answer.finish_reason, answer.text) == ("tool_calls", "")


@pytest.mark.once
@pytest.mark.parametrize("streamed", [False, True])
def test_a_call_of_the_older_kind(streamed: bool) -> None:
    function = {"name": "a", "arguments": A[1]}
    pieces = ({"name": "a", "arguments": ""}, {"arguments": '{"x"'}, {"arguments": ":1}"})
    parts = [delta({"function_call": piece}) for piece in pieces]
    whole = response(message({"content": None, "function_call": function}, "function_call"))
    reply = stream(*parts, delta({}, "function_call")) if streamed else whole
    (made,) = ask(reply, streamed=streamed, names=NAMES).answer.tool_calls
    assert (made.name, made.arguments) == A


@pytest.mark.once
@pytest.mark.parametrize("name", [None, "", " ", 5])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_call_without_a_name_is_an_error(name: Any, streamed: bool) -> None:
    made = [call(name, "{}", index=0, id="1")]
    reply = stream(delta({"tool_calls": made}), delta({}, "tool_calls"), DONE)
    whole = response(message({"tool_calls": made}, "tool_calls"))
    error = ask(reply if streamed else whole, streamed=streamed).error
    assert (error.status, error.code) == (503, "model_unavailable")
    assert error.message == "the model's endpoint sent a call of a function without a name"


@pytest.mark.once
@pytest.mark.parametrize("given", ["a", [5], True])
def test_what_is_no_call_is_an_error(given: Any) -> None:
    error = ask(response(message({"tool_calls": given}, "tool_calls"))).error
    assert error.message == "the model's endpoint sent a call of a function that is no object"


@pytest.mark.once
@pytest.mark.parametrize(("arguments", "reason"), [('{"x":', "length"), (A[1], "tool_calls")])
def test_cut_arguments_are_no_complete_answer(arguments: str, reason: str) -> None:
    reply = stream(delta({"tool_calls": [call("a", arguments, index=0)]}), delta({}, "length"))
    assert ask(reply, names=NAMES).answer.finish_reason == reason


@pytest.mark.once
def test_words_beside_calls_are_kept() -> None:
    made = [call("a", A[1], index=0, id="1")]
    answer = ask(stream(delta({"content": "Hm. "}), delta({"tool_calls": made}, "stop"))).answer
    assert (answer.text, answer.finish_reason, len(answer.tool_calls)) == ("Hm. ", "tool_calls", 1)


CUT = ['{"x":', '{"x":1,', '{"x":"1', '{"x":[{"y":1}', "{", '"{']


@pytest.mark.once
@pytest.mark.parametrize("cut", CUT)
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("field", "reason"),
    [("tool_calls", "tool_calls"), ("tool_calls", "stop"), ("function_call", "function_call")],
)
def test_arguments_that_stop_in_the_middle_are_an_error(
    cut: str, reason: str, streamed: bool, field: str
) -> None:
    made = call("b", cut, index=1, id="2")
    calls = [call("a", A[1], index=0, id="1"), made] if field == "tool_calls" else made["function"]
    if streamed:
        error = ask(stream(delta({field: calls}), delta({}, reason), DONE)).error
    else:
        error = ask(response(message({field: calls}, reason)), streamed=False).error
    assert (error.status, error.code) == (503, "model_unavailable")
    assert error.message == "the model's endpoint sent a call whose arguments stop in the middle"


@pytest.mark.once
def test_json_is_cut_wherever_it_stops() -> None:
    whole = r'{"x": [1.5e+10, -3, true, false, null, "é\u00e9\n\"q\\", {"y": {}}], "z": ""}'
    assert all(is_cut(whole[:end]) for end in range(1, len(whole)))
    assert not is_cut(whole)


@pytest.mark.once
@pytest.mark.parametrize("streamed", [False, True])
def test_any_call_may_be_cut_by_the_limit(streamed: bool) -> None:
    calls = [call("a", '{"x":', index=0, id="1"), call("b", B[1], index=1, id="2")]
    reply = stream(delta({"tool_calls": calls}), delta({}, "length"))
    whole = response(message({"tool_calls": calls}, "length"))
    assert ask(reply if streamed else whole, streamed=streamed).answer.finish_reason == "length"


@pytest.mark.once
def test_many_pieces_of_arguments_take_linear_time() -> None:
    # Parsed again at every piece, they would take minutes.
    pieces = [delta({"tool_calls": [call("a", "[1],", index=0, id="1")]})] * 6_000
    head = delta({"tool_calls": [call("a", '{"x":[', index=0, id="1")]})
    tail = delta({"tool_calls": [call("a", "[]]}", index=0, id="1")]}, "tool_calls")
    (made,) = ask(stream(head, b"".join(pieces), tail), names=NAMES).answer.tool_calls
    assert len(made.arguments) == 6_000 * 4 + 10
