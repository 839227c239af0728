"""Adaptive sessions: a job summarises the history that no longer fits in the prompt."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from julep_server import LocalServer
from julep_server.models.model_access import ChosenModel
from julep_server.models.offline_reflection import OfflineReflection
from julep_server.models.reflection import Line
from julep_server.text.tokens import count_tokens
from tests.server.helpers.api import REPRESENTATION, Api
from tests.server.helpers.endpoint import Endpoint

BUDGET = 80
PADDING = " and more of it" * 4


def seen(endpoint: Endpoint) -> list[str]:
    """The first words of the messages that the last chat's model was shown."""
    messages = endpoint.requests[-1]["messages"]
    return [message["content"].split()[0] for message in messages if message["role"] != "system"]


def system_prompt(endpoint: Endpoint) -> str:
    return str(endpoint.requests[-1]["messages"][0]["content"])


def adaptive(api: Api, **fields: Any) -> str:
    fields.setdefault("token_budget", BUDGET)
    return str(api.make("sessions", context_overflow="adaptive", **fields)["id"])


def overflow(api: Api, session: str, words: str = "one two three four") -> list[str]:
    """Exceed the budget; return the ids of the jobs that were started, all ended."""
    started: list[str] = []
    for word in words.split():
        started += api.wait_done(api.reply(session, word + PADDING))["jobs"]
    return started


def test_history_omitted_from_the_prompt_is_summarised(model_api: Api, endpoint: Endpoint) -> None:
    endpoint.answers_to_jobs = ["<think>Hm.</think>They counted\n\nto two."]
    session = adaptive(model_api)
    (*_, last) = overflow(model_api, session)
    assert model_api.job(last)["name"] == "summarise_history"
    shown = model_api.get(f"/sessions/{session}").json()
    assert shown["summary"] == "They counted\n\nto two."
    assert shown["updated_at"] > shown["created_at"]
    model_api.wait_done(model_api.reply(session, "five"))
    assert system_prompt(endpoint).endswith(
        "\n\nSummary of what was said before: They counted\nto two."
    )
    assert seen(endpoint)[-1] == "five"
    assert "one" not in seen(endpoint)
    # Nothing that was said is lost.
    words = [item["content"].split()[0] for item in model_api.history(session)]
    assert words[::2] == ["one", "two", "three", "four", "five"]


def test_until_there_is_a_summary_the_oldest_history_is_omitted(
    model_api: Api, endpoint: Endpoint
) -> None:
    endpoint.holds_jobs = True
    endpoint.answers_to_jobs = ["They counted."]
    session = adaptive(model_api)
    started: list[str] = []
    for word in ("one", "two", "three", "four", "five", "six"):
        started += model_api.reply(session, word + PADDING)["jobs"]
    assert "one" not in seen(endpoint)
    # One job at a time: the next turn summarises what is omitted meanwhile.
    assert len(started) == 1
    assert "Summary" not in system_prompt(endpoint)
    assert "summary" not in model_api.get(f"/sessions/{session}").json()
    endpoint.holds_jobs = False
    assert {model_api.wait_ended(job)["state"] for job in started} == {"succeeded"}


def test_each_summary_continues_the_one_before(job_api: Api, endpoint: Endpoint) -> None:
    endpoint.answers_to_jobs = ["First summary.", "Second summary."]
    session = adaptive(job_api)
    overflow(job_api, session, "one two three four five six")
    first, *_, last = (body["messages"][1]["content"] for body in endpoint.job_requests)
    assert "First summary." not in first
    assert "user: one" in first
    assert "user: one" not in last
    assert last.startswith("Summary of what was said before:\nSecond summary.\n\n")


def test_a_long_history_is_summarised_in_steps(job_api: Api, endpoint: Endpoint) -> None:
    endpoint.holds_jobs = True
    endpoint.answers_to_jobs = ["Step one.", "Step two.", "Step three."]
    session = str(job_api.make("sessions", token_budget=BUDGET)["id"])
    for number in range(3):
        job_api.reply(session, f"{number}{' and more' * 700}")
    job_api.patch(f"/sessions/{session}", {"context_overflow": "adaptive"})
    (job,) = job_api.reply(session, "last")["jobs"]
    while not endpoint.job_requests:
        before = job_api.job(job)
        assert (before["state"] in ("pending", "in_progress"), before["progress"]) == (True, 0)
    assert job_api.job(job)["has_progress"] is True
    endpoint.holds_jobs = False
    after = job_api.wait_ended(job)
    assert (after["state"], after["has_progress"], after["progress"]) == ("succeeded", True, 100)
    assert job_api.get(f"/sessions/{session}").json()["summary"] == "Step three."
    second = endpoint.job_requests[1]["messages"][1]["content"]
    assert second.startswith("Summary of what was said before:\nStep one.")


def test_a_summary_is_cut_to_a_quarter_of_the_budget(model_api: Api, endpoint: Endpoint) -> None:
    endpoint.answers_to_jobs = ["word " * 500]
    session = adaptive(model_api, token_budget=BUDGET)
    overflow(model_api, session)
    summary = model_api.get(f"/sessions/{session}").json()["summary"]
    assert count_tokens(summary) <= 51
    assert summary.endswith("…")


def test_rendered_templates_are_summarised(job_api: Api, endpoint: Endpoint) -> None:
    endpoint.answers_to_jobs = ["A summary {{ of }} it."]
    session = adaptive(job_api, render_templates=True, metadata={"bread": "rye"})
    greeting = {"role": "assistant", "content": "We have {{ session.metadata.bread }}."}
    said = [greeting, {"role": "user", "content": "one" + PADDING}]
    job_api.wait_done(job_api.reply(session, messages=said))
    overflow(job_api, session)
    assert "agent: We have rye." in endpoint.job_requests[0]["messages"][1]["content"]
    job_api.wait_done(job_api.reply(session, "five"))
    assert "A summary {{ of }} it." in system_prompt(endpoint)


@pytest.mark.parametrize("other", ["truncate", None])
def test_only_adaptive_sessions_are_summarised(
    model_api: Api, endpoint: Endpoint, other: str | None
) -> None:
    endpoint.answers_to_jobs = ["They counted."]
    session = adaptive(model_api)
    overflow(model_api, session)
    model_api.put(
        f"/sessions/{session}",
        {"situation": "", "token_budget": 10_000, "context_overflow": other},
    )
    assert model_api.reply(session, "five")["jobs"] == []
    assert "They counted." not in system_prompt(endpoint)
    assert seen(endpoint)[0] == "one"


def test_a_history_within_the_budget_starts_no_job(job_api: Api, endpoint: Endpoint) -> None:
    session = adaptive(job_api, token_budget=10_000)
    assert overflow(job_api, session) == []
    assert endpoint.job_requests == []


def test_the_summary_is_deleted_with_the_history(model_api: Api, endpoint: Endpoint) -> None:
    endpoint.answers_to_jobs = ["They counted."]
    session = adaptive(model_api)
    overflow(model_api, session)
    model_api.delete(f"/sessions/{session}/history")
    assert "summary" not in model_api.get(f"/sessions/{session}").json()
    model_api.reply(session, "five")
    assert "They counted." not in system_prompt(endpoint)


def test_a_history_deleted_meanwhile_is_not_summarised(model_api: Api, endpoint: Endpoint) -> None:
    endpoint.holds_jobs = True
    session = adaptive(model_api)
    started: list[str] = []
    for word in ("one", "two", "three", "four"):
        started += model_api.reply(session, word + PADDING)["jobs"]
    model_api.wait_for_state(started[0], "in_progress")
    model_api.delete(f"/sessions/{session}/history")
    endpoint.holds_jobs = False
    for job_id in started:
        job = model_api.wait_ended(job_id)
        assert (job["state"], job["reason"]) == ("aborted", "the history was deleted")
    assert "summary" not in model_api.get(f"/sessions/{session}").json()


def test_concurrent_summaries_continue_each_other(
    job_api: Api, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes may each start one; here, the check that there is none yet is taken away."""

    def never_open(*_: object) -> bool:
        return False

    monkeypatch.setattr("julep_server.store.jobs.is_open", never_open)
    endpoint.holds_jobs = True
    endpoint.answers_to_jobs = ["One summary.", "Other summary.", "Both."]
    session = adaptive(job_api)
    started: list[str] = []
    for word in ("one", "two", "three", "four", "five"):
        started += job_api.reply(session, word + PADDING)["jobs"]
    assert len(started) == 2
    while len(endpoint.job_requests) < 2:
        job_api.job(started[0])
    endpoint.holds_jobs = False
    assert [job_api.wait_ended(job)["state"] for job in started] == ["succeeded"] * 2
    summary = job_api.get(f"/sessions/{session}").json()["summary"]
    # The first job's summary ends earlier: whichever was stored first, it is not what stays.
    requests = [body["messages"][1]["content"] for body in endpoint.job_requests]
    assert summary == ("Other summary." if len(requests) == 2 else "Both.")
    assert all("One summary." in material for material in requests[2:])


def test_an_empty_summary_is_a_failure(
    job_api: Api, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("julep_server.jobs.failures.FIRST_DELAY", 0.001)
    endpoint.answers_to_jobs = ["", "They counted."]
    session = adaptive(job_api)
    overflow(job_api, session)
    assert job_api.get(f"/sessions/{session}").json()["summary"] == "They counted."


def test_the_offline_summary_consists_of_beginnings(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        session = adaptive(api, token_budget=200)
        overflow(api, session, "one two three four five six seven")
        summary = api.get(f"/sessions/{session}").json()["summary"]
        assert summary.splitlines()[0].startswith("The ")
        assert all(
            line.startswith(("The user said: ", "The agent said: "))
            for line in summary.splitlines()
        )
        assert count_tokens(summary) <= 50
        text = api.reply(session, "eight")["response"][0][0]["content"]
        assert "Summary of what was said before: The " in text
    with closing(sqlite3.connect(file)) as connection:
        (until,) = connection.execute("SELECT summarised_id FROM sessions").fetchone()
        assert until


async def _summary(before: str, said: list[Line], limit: int) -> str:
    return await OfflineReflection().summary(ChosenModel("m"), before, said, limit)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_offline_summary_keeps_the_newest() -> None:
    lines = [Line("user", f"Sentence {number}.") for number in range(50)]
    summary = await _summary("The user said: Old.", lines, 30)
    assert summary.endswith("The user said: Sentence 49.")
    assert count_tokens(summary) <= 30
    assert await _summary("The user said: Old.", lines[:1], 30) == (
        "The user said: Old.\nThe user said: Sentence 0."
    )
    (long,) = (await _summary("", [Line("agent", "x y " * 200)], 1000)).splitlines()
    assert long.endswith("…")


def test_a_history_that_has_room_again_replaces_its_summary(
    model_api: Api, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = ["They counted."]
    session = adaptive(model_api)
    overflow(model_api, session)
    model_api.patch(f"/sessions/{session}", {"token_budget": 10_000})
    assert model_api.reply(session, "five")["jobs"] == []
    assert "They counted." not in system_prompt(endpoint)
    assert seen(endpoint)[::2] == ["one", "two", "three", "four", "five"]


def test_a_summary_that_is_too_long_is_shortened_by_the_model(
    job_api: Api, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = ["word " * 500, "Words were said."]
    session = adaptive(job_api)
    overflow(job_api, session)
    assert job_api.get(f"/sessions/{session}").json()["summary"] == "Words were said."
    assert endpoint.job_requests[1]["messages"][1]["content"].startswith(
        "A summary that is too long:"
    )


def test_results_of_functions_and_long_messages_are_summarised_whole(
    job_api: Api, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = ["Summary."]
    session = adaptive(job_api)
    call = {"role": "function_call", "content": '{"name": "look", "arguments": "{}"}'}
    result = {"role": "function", "name": "look", "content": "The sky is green."}
    long = {"role": "user", "content": "begins " + "x " * 6000 + "ends"}
    job_api.wait_done(job_api.reply(session, messages=[call, result, long]))
    overflow(job_api, session)
    material = "".join(body["messages"][1]["content"] for body in endpoint.job_requests)
    for part in ("The sky is green.", "begins x", "x ends"):
        assert part in material


def test_a_fork_has_the_summary_of_what_it_copies_and_of_nothing_else(
    model_api: Api, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = ["They counted to two."]
    session = adaptive(model_api)
    overflow(model_api, session, "one two three four five six")
    history = model_api.get(f"/sessions/{session}/history").json()["items"]
    whole, cut = (
        model_api.post(f"/sessions/{session}/fork", body, headers=REPRESENTATION).json()
        for body in ({}, {"message_id": history[0]["id"]})
    )
    assert whole["summary"] == "They counted to two."
    # A summary of later messages would reveal them.
    assert "summary" not in cut
    model_api.wait_done(model_api.reply(whole["id"], "seven"))
    assert system_prompt(endpoint).endswith("They counted to two.")
    assert "one" not in seen(endpoint)
