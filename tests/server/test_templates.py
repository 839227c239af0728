"""Templates: the messages that are rendered, the variables, and errors."""

from __future__ import annotations

from typing import Any

import pytest

from julep_server.errors import ApiError
from julep_server.prompt.templates import render
from tests.server.helpers.api import Api, error_of, paths_of
from tests.server.helpers.endpoint import Endpoint

BRACES = "{{ user.name }}"


def session_of(api: Api, situation: str, *, rendered: bool = True, user: bool = True) -> str:
    agent = api.make("agents", name="Ada", about="a gardener", metadata={"tone": "dry"})
    fields: dict[str, Any] = {"agent_id": agent["id"], "situation": situation}
    if user:
        fields["user_id"] = api.make("users", name="Bo", metadata={"tags": ["x", "y"]})["id"]
    made = api.make("sessions", render_templates=rendered, metadata={"topic": "roses"}, **fields)
    return str(made["id"])


def test_a_rendered_situation_reaches_the_offline_model(api: Api) -> None:
    session = session_of(api, "Say 'hello {{ 'ban' ~ 'ana' }}'")
    response = api.reply(session)
    assert "hello banana" in response["response"][0][0]["content"]


def test_variables_of_a_template(model_api: Api, endpoint: Endpoint) -> None:
    situation = (
        "{{ session.metadata.topic }} {{ session.id }} {{ session.situation|length > 9 }}\n"
        "{{ agent.name }} {{ agent.about }} {{ agent.metadata.tone }} "
        "{{ user.name }}{{ user.about }}\n"
        "  {% for tag in user.metadata.tags %}\n"
        "- {{ tag }}\n"
        "  {% endfor %}\n"
        "end"
    )
    session = session_of(model_api, situation)
    model_api.reply(session)
    system = endpoint.requests[-1]["messages"][0]["content"]
    assert system.startswith(
        f"roses {session} True\nAda a gardener dry Bo\n- x\n- y\nend\n\nAbout the agent"
    )


def test_only_system_and_assistant_messages_are_rendered(
    model_api: Api, endpoint: Endpoint
) -> None:
    session = session_of(model_api, "x")
    part = [{"type": "text", "text": BRACES}]
    given = [
        {"role": role, "content": content}
        for role in ("system", "assistant", "user")
        for content in (BRACES, part)
    ]
    model_api.reply(session, messages=given)
    seen = [message["content"] for message in endpoint.requests[-1]["messages"][1:]]
    bo = [{"type": "text", "text": "Bo"}]
    assert seen == ["Bo", bo, "Bo", bo, BRACES, part]
    assert [message["content"] for message in model_api.history(session)[:-1]] == [
        message["content"] for message in given
    ]


def test_messages_of_the_model_are_never_rendered(model_api: Api, endpoint: Endpoint) -> None:
    session = session_of(model_api, "x")
    endpoint.message = {"content": "{% if %} {{ 1/0 }}"}
    model_api.reply(session)
    model_api.reply(session)
    assert endpoint.requests[-1]["messages"][2]["content"] == "{% if %} {{ 1/0 }}"


def test_nothing_is_rendered_unless_the_session_says_so(model_api: Api, endpoint: Endpoint) -> None:
    session = session_of(model_api, BRACES, rendered=False)
    model_api.reply(session, messages=[{"role": "system", "content": "{% broken"}])
    system, message = endpoint.requests[-1]["messages"]
    assert system["content"].startswith(BRACES)
    assert message["content"] == "{% broken"


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("a\n{% if %}", 2),
        ("a\nb\n{{ nobody }}", 3),
        ("{{ user.nothing }}", 1),
        ("\n{{ 1 / 0 }}", 2),
        ("{{ ''.__class__.__mro__ }}", 1),
        ("{% for i in range(10**9) %}x{% endfor %}", 1),
        ("{{ 'x' * 10**9 }}", 1),
        ("{{ 10 ** 10 ** 10 }}", 1),
        ("{% for i in range(90000) %}{{ 'x' * 90 }}{% endfor %}", 1),
        ("{{ [] + 1 }}", 1),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_an_error_names_the_templates_line(
    api: Api, template: str, line: int, stream: bool
) -> None:
    session = session_of(api, template)
    response = api.chat(session, stream=stream)
    assert paths_of(response) == ["situation"]
    assert f"template error in line {line}: " in error_of(response, 422)["message"]
    assert api.history(session) == []


def test_an_error_in_a_message_names_the_message(api: Api) -> None:
    session = session_of(api, "x")
    parts = [{"type": "text", "text": "fine"}, {"type": "text", "text": "{{ oops }}"}]
    messages = [{"role": "user", "content": "{{"}, {"role": "system", "content": parts}]
    assert paths_of(api.chat(session, messages=messages)) == ["messages[1].content[1].text"]


def test_a_session_without_a_user_can_ask_whether_there_is_one(api: Api) -> None:
    session = session_of(api, "{% if user %}{{ user.name }}{% else %}alone{% endif %}", user=False)
    assert "alone" in api.reply(session)["response"][0][0]["content"]
    nameless = session_of(api, BRACES, user=False)
    assert paths_of(api.chat(nameless)) == ["situation"]


def test_templates_cannot_change_their_variables() -> None:
    metadata = {"list": [1]}
    with pytest.raises(ApiError):
        render("{{ m.list.append(2) }}", {"m": metadata}, "x")
    assert metadata == {"list": [1]}
