"""Memories: formed by a job after a chat, searched, recalled, deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from julep_server import LocalServer
from tests.server.helpers.api import UNKNOWN_ID, Api, error_of, paths_of
from tests.server.helpers.endpoint import Endpoint

RYE = "I like rye bread with butter."
CAT = "My cat is called Tove."


class Pair:
    """An agent and a user in a session."""

    def __init__(self, api: Api, **agent: Any) -> None:
        self.api = api
        self.agent = str(api.make("agents", **agent)["id"])
        self.user = str(api.make("users", name="Grace")["id"])
        self.session = str(self.new_session())

    def new_session(self, **fields: Any) -> str:
        made = self.api.make("sessions", agent_id=self.agent, user_id=self.user, **fields)
        return str(made["id"])

    def say(self, *texts: str, **fields: Any) -> dict[str, Any]:
        """Send messages one by one, each time waiting for the memories to be formed."""
        response: dict[str, Any] = {}
        for text in texts:
            response = self.api.wait_done(self.api.reply(self.session, text, **fields))
        return response

    def contents(self, query: str = "", **params: Any) -> list[str]:
        found = self.api.memories(self.agent, query, **params)
        return [memory["content"] for memory in found]


@pytest.fixture
def pair(api: Api) -> Pair:
    return Pair(api)


# --- forming ---


def test_statements_of_a_user_about_themselves_are_remembered(pair: Pair) -> None:
    response = pair.say(f"Hello! {RYE} What do you like? Tell me a story.")
    (job_id,) = response["jobs"]
    (memory,) = pair.api.memories(pair.agent, "bread")
    job = pair.api.job(job_id)
    assert (job["name"], job["state"], job["has_progress"]) == ("form_memories", "succeeded", False)
    assert (memory["agent_id"], memory["user_id"]) == (pair.agent, pair.user)
    assert (memory["content"], memory["entities"]) == (RYE, [{"name": "Grace"}])
    assert (memory["sentiment"], memory["type"]) == (0, "belief")
    (said,) = [item for item in pair.api.history(pair.session) if item["role"] == "user"]
    assert memory["timestamp"] == said["created_at"] <= memory["created_at"]
    assert "last_accessed_at" not in memory


def test_an_event_is_remembered_as_an_episode(pair: Pair) -> None:
    pair.say("Yesterday I met my sister. I live in Bergen.")
    types = {item["content"]: item["type"] for item in pair.api.memories(pair.agent)}
    assert types == {"Yesterday I met my sister.": "episode", "I live in Bergen.": "belief"}


@pytest.mark.parametrize("again", [RYE, "i like  rye bread with butter", f"{RYE} {RYE}"])
def test_the_same_fact_is_stored_once(pair: Pair, again: str) -> None:
    pair.say(RYE, again)
    assert pair.contents() == [RYE]


def test_facts_that_differ_in_a_sign_are_two(pair: Pair) -> None:
    pair.say("I write C.", "I write C++.")
    assert set(pair.contents()) == {"I write C.", "I write C++."}


@pytest.mark.parametrize("remember", [True, None])
def test_null_means_that_memories_are_formed(pair: Pair, remember: bool | None) -> None:
    pair.say(RYE, remember=remember)
    assert pair.contents() == [RYE]


def test_remember_false_forms_no_memories(pair: Pair) -> None:
    assert pair.say(RYE, remember=False)["jobs"] == []
    assert pair.contents() == []


def test_without_a_user_no_memories_are_formed(api: Api) -> None:
    session = api.make("sessions")
    assert api.reply(session["id"], RYE)["jobs"] == []


def test_an_image_alone_forms_no_memories(pair: Pair) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://images.test/x.jpg"}}
    content = [{"role": "user", "content": [image]}]
    assert pair.api.reply(pair.session, messages=content)["jobs"] == []
    text = {"type": "text", "text": RYE}
    pair.api.wait_done(
        pair.api.reply(pair.session, messages=[{"role": "user", "content": [text, image]}])
    )
    assert pair.contents() == [RYE]


@pytest.mark.parametrize("said", ["I like \0tea.", "I like 東京 and \U0001f44b, \u202eמרחבא."])
def test_any_character_can_be_remembered(pair: Pair, said: str) -> None:
    pair.say(said)
    assert pair.contents() == [said.replace("\0", " ")]


def test_unrecorded_turns_can_be_remembered(pair: Pair, server: LocalServer) -> None:
    pair.say(RYE, record=False)
    assert pair.contents() == [RYE]
    assert pair.api.history(pair.session) == []


def test_only_the_users_messages_are_remembered(pair: Pair) -> None:
    messages = [
        {"role": "system", "content": "I am a system."},
        {"role": "assistant", "content": "I am an assistant."},
        {"role": "user", "content": CAT},
    ]
    pair.api.wait_done(pair.api.reply(pair.session, messages=messages))
    assert pair.contents() == [CAT]


def test_a_streamed_chat_names_its_job(pair: Pair) -> None:
    events = pair.api.events(pair.session, RYE)
    pair.api.wait_done(events[-2].data)
    assert pair.contents() == [RYE]


def test_a_repetition_names_the_same_job(pair: Pair) -> None:
    headers = {"Idempotency-Key": "once"}
    first = pair.api.reply(pair.session, RYE, headers=headers)
    assert pair.api.reply(pair.session, RYE, headers=headers) == first
    assert len(first["jobs"]) == 1
    pair.api.wait_done(first)
    assert pair.contents() == [RYE]


# --- by a model ---


@pytest.fixture
def model_pair(job_api: Api) -> Pair:
    return Pair(job_api, model="small")


def test_the_model_is_prompted_for_facts(model_pair: Pair, endpoint: Endpoint) -> None:
    fact = {
        "content": "Grace likes rye bread.",
        "type": "episode",
        "sentiment": 7,
        "entities": ["bread", {"name": "Grace", "kind": "person"}],
        "timestamp": "2024-05-31T18:00:00+02:00",
    }
    endpoint.answers_to_jobs = [f"Sure!\n```json\n{json.dumps([fact, 'She is tall.'])}\n```"]
    model_pair.say(RYE)
    newest, first = model_pair.api.memories(model_pair.agent)
    assert (newest["content"], newest["type"], newest["entities"]) == ("She is tall.", "belief", [])
    assert (first["content"], first["type"]) == ("Grace likes rye bread.", "episode")
    assert first["entities"] == [{"name": "bread"}, {"name": "Grace", "kind": "person"}]
    assert (first["sentiment"], first["timestamp"]) == (1, "2024-05-31T16:00:00.000000Z")
    (request,) = endpoint.job_requests
    system, material = (message["content"] for message in request["messages"])
    assert '"Grace"' in system
    assert f"user: {RYE}\nagent: A fine day." in material


def test_the_prompt_lists_known_facts(model_pair: Pair, endpoint: Endpoint) -> None:
    endpoint.answers_to_jobs = ['["Grace likes rye bread."]', "[]"]
    model_pair.say(RYE, "I ate rye bread again.")
    known = endpoint.job_requests[-1]["messages"][-1]["content"]
    assert "Known already:\n- Grace likes rye bread." in known


# --- searching ---


@pytest.fixture(scope="module")
def remembering() -> Iterator[tuple[Api, str, list[str]]]:
    """An agent that remembers two users: its id and theirs."""
    with LocalServer() as server, Api(server.url) as api:
        pair = Pair(api)
        pair.say(RYE, CAT, "Yesterday I bought a red bicycle.")
        other = str(api.make("users", name="Ada")["id"])
        session = api.make("sessions", agent_id=pair.agent, user_id=other)["id"]
        api.wait_done(api.reply(session, "I bake bread."))
        yield api, pair.agent, [pair.user, other]


@pytest.mark.parametrize(
    ("query", "params", "contents"),
    [
        ("Which bread?", {"limit": 2}, ["I bake bread.", RYE]),
        ("Which bread?", {}, ["I bake bread.", RYE, "Yesterday I bought a red bicycle.", CAT]),
        ("bread", {"user": 0, "limit": 1}, [RYE]),
        ("bread", {"user": 1}, ["I bake bread."]),
        ("BREAD?!", {"offset": 1, "limit": 1}, [RYE]),
        ("the cat", {"limit": 1}, [CAT]),
        ("the cat", {"offset": 1, "limit": 1}, ["I bake bread."]),
        ("bread", {"types": ["episode"]}, ["Yesterday I bought a red bicycle."]),
        ("cat", {"types": ["belief", "episode"], "limit": 1}, [CAT]),
        ("cat", {"types": ["belief", "unheard of"], "user": 0}, [CAT, RYE]),
        ("cat", {"types": ["unheard of"]}, []),
        ("bread", {"offset": 4}, []),
        ("bread", {"offset": 10**25}, []),
        ("", {"limit": 1}, ["I bake bread."]),
        (None, {}, ["I bake bread.", "Yesterday I bought a red bicycle.", CAT, RYE]),
        (None, {"offset": 1, "limit": 2}, ["Yesterday I bought a red bicycle.", CAT]),
        (None, {"types": ["belief"], "user": 0}, [CAT, RYE]),
        ('" OR (NOT *', {"user": 1}, ["I bake bread."]),
        ("bread", {"user_id": UNKNOWN_ID}, []),
    ],
)
def test_the_nearest_memories_come_first_then_the_newest(
    remembering: tuple[Api, str, list[str]],
    query: str | None,
    params: dict[str, Any],
    contents: list[str],
) -> None:
    api, agent, users = remembering
    if "user" in params:
        user = users[int(params["user"])]
        params = {**params, "user_id": user.upper()}
    assert [item["content"] for item in api.memories(agent, query, **params)] == contents


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"query": ["a", "b"]}, "query"),
        ({"query": "a", "limit": 0}, "limit"),
        ({"query": "a", "limit": 1001}, "limit"),
        ({"query": "a", "offset": -1}, "offset"),
        ({"query": "a", "user_id": "x"}, "user_id"),
        ({"query": "a", "user_id": [UNKNOWN_ID, UNKNOWN_ID]}, "user_id"),
    ],
)
def test_invalid_parameters_are_422(
    remembering: tuple[Api, str, list[str]], params: dict[str, Any], path: str
) -> None:
    api, agent, _ = remembering
    assert paths_of(api.get(f"/agents/{agent}/memories", params=params)) == [path]


def test_an_unknown_agent_remembers_nothing(api: Api) -> None:
    for response in (
        api.get(f"/agents/{UNKNOWN_ID}/memories", params={"query": "x"}),
        api.delete(f"/agents/{UNKNOWN_ID}/memories/{UNKNOWN_ID}"),
    ):
        assert error_of(response, 404)["message"] == f"agent {UNKNOWN_ID} was not found"


# --- recalling ---


def test_memories_are_recalled_in_every_session_of_the_two(pair: Pair) -> None:
    pair.say(RYE, CAT)
    response = pair.api.reply(pair.new_session(), "Which bread do I like?", remember=False)
    text = response["response"][0][0]["content"]
    assert f"Remembered of the user Grace: {RYE}" in text
    assert CAT not in text
    bread, cat = pair.api.memories(pair.agent, "bread")
    assert bread["last_accessed_at"] > bread["created_at"]
    assert "last_accessed_at" not in cat


def test_the_time_of_a_recall_is_stored_for_unrecorded_turns_too(pair: Pair) -> None:
    pair.say(RYE)
    pair.api.reply(pair.session, "Which bread?", remember=False, record=False)
    (memory,) = pair.api.memories(pair.agent)
    assert memory["last_accessed_at"]
    pair.api.reply(pair.session, "Which bread?", remember=False, record=False, recall=False)
    assert pair.api.memories(pair.agent) == [memory]


def test_nothing_is_recalled_for_others_or_with_recall_false(pair: Pair) -> None:
    pair.say(RYE)
    api = pair.api
    sessions = [
        api.make("sessions", agent_id=pair.agent),
        api.make("sessions", agent_id=pair.agent, user_id=api.make("users")["id"]),
        api.make("sessions", user_id=pair.user),
    ]
    responses = [api.reply(session["id"], "Which bread?") for session in sessions]
    responses.append(api.reply(pair.new_session(), "Which bread?", recall=False))
    assert "rye" not in json.dumps(responses)


def test_recalled_texts_follow_the_instructions_in_the_prompt(
    model_pair: Pair, endpoint: Endpoint
) -> None:
    endpoint.answers_to_jobs = [json.dumps(["Grace likes\n\nbread."])]
    agent = {"title": "Bread", "content": "It is fresh."}
    model_pair.api.post(f"/agents/{model_pair.agent}/docs", agent)
    model_pair.say(RYE)
    session = model_pair.new_session(situation="A bakery.")
    model_pair.api.reply(session, "Which bread?", remember=False)
    assert endpoint.requests[-1]["messages"][0]["content"] == (
        "A bakery.\n\nThe agent's name is Ada.\n\nThe user's name is Grace.\n\n"
        "From the document Bread: It is fresh.\n\n"
        "Remembered of the user Grace: Grace likes\nbread."
    )


def test_the_number_of_recalled_memories_is_a_setting() -> None:
    with LocalServer(recall_items=1) as server, Api(server.url) as api:
        pair = Pair(api)
        pair.say(RYE, "I bake bread.")
        text = json.dumps(pair.say("Which bread?", remember=False))
    assert text.count("Remembered of") == 1


# --- deleting ---


def test_a_deleted_memory_is_not_found(pair: Pair) -> None:
    pair.say(RYE, CAT)
    bread, _ = pair.api.memories(pair.agent, "bread")
    path = f"/agents/{pair.agent}/memories/{bread['id']}"
    first = pair.api.delete(path)
    assert (first.status_code, first.json()["id"]) == (202, bread["id"])
    assert pair.contents("bread") == [CAT]
    assert "rye" not in json.dumps(pair.api.reply(pair.new_session(), "Which bread?"))
    again = pair.api.delete(path)
    assert (again.status_code, again.json()) == (202, first.json())


def test_a_memory_of_another_agent_is_not_deleted(pair: Pair) -> None:
    pair.say(RYE)
    (memory,) = pair.api.memories(pair.agent)
    other = pair.api.make("agents")["id"]
    path = f"/agents/{other}/memories/{memory['id']}"
    assert error_of(pair.api.delete(path), 404)["message"] == f"memory {memory['id']} was not found"
    assert pair.api.memories(pair.agent) == [memory]
    pair.api.delete(f"/agents/{pair.agent}/memories/{memory['id']}")
    assert pair.api.delete(path).status_code == 404


@pytest.mark.parametrize("kind", ["agent", "user"])
def test_memories_are_deleted_with_their_agent_and_their_user(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.db"
    with LocalServer(database=f"sqlite:///{file}") as server, Api(server.url) as api:
        pair, other = Pair(api), Pair(api)
        pair.say(RYE)
        other.say(CAT)
        api.delete(f"/{kind}s/{getattr(pair, kind)}")
        if kind == "user":
            assert pair.contents() == []
        assert other.contents() == [CAT]
    with closing(sqlite3.connect(file)) as connection:
        for table in ("memories", "passages"):
            (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of this test
            assert count == 1


def test_tenants_do_not_see_each_others_memories() -> None:
    with (
        LocalServer(api_keys=("ours", "theirs")) as server,
        Api(server.url, "ours") as ours,
        Api(server.url, "theirs") as theirs,
    ):
        pair = Pair(ours)
        (job,) = pair.say(RYE)["jobs"]
        (memory,) = ours.memories(pair.agent)
        path = f"/agents/{pair.agent}/memories"
        for method, refused in (("GET", path), ("DELETE", f"{path}/{memory['id']}")):
            response = theirs.request(method, refused, params={"query": "bread"})
            assert error_of(response, 404)["message"] == f"agent {pair.agent} was not found"
        assert error_of(theirs.get(f"/jobs/{job}"), 404)["message"] == f"job {job} was not found"
        assert theirs.memories(theirs.make("agents")["id"], "bread", user_id=pair.user) == []
        assert ours.memories(pair.agent) == [memory]


# --- created and changed by callers ---


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+01:00", "2016-12-31T23:59:60Z"])
def test_a_time_that_cannot_be_stored_is_refused(pair: Pair, moment: str) -> None:
    new = {"user_id": pair.user, "content": RYE, "timestamp": moment}
    assert paths_of(pair.api.post(f"/agents/{pair.agent}/memories", new)) == ["timestamp"]
    assert pair.contents() == []


def test_a_created_memory_is_one_that_a_chat_forms_no_more(pair: Pair) -> None:
    path = f"/agents/{pair.agent}/memories"
    made = pair.api.post(path, {"user_id": pair.user.upper(), "content": RYE}).json()
    assert set(made) == {"id", "created_at", "jobs"}
    pair.say(RYE)
    (memory,) = pair.api.memories(pair.agent, "bread")
    assert (memory["id"], memory["user_id"]) == (made["id"], pair.user)
    changed = pair.api.patch(f"{path}/{made['id']}", {"content": CAT}).json()
    assert changed["updated_at"] > made["created_at"]
    pair.say(RYE)
    assert sorted(pair.contents()) == sorted([RYE, CAT])
