"""The scripted model: answers by a script, and a record of the requests."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import openai
import pytest

from julep_server import LocalServer, ModelRequest, ScriptedAnswer, ScriptedModel
from julep_server.models.script_files import read_script
from tests.server.helpers.api import Api, error_of
from tests.server.helpers.process import serving
from tests.server.test_cli import run

LOOK: dict[str, Any] = {
    "id": "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a",
    "type": "function",
    "function": {"name": "look", "parameters": {"type": "object"}},
}


def texts_of(response: dict[str, Any]) -> list[str]:
    return [message["content"] for message in response["response"][0]]


def test_a_script_is_followed_step_by_step() -> None:
    model = ScriptedModel("One.", lambda request: f"You said {request.messages[-1]['content']}.")
    model.calls("look", at="sky", times=2).says("Two.")
    assert repr(model) == "<ScriptedModel 'scripted': 4 steps left, 0 requests>"
    with LocalServer(model=model) as server, Api(server.url) as api:
        agent = api.make("agents", about="A pilot.")
        assert agent["model"] == "scripted"
        session = api.make("sessions", agent_id=agent["id"])["id"]
        assert texts_of(api.reply(session)) == ["One."]
        assert texts_of(api.reply(session, "Hi")) == ["You said Hi."]
        called = api.reply(session, tools=[LOOK])
        assert called["finish_reason"] == "tool_calls"
        (content,) = texts_of(called)
        assert json.loads(content) == {"name": "look", "arguments": '{"at":"sky","times":2}'}
        assert texts_of(api.reply(session)) == ["Two."]
        assert [event.data["delta"].get("content") for event in _streamed(model, api, session)] == [
            "Three", " words", " here.", None,
        ]  # fmt: skip
    first, *_, third, _, last = model.asked
    assert first.messages[0]["role"] == "system"
    assert "A pilot." in str(first.messages[0]["content"])
    assert [tool["function"] for tool in third.tools] == [LOOK["function"]]
    assert last.to_json()["model"] == "scripted"
    assert model.steps_left == 0


def _streamed(model: ScriptedModel, api: Api, session: str) -> list[Any]:
    model.says("Three words here.")
    return api.events(session)[:-1]


def test_failures_are_those_of_an_endpoint() -> None:
    model = (
        ScriptedModel().fails(429, "slow down", retry_after=7).fails(500, "at 10.0.0.1").fails(401)
    )
    model.breaks_off("One two three", after=2).breaks_off("One two three", after=2)
    with LocalServer(model=model) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        limited = api.chat(session)
        assert error_of(limited, 429)["code"] == "rate_limited"
        assert limited.headers["retry-after"] == "7"
        assert error_of(api.chat(session), 503)["message"] == "the model's endpoint failed (500)"
        assert error_of(api.chat(session), 400)["code"] == "model_refused"
        assert error_of(api.chat(session), 503)["code"] == "model_interrupted"
        *texts, failure = api.events(session)
        assert [event.data["delta"]["content"] for event in texts] == ["One", " two"]
        assert (failure.kind, failure.data["error"]["code"]) == ("error", "model_interrupted")
        assert api.history(session) == []
        assert error_of(api.chat(session), 503)["code"] == "script_ended"


def test_a_function_at_the_end_answers_all_further_requests() -> None:
    def answer(request: ModelRequest) -> ScriptedAnswer:
        return ScriptedAnswer(
            text=f"{len(request.messages)} messages", usage=(3, 4), finish_reason="length"
        )

    with LocalServer(model=ScriptedModel("First.", answer)) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        replies = [api.reply(session, record=False) for _ in range(3)]
    assert [texts_of(reply) for reply in replies] == [["First."], ["2 messages"], ["2 messages"]]
    assert replies[1]["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert replies[1]["finish_reason"] == "length"


def test_jobs_take_no_steps() -> None:
    model = ScriptedModel("One.", "Two.")
    with LocalServer(model=model) as server, Api(server.url) as api:
        user = api.make("users")["id"]
        session = api.make("sessions", user_id=user, agent_id=api.make("agents")["id"])["id"]
        api.wait_done(api.reply(session, "I like tea."))
        assert texts_of(api.reply(session)) == ["Two."]
    assert len(model.asked) == 2


def test_delays_are_kept() -> None:
    model = ScriptedModel().says("One two.", delay=0.2, pause=0.05)
    with LocalServer(model=model) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        begun = time.monotonic()
        api.events(session)
        assert time.monotonic() - begun >= 0.3


def test_openais_own_client_is_answered_too() -> None:
    model = (
        ScriptedModel("One two.").calls("look", at="sky").fails(429).breaks_off("One two", after=1)
    )
    with LocalServer(model=model) as server:
        client = openai.OpenAI(base_url=f"{server.root}/v1", api_key="none", max_retries=0)
        with client:
            create = client.chat.completions.create
            messages: Any = [{"role": "user", "content": "Hi"}]
            parts = [
                chunk.choices[0].delta.content or ""
                for chunk in create(model="x", messages=messages, stream=True)
            ]
            assert "".join(parts) == "One two."
            (call,) = create(model="x", messages=messages).choices[0].message.tool_calls or []
            assert call.type == "function"
            assert call.function.arguments == '{"at":"sky"}'
            with pytest.raises(openai.RateLimitError):
                create(model="x", messages=messages)
            cut = list(create(model="x", messages=messages, stream=True))
            assert [chunk.choices[0].delta.content for chunk in cut] == ["", "One"]
    assert [request.messages for request in model.asked] == [messages] * 4


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"status": 200}, "status must be from 400 to 599; got 200"),
        ({"delay": -1}, "delay must not be negative; got -1"),
        ({"breaks_off_after": -1}, "breaks_off_after must not be negative; got -1"),
    ],
)
def test_wrong_answers_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ScriptedAnswer(**wrong)


def test_wrong_steps_and_settings_are_refused() -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match="must be a str, a ScriptedAnswer or a function; got 5"):
        ScriptedModel(wrong)
    others: list[dict[str, Any]] = [{"model_url": "http://x"}, {"model_script": "x.toml"}]
    for settings in others:
        with pytest.raises(ValueError, match="model"):
            LocalServer(model=ScriptedModel(), **settings)


# --- scripts in files ---

TOML = """
answers = ["One.", {text = "Two.", delay = 0.01},
  {calls = [{name = "look", arguments = {at = "sky"}}]},
  {when = "weather", text = "Sunny."}, {status = 429, message = "slow", retry_after = 3}]
otherwise = "Nothing more."
"""


def test_a_server_answers_by_a_script_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "script.toml"
    file.write_text(TOML)
    arguments = ["--model-script", str(file), "--database", str(tmp_path / "x.db")]
    with serving(*arguments) as (_, url), Api(url) as api:
        session = api.make("sessions")["id"]
        said = [api.reply(session, text) for text in ("a", "the weather", "b", "c", "the weather")]
        assert [texts_of(reply)[0] for reply in said] == [
            "One.",
            "Sunny.",
            "Two.",
            '{"name":"look","arguments":"{\\"at\\":\\"sky\\"}"}',
            "Sunny.",
        ]
        assert api.chat(session).headers["retry-after"] == "3"
        assert [texts_of(api.reply(session)) for _ in range(2)] == [["Nothing more."]] * 2


def test_a_script_without_otherwise_ends(tmp_path: Path) -> None:
    file = tmp_path / "script.json"
    file.write_text('{"answers": ["One."], "name": "mine"}')
    with LocalServer(model_script=str(file)) as server, Api(server.url) as api:
        session = api.make("sessions")["id"]
        assert api.chat(session).headers["x-julep-model"] == "mine"
        assert api.chat(session).status_code == 503


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("{", "can't be read"),
        ("[]", r"expected an object with answers; got \[\]"),
        ('{"answer": []}', "unknown: answer; known: answers, name, otherwise"),
        ('{"answers": "a"}', "answers: expected a list; got 'a'"),
        ('{"answers": ["a", 5]}', r"answers\[1\]: expected a text or an object; got 5"),
        ('{"answers": [{"txt": "a"}]}', r"answers\[0\]: unknown: txt"),
        ('{"answers": [{"text": 5}]}', r"answers\[0\].text: expected a text; got 5"),
        ('{"answers": [{"status": 5}]}', r"answers\[0\]: status must be from 400 to 599; got 5"),
        (
            '{"answers": [{"status": true}]}',
            r"answers\[0\].status: expected a whole number",
        ),
        ('{"answers": [{"delay": "a"}]}', r"answers\[0\].delay: expected a whole number; got 'a'"),
        ('{"answers": [{"usage": [1]}]}', r"answers\[0\].usage: expected two numbers; got \[1\]"),
        ('{"answers": [{"calls": {}}]}', r"answers\[0\].calls: expected a list; got {}"),
        ('{"answers": [{"calls": [{}]}]}', r'answers\[0\].calls\[0\]: expected {"name": …'),
        ('{"answers": [{"when": 5}]}', r"answers\[0\].when: expected a text; got 5"),
        ('{"otherwise": 5}', "otherwise: expected a text or an object; got 5"),
    ],
)
def test_wrong_scripts_are_refused(tmp_path: Path, script: str, message: str) -> None:
    file = tmp_path / "script.json"
    file.write_text(script)
    with pytest.raises(ValueError, match=message):
        read_script(file)


def test_the_command_refuses_a_wrong_script(tmp_path: Path) -> None:
    done = run("serve", "--port", "0", "--model-script", str(tmp_path / "missing.toml"))
    assert done.returncode == 2
    assert "the model's script" in done.stderr


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"status": "503"}, "status must be an int from 400 to 599; got '503'"),
        ({"status": True}, "status must be an int from 400 to 599; got True"),
        ({"text": 3}, "text must be a str; got 3"),
        ({"delay": "1"}, "delay must be a number of seconds; got '1'"),
        ({"pause": None}, "pause must be a number of seconds; got None"),
        ({"message": b"x"}, "message must be a str; got b'x'"),
        ({"retry_after": 1.5}, "retry_after must be an int of seconds; got 1.5"),
        ({"breaks_off_after": "2"}, "breaks_off_after must be an int of words; got '2'"),
    ],
)
def test_a_value_of_a_wrong_type_is_refused(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(TypeError) as caught:
        ScriptedAnswer(**given)
    assert str(caught.value) == problem
