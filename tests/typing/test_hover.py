"""An editor shows the documentation of async methods: their arguments, results and errors."""

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
