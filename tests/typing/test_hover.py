"""An editor shows the documentation of async methods and of the fields of models."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.typing.helpers.language_server import LanguageServer

pytestmark = pytest.mark.once

PROGRAM = """
from julep import AsyncClient


async def program(client: AsyncClient) -> None:
    {calls}
"""

# Methods, each with the beginning of one argument's documentation.
METHODS = {
    "agents.create": "instructions: One instruction for the model",
    "agents.iterate": "page_size: The agents per request",
    "users.update": "overwrite: Whether arguments that are None reset",
    "sessions.get": "id: The session's id",
    "sessions.chat": "frequency_penalty: Penalty by a token's frequency",
    "sessions.run": "max_turns: The most requests to the model",
    "sessions.history": "session_id: The session's id",
    "docs.list": "agent_id: The id of the agent",
    "tools.create": "tool: The tool, as a model or a dict",
    "jobs.wait": "timeout: The most seconds to wait",
}


FIELDS_PROGRAM = """
from julep.types import Agent, ChatMlMessage, ChatResponse, Doc, JobStatus, Memory, Session, Tool


def program(
    agent: Agent,
    doc: Doc,
    job: JobStatus,
    memory: Memory,
    message: ChatMlMessage,
    reply: ChatResponse,
    session: Session,
    tool: Tool,
) -> None:
    {fields}
"""

# Fields, each with its type and the beginning of its documentation.
FIELDS = {
    "agent.created_at": ("datetime", "When it was created."),
    "agent.default_settings": ("AgentDefaultSettings", "Default settings of an agent's chats."),
    "agent.metadata": ("JSONObject", "Any data to store with it"),
    "doc.content": ("list[str] | str", "The text: as a whole, or in parts"),
    "job.state": ("JobStatusState", "The state of the job."),
    "memory.sentiment": ("float", "Its sentiment, from -1 (bad) to 1 (good)."),
    "message.role": ("ChatMlMessageRole", "The role of the author."),
    "message.name": ("str | None", "The name of the author, or of the function."),
    "reply.usage": ("CompletionUsage", "The number of tokens of a reply."),
    "reply.message": ("ChatMlMessage", "The first message of the first choice."),
    "session.user_id": ("str | None", "The user, if there is one."),
    "session.token_budget": ("int | None", "How many tokens the prompt may have"),
    "tool.function": ("FunctionDef", "A function that the model may call."),
}


class Shown(NamedTuple):
    """What an editor shows of one method: on hovering over it, and inside of its call."""

    hover: str
    signatures: list[str]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    calls = "\n    ".join(f"client.{method}()" for method in METHODS)
    path = tmp_path_factory.mktemp("editor") / "program.py"
    path.write_text(PROGRAM.format(calls=calls))
    places = {
        method: (number, line.index("()") - 1)
        for method in METHODS
        for number, line in enumerate(path.read_text().splitlines())
        if f"client.{method}()" in line
    }
    with LanguageServer(path.parent) as server:
        server.open(path)
        return {
            method: Shown(
                server.hover(path, line, column), server.signature_help(path, line, column + 2)
            )
            for method, (line, column) in places.items()
        }


@pytest.mark.parametrize("method", METHODS)
def test_an_editor_shows_the_arguments_the_result_and_the_errors_of_an_async_method(
    shown: dict[str, Shown], method: str
) -> None:
    documentation = shown[method]
    assert f"def {method.split('.')[1]}(" in documentation.hover
    assert documentation.signatures
    for text in (documentation.hover, *documentation.signatures):
        assert f"    {METHODS[method]}" in text
        assert "\nReturns:" in text
        assert "\nRaises:" in text


@pytest.fixture(scope="module")
def hovers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("fields") / "program.py"
    path.write_text(FIELDS_PROGRAM.format(fields="\n    ".join(FIELDS)))
    lines = [line.strip() for line in path.read_text().splitlines()]
    with LanguageServer(path.parent) as server:
        server.open(path)
        return {
            field: server.hover(path, lines.index(field), len(f"    {field}") - 1)
            for field in FIELDS
        }


@pytest.mark.parametrize("field", FIELDS)
def test_an_editor_shows_the_type_and_the_documentation_of_a_field(
    hovers: dict[str, str], field: str
) -> None:
    kind, documentation = FIELDS[field]
    assert f") {field.split('.')[1]}: {kind}\n\n{documentation}" in hovers[field]
