"""The fixtures of the pytest plugin, in this suite: sync, asyncio and trio, scripts and faults."""

from __future__ import annotations

import subprocess
import sys
from uuid import UUID

import pytest

import julep
from julep.testing import ScriptedServer
from tests.helpers.threads import no_thread_left


def test_the_fixtures_of_a_test_belong_together(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    agent = julep_client.agents.create(name="Ada")
    session = julep_client.sessions.create(agent_id=agent.id)
    julep_server.says("Two.")
    assert julep_client.sessions.chat(session.id, "What is 1 + 1?").text == "Two."
    (asked,) = julep_server.asked
    assert asked.messages[-1]["content"] == "What is 1 + 1?"


@pytest.mark.parametrize("round_number", [1, 2])
def test_each_test_has_an_empty_server(
    julep_server: ScriptedServer, julep_client: julep.Client, round_number: int
) -> None:
    assert julep_client.agents.list() == []
    julep_client.agents.create(name=f"Ada {round_number}")
    assert julep_server.asked == []


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_the_async_client(
    julep_server: ScriptedServer, async_julep_client: julep.AsyncClient, anyio_backend: str
) -> None:
    agent = await async_julep_client.agents.create(name="Ada")
    session = await async_julep_client.sessions.create(agent_id=agent.id)
    julep_server.fails(503).says("One two three")
    async with async_julep_client.sessions.stream(session.id, "Count.") as stream:
        texts = [text async for text in stream.text_stream]
    assert "".join(texts) == "One two three"
    assert len(julep_server.delays) == 1


def test_clients_without_a_url_use_the_server(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("JULEP_API_KEY", "a-real-key")
    monkeypatch.setenv("JULEP_BASE_URL", "http://127.0.0.1:9/api")
    server: ScriptedServer = request.getfixturevalue("julep_server")
    with julep.Client() as client:
        agent = client.agents.create(name="Ada")
        assert "a-real-key" not in repr(vars(client))
    with julep.Client(base_url=server.url) as client:
        assert [found.id for found in client.agents.list()] == [agent.id]


def test_functions_that_the_model_calls(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    def temperature(city: str) -> float:
        """Measure the temperature."""
        return {"Lisbon": 21.5}[city]

    agent = julep_client.agents.create(name="Ada")
    session = julep_client.sessions.create(agent_id=agent.id)
    julep_server.calls("temperature", city="Lisbon").says("It is warm.")
    reply = julep_client.sessions.run(session.id, "How warm is it?", tools=[temperature])
    assert reply.text == "It is warm."
    assert julep_server.asked[1].messages[-1]["content"] == "21.5"


def test_an_answer_that_breaks_off_is_an_error_of_the_stream(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    agent = julep_client.agents.create(name="Ada")
    session = julep_client.sessions.create(agent_id=agent.id)
    julep_server.breaks_off("One two three", after=2)
    texts = list[str]()
    with (
        pytest.raises(julep.JulepError),
        julep_client.sessions.stream(session.id, "Count.") as stream,
    ):
        texts.extend(stream.text_stream)
    assert "".join(texts) == "One two"


def test_a_script_without_a_step_left_is_an_error_that_says_so(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    agent = julep_client.agents.create(name="Ada")
    session = julep_client.sessions.create(agent_id=agent.id)
    with pytest.raises(julep.ServerError, match="has no step for request 3"):
        julep_client.sessions.chat(session.id, "Hello?")
    assert len(julep_server.delays) == 2


def test_lost_connections_cost_retries_and_no_effect_twice(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    with julep_server.faults(drop=0.2, lose=0.1) as faults:
        for number in range(20):
            julep_client.agents.create(name=str(number))
    assert faults.count > 0
    assert len(julep_server.delays) == faults.count
    assert len(julep_client.agents.list()) == 20


def test_a_cut_stream_goes_on(julep_server: ScriptedServer, julep_client: julep.Client) -> None:
    agent = julep_client.agents.create(name="Ada")
    session = julep_client.sessions.create(agent_id=agent.id)
    julep_server.says("One two three four")
    with (
        julep_server.faults(cut=1, times=1) as faults,
        julep_client.sessions.stream(session.id, "Count.") as stream,
    ):
        assert "".join(stream.text_stream) == "One two three four"
    assert repr(faults) == "<Faults so far: drop: 0, lose: 0, cut: 1>"
    assert len(julep_server.asked) == 1


def test_faults_that_go_on_are_the_error_of_a_call(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    with julep_server.faults(lose=1), pytest.raises(julep.NetworkError):
        julep_client.agents.create(name="Ada")
    assert [agent.name for agent in julep_client.agents.list()] == ["Ada"]


def test_jobs_are_awaited_without_their_delays(
    julep_server: ScriptedServer, julep_client: julep.Client
) -> None:
    agent = julep_client.agents.create(name="Ada")
    user = julep_client.users.create(name="Grace")
    session = julep_client.sessions.create(agent_id=agent.id, user_id=user.id)
    julep_server.says("Noted.")
    reply = julep_client.sessions.chat(session.id, "I live in Bergen.")
    for job_id in reply.jobs or []:
        assert isinstance(job_id, (str, UUID))
        julep_client.jobs.wait(job_id)
    found = julep_client.memories.list(agent.id, "home", user_id=user.id)
    assert [memory.content for memory in found] == ["I live in Bergen."]


def test_the_plugin_imports_nothing_until_a_fixture_is_used() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import julep.testing._plugin;"
        " print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert {name for name in loaded if name.startswith("julep")} == {
        "julep",
        "julep._lazy",
        "julep.testing",
        "julep.testing._plugin",
    }


def test_the_package_does_not_import_the_kit() -> None:
    program = "import sys, julep; julep.Client; print('julep.testing' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_a_server_leaves_no_thread_of_its_own(julep_server: ScriptedServer) -> None:
    with no_thread_left():
        for _ in range(3):
            with ScriptedServer("Hello!") as server, julep.Client(base_url=server.url) as client:
                client.agents.create(name="Ada")
