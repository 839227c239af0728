"""What a type checker accepts of values that come from variables. Nothing here is run.

A dict in a variable has the type that the checker infers for it, ``dict[str, str]`` for example,
and not that of a TypedDict.
"""

from __future__ import annotations

from collections import UserDict, deque
from collections.abc import Mapping, Sequence
from typing import assert_type

from julep import AsyncClient, Client
from julep.managers.types import (
    ContextOverflow,
    DefaultSettings,
    DocInput,
    FunctionInput,
    LogitBias,
    MessageInput,
    Messages,
    PartialFunctionInput,
    ResponseFormat,
    ToolInput,
)
from julep.types import Agent, ChatMlMessage, ChatResponse, Doc, Session, Tool

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"

messages = [{"role": "user", "content": "Hello!"}]
parts = [{"role": "user", "content": [{"type": "text", "text": "Hello!"}]}]
named_none = [{"role": "user", "content": "Hello!", "name": None}]
function = {"name": "add", "description": "Adds.", "strict": True, "parameters": {"type": "object"}}
tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
doc = {"title": "Hours", "content": "We open at nine.", "source": "a file"}
settings = {"temperature": 0.5, "max_tokens": 150, "stop": ["x"], "preset": None}
choice = {"type": "function", "function": {"name": "add"}}
pattern = {"type": "regex", "pattern": "[0-9]+"}
bias = {50256: -100}
biases = {"50256": -100, "7": None}


def chats(client: Client) -> None:
    assert_type(client.sessions.chat(ID, messages), ChatResponse)
    assert_type(client.sessions.chat(ID, "Hello!"), ChatResponse)
    client.sessions.chat(ID, parts, tools=[tool], tool_choice=choice, response_format=pattern)
    client.sessions.chat(ID, named_none, logit_bias=bias, stop=("a", "b"))
    client.sessions.chat(ID, deque(messages), logit_bias=biases, stop=["a"])
    client.sessions.chat(ID, [UserDict(messages[0])], stream=True).close()
    assert_type(client.sessions.run(ID, messages, [len, tool], max_turns=None), ChatResponse)
    assert_type(client.sessions.run(ID, "Hello!", None), ChatResponse)
    client.sessions.iterate_run(ID, messages)


async def async_chats(client: AsyncClient) -> None:
    assert_type(await client.sessions.chat(ID, messages, tools=[tool]), ChatResponse)
    assert_type(await client.sessions.chat(ID, "Hello!"), ChatResponse)
    assert_type(await client.sessions.run(ID, messages, [len, tool]), ChatResponse)


def read_and_sent(
    client: Client, reply: ChatResponse, history: list[ChatMlMessage], tools: list[Tool]
) -> None:
    client.sessions.chat(ID, [reply.message, *history, {"role": "user", "content": "And?"}])
    client.sessions.chat(ID, history, tools=tools)
    agent = client.agents.get(ID)
    docs: list[Doc] = client.docs.list(agent_id=ID)
    client.agents.create(name="Bo", tools=tools, docs=docs, default_settings=settings)
    client.tools.create(ID, tools[0])
    client.docs.create(user_id=ID, doc=docs[0])
    client.tools.update(ID, ID, tools[0].function)
    assert_type(agent, Agent)


def resources(client: Client) -> None:
    tools, functions, docs = [tool], [function], [doc]
    assert_type(
        client.agents.create(
            name="Ada", tools=tools, functions=functions, docs=docs, default_settings=settings
        ),
        Agent,
    )
    client.agents.update(agent_id=ID, default_settings=settings, overwrite=None)
    client.users.create(docs=docs, metadata=None)
    client.docs.create(agent_id=ID, doc=doc)
    client.tools.create(ID, tool)
    client.tools.update(ID, ID, function, None)
    made = client.sessions.create(
        agent_id=ID, render_templates=None, metadata=None, context_overflow="truncate"
    )
    assert_type(made, Session)
    client.sessions.list(metadata_filter=None)
    client.agents.create(name="Ada", tools=None, functions=None, docs=None, metadata=None)


def named(
    client: Client, one: MessageInput, format: ResponseFormat, bias: LogitBias, tool: ToolInput
) -> None:
    many: Messages = [one]
    client.sessions.chat(ID, many, tools=[tool], response_format=format, logit_bias=bias)


def more_named(
    client: Client,
    doc: DocInput,
    function: FunctionInput,
    part: PartialFunctionInput,
    default_settings: DefaultSettings,
    overflow: ContextOverflow,
) -> None:
    client.agents.create(
        name="Ada", docs=[doc], functions=[function], default_settings=default_settings
    )
    client.tools.update(ID, ID, part)
    client.sessions.update(session_id=ID, context_overflow=overflow)


def generic(client: Client, given: Sequence[Mapping[str, object]]) -> None:
    client.sessions.chat(ID, given, tools=given)
    client.agents.create(name="Ada", docs=given, tools=given, functions=given)
