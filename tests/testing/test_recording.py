"""Recordings: traffic is recorded once and replayed, and no key gets into a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import julep
from julep.testing import (
    ScriptedServer,
    SecretInRecordingError,
    UnrecordedRequestError,
    recorded,
)

KEY = "sk-of-grace-1815"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer("One two three", "Four", api_keys=[KEY]) as server:
        yield server


def conversation(url: str) -> list[str]:
    with julep.Client(base_url=url, api_key=KEY) as client:
        agent = client.agents.create(name="Ada")
        session = client.sessions.create(agent_id=agent.id)
        with client.sessions.stream(session.id, "Count.") as stream:
            texts = ["".join(stream.text_stream)]
        texts.append(client.sessions.chat(session.id, "Go on.").text or "")
        return texts


def test_traffic_is_recorded_and_replayed(server: ScriptedServer, tmp_path: Path) -> None:
    file = tmp_path / "recordings" / "count.json"
    with recorded(file, server.url) as recording:
        assert not recording.is_replayed
        assert conversation(recording.url) == ["One two three", "Four"]
    assert len(server.asked) == 2
    text = file.read_text(encoding="utf-8")
    assert KEY not in text
    assert "authorization" not in text.lower()
    first = json.loads(text)["requests"][0]
    assert first["request"]["method"] == "POST"
    assert first["request"]["path"] == "/agents"
    assert first["request"]["body"]["json"]["name"] == "Ada"
    for _ in range(2):
        with recorded(file, "http://127.0.0.1:9") as recording:
            assert recording.is_replayed
            assert conversation(recording.url) == ["One two three", "Four"]
            assert repr(recording) == f"<Recording of 4 requests, replayed from {file}>"
    assert len(server.asked) == 2
    assert file.read_text(encoding="utf-8") == text


def agents_of(file: Path, upstream: str, *created: str, about: str = "") -> list[str]:
    """Create agents, and return the names of all, through a recording."""
    with (
        recorded(file, upstream) as recording,
        julep.Client(base_url=recording.url, api_key=KEY) as client,
    ):
        for name in created:
            client.agents.create(name=name, about=about)
        return [agent.name for agent in client.agents.list()]


def test_a_request_that_was_not_recorded(server: ScriptedServer, tmp_path: Path) -> None:
    file = tmp_path / "agents.json"
    assert agents_of(file, server.url) == []
    with recorded(file, server.url) as recording:
        del recording
    with pytest.raises(julep.NotFoundError, match=r"agents\.json has no such request left"):
        agents_of(file, server.url, "Ada")

    def go_on_after_an_error() -> None:
        with (
            recorded(file, server.url) as recording,
            julep.Client(base_url=recording.url, api_key=KEY) as client,
            pytest.raises(julep.NotFoundError),
        ):
            client.agents.create(name="Ada")

    with pytest.raises(UnrecordedRequestError, match=r"agents\.json does not have POST /agents;"):
        go_on_after_an_error()


@pytest.mark.parametrize("place", ["request", "environment", "uppercase"])
def test_a_recording_with_a_key_is_refused(
    server: ScriptedServer, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "agents.json"
    monkeypatch.setenv("SOME_API_KEY", "sk-of-edsger-1930")
    secret = {"request": KEY, "environment": "sk-of-edsger-1930", "uppercase": KEY.upper()}[place]
    message = r"requests\[0\]\.request\.body\.json\.about contains a key"
    with pytest.raises(SecretInRecordingError, match=message) as caught:
        agents_of(file, server.url, "Ada", about=f"knows {secret}")
    assert secret not in str(caught.value)
    assert not file.exists()


def test_nothing_is_written_when_the_block_fails(server: ScriptedServer, tmp_path: Path) -> None:
    file = tmp_path / "agents.json"
    with pytest.raises(KeyError), recorded(file, server.url):
        raise KeyError
    assert not file.exists()


@pytest.mark.parametrize("content", ["", "[]", '{"version": 9}'])
def test_a_file_that_is_no_recording(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"other\.json is not a recording"):
        agents_of(file, "http://127.0.0.1:9")
