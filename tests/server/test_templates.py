"""Templates: the messages that are rendered, the variables, and errors."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from julep_server.errors import ApiError
from julep_server.prompt.plain_templates import PlainTemplates
from julep_server.prompt.template_process import TemplateLimits
from julep_server.prompt.templates import Template, TemplateRenderer
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


@pytest.fixture(scope="module")
def renderer() -> Iterator[TemplateRenderer]:
    renderer = TemplateRenderer(TemplateLimits(seconds=0.2, characters=1_000_000, megabytes=64))
    yield renderer
    renderer.close()


def rendered(renderer: TemplateRenderer, source: str, **variables: object) -> str:
    (text,) = asyncio.run(renderer.render([Template("x", source)], variables))
    return text


def refused(renderer: TemplateRenderer, source: str, **variables: object) -> str:
    with pytest.raises(ApiError) as caught:
        rendered(renderer, source, **variables)
    assert (caught.value.status, [detail.path for detail in caught.value.details]) == (422, ["x"])
    return caught.value.message


@pytest.mark.parametrize("apart", ["", "{{ range(0)|join }}"], ids=["here", "apart"])
def test_half_of_a_surrogate_pair_is_an_error(renderer: TemplateRenderer, apart: str) -> None:
    assert refused(renderer, apart + r"{{ '\ud800' }}").endswith("the text is not valid Unicode")
    # An error that quotes it can be sent, too.
    refused(renderer, apart + r"{{ 'x'.encode('\ud800') }}").encode()
    assert rendered(renderer, apart + r"{{ '\ud800'|length }}") == "1"


@pytest.mark.parametrize("link", [".a", "['a']", "|upper"])
def test_a_long_chain_in_a_template_is_an_error(renderer: TemplateRenderer, link: str) -> None:
    refused(renderer, "{{ x" + link * 2000 + " }}", x=None)


def test_templates_cannot_change_their_variables(renderer: TemplateRenderer) -> None:
    metadata = {"list": [1]}
    refused(renderer, "{{ m.list.append(2) }}", m=metadata)
    assert metadata == {"list": [1]}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("no braces\n\n", "no braces\n"),
        ("a\r\nb\r\n", "a\nb"),
        ("{{ user.name|upper }} {{ user.tags|join(', ') }}", "BO x, y"),
        ("{% for tag in user.tags %}{{ loop.index }}{{ tag }}{% endfor %}", "1x2y"),
        ("{{ 'yes' if user.name == 'Bo' else 'no' }}", "yes"),
        ("{{ user.tags|first }}{{ user.none|default('-') }}{{ user.tags|length }}", "x-2"),
        ("{# only a comment #}", ""),
        ("{{ '%s!'|format(user.name) }}", "Bo!"),
        ("{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(user.name) }}", "<Bo>"),
        ("{{ range(3)|sum }}{{ {'a': 1}|dictsort }}", "3[('a', 1)]"),
    ],
)
def test_texts_of_templates(renderer: TemplateRenderer, source: str, text: str) -> None:
    assert rendered(renderer, source, user={"name": "Bo", "tags": ["x", "y"]}) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ user.name|upper }} {{ user.tags|join(', ') }}",
        "{% for tag in user.tags %}{{ tag|title }}{% else %}none{% endfor %}",
        "{% if user.name is defined and not user.tags[0] == 'y' %}{{ user.tags }}{% endif %}",
    ],
)
def test_plain_templates_mean_the_same_in_this_process_and_apart(
    renderer: TemplateRenderer, source: str
) -> None:
    variables = {"user": {"name": "Bo", "tags": ["x", "y"]}}
    plain = PlainTemplates(1000)
    compiled = plain.compiled(source)
    assert compiled is not None
    # A call makes a template one that is rendered apart.
    apart = rendered(renderer, source + "{{ range(0)|join }}", **variables)
    assert plain.run(compiled, variables, [0], 1000) == apart
    assert plain.compiled(source + "{{ range(0)|join }}") is None


def test_a_plain_template_with_too_many_steps_is_rendered_apart(
    renderer: TemplateRenderer,
) -> None:
    source = "{% for a in x %}{% for b in x %}{% if b %}-{% endif %}{% endfor %}{% endfor %}"
    assert len(rendered(renderer, source, x=[1] * 90)) == 8100


def test_the_templates_of_a_prompt_share_their_time(renderer: TemplateRenderer) -> None:
    # Each one takes less than the time for all.
    loop = "{% for a in range(9999) %}{% for b in range(20) %}{% endfor %}{% endfor %}"
    templates = [Template(f"x{number}", loop + f"{number}") for number in range(200)]
    with pytest.raises(ApiError) as caught:
        asyncio.run(renderer.render(templates, {}))
    assert caught.value.status == 422
    assert "it takes too long" in caught.value.message


def test_a_good_template_follows_a_bad_one(renderer: TemplateRenderer) -> None:
    assert "too much memory" in refused(renderer, "\n{{ 'a'.zfill(10**8 * 3)|length }}")
    assert rendered(renderer, "{{ 3 * 4 }}") == "12"
