"""The responses of known servers and hosted providers: words and calls, whole and streamed."""

from __future__ import annotations

from pathlib import Path

import pytest

from julep_server.models.provider import ToolCall, Usage
from tests.server.helpers.providers import ARGUMENTS, PROVIDERS, TEXT, USAGE
from tests.server.helpers.raw_endpoint import Outcome, ask, response, stream

pytestmark = pytest.mark.once

MODELS_PAGE = Path(__file__).parents[2] / "docs/server/models.md"


def answer_of(name: str, *, calls: bool, streamed: bool) -> Outcome:
    provider = PROVIDERS[name]
    respond = (
        stream(*provider.stream(calls=calls)) if streamed else response(provider.whole(calls=calls))
    )
    return ask(respond, streamed=streamed, names=["get_time", "get_date"])


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("name", PROVIDERS)
def test_an_answer_is_read(name: str, streamed: bool) -> None:
    words = answer_of(name, calls=False, streamed=streamed)
    assert (words.answer.text, words.answer.tool_calls) == (TEXT, ())
    assert words.answer.finish_reason == "stop"
    assert "".join(words.texts) == (TEXT if streamed else "")
    called = answer_of(name, calls=True, streamed=streamed)
    assert (called.answer.text, called.texts) == ("", [])
    assert called.answer.tool_calls == (ToolCall("get_time", ARGUMENTS),)
    assert called.answer.finish_reason == "tool_calls"
    expected = Usage(USAGE["prompt_tokens"], USAGE["completion_tokens"])
    assert words.answer.usage == called.answer.usage == expected


def test_every_documented_endpoint_is_here() -> None:
    rows = MODELS_PAGE.read_text("utf-8").split("| Endpoint | Model URL |")[1].split("\n\n")[0]
    named = {row.split("|")[1].split(",")[0].strip() for row in rows.splitlines()[2:]}
    # OpenAI's own form is that of all other tests.
    assert named - {"OpenAI"} == PROVIDERS.keys()
