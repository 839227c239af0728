"""What a type checker sees of the server's classes. Nothing here is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, assert_type

from julep.testing import Faults, Recording, ScriptedServer, recorded, skipped_delays
from julep_server import LocalServer, ModelEndpoint, ModelRequest, ScriptedAnswer, ScriptedModel


def answer(request: ModelRequest) -> str | ScriptedAnswer:
    if request.tools:
        return ScriptedAnswer(calls=[("look", {"at": "sky", "times": 2, "deep": {"a": [None]}})])
    return str(request.messages[-1]["content"])


def scripted() -> None:
    model = ScriptedModel("One.", ScriptedAnswer(text="Two.", delay=0.5, status=503), answer)
    assert_type(model.then(lambda request: request.model), ScriptedModel)
    assert_type(model.says("Three.", pause=0.1).calls("look", at="sky").fails(503), ScriptedModel)
    assert_type(model.breaks_off("Four.", after=1), ScriptedModel)
    assert_type(model.asked, list[ModelRequest])
    assert_type(model.asked[0].model, str)
    assert_type(model.steps_left, int)
    with LocalServer(model=model) as server:
        assert_type(server, LocalServer)
        assert_type(server.root, str)
    assert_type(LocalServer().start(), LocalServer).stop()


async def called(model: ScriptedModel, request: ModelRequest) -> None:
    assert_type(model.models, Sequence[str])
    assert_type((await model.complete(request, None)).text, str)
    body = model.request_body(request, streamed=False)
    assert_type((await model.forward("chat/completions", body)).media_type, str)


def several() -> None:
    models: list[str | ModelEndpoint] = [ModelEndpoint("fast", "http://localhost:8000/v1")]
    models.append("deep=http://localhost:8001/v1")
    LocalServer(models=models, model="deep", model_fallback=["fast"])
    LocalServer(models_file="models.toml")
    LocalServer(model_script="script.toml")


def tested() -> None:
    with ScriptedServer("One.", answer, api_keys=["key"]) as server:
        assert_type(server.says("Two.").calls("look", at="sky").fails(503), ScriptedServer)
        assert_type(server.asked, list[ModelRequest])
        assert_type(server.delays, list[float])
        assert_type(server.root, str)
        assert_type(server.environment, dict[str, str])
        with server.faults(drop=0.2, times=3) as faults, skipped_delays() as delays:
            assert_type(faults, Faults)
            assert_type(faults.count, int)
            assert_type(faults.next(), Literal["drop", "lose", "cut"] | None)
            assert_type(delays, list[float])
    with recorded("traffic.json", server.url) as recording:
        assert_type(recording, Recording)
        assert_type(recording.url, str)
        recording.check()
        recording.save()
