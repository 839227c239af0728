"""What is accepted as an argument, up to what the server stores: in every mode."""

from __future__ import annotations

import dataclasses
from collections import UserDict, UserList, deque
from decimal import Decimal
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import pytest

from julep import UNSET, ArgumentTypeError, AsyncClient, InvalidArgumentError
from julep.types import ChatMlMessage, CreateDoc, InputChatMlMessage, InputChatMlMessageRole
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, new_agent, new_session

pytestmark = pytest.mark.anyio

FUNCTION = {"name": "add", "strict": True, "parameters": {"type": "object", "required": ["a"]}}
TOOL = {"type": "function", "extra": 1, "function": FUNCTION}


async def texts_of(client: AsyncClient, session_id: str) -> list[tuple[str, object]]:
    return [(m.role.value, m.content) for m in await client.sessions.history(session_id)]


async def test_a_text_is_a_message_of_the_user(client: AsyncClient) -> None:
    session = await new_session(client)
    await client.sessions.chat(session.id, "Hello")
    await client.sessions.run(session.id, "Again")
    asked = [text for role, text in await texts_of(client, session.id) if role == "user"]
    assert asked == ["Hello", "Again"]


async def test_messages_that_were_read_are_sent_again(client: AsyncClient) -> None:
    session = await new_session(client)
    reply = await client.sessions.chat(session.id, HELLO)
    history = await client.sessions.history(session.id)
    before = await texts_of(client, session.id)
    other = await new_session(client)
    again: list[Any] = [*history, reply.message.to_dict()]
    await client.sessions.chat(other.id, again, recall=False)
    sent = [*before, ("assistant", reply.message.content)]
    assert (await texts_of(client, other.id))[: len(sent)] == sent


async def test_what_was_read_of_an_agent_makes_another(client: AsyncClient) -> None:
    given: Any = {"temperature": 0.7, "max_tokens": 150, "stop": ["x"], "seed": 1, "top_k": 5}
    agent = await client.agents.create(
        name="Ada",
        default_settings={**given, "preset": None},
        tools=[TOOL],
        docs=[{"title": "t", "content": "c", "source": "a file", "metadata": None}],
    )
    tools = await client.tools.get(agent.id)
    docs = await client.docs.list(agent_id=agent.id)
    settings: Any = agent.default_settings
    as_models: Any = (settings, tools, docs)
    as_dicts: Any = (settings.to_dict(), [tools[0].to_dict()], [docs[0].to_dict()])
    for default_settings, its_tools, its_docs in (as_models, as_dicts):
        other = await client.agents.create(
            name="Bo", default_settings=default_settings, tools=its_tools, docs=its_docs
        )
        assert other.to_dict()["default_settings"] == given
        assert [tool.function for tool in await client.tools.get(other.id)] == [tools[0].function]
        assert [doc.title for doc in await client.docs.list(agent_id=other.id)] == ["t"]
    await client.tools.create((await new_agent(client)).id, tools[0])
    await client.docs.create(agent_id=agent.id, doc=docs[0])
    reply = await client.sessions.chat((await new_session(client)).id, HELLO, tools=tools)
    assert reply.id


@pytest.mark.parametrize(
    "messages",
    [
        tuple(HELLO),
        deque(HELLO),
        UserList(HELLO),
        dict(enumerate(HELLO)).values(),
        [UserDict(HELLO[0])],
        [MappingProxyType(HELLO[0])],
        [InputChatMlMessage(InputChatMlMessageRole.USER, "Hello")],
        [{**HELLO[0], "agent_id": "a", "timestamp": 1, "name": None, "continue": UNSET}],
    ],
)
async def test_any_form_of_a_message_is_sent(messages: Any, client: AsyncClient) -> None:
    session = await new_session(client)
    await client.sessions.chat(session.id, messages)
    assert (await texts_of(client, session.id))[0] == ("user", "Hello")


async def test_keys_of_numbers_and_biases_of_none(client: AsyncClient) -> None:
    session = await new_session(client)
    for bias in ({50256: -100}, {50256: None}, {"50256": None}, {}):
        assert (await client.sessions.chat(session.id, HELLO, logit_bias=bias)).id


@dataclasses.dataclass
class Plan:
    seats: int = 1


async def test_metadata_has_what_0_3_accepted(client: AsyncClient) -> None:
    metadata: Any = {
        1: "a",
        "set": {"x"},
        "price": Decimal("1.5"),
        "plan": Plan(),
        "path": PurePosixPath("a/b"),
        "null": None,
    }
    stored = {
        "1": "a",
        "set": ["x"],
        "price": 1.5,
        "plan": {"seats": 1},
        "path": "a/b",
        "null": None,
    }
    user = await client.users.create(name="Grace", metadata=metadata)
    assert user.metadata == stored
    found = await client.users.list(metadata_filter={"plan": Plan(), "price": Decimal("1.5")})
    assert user.id in [each.id for each in found]


async def test_an_error_is_the_same_each_time(client: AsyncClient) -> None:
    texts = {str(await error_of(client, messages=[*HELLO, *HELLO, object()])) for _ in range(20)}
    assert texts == {"messages[2]: expected a dict or InputChatMlMessage; got <object object>"}


async def error_of(client: AsyncClient, **given: Any) -> ArgumentTypeError:
    with pytest.raises(ArgumentTypeError) as raised:
        await client.sessions.chat(UNKNOWN_ID, **given)
    return raised.value


async def test_an_object_is_not_its_id(client: AsyncClient) -> None:
    session = await new_session(client)
    wrong: Any = session
    with pytest.raises(ArgumentTypeError, match=r"\(did you mean session\.id\?\)$") as raised:
        await client.sessions.chat(wrong, HELLO)
    assert raised.value.path == "session_id"
    agent: Any = await new_agent(client)
    with pytest.raises(ArgumentTypeError, match=r"^id: .*\(did you mean agent\.id\?\)$"):
        await client.agents.get(agent)


async def test_another_object_has_the_id_that_is_meant(client: AsyncClient) -> None:
    session = await new_session(client)
    wrong: Any = session
    with pytest.raises(ArgumentTypeError, match=r"\(did you mean session\.agent_id\?\)$"):
        await client.agents.update(wrong, name="Bo")
    reply: Any = await client.sessions.chat(session.id, HELLO)
    with pytest.raises(ArgumentTypeError, match=r"\(did you mean one of response\.jobs\?\)$"):
        await client.jobs.get(reply)
    with pytest.raises(ArgumentTypeError, match=r"\(did you mean response\.id\?\)$"):
        await client.sessions.get(reply)


class Opaque:
    """Without a repr of its own."""


async def test_a_value_is_shown_without_its_module(client: AsyncClient) -> None:
    class Inner:
        """In a function."""

    for wrong, text in (
        (Opaque(), "<Opaque object>"),
        (Inner(), "<Inner object>"),
        ({"a": Opaque()}, "{'a': <Opaque object>}"),
        (Opaque, "the class Opaque"),
    ):
        name: Any = wrong
        with pytest.raises(ArgumentTypeError, match=f"^name: expected a str; got {text}$"):
            await client.agents.create(name=name)


@pytest.mark.parametrize(
    ("method", "given", "path", "words"),
    [
        ("sessions.get", {"session_id": UNKNOWN_ID}, "session_id", "(did you mean 'id'?)"),
        ("sessions.chat", {"id": UNKNOWN_ID}, "id", "(did you mean 'session_id'?)"),
        ("agents.update", {"id": UNKNOWN_ID}, "id", "(did you mean 'agent_id'?)"),
        ("tools.update", {"id": UNKNOWN_ID}, "id", "unexpected keyword argument 'id'"),
        ("sessions.chat", {"timeout": 5}, "timeout", "client.with_options(timeout=...)"),
        ("jobs.get", {"headers": {}}, "headers", "client.with_options(headers=...)"),
        ("sessions.chat", {"model": "m"}, "model", "agents.update(agent_id=..., model=...)"),
        ("sessions.stream", {"stream": True}, "stream", "it streams already"),
        ("sessions.run", {"stream": True}, "stream", "sessions.stream_run streams a run"),
        ("docs.create", {"title": "t"}, "title", 'doc={"title": ..., "content": ...}'),
        ("agents.create", {"title": "t"}, "title", "unexpected keyword argument 'title'"),
        ("users.update", {"descripton": "t"}, "descripton", "argument 'descripton'"),
    ],
)
async def test_an_argument_that_a_method_does_not_have(
    method: str, given: dict[str, Any], path: str, words: str, client: AsyncClient
) -> None:
    resource, name = method.split(".")
    call: Any = getattr(getattr(client, resource), name)

    async def make() -> None:
        result = call(**given)
        await (result.open() if name == "stream" else result)

    with pytest.raises(ArgumentTypeError) as raised:
        await make()
    assert raised.value.path == path
    assert f"Manager.{name}() got an unexpected keyword argument {path!r}" in str(raised.value)
    assert str(raised.value).endswith(words)


async def test_a_closed_text_is_checked_before_anything_is_made(
    client: AsyncClient,
) -> None:
    wrong: Any = "drop"
    with pytest.raises(InvalidArgumentError, match=r"^context_overflow: expected one of 'trunc"):
        await client.sessions.create(agent_id=UNKNOWN_ID, context_overflow=wrong)


async def test_models_of_other_kinds_are_no_messages(client: AsyncClient) -> None:
    for wrong in (CreateDoc("t", "c"), [HELLO[0]], repr, ChatMlMessage):
        messages: Any = [wrong]
        error = await error_of(client, messages=messages)
        assert error.path == "messages[0]"
        assert "expected a dict or InputChatMlMessage; got " in str(error)
