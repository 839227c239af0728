from __future__ import annotations

import json
from typing import Any, cast

import pytest

from julep import ApiError, AsyncClient, BadRequestError, UnprocessableEntityError
from julep.managers.types import ChatSettingsArgs, InputChatMlMessageDict, ToolChoice, ToolDict
from julep.types import (
    ChatMlImageContentPart,
    ChatMlImageContentPartImageUrl,
    ChatMlImageContentPartImageUrlDetail,
    ChatMlMessageRole,
    ChatMlTextContentPart,
    ChatResponseFinishReason,
    ChatSettingsResponseFormat,
    ChatSettingsResponseFormatType,
    FunctionDef,
    InputChatMlMessage,
    InputChatMlMessageRole,
    NamedToolChoice,
    NamedToolChoiceFunction,
    Tool,
    ToolChoiceOptionMode,
    ToolType,
)
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, new_session, time_of
from tests.sdk.helpers.stub import Stub
from tests.server.helpers.endpoint import USAGE, Endpoint

pytestmark = pytest.mark.anyio

OFFLINE = "This is Julep's offline model, not a language model.\n"

WEATHER: ToolDict = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "What it is like outside.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
WEATHER_TOOL = Tool(
    id=UNKNOWN_ID,
    type=ToolType.FUNCTION,
    function=FunctionDef.from_dict(FunctionDef.encode(WEATHER["function"])),
)
CALL = json.dumps({"name": "weather", "arguments": '{"city":""}'}, separators=(",", ":"))

SETTINGS: ChatSettingsArgs = {
    "frequency_penalty": 0.5,
    "length_penalty": 1.5,
    "logit_bias": {"42": 7, "43": None},
    "max_tokens": 100,
    "presence_penalty": -0.5,
    "repetition_penalty": 1.25,
    "seed": 77,
    "stop": ["end", "fin"],
    "temperature": 1,
    "top_p": 0.75,
    "min_p": 0.01,
}


async def test_an_answer(client: AsyncClient) -> None:
    session = await new_session(client, situation="In a garden.")
    reply = await client.sessions.chat(session.id, HELLO)
    text = f"{OFFLINE}I was told: In a garden. / The agent's name is Ada.\nYou said: Hello"
    assert reply.text == text
    assert reply.response == [[reply.message]]
    assert (reply.message.role, reply.message.content) == (ChatMlMessageRole.ASSISTANT, text)
    time_of(reply.message.created_at)
    assert reply.finish_reason is ChatResponseFinishReason.STOP
    usage = reply.usage
    assert usage.completion_tokens > 0
    assert usage.prompt_tokens > 0
    assert usage.total_tokens == usage.completion_tokens + usage.prompt_tokens
    assert (reply.doc_ids.agent_doc_ids, reply.doc_ids.user_doc_ids) == ([], [])
    [message, *others] = reply.response[0]
    assert isinstance(message.content, str)
    assert others == []


async def test_a_rendered_situation(client: AsyncClient) -> None:
    session = await new_session(
        client, situation="Say 'hello {{ session.metadata.fruit }}'", render_templates=True,
        metadata={"fruit": "banana"},
    )  # fmt: skip
    assert "Say 'hello banana'" in (await client.sessions.chat(session.id, HELLO)).text
    plain = await new_session(client, situation="Say 'hello {{ 1 }}'")
    assert "Say 'hello {{ 1 }}'" in (await client.sessions.chat(plain.id, HELLO)).text


async def test_messages_of_every_kind_are_stored_as_they_were_sent(client: AsyncClient) -> None:
    session = await new_session(client)
    image: dict[str, Any] = {"url": "https://images.test/x.jpg", "detail": "low"}
    messages: list[InputChatMlMessageDict | InputChatMlMessage] = [
        {"role": "system", "content": "{{ not rendered }}"},
        {"role": "user", "content": "a text", "name": "Grace"},
        {"role": "assistant", "content": ""},
        {"role": "function_call", "content": CALL},
        {"role": "function", "content": "sunny", "name": "weather"},
        {"role": "user", "content": [{"type": "text", "text": "a part"}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look:"},
                {"type": "image_url", "image_url": cast("Any", image)},
            ],
        },
        InputChatMlMessage(InputChatMlMessageRole.SYSTEM, "from a model"),
        InputChatMlMessage(role=InputChatMlMessageRole.USER, content="mine", name="Bo"),
        InputChatMlMessage(
            role=InputChatMlMessageRole.USER,
            content=[
                ChatMlTextContentPart("Look:"),
                ChatMlImageContentPart(
                    ChatMlImageContentPartImageUrl(
                        image["url"], ChatMlImageContentPartImageUrlDetail.LOW
                    )
                ),
            ],
        ),
    ]
    reply = await client.sessions.chat(session.id, messages)
    assert reply.text.endswith("You said: Look: (1 image that this model can't see)")
    history = await client.sessions.history(session.id)
    picture = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": image}]
    stored_messages = [message.to_dict() for message in history[:-1]]
    assert [(each["role"], each["content"], each.get("name")) for each in stored_messages] == [
        ("system", "{{ not rendered }}", None),
        ("user", "a text", "Grace"),
        ("assistant", "", None),
        ("function_call", CALL, None),
        ("function", "sunny", "weather"),
        ("user", [{"type": "text", "text": "a part"}], None),
        ("user", picture, None),
        ("system", "from a model", None),
        ("user", "mine", "Bo"),
        ("user", picture, None),
    ]
    assert history[-1] == reply.message
    parts = history[6].content
    assert parts == [
        ChatMlTextContentPart("Look:"),
        ChatMlImageContentPart(
            ChatMlImageContentPartImageUrl(image["url"], ChatMlImageContentPartImageUrlDetail.LOW)
        ),
    ]


async def test_role_auto_is_the_next_speaker(client: AsyncClient) -> None:
    session = await new_session(client)
    messages: list[InputChatMlMessageDict] = [
        {"role": "auto", "content": "Hello"},
        {"role": "auto", "content": "The answer beg", "continue": True},
    ]
    reply = await client.sessions.chat(session.id, messages)
    assert reply.text.endswith("I go on from: The answer beg")
    roles = [message.role.value for message in await client.sessions.history(session.id)]
    assert roles == ["user", "assistant", "assistant"]


async def test_history_is_sent_to_the_model(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    first = await model_client.sessions.chat(session.id, HELLO)
    assert (first.text, first.usage.to_dict()) == ("A fine day.", USAGE)
    await model_client.sessions.chat(session.id, [{"role": "user", "content": "And \u2603?"}])
    assert endpoint.requests[-1]["messages"][1:] == [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "A fine day."},
        {"role": "user", "content": "And \u2603?"},
    ]


async def test_a_long_text_of_various_characters(client: AsyncClient) -> None:
    session = await new_session(client)
    text = "\u0000\r\n\t\u2028\ufeff\U0001f469\u200d\U0001f680 \u05d0\u05d1 <&> {{ x }}" * 50_000
    await client.sessions.chat(session.id, [{"role": "user", "content": text}])
    [said, _] = await client.sessions.history(session.id)
    assert said.content == text


async def test_a_text_that_exceeds_the_limit(client: AsyncClient) -> None:
    session = await new_session(client)
    with pytest.raises(ApiError) as caught:
        await client.sessions.chat(session.id, [{"role": "user", "content": "x" * 17_000_000}])
    assert caught.value.status_code == 413
    assert await client.sessions.history(session.id) == []


async def test_every_setting_reaches_the_model(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    await model_client.sessions.chat(session.id, HELLO, **SETTINGS)
    sent = endpoint.requests[-1]
    wanted = {**SETTINGS, "logit_bias": {"42": 7}}
    assert {name: sent.get(name) for name in SETTINGS} == wanted
    await model_client.sessions.chat(session.id, HELLO)
    assert endpoint.requests[-1].keys() == {"model", "messages"}


async def test_positions_of_the_settings(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    await model_client.sessions.chat(
        session.id, HELLO, [WEATHER], "none", 0.1, 0.2, {"1": 2}, 3, 0.4, 0.5,
        {"type": "json_object"}, 6, "seven", False, 0.8, 0.9, False, False,
    )  # fmt: skip
    sent = endpoint.requests[-1]
    del sent["messages"], sent["model"]
    assert sent == {
        "tools": [{"type": "function", "function": WEATHER["function"]}],
        "tool_choice": "none",
        "frequency_penalty": 0.1,
        "length_penalty": 0.2,
        "logit_bias": {"1": 2},
        "max_tokens": 3,
        "presence_penalty": 0.4,
        "repetition_penalty": 0.5,
        "response_format": {"type": "json_object"},
        "seed": 6,
        "stop": "seven",
        "temperature": 0.8,
        "top_p": 0.9,
    }


async def test_a_preset_and_settings_that_override_it(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    session = await new_session(model_client)
    await model_client.sessions.chat(session.id, HELLO, preset="deterministic", top_p=0.5)
    sent = endpoint.requests[-1]
    assert (sent["temperature"], sent["top_p"]) == (0.0, 0.5)


async def test_only_given_settings_are_sent(stub_client: AsyncClient, stub: Stub) -> None:
    stub.response = {
        "id": UNKNOWN_ID,
        "finish_reason": "stop",
        "response": [[]],
        "usage": USAGE,
        "doc_ids": {"agent_doc_ids": [], "user_doc_ids": []},
    }
    reply = await stub_client.sessions.chat(UNKNOWN_ID, HELLO)
    assert reply.text == ""
    for name in ("recall", "remember", "record"):
        for choice in (True, False):
            flag = cast("ChatSettingsArgs", {name: choice})
            await stub_client.sessions.chat(UNKNOWN_ID, HELLO, **flag)
    await stub_client.sessions.chat(UNKNOWN_ID, HELLO, remember=True, recall=False)
    assert [request.body for request in stub.requests] == [
        {"messages": HELLO},
        *(
            {"messages": HELLO, name: choice}
            for name in ("recall", "remember", "record")
            for choice in (True, False)
        ),
        {"messages": HELLO, "remember": True, "recall": False},
    ]
    assert {request.target for request in stub.requests} == {f"/api/sessions/{UNKNOWN_ID}/chat"}


@pytest.mark.parametrize(("record", "stored"), [(None, 2), (True, 2), (False, 0)])
async def test_record(client: AsyncClient, record: bool | None, stored: int) -> None:
    session = await new_session(client)
    await client.sessions.chat(session.id, HELLO, record=record, remember=record, recall=record)
    assert len(await client.sessions.history(session.id)) == stored


async def test_max_tokens_and_stop(client: AsyncClient) -> None:
    session = await new_session(client)
    short = await client.sessions.chat(session.id, HELLO, max_tokens=3)
    assert (short.text, short.finish_reason) == (
        "This is Julep's",
        ChatResponseFinishReason.LENGTH,
    )
    assert short.usage.completion_tokens == 3
    for stop in ("offline", ["language", "offline"]):
        stopped = await client.sessions.chat(session.id, HELLO, stop=stop)
        assert stopped.text == "This is Julep's "
        assert stopped.finish_reason is ChatResponseFinishReason.STOP


async def test_response_format(client: AsyncClient) -> None:
    session = await new_session(client)
    plain = await client.sessions.chat(session.id, HELLO, response_format={"type": "text"})
    assert plain.text.startswith(OFFLINE)
    as_json = await client.sessions.chat(
        session.id, HELLO, response_format={"type": "json_object"}, record=False
    )
    assert json.loads(as_json.text)["model"] == "offline"
    schema = WEATHER["function"]["parameters"]
    fitting = await client.sessions.chat(
        session.id, HELLO, response_format={"type": "json_object", "schema": schema}
    )
    assert json.loads(fitting.text) == {"city": ""}
    with pytest.raises(BadRequestError) as caught:
        await client.sessions.chat(
            session.id,
            HELLO,
            response_format=ChatSettingsResponseFormat(
                type=ChatSettingsResponseFormatType.REGEX, pattern="a+"
            ),
        )
    assert (caught.value.status_code, caught.value.code) == (400, "model_refused")
    assert "regex" in caught.value.message


@pytest.mark.parametrize("tool", [WEATHER, WEATHER_TOOL], ids=["dict", "model"])
@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "function": {"name": "weather"}},
        NamedToolChoice(NamedToolChoiceFunction("weather")),
    ],
    ids=["dict", "model"],
)
async def test_a_function_that_must_be_called(
    client: AsyncClient, tool: ToolDict | Tool, choice: ToolChoice
) -> None:
    session = await new_session(client)
    reply = await client.sessions.chat(session.id, HELLO, tools=[tool], tool_choice=choice)
    assert reply.finish_reason is ChatResponseFinishReason.TOOL_CALLS
    assert reply.message.role is ChatMlMessageRole.FUNCTION_CALL
    assert reply.text == CALL
    reply = await client.sessions.chat(
        session.id, [{"role": "function", "name": "weather", "content": "sunny"}]
    )
    assert reply.text.endswith("The function gave: sunny")
    roles = [message.role.value for message in await client.sessions.history(session.id)]
    assert roles == ["user", "function_call", "function", "assistant"]


@pytest.mark.parametrize("choice", ["auto", "none", *ToolChoiceOptionMode])
async def test_the_choice_of_a_tool_reaches_the_model(
    model_client: AsyncClient, endpoint: Endpoint, choice: ToolChoice
) -> None:
    session = await new_session(model_client)
    await model_client.sessions.chat(session.id, HELLO, tools=[WEATHER_TOOL], tool_choice=choice)
    sent = endpoint.requests[-1]
    assert sent["tool_choice"] == choice
    assert sent["tools"] == [{"type": "function", "function": WEATHER["function"]}]


async def test_a_tool_of_a_turn_overrides_the_agents_own(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    other: dict[str, object] = {"name": "time", "parameters": {"type": "object", "properties": {}}}
    own: Any = [{"name": "weather", "parameters": {}}, other]
    agent = await model_client.agents.create(name="Ada", functions=own)
    session = await model_client.sessions.create(agent_id=agent.id)
    await model_client.sessions.chat(session.id, HELLO, tools=[WEATHER])
    assert [tool["function"] for tool in endpoint.requests[-1]["tools"]] == [
        WEATHER["function"],
        other,
    ]


async def test_errors_that_only_the_server_detects(client: AsyncClient) -> None:
    session = await new_session(client, situation="one\n{{ 1 / 0 }}", render_templates=True)
    with pytest.raises(UnprocessableEntityError) as caught:
        await client.sessions.chat(session.id, HELLO)
    assert [detail.path for detail in caught.value.details] == ["situation"]
    assert "line 2" in caught.value.message

    plain = await new_session(client)
    with pytest.raises(UnprocessableEntityError) as unknown:
        await client.sessions.chat(
            plain.id,
            HELLO,
            tools=[WEATHER],
            tool_choice={"type": "function", "function": {"name": "time"}},
        )
    assert [detail.path for detail in unknown.value.details] == ["tool_choice.function.name"]
    assert await client.sessions.history(plain.id) == []
    assert await client.sessions.history(session.id) == []


async def test_errors_of_the_model(model_client: AsyncClient, endpoint: Endpoint) -> None:
    session = await new_session(model_client)
    endpoint.status = 400
    with pytest.raises(BadRequestError) as caught:
        await model_client.sessions.chat(session.id, HELLO)
    assert "this is wrong" in caught.value.message
    assert await model_client.sessions.history(session.id) == []
